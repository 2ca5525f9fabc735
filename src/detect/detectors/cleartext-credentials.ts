// Somebody logged in over a protocol that does not encrypt: whoever listens has the password now.
// The password itself is never read, stored or shown; the user name is.
import { threshold, type Detector, type Raise } from '../detector.ts'
import type { Transaction } from '../../flow/index.ts'

const PAIRS = threshold('pairs', '4096 pairs', 'client, server and protocol together')

/** Words for the protocol and for what replaces it. */
const INSTEAD: { readonly [protocol: string]: readonly [string, string] } = {
  http: ['HTTP', 'HTTPS'],
  ftp: ['FTP', 'SFTP or FTPS'],
  telnet: ['Telnet', 'SSH'],
  mqtt: ['MQTT without TLS', 'MQTT over TLS (port 8883)'],
  rtsp: ['RTSP', 'RTSP over TLS, or digest authentication'],
  smtp: ['SMTP without TLS', 'SMTP with STARTTLS'],
  pop3: ['POP3 without TLS', 'POP3 over TLS (port 995), or with STLS'],
  imap: ['IMAP without TLS', 'IMAP over TLS (port 993), or with STARTTLS'],
  snmp: ['SNMP v1/v2c', 'SNMPv3 with authentication and privacy'],
  sip: ['SIP without TLS', 'SIP over TLS'],
  ldap: ['LDAP without TLS', 'LDAP over TLS'],
  xmpp: ['XMPP without TLS', 'XMPP with STARTTLS'],
  postgresql: ['PostgreSQL without TLS', 'PostgreSQL with sslmode=verify-full'],
  socks: ['a SOCKS proxy', 'a tunnel that encrypts'],
  amqp: ['AMQP without TLS', 'AMQP over TLS (port 5671)'],
}

export const detector: Detector = {
  id: 'cleartext-credentials',
  title: 'Password sent in clear text',
  severity: 'medium',
  techniques: ['T1040', 'T1552'],
  why: 'Anybody on the path can read the password and use it; on many devices it is the only one.',
  respond:
    'Switch the device to the encrypted form of the protocol, then change the password: it must ' +
    'be taken as known. Where the device cannot, let only its one client reach it.',
  falsePositives: 'A password that is public by intention, on a network nobody else can listen to.',
  limits: [PAIRS],
  create(context) {
    const known = context.table<Set<string>>(PAIRS)
    const look = (transaction: Transaction) => {
      const found = credentialsOf(transaction)
      if (found) context.raise(written(usersOf(known, transaction), transaction, found))
    }
    return { transactions: Object.fromEntries(Object.keys(INSTEAD).map((id) => [id, look])) }
  },
}

/** How the message carries a secret that can be read off; undefined when it does not. */
function credentialsOf({ protocol, fields }: Transaction): string | undefined {
  if (protocol === 'snmp') {
    if (fields.version === '3' || fields.kind === 'response' || fields.kind === 'report')
      return undefined
    return fields.communityKind === undefined ? undefined : `community (${fields.communityKind})`
  }
  if (protocol === 'http' || protocol === 'rtsp' || protocol === 'sip') {
    return fields.credentials === 'basic' || fields.credentials === 'form'
      ? `${fields.credentials} authentication`
      : undefined
  }
  if (protocol === 'mqtt' || protocol === 'amqp') {
    return fields.credentials === 'password' ? 'password in the connect message' : undefined
  }
  if (fields.kind !== 'login' || fields.credentials === 'sasl') return undefined
  return typeof fields.method === 'string' && HIDDEN.test(fields.method) ? undefined : 'login'
}

/** Ways to log in that do not send the password itself. */
const HIDDEN = /^(?:apop|md5|sasl|other|cram-|digest-|scram-|ntlm|gss|external)/

/** User names seen from this client at this server, this one's included. */
function usersOf(
  known: Users,
  { protocol, source, destination, fields }: Transaction,
): Set<string> {
  const key = `${source} ${destination} ${protocol}`
  const users = known.set(key, known.get(key) ?? new Set())
  if (typeof fields.user === 'string' && users.size < 4) users.add(fields.user)
  return users
}

interface Users {
  get(key: string): Set<string> | undefined
  set(key: string, users: Set<string>): Set<string>
}

function written(users: ReadonlySet<string>, transaction: Transaction, how: string): Raise {
  const { protocol, source, destination, time, frame } = transaction
  const [words, instead] = INSTEAD[protocol]
  const who = users.size > 0 ? `, user ${[...users].map((user) => `'${user}'`).join(', ')}` : ''
  return {
    key: `${source} ${destination} ${protocol}`,
    about: destination,
    severity: protocol === 'snmp' ? 'low' : 'medium',
    confidence: 0.95,
    from: time,
    to: time,
    sources: [source],
    targets: [destination],
    expected: `credentials only over an encrypted protocol: ${instead}`,
    seen: `${words}: ${how}${who}`,
    frames: [frame],
  }
}
