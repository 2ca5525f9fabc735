// IMAP: which mail server a device reads from, with what program, who logs in, and whether in the
// clear. Mail is neither read nor kept: an accepted login ends what is looked at.
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

export type ImapFields =
  | { readonly kind: 'banner'; readonly text: string }
  | { readonly kind: 'capabilities'; readonly list: readonly string[] }
  /** RFC 2971: what a side says of its program; `text` has name and version. */
  | {
      readonly kind: 'identity'
      readonly name?: string
      readonly version?: string
      readonly vendor?: string
      readonly os?: string
    }
  /** `method`: 'password' or a SASL mechanism, lower case. */
  | { readonly kind: 'login'; readonly user?: string; readonly method: string }
  | { readonly kind: 'login-result'; readonly accepted: boolean }
  | { readonly kind: 'start-tls' }

interface ImapState extends Exchange {
  greeted: boolean
  /** Tags of a login and of STARTTLS that wait for their answer. */
  loginTag: string
  tlsTag: string
  /** A command whose last word follows as a literal of this many octets (RFC 9051 4.3). */
  head: string
  literal: number
}

const LINE_MAX = 4096
const LITERAL_MAX = 1024
const LIST_MAX = 64
const TAGGED = /^[\w.+-]{1,32} (?:(?:UID )?[A-Za-z]{2,16})(?: |$)/
const CLIENT =
  /^[\w.-]{1,16} (?:CAPABILITY|LOGIN|STARTTLS|AUTHENTICATE|ID|NOOP|LOGOUT|SELECT)(?: |$)/i
const GREETING = /^\* (?:OK|PREAUTH|BYE)(?: |$)/i

export const protocol: Protocol = {
  id: 'imap',
  title: 'IMAP',
  spec: 'RFC 9051, RFC 3501, RFC 2971',
  over: [tcp(143)],
  // '* OK' of the server; the tags that programs begin with.
  startsWith: [0x2a, ...Buffer.from('aA01.')],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    const stop = Math.min(cursor.end, cursor.offset + 256)
    const text = cursor.bytes.toString('latin1', cursor.offset, stop)
    if (cursor.peek() === 0x2a) return GREETING.test(text) ? (/IMAP/i.test(text) ? YES : MAYBE) : NO
    return CLIENT.test(text.slice(0, 40).replace(/\r?\n.*/s, '')) ? MAYBE : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const known = message.state as ImapState | undefined
    if (known && known.literal > 0 && message.fromOriginator) {
      if (!cursor.has(known.literal)) return MORE
      known.head += quoted(cursor.latin1(known.literal))
      known.literal = 0
      return NEXT
    }
    const line = cursor.line(LINE_MAX)
    if (line === undefined) {
      if (cursor.remaining < LINE_MAX) return MORE
      return known ? END : FOREIGN
    }
    if (!known && !GREETING.test(line) && !TAGGED.test(line)) return FOREIGN
    const state = known ?? {
      ...exchange(),
      greeted: false,
      loginTag: '',
      tlsTag: '',
      head: '',
      literal: 0,
    }
    message.state = state
    return message.fromOriginator ? command(line, message, state) : reply(line, message, state)
  },
}

const quoted = (text: string): string => `"${text.replace(/(["\\])/g, '\\$1')}"`

function command(rest: string, message: Message, state: ImapState): Progress {
  if (state.expect !== COMMAND) {
    // '*' calls it off (RFC 9051 6.2.2).
    if (rest === '*') state.expect = COMMAND
    else if (goOn(state, rest)) sayLogin(message, state)
    return NEXT
  }
  const line = state.head + rest
  const literal = /\{(\d{1,9})\+?\}$/.exec(line)
  state.head = ''
  if (literal) {
    const length = Number(literal[1])
    // Mail comes this way too, after a login.
    if (length > LITERAL_MAX || line.length > LINE_MAX) return END
    state.head = line.slice(0, literal.index)
    state.literal = length
    return NEXT
  }
  const [, tag = '', name = '', argument = ''] = /^(\S{1,32}) ([A-Za-z]+) ?(.*)$/.exec(line) ?? []
  switch (name.toUpperCase()) {
    case 'LOGIN':
      state.loginTag = tag
      state.method = 'password'
      state.user = clip(words(argument, 1)[0] ?? '', 64)
      sayLogin(message, state)
      return NEXT
    case 'AUTHENTICATE': {
      const [method = '', initial = ''] = argument.split(' ', 2)
      state.loginTag = tag
      if (beginLogin(state, method, initial)) sayLogin(message, state)
      return NEXT
    }
    case 'STARTTLS':
      state.tlsTag = tag
      return NEXT
    case 'ID':
      sayIdentity(argument, message)
  }
  return NEXT
}

function sayLogin(message: Message, { user, method }: ImapState): void {
  message.emit({ kind: 'login', ...(user === '' ? undefined : { user }), method })
}

/** Atoms and quoted texts of a list; quotes and escapes taken off. */
function words(text: string, most: number): string[] {
  const found: string[] = []
  for (const [, inQuotes, atom] of text.matchAll(/"((?:[^"\\]|\\.)*)"|([^\s"()]+)/g)) {
    found.push(inQuotes === undefined ? atom : inQuotes.replace(/\\(.)/g, '$1'))
    if (found.length >= most) break
  }
  return found
}

function sayIdentity(text: string, message: Message): void {
  const pairs = words(text, 32)
  const fields: Record<string, string> = {}
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const name = pairs[at].toLowerCase()
    const value = pairs[at + 1]
    if (NAMES.has(name) && value.toUpperCase() !== 'NIL') fields[name] = clip(value, 64)
  }
  if (Object.keys(fields).length > 0) message.emit({ kind: 'identity', ...fields })
}

/** RFC 2971 3.3; the rest may tell more of a person than of a program. */
const NAMES: ReadonlySet<string> = new Set(['name', 'version', 'vendor', 'os'])

function reply(line: string, message: Message, state: ImapState): Progress {
  if (!state.greeted) {
    state.greeted = true
    if (GREETING.test(line)) return greet(line, message)
  }
  const [, tag = '', word = '', rest = ''] = /^(\S{1,32}) ([A-Za-z]+) ?(.*)$/.exec(line) ?? []
  if (tag === '*') {
    if (/^CAPABILITY$/i.test(word)) sayCapabilities(rest, message)
    else if (/^ID$/i.test(word)) sayIdentity(rest, message)
    return NEXT
  }
  if (tag === '') return NEXT
  const accepted = word.toUpperCase() === 'OK'
  if (tag === state.tlsTag) {
    state.tlsTag = ''
    if (!accepted) return NEXT
    message.emit({ kind: 'start-tls' })
    return SECURE
  }
  if (tag !== state.loginTag) return NEXT
  state.loginTag = ''
  state.expect = COMMAND
  message.emit({ kind: 'login-result', accepted })
  return accepted ? END : NEXT
}

/** `* OK [CAPABILITY IMAP4rev1 …] Dovecot ready.` */
function greet(line: string, message: Message): Progress {
  const [, code = '', text = ''] = /^\* \w+ (?:\[([^\]]*)\] ?)?(.*)$/.exec(line) ?? []
  message.emit({ kind: 'banner', text: clip(text.trim()) })
  if (/^CAPABILITY /i.test(code)) sayCapabilities(code.slice('CAPABILITY '.length), message)
  return /^\* OK/i.test(line) ? NEXT : END
}

function sayCapabilities(text: string, message: Message): void {
  const list = text.split(' ', LIST_MAX).filter((name) => name !== '')
  message.emit({ kind: 'capabilities', list: list.map((name) => clip(name.toUpperCase(), 32)) })
}
