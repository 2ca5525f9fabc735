// Passwords tried at file servers, brokers, mail and telephone servers: protocols whose answer says
// whether a login was accepted. Programs log in here by themselves, so an old password that is sent
// again and again must not look like guessing: where programs do that, only quick refusals count.
import { EARLY, Guessing, PACE, PAIRS, REFUSALS, WINDOW } from '../guessing.ts'
import { threshold, type Detector } from '../detector.ts'
import type { BoundedTable } from '../bounded-table.ts'
import type { Fields, Transaction } from '../../flow/index.ts'

const PROGRAM_REFUSALS = threshold(
  'programRefusals',
  '20 refusals',
  'a program with an old password backs off before it was refused that often',
)
const PROGRAM_WAIT = threshold(
  'programWait',
  '2 seconds',
  'clients wait longer than this before they connect again; guessing does not',
)

interface Door {
  readonly name: string
  /** Programs log in without a person: see above. */
  readonly programs: boolean
}

const DOORS: { readonly [protocol: string]: Door } = {
  ftp: { name: 'FTP', programs: false },
  smb: { name: 'SMB', programs: true },
  smtp: { name: 'SMTP', programs: true },
  pop3: { name: 'POP3', programs: true },
  imap: { name: 'IMAP', programs: true },
  ldap: { name: 'LDAP', programs: true },
  xmpp: { name: 'XMPP', programs: true },
  postgresql: { name: 'PostgreSQL', programs: true },
  mqtt: { name: 'MQTT', programs: true },
  amqp: { name: 'AMQP', programs: true },
  sip: { name: 'SIP', programs: true },
}

export const detector: Detector = {
  id: 'login-brute-force',
  title: 'Passwords of a server being guessed',
  severity: 'high',
  techniques: ['T1110.001'],
  why:
    'File servers, brokers, mail and telephone servers answer each guess: who guesses long ' +
    'enough reads files, commands things or makes calls.',
  respond:
    'Block the guessing address. Let the server refuse clients for a while after some failures, ' +
    'and only let in the clients that need it.',
  falsePositives: 'A client with an old password that tries again without waiting.',
  limits: [PAIRS, WINDOW, REFUSALS, PROGRAM_REFUSALS, PROGRAM_WAIT, EARLY, PACE],
  create(context) {
    const state = { guessing: new Guessing(context), offers: context.table<Offer>(PAIRS) }
    const handle = (transaction: Transaction) => look(state, transaction)
    return {
      transactions: Object.fromEntries(Object.keys(DOORS).map((id) => [id, handle])),
    }
  },
}

/** What the client offered last, by flow, or by its ends where no flow is known. */
interface Offer {
  readonly user?: string
}

interface State {
  readonly guessing: Guessing
  readonly offers: BoundedTable<Offer>
}

function look({ guessing, offers }: State, transaction: Transaction): void {
  const { protocol, fields, source, destination, time, frame } = transaction
  const key = transaction.flow || `${source} ${destination}`
  if (isOffer(fields)) {
    offers.set(key, { ...(typeof fields.user === 'string' && { user: fields.user }) })
    return
  }
  const offer = offers.get(transaction.flow || `${destination} ${source}`)
  const accepted = acceptedBy(transaction, offer !== undefined)
  if (accepted === undefined) return
  const { name, programs } = DOORS[protocol]
  const attempt = { client: destination, server: source, time, frame, accepted, ...offer }
  guessing.attempt(attempt, {
    protocol: name,
    port: transaction.sourcePort,
    ...(programs && {
      refusals: PROGRAM_REFUSALS.value,
      waitSecondsMax: PROGRAM_WAIT.value,
    }),
  })
}

/** A login, or a request that carries credentials. */
function isOffer({ kind, credentials }: Fields): boolean {
  if (kind === 'login') return true
  return (kind === 'connect' || kind === 'request') && credentials !== undefined
}

/** SMB: wrong password, no such user; MQTT 3: bad user name or password, MQTT 5 the same. */
const SMB_REFUSED: ReadonlySet<unknown> = new Set([0xc000006d, 0xc000006a, 0xc0000064])
const MQTT_REFUSED: ReadonlySet<unknown> = new Set([4, 5, 0x86, 0x87])

/** Undefined where the message answers no credentials, or refuses for another reason. */
function acceptedBy({ protocol, fields }: Transaction, offered: boolean): boolean | undefined {
  const { kind, accepted, code, status } = fields
  switch (protocol) {
    case 'ftp':
    case 'smtp':
    case 'pop3':
    case 'imap':
    case 'ldap':
    case 'xmpp':
    case 'postgresql':
    case 'amqp':
      return kind === 'login-result' ? accepted === true : undefined
    case 'smb':
      if (kind !== 'login-result') return undefined
      return accepted === true ? true : SMB_REFUSED.has(status) ? false : undefined
    case 'mqtt':
      if (kind !== 'connack' || !offered) return undefined
      return accepted === true ? true : MQTT_REFUSED.has(code) ? false : undefined
    default:
      if (kind !== 'response' || !offered) return undefined
      return status === 200 ? true : status === 401 || status === 403 ? false : undefined
  }
}
