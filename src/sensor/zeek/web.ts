// Logs of what clients ask servers for: http, ssl, quic, ssh, ftp, smtp, sip, rdp. Passwords that
// Zeek was told to log are not read.
import { clip, targetText, type Fields } from '../../decode/index.ts'
import { sshBanner, tlsVersion } from '../logs/banner-texts.ts'
import type { ZeekRow } from './row.ts'
import type { ZeekSpeaker } from './speaker.ts'

const CHAIN_MAX = 10
const optional = (text: string, length = 256) => (text === '' ? undefined : clip(text, length))

/** http.log: one line a request with its response. */
export function mapHttp(row: ZeekRow, speaker: ZeekSpeaker): void {
  const method = row.text('method')
  if (method !== '') {
    const user = row.text('username')
    const fields: Fields = {
      kind: 'request',
      method: clip(method, 32),
      uri: targetText(row.text('uri')),
      host: optional(row.text('host')),
      userAgent: optional(row.text('user_agent')),
      credentials: user === '' ? undefined : 'basic',
      user: optional(user),
    }
    speaker.say({ protocol: 'http', fields })
  }
  const status = row.number('status_code')
  if (!Number.isInteger(status)) return
  const contentType = row.list('resp_mime_types')[0]
  speaker.say({
    protocol: 'http',
    fields: { kind: 'response', status, contentType: optional(contentType ?? '', 64) },
    fromOriginator: false,
  })
}

/** ssl.log: one line a handshake. */
export function mapSsl(row: ZeekRow, speaker: ZeekSpeaker): void {
  const version = tlsVersion(row.text('version'))
  const say = (fields: Fields, fromOriginator: boolean) =>
    speaker.say({ protocol: 'tls', fields, fromOriginator })
  const alpn = row.text('next_protocol')
  say(
    {
      kind: 'client-hello',
      serverName: optional(row.text('server_name').toLowerCase()),
      version,
      versions: version === '' ? [] : [version],
      ja4: optional(row.text('ja4'), 64),
    },
    true,
  )
  const cipher = row.text('cipher')
  if (cipher === '') return
  const resumed = row.flag('resumed') === true ? true : undefined
  const hello = {
    kind: 'server-hello',
    version,
    cipher: clip(cipher, 64),
    alpn: optional(alpn, 64),
  }
  say({ ...hello, resumed }, false)
  const server = chainOf(row, speaker, '')
  if (server.length > 0) say({ kind: 'certificate', chain: server, from: 'server' }, false)
  const client = chainOf(row, speaker, 'client_')
  if (client.length > 0) say({ kind: 'certificate', chain: client, from: 'client' }, true)
}

/** The certificates a line names, as far as x509.log told them; else what the line itself says. */
function chainOf(row: ZeekRow, speaker: ZeekSpeaker, side: string) {
  const ids = [...row.list(`${side}cert_chain_fps`), ...row.list(`${side}cert_chain_fuids`)]
  const chain = ids
    .slice(0, CHAIN_MAX)
    .map((id) => speaker.certificates.get(id))
    .filter((certificate) => certificate !== undefined)
  if (chain.length > 0) return chain
  return speaker.certificates.fromNames(row.text(`${side}subject`), row.text(`${side}issuer`))
}

/** quic.log: one line a connection. */
export function mapQuic(row: ZeekRow, speaker: ZeekSpeaker): void {
  const alpn = row.text('client_protocol')
  const connectionId = row.text('client_initial_dcid')
  const fields: Fields = {
    kind: 'initial',
    version: clip(row.text('version'), 16),
    serverName: optional(row.text('server_name').toLowerCase()),
    alpn: alpn === '' ? undefined : [clip(alpn, 64)],
    destinationConnectionIdLength: Math.min(20, connectionId.length >> 1),
  }
  speaker.say({ protocol: 'quic', fields })
}

/** ssh.log: the banners of both sides. */
export function mapSsh(row: ZeekRow, speaker: ZeekSpeaker): void {
  for (const side of ['client', 'server'] as const) {
    const fields = sshBanner(row.text(side))
    if (fields) speaker.say({ protocol: 'ssh', fields, fromOriginator: side === 'client' })
  }
}

/** ftp.log: commands with the answer that came; a log-in is one that is followed by 230 or 530. */
export function mapFtp(row: ZeekRow, speaker: ZeekSpeaker): void {
  const user = row.text('user')
  const code = row.number('reply_code')
  const command = row.text('command').toUpperCase()
  const say = (fields: Fields, fromOriginator: boolean) =>
    speaker.say({ protocol: 'ftp', fields, fromOriginator })
  if (command === 'AUTH') return say({ kind: 'start-tls' }, true)
  // By default Zeek logs only commands that move files: then the log-in before them has worked.
  const known = user !== '' && user !== '<unknown>'
  if (known && speaker.once(`ftp ${row.text('uid')} ${user}`)) {
    say({ kind: 'login', user: clip(user), method: 'password' }, true)
    if (command !== 'USER' && command !== 'PASS')
      say({ kind: 'login-result', accepted: true }, false)
  }
  if (command !== 'PASS' && command !== 'USER') return
  if (code === 230 || code === 530) say({ kind: 'login-result', accepted: code === 230 }, false)
}

/** smtp.log: who greets, and whether TLS was begun. */
export function mapSmtp(row: ZeekRow, speaker: ZeekSpeaker): void {
  const helo = row.text('helo')
  if (helo !== '') {
    speaker.say({ protocol: 'smtp', fields: { kind: 'hello', name: clip(helo) } })
  }
  if (row.flag('tls') === true) speaker.say({ protocol: 'smtp', fields: { kind: 'start-tls' } })
}

/** sip.log: one line a request with its answer. */
export function mapSip(row: ZeekRow, speaker: ZeekSpeaker): void {
  const method = row.text('method')
  const userAgent = optional(row.text('user_agent'))
  if (method !== '') {
    const uri = clip(row.text('uri'))
    speaker.say({
      protocol: 'sip',
      fields: { kind: 'request', method: clip(method, 32), uri, userAgent },
    })
  }
  const status = row.number('status_code')
  if (!Number.isInteger(status)) return
  speaker.say({ protocol: 'sip', fields: { kind: 'response', status }, fromOriginator: false })
}

/** rdp.log: who the client says it is. */
export function mapRdp(row: ZeekRow, speaker: ZeekSpeaker): void {
  const fields: Fields = {
    kind: 'connect',
    user: optional(row.text('cookie')),
    clientName: optional(row.text('client_name')),
    clientBuild: optional(row.text('client_build')),
    security: optional(row.text('security_protocol'), 32),
  }
  speaker.say({ protocol: 'rdp', fields })
}
