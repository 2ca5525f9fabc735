// EVE records of what clients ask servers for: tls, http, quic, ssh, ftp, smtp, smb, sip, rdp,
// tftp; and alerts. Passwords and bodies that Suricata was told to log are not read.
import { hash } from 'node:crypto'
import { clip, targetText, type Fields } from '../../decode/index.ts'
import { commonName, tlsVersion } from '../logs/banner-texts.ts'
import { isoToTime } from '../logs/time.ts'
import { isoTime } from '../../core/clock.ts'
import type { EveSpeaker } from './speaker.ts'
import {
  bounded,
  count,
  flag,
  has,
  list,
  object,
  objects,
  optionalText,
  text,
  texts,
  toServer,
  type Values,
} from './values.ts'

/** Base64 of a certificate beyond this is not hashed. */
const CERTIFICATE_MAX = 65_536

/** tls: one record a handshake. */
export function mapTls(record: Values, speaker: EveSpeaker): void {
  const tls = object(record, 'tls')
  const say = (fields: Fields, fromOriginator: boolean, part: string) =>
    speaker.say({ protocol: 'tls', fields, fromOriginator, part })
  const version = tlsVersion(text(tls, 'version'))
  const offered = texts(tls, 'client_alpns')
  const ja4 = optionalText(tls, 'ja4')
  const client = object(tls, 'client_handshake')
  const highest = tlsVersion(text(client, 'version')) || version
  const serverName = optionalText(tls, 'sni')?.toLowerCase()
  if (ja4) speaker.facts.add('ja4')
  const hello = {
    kind: 'client-hello',
    serverName,
    alpn: offered.length > 0 ? offered : undefined,
    version: highest,
    versions: highest === '' ? [] : [highest],
    ja4,
    cipherCount: has(client, 'ciphers') ? list(client, 'ciphers').length : undefined,
  }
  // A record that knows nothing of the client has not seen it.
  if (serverName || ja4 || offered.length > 0 || has(tls, 'client_handshake')) {
    say(hello, true, 'client_hello')
  }
  const chosen = count(object(tls, 'server_handshake'), 'cipher')
  const resumed = flag(tls, 'session_resumed') ? true : undefined
  if (version !== '' && version !== 'UNDETERMINED') {
    const cipher = chosen === undefined ? '' : chosen.toString(16).padStart(4, '0')
    const alpn = texts(tls, 'server_alpns')[0]
    say({ kind: 'server-hello', version, cipher, alpn, resumed }, false, 'server_hello')
  }
  sayChain(record, tls, 'server', speaker)
  sayChain(record, object(tls, 'client'), 'client', speaker)
}

/** The certificates of one side: all of them where our own writer put them, else the first. */
function sayChain(
  record: Values,
  tls: Values,
  from: 'server' | 'client',
  speaker: EveSpeaker,
): void {
  const first = certificate(tls)
  if (!first) return
  const whole = objects(object(record, 'thingward'), from === 'server' ? 'chain' : 'client_chain')
  const foreign = whole.length > 0
  const chain = foreign ? (bounded(whole) as Fields[string]) : [first]
  const fields: Fields = { kind: 'certificate', chain, from }
  const fromOriginator = from === 'client'
  speaker.say({ protocol: 'tls', fields, fromOriginator, part: 'none', foreign })
}

function certificate(tls: Values): Fields | undefined {
  const subject = text(tls, 'subject')
  if (subject === '') return undefined
  const issuer = text(tls, 'issuerdn')
  return {
    subject,
    issuer,
    commonName: commonName(subject),
    serial: text(tls, 'serial').replaceAll(':', '').toLowerCase(),
    notBefore: dateText(text(tls, 'notbefore')),
    notAfter: dateText(text(tls, 'notafter')),
    sha256: sha256Of(tls),
    sha1: optionalText(tls, 'fingerprint')?.replaceAll(':', '').toLowerCase(),
    names: texts(tls, 'subjectaltname').map((name) => name.toLowerCase()),
    selfSigned: subject === issuer,
    keyType: '',
  }
}

/** Of the certificate itself, where it is logged. */
function sha256Of(tls: Values): string {
  const first = Object.hasOwn(tls, 'certificate') ? tls.certificate : list(tls, 'chain')[0]
  if (typeof first !== 'string' || first.length > CERTIFICATE_MAX) return ''
  return hash('sha256', Buffer.from(first, 'base64'), 'hex')
}

function dateText(date: string): string {
  const time = isoToTime(date)
  return Number.isNaN(time) ? '' : isoTime(time).slice(0, 19) + 'Z'
}

/** http: a request with its response. */
export function mapHttp(record: Values, speaker: EveSpeaker): void {
  const http = object(record, 'http')
  const method = text(http, 'http_method')
  const say = (fields: Fields, fromOriginator: boolean) =>
    speaker.say({
      protocol: 'http',
      fields,
      fromOriginator,
      part: fromOriginator ? 'request' : 'response',
    })
  const port = count(http, 'http_port')
  const host = text(http, 'hostname')
  if (method !== '') {
    say(
      {
        kind: 'request',
        method: clip(method, 32),
        uri: targetText(text(http, 'url')),
        host: host === '' ? undefined : port === undefined ? host : `${host}:${port}`,
        userAgent: optionalText(http, 'http_user_agent'),
      },
      true,
    )
  }
  const status = count(http, 'status')
  if (status === undefined) return
  const location = text(http, 'redirect')
  say(
    {
      kind: 'response',
      status,
      server: optionalText(http, 'server'),
      contentType:
        /^[^;]*/.exec(text(http, 'http_content_type'))![0].trim().toLowerCase() || undefined,
      location: location === '' ? undefined : targetText(location),
    },
    false,
  )
}

export function mapQuic(record: Values, speaker: EveSpeaker): void {
  const quic = object(record, 'quic')
  const serverName = optionalText(quic, 'sni')?.toLowerCase()
  const ja4 = optionalText(quic, 'ja4')
  const extensions = list(quic, 'extensions') as readonly Values[]
  const alpnExtension = extensions.find(
    (each) => each !== null && typeof each === 'object' && each.type === 16,
  )
  const alpn = alpnExtension ? texts(alpnExtension, 'values') : []
  // Suricata also writes a record for what the server sends.
  if (serverName === undefined && ja4 === undefined && alpn.length === 0) return
  if (ja4) speaker.facts.add('ja4')
  const fields: Fields = {
    kind: 'initial',
    version: text(quic, 'version') || String(count(quic, 'version') ?? ''),
    serverName,
    alpn: alpn.length > 0 ? alpn : undefined,
    ja4,
  }
  speaker.say({ protocol: 'quic', fields, fromOriginator: true })
}

export function mapSsh(record: Values, speaker: EveSpeaker): void {
  const ssh = object(record, 'ssh')
  for (const side of ['client', 'server'] as const) {
    const banner = object(ssh, side)
    const software = text(banner, 'software_version')
    if (software === '') continue
    const protocolVersion = text(banner, 'proto_version')
    const fields: Fields = { kind: 'banner', software, protocolVersion }
    speaker.say({ protocol: 'ssh', fields, fromOriginator: side === 'client', part: side })
  }
}

/** ftp: a command with its reply; log-ins are told, passwords are not read. */
export function mapFtp(record: Values, speaker: EveSpeaker): void {
  const ftp = object(record, 'ftp')
  const command = text(ftp, 'command').toUpperCase()
  const code = texts(ftp, 'completion_code')[0] ?? ''
  const say = (fields: Fields, fromOriginator: boolean) =>
    speaker.say({ protocol: 'ftp', fields, fromOriginator })
  if (command === 'USER') {
    say({ kind: 'login', user: optionalText(ftp, 'command_data'), method: 'password' }, true)
  }
  if (command === 'AUTH') say({ kind: 'start-tls' }, true)
  if (command === '' && code === '220') {
    say({ kind: 'banner', text: texts(ftp, 'reply')[0] ?? '' }, false)
  }
  if (code === '230' || code === '530')
    say({ kind: 'login-result', accepted: code === '230' }, false)
}

export function mapSmtp(record: Values, speaker: EveSpeaker): void {
  const name = text(object(record, 'smtp'), 'helo')
  if (name === '') return
  speaker.say({ protocol: 'smtp', fields: { kind: 'hello', name }, fromOriginator: true })
}

/** smb: who sets up sessions from which system; what is read and written is not said. */
export function mapSmb(record: Values, speaker: EveSpeaker): void {
  const smb = object(record, 'smb')
  const login = object(smb, 'ntlmssp')
  const request = object(smb, 'request')
  const response = object(smb, 'response')
  if (!/SESSION_SETUP|NEGOTIATE/.test(text(smb, 'command'))) return
  const fields: Fields = {
    kind: 'session',
    dialect: optionalText(smb, 'dialect'),
    user: optionalText(login, 'user'),
    host: optionalText(login, 'host'),
    domain: optionalText(login, 'domain'),
    version: optionalText(login, 'version'),
    clientSystem: optionalText(request, 'native_os'),
    serverSystem: optionalText(response, 'native_os'),
  }
  speaker.say({ protocol: 'smb', fields, fromOriginator: true })
}

export function mapSip(record: Values, speaker: EveSpeaker): void {
  const sip = object(record, 'sip')
  const method = text(sip, 'method')
  const say = (fields: Fields, fromOriginator: boolean) =>
    speaker.say({ protocol: 'sip', fields, fromOriginator })
  if (method !== '') say({ kind: 'request', method, uri: targetText(text(sip, 'uri')) }, true)
  const status = Number(text(sip, 'code'))
  if (Number.isInteger(status) && status > 0) say({ kind: 'response', status }, false)
}

export function mapRdp(record: Values, speaker: EveSpeaker): void {
  const rdp = object(record, 'rdp')
  const client = object(rdp, 'client')
  const user = optionalText(rdp, 'cookie')
  const clientName = optionalText(client, 'client_name')
  if (user === undefined && clientName === undefined) return
  const clientBuild = optionalText(client, 'build')
  const fields: Fields = { kind: 'connect', user, clientName, clientBuild }
  speaker.say({ protocol: 'rdp', fields, fromOriginator: true })
}

export function mapTftp(record: Values, speaker: EveSpeaker): void {
  const tftp = object(record, 'tftp')
  const fields = { kind: text(tftp, 'packet'), file: text(tftp, 'file'), mode: text(tftp, 'mode') }
  speaker.say({ protocol: 'tftp', fields, fromOriginator: true })
}

/** alert: what Suricata's rules found; written in the direction of the packet. */
export function mapAlert(record: Values, speaker: EveSpeaker): void {
  const alert = object(record, 'alert')
  const fields: Fields = {
    kind: 'alert',
    signature: text(alert, 'signature'),
    signatureId: count(alert, 'signature_id'),
    category: optionalText(alert, 'category'),
    severity: count(alert, 'severity'),
    action: optionalText(alert, 'action'),
  }
  speaker.say({
    protocol: 'alert',
    fields,
    fromOriginator: toServer(record, true),
    part: 'none',
  })
}

/** anomaly: counted beside our own. */
export function mapAnomaly(record: Values, speaker: EveSpeaker): void {
  const event = text(object(record, 'anomaly'), 'event')
  const name = event.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  speaker.anomaly(`eve-${name.slice(0, 64)}`)
}
