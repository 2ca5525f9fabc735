// SMTP: which mail server a device hands its mail to, whether it logs in, and whether in the clear.
// Mail itself is neither read nor kept; the first one ends what is looked at.
import type { Cursor } from '../../core/cursor.ts'
import { COMMAND, beginLogin, exchange, goOn, type Exchange } from '../sasl.ts'
import {
  END,
  FOREIGN,
  MAYBE,
  MORE,
  NEXT,
  NO,
  SECURE,
  YES,
  clip,
  tcp,
  type Certainty,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'

export type SmtpFields =
  | { readonly kind: 'banner'; readonly text: string }
  /** What the client calls itself in EHLO or HELO: often a device's host name. */
  | { readonly kind: 'hello'; readonly name: string }
  /** `method` is the SASL mechanism, lower case. */
  | { readonly kind: 'login'; readonly user?: string; readonly method: string }
  | { readonly kind: 'login-result'; readonly accepted: boolean }
  | { readonly kind: 'start-tls' }
  /** A mail is handed over; the domains of its sender and first recipient. */
  | { readonly kind: 'mail'; readonly fromDomain?: string; readonly toDomain?: string }

interface SmtpState extends Exchange {
  greeted: boolean
  /** The login was said and waits for its answer; STARTTLS was asked for. */
  waiting: boolean
  securing: boolean
  fromDomain: string
  toDomain: string
}

const LINE_MAX = 4096
const COMMANDS = /^(?:EHLO|HELO|LHLO|MAIL|RCPT|DATA|AUTH|STARTTLS|RSET|NOOP|QUIT|BDAT|VRFY)\b/i

export const protocol: Protocol = {
  id: 'smtp',
  title: 'SMTP',
  spec: 'RFC 5321, RFC 4954, RFC 3207',
  over: [tcp(25, 587, 2525)],
  // '220 …' of the server; EHLO, HELO of the client.
  startsWith: [0x32, 0x45, 0x65, 0x48, 0x68],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    if (cursor.startsWith('220 ') || cursor.startsWith('220-')) return greets(cursor)
    if (cursor.peek(4) !== 0x20) return NO
    const word = cursor.bytes.toString('latin1', cursor.offset, cursor.offset + 4)
    return /^(?:EHLO|HELO)$/i.test(word) ? YES : NO
  },

  decode(cursor: Cursor, message: Message) {
    const line = cursor.line(LINE_MAX)
    if (line === undefined) {
      if (cursor.remaining < LINE_MAX) return MORE
      return message.state === undefined ? FOREIGN : END
    }
    if (message.state === undefined && !COMMANDS.test(line) && !/^\d{3}[ -]/.test(line)) {
      return FOREIGN
    }
    const state = (message.state ??= {
      ...exchange(),
      greeted: false,
      waiting: false,
      securing: false,
      fromDomain: '',
      toDomain: '',
    }) as SmtpState
    return message.fromOriginator ? command(line, message, state) : reply(line, message, state)
  },
}

/** Mail servers say so in their greeting; FTP servers do too. */
function greets(cursor: Cursor): Certainty {
  const stop = Math.min(cursor.end, cursor.offset + 256)
  const text = cursor.bytes.toString('latin1', cursor.offset, stop)
  return /E?SMTP|\bmail\b|postfix|exim/i.test(text) && !/ftp/i.test(text) ? YES : MAYBE
}

function command(line: string, message: Message, state: SmtpState): Progress {
  if (state.expect !== COMMAND) return secretLine(line, message, state)
  const name = line.slice(0, 4).toUpperCase()
  if (name === 'EHLO' || name === 'HELO' || name === 'LHLO') {
    message.emit({ kind: 'hello', name: clip(line.slice(5).trim(), 128) })
  } else if (name === 'AUTH') startLogin(line, message, state)
  else if (name === 'STAR') state.securing = true
  else if (name === 'MAIL') state.fromDomain = domainOf(line)
  else if (name === 'RCPT') state.toDomain ||= domainOf(line)
  else if (name === 'DATA' || name === 'BDAT') {
    const { fromDomain, toDomain } = state
    message.emit({
      kind: 'mail',
      ...(fromDomain === '' ? undefined : { fromDomain }),
      ...(toDomain === '' ? undefined : { toDomain }),
    })
    return END
  }
  return NEXT
}

const domainOf = (line: string): string => clip(/@([\w.-]{1,128})/.exec(line)?.[1] ?? '', 128)

function startLogin(line: string, message: Message, state: SmtpState): void {
  const [, method = '', initial = ''] = line.split(/\s+/, 3)
  if (beginLogin(state, method, initial)) sayLogin(message, state)
}

/** A line of an authentication exchange: a name is kept, a secret is dropped. */
function secretLine(line: string, message: Message, state: SmtpState): Progress {
  // '*' calls it off (RFC 4954 4); a command shows that the exchange was not taken up.
  if (line === '*' || COMMANDS.test(line)) {
    state.expect = COMMAND
    return line === '*' ? NEXT : command(line, message, state)
  }
  if (goOn(state, line)) sayLogin(message, state)
  return NEXT
}

function sayLogin(message: Message, state: SmtpState): void {
  const { user, method } = state
  state.waiting = true
  message.emit({ kind: 'login', ...(user === '' ? undefined : { user }), method })
}

function reply(line: string, message: Message, state: SmtpState): Progress {
  const code = line.slice(0, 3)
  if (!state.greeted) {
    state.greeted = true
    if (code === '220') message.emit({ kind: 'banner', text: clip(line.slice(4).trim()) })
    return NEXT
  }
  if (line[3] === '-') return NEXT
  if (code === '220' && state.securing) {
    message.emit({ kind: 'start-tls' })
    return SECURE
  }
  state.securing = false
  if (state.waiting && (code === '235' || code === '535' || code === '534' || code === '454')) {
    state.waiting = false
    message.emit({ kind: 'login-result', accepted: code === '235' })
  } else if (code !== '334') state.expect = COMMAND
  return NEXT
}
