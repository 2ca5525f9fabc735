// Logs of file servers, directories, network access and proxies: smb_mapping, smb_files, ntlm,
// ldap, radius, socks, syslog. Names of files, texts of messages and passwords are not read.
import { clip, type Fields } from '../../decode/index.ts'
import type { ZeekRow } from './row.ts'
import { port, type ZeekSpeaker } from './speaker.ts'

const optional = (text: string, length = 256) => (text === '' ? undefined : clip(text, length))

/** smb_mapping.log: a share that was opened. */
export function mapSmbMapping(row: ZeekRow, speaker: ZeekSpeaker): void {
  const fields: Fields = {
    kind: 'share',
    path: clip(row.text('path')),
    type: optional(row.text('share_type').toLowerCase(), 16),
  }
  speaker.say({ protocol: 'smb', fields, fromOriginator: true })
}

/** smb_files.log: what was done with files, each kind of action once a connection. */
export function mapSmbFile(row: ZeekRow, speaker: ZeekSpeaker): void {
  const action = row
    .text('action')
    .replace(/^SMB::(FILE|PIPE|PRINT)_/, '')
    .toLowerCase()
  if (action === '' || !speaker.once(`smb ${row.text('uid')} ${action}`)) return
  speaker.say({
    protocol: 'smb',
    fields: { kind: 'file', action: clip(action, 32) },
    fromOriginator: true,
  })
}

const SMB_PORTS: ReadonlySet<number> = new Set([139, 445])

/** ntlm.log: who logs in from where, and what the server calls itself; over SMB only. */
export function mapNtlm(row: ZeekRow, speaker: ZeekSpeaker): void {
  if (!SMB_PORTS.has(port(row, 'id.resp_p'))) return
  const say = (fields: Fields, fromOriginator: boolean) =>
    speaker.say({ protocol: 'smb', fields, fromOriginator })
  const host = row.text('server_nb_computer_name')
  if (host !== '') {
    const dnsHost = optional(row.text('server_dns_computer_name'))
    say({ kind: 'challenge', host: clip(host), dnsHost }, false)
  }
  const user = row.text('username')
  const workstation = clip(row.text('hostname'))
  if (user !== '' || workstation !== '') {
    say(
      { kind: 'login', user: clip(user), domain: clip(row.text('domainname')), workstation },
      true,
    )
  }
  const accepted = row.flag('success')
  if (accepted === undefined) return
  say({ kind: 'login-result', accepted, status: accepted ? 0 : LOGON_FAILURE }, false)
}

/** MS-ERREF 2.3.1, STATUS_LOGON_FAILURE: Zeek says only that it failed. */
const LOGON_FAILURE = 0xc000006d

/** ldap.log: log-ins and their answers. With SASL the password is not in the clear. */
export function mapLdap(row: ZeekRow, speaker: ZeekSpeaker): void {
  const opcode = row.list('opcodes')[0] ?? row.text('opcode')
  const bind = /^bind (\S+)/i.exec(opcode)
  if (!bind) return
  const method = bind[1].toLowerCase()
  const user = optional(row.list('objects')[0] ?? row.text('object'))
  const say = (fields: Fields, fromOriginator: boolean) =>
    speaker.say({ protocol: 'ldap', fields, fromOriginator })
  // Nobody's name is an anonymous bind: no password goes with it.
  if (user === undefined) return
  say({ kind: 'login', user, method, credentials: method === 'simple' ? 'password' : 'sasl' }, true)
  const result = row.list('results')[0] ?? row.text('result')
  if (result === 'success') say({ kind: 'login-result', accepted: true }, false)
  else if (/^invalid ?credentials$/i.test(result)) {
    say({ kind: 'login-result', accepted: false }, false)
  }
}

/** radius.log: who wants in, and whether. */
export function mapRadius(row: ZeekRow, speaker: ZeekSpeaker): void {
  const say = (fields: Fields, fromOriginator: boolean) =>
    speaker.say({ protocol: 'radius', fields: { identifier: 0, ...fields }, fromOriginator })
  const user = optional(row.text('username'))
  say({ kind: 'access-request', user, callingStation: optional(row.text('mac'), 64) }, true)
  const result = row.text('result')
  if (result === 'success') {
    say({ kind: 'access-accept', assignedAddress: optional(row.text('framed_addr'), 64) }, false)
  } else if (result === 'failed') say({ kind: 'access-reject' }, false)
}

/** socks.log: whom a proxy was asked for. */
export function mapSocks(row: ZeekRow, speaker: ZeekSpeaker): void {
  const say = (fields: Fields, fromOriginator: boolean) =>
    speaker.say({ protocol: 'socks', fields, fromOriginator })
  const version = row.text('version') === '4' ? '4' : '5'
  const user = optional(row.text('user'))
  if (user !== undefined && version === '5')
    say({ kind: 'login', user, credentials: 'password' }, true)
  const host = row.text('request.name') || row.text('request.host')
  if (host !== '') {
    const target = { host: clip(host), port: port(row, 'request_p') }
    say({ kind: 'request', version, command: 'connect', ...target, user }, true)
  }
  const status = row.text('status')
  if (status !== '') say({ kind: 'response', version, accepted: status === 'succeeded' }, false)
}

/** RFC 5424 6.2.1, in Zeek's names; its facilities without a name are left out. */
const FACILITIES =
  'KERN USER MAIL DAEMON AUTH SYSLOG LPR NEWS UUCP CRON AUTHPRIV FTP NTP AUDIT ALERT CLOCK ' +
  'LOCAL0 LOCAL1 LOCAL2 LOCAL3 LOCAL4 LOCAL5 LOCAL6 LOCAL7'
const SEVERITIES = 'EMERG ALERT CRIT ERR WARNING NOTICE INFO DEBUG'
const facilities = FACILITIES.split(' ')
const severities = SEVERITIES.split(' ')

/** syslog.log: who reports, and how severely. */
export function mapSyslog(row: ZeekRow, speaker: ZeekSpeaker): void {
  const facility = facilities.indexOf(row.text('facility'))
  const severity = severities.indexOf(row.text('severity'))
  if (facility < 0 || severity < 0) return
  const fields = { kind: 'message', format: 'bsd', facility, severity }
  speaker.say({ protocol: 'syslog', fields, fromOriginator: true })
}
