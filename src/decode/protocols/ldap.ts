// LDAP: who logs in at a directory, how, and the step to TLS. Searches and entries are not read: an
// accepted login ends what is looked at.
import type { Cursor } from '../../core/cursor.ts'
import { Der } from '../der.ts'
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

export type LdapFields =
  | {
      readonly kind: 'login'
      /** Name of the entry, or what the directory takes for one; absent with SASL mostly. */
      readonly user?: string
      /** 'simple' or the SASL mechanism, lower case. */
      readonly method: string
      /** Whether the password is sent as it is. */
      readonly credentials: 'password' | 'sasl'
    }
  | { readonly kind: 'login-result'; readonly accepted: boolean }
  | { readonly kind: 'start-tls' }

interface LdapState {
  /** A login, or the step to TLS, waits for its answer. */
  login: boolean
  securing: boolean
}

/** RFC 4511 4.2, 4.12: tags of operations, and of choices within them. */
const OPERATION = { bind: 0x60, bound: 0x61, extended: 0x77, answered: 0x78 } as const
const SIMPLE = 0x80
const SASL = 0xa3
/** Microsoft's NTLM, its first message ([MS-ADTS] 5.1.1.1.3). */
const SICILY = 0x8a
const NAME = 0x80
const START_TLS = '1.3.6.1.4.1.1466.20037'
const RESULT = { success: 0, invalidCredentials: 49 } as const
const OCTETS = 0x04
const INTEGER = 0x02
const MESSAGE_MAX = 30_000

const der = new Der(Buffer.alloc(0), 0, 0)
/** Whether the next element of `der` has this tag. */
const isNext = (tag: number): boolean => der.next() && der.tag === tag

export const protocol: Protocol = {
  id: 'ldap',
  title: 'LDAP',
  spec: 'RFC 4511',
  over: [tcp(389, 3268)],
  startsWith: [0x30],
  packets: 12,

  recognise(cursor: Cursor): Certainty {
    const { bytes, offset, end } = cursor
    const length = lengthOf(cursor)
    if (length <= 0) return NO
    const at = offset + headOf(cursor)
    // The message's number, of one to four octets.
    const digits = bytes[at + 1]
    if (at + 3 + digits >= end || bytes[at] !== INTEGER || digits < 1 || digits > 4) return NO
    const operation = bytes[at + 2 + digits]
    if (operation < OPERATION.bind || operation > 0x79) return NO
    return operation === OPERATION.bind || operation === OPERATION.extended ? likely(cursor) : MAYBE
  },

  decode(cursor: Cursor, message: Message): Progress {
    const length = lengthOf(cursor)
    if (length < 0) return MORE
    // Behind a login with sealing there are other things.
    if (length === 0 || length > MESSAGE_MAX) return message.state === undefined ? FOREIGN : END
    if (!cursor.has(length)) return MORE
    const { bytes, offset } = cursor
    der.reset(bytes, offset + headOf(cursor), offset + length)
    cursor.skip(length)
    if (!isNext(INTEGER) || !der.next()) {
      return message.state === undefined ? FOREIGN : END
    }
    const state = (message.state ??= { login: false, securing: false }) as LdapState
    const operation = der.tag
    der.reset(bytes, der.start, der.stop)
    switch (operation) {
      case OPERATION.bind:
        sayLogin(message, state)
        return NEXT
      case OPERATION.extended:
        state.securing = isNext(NAME) && textOf(64) === START_TLS
        return NEXT
      case OPERATION.bound:
        return sayResult(message, state)
      case OPERATION.answered: {
        const accepted = state.securing && resultCode() === RESULT.success
        state.securing = false
        if (!accepted) return NEXT
        message.emit({ kind: 'start-tls' })
        return SECURE
      }
      default:
        return NEXT
    }
  },
}

/** Octets of tag and length; 0 for a form that is not used. */
function headOf(cursor: Cursor): number {
  const first = cursor.peek(1)
  if (first < 0x80) return 2
  return first >= 0x81 && first <= 0x84 ? 2 + (first & 7) : 0
}

/** Length of the message with its head; -1 while that is not there, 0 when it is none. */
function lengthOf(cursor: Cursor): number {
  if (cursor.remaining > 0 && cursor.peek() !== 0x30) return 0
  if (!cursor.has(2)) return -1
  const head = headOf(cursor)
  if (head === 0) return 0
  if (!cursor.has(head)) return -1
  if (head === 2) return 2 + cursor.peek(1)
  return head + cursor.bytes.readUIntBE(cursor.offset + 2, head - 2)
}

/** A bind names version 3 (or 2), an extended operation an object identifier. */
function likely(cursor: Cursor): Certainty {
  const { bytes, offset, end } = cursor
  der.reset(bytes, offset + headOf(cursor), end)
  if (!der.next() || !der.next()) return MAYBE
  const { tag } = der
  der.reset(bytes, der.start, der.stop)
  if (!der.next()) return MAYBE
  if (tag === OPERATION.extended) return der.tag === NAME && /^[\d.]+$/.test(textOf(64)) ? YES : NO
  const version = bytes[der.start]
  return der.tag === INTEGER && der.stop === der.start + 1 && (version === 3 || version === 2)
    ? YES
    : NO
}

const textOf = (length: number): string =>
  clip(der.bytes.toString('utf8', der.start, Math.min(der.stop, der.start + length)), length)

function sayLogin(message: Message, state: LdapState): void {
  if (!der.next() || !isNext(OCTETS)) return message.anomaly('ldap-bind-short')
  const user = textOf(256)
  if (!der.next()) return message.anomaly('ldap-bind-short')
  const named = user === '' ? undefined : { user }
  if (der.tag === SIMPLE) {
    // Nobody's name, or no password, is an anonymous bind (RFC 4513 5.1).
    state.login = user !== '' && der.stop > der.start
    if (!state.login) return
    message.emit({ kind: 'login', ...named, method: 'simple', credentials: 'password' })
  } else if (der.tag === SASL) {
    state.login = true
    der.reset(der.bytes, der.start, der.stop)
    const method = isNext(OCTETS) ? textOf(24).toLowerCase() : 'unknown'
    const credentials = method === 'plain' ? 'password' : 'sasl'
    message.emit({ kind: 'login', ...named, method, credentials })
  } else if (der.tag === SICILY) {
    state.login = true
    message.emit({ kind: 'login', ...named, method: 'ntlm', credentials: 'sasl' })
  }
}

const resultCode = (): number =>
  der.next() && der.stop === der.start + 1 ? der.bytes[der.start] : -1

function sayResult(message: Message, state: LdapState): Progress {
  const code = resultCode()
  if (!state.login) return NEXT
  if (code === RESULT.success) {
    message.emit({ kind: 'login-result', accepted: true })
    return END
  }
  if (code === RESULT.invalidCredentials) message.emit({ kind: 'login-result', accepted: false })
  return NEXT
}
