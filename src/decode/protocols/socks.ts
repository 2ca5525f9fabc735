// SOCKS 4, 4a and 5: whom a proxy is asked to reach, and as whom. A device that serves or uses one
// is worth a look: proxies are what bots are rented out as.
import type { Cursor } from '../../core/cursor.ts'
import { v4Text, v6Text } from '../../core/addresses.ts'
import {
  END,
  FOREIGN,
  MAYBE,
  MORE,
  NEXT,
  NO,
  YES,
  clip,
  tcp,
  type Certainty,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'

export type SocksFields =
  | {
      readonly kind: 'request'
      readonly version: '4' | '5'
      readonly command: 'connect' | 'bind' | 'udp'
      /** Address or name, and port, that the proxy shall reach. */
      readonly host: string
      readonly port: number
      /** SOCKS 4 carries a user name with the request. */
      readonly user?: string
    }
  | { readonly kind: 'login'; readonly user?: string; readonly credentials: 'password' }
  | { readonly kind: 'login-result'; readonly accepted: boolean }
  | { readonly kind: 'response'; readonly version: '4' | '5'; readonly accepted: boolean }

const COMMANDS = ['', 'connect', 'bind', 'udp'] as const
const NAME_MAX = 255

/** Where a SOCKS 5 connection stands (RFC 1928 3 and 4, RFC 1929). */
const GREETED = 1
const LOGIN = 2
const REQUEST = 3

interface SocksState {
  phase: number
}

export const protocol: Protocol = {
  id: 'socks',
  title: 'SOCKS',
  spec: 'RFC 1928, RFC 1929, SOCKS 4a',
  over: [tcp(1080, 1081, 9050, 4145)],
  startsWith: [4, 5],

  recognise(cursor: Cursor): Certainty {
    if (cursor.peek() === 5) {
      const methods = cursor.peek(1)
      if (methods < 1 || methods > 8 || cursor.remaining !== 2 + methods) return NO
      for (let index = 0; index < methods; index++) if (cursor.peek(2 + index) > 9) return NO
      // What nearly everybody sends: no authentication, or that and a password.
      const usual =
        cursor.peek(2) === 0 && (methods === 1 || (methods === 2 && cursor.peek(3) === 2))
      return usual ? YES : MAYBE
    }
    if (cursor.peek() !== 4 || cursor.remaining < 9 || cursor.remaining > 520) return NO
    const command = cursor.peek(1)
    const ends = cursor.bytes[cursor.end - 1] === 0
    if ((command !== 1 && command !== 2) || !ends || cursor.peek16(2) === 0) return NO
    return hasUserText(cursor) ? YES : NO
  },

  decode(cursor: Cursor, message: Message) {
    const state = message.state as SocksState | undefined
    if (!message.fromOriginator) return readAnswer(cursor, message, state)
    const version = cursor.peek()
    if (state === undefined) {
      if (version === 4) return readFour(cursor, message)
      if (version !== 5) return FOREIGN
      if (cursor.remaining < 2 || cursor.remaining < 2 + cursor.peek(1)) return MORE
      message.state = { phase: GREETED } satisfies SocksState
      cursor.skip(2 + cursor.peek(1))
      return NEXT
    }
    if (version === 1) return readLogin(cursor, message, state)
    return version === 5 ? readFive(cursor, message, state) : END
  },
}

/** SOCKS 4: between the address and its zero octet there is nothing, or a name. */
function hasUserText(cursor: Cursor): boolean {
  const stop = Math.min(cursor.end - 1, cursor.offset + 72)
  for (let at = cursor.offset + 8; at < stop; at++) {
    const byte = cursor.bytes[at]
    if (byte !== 0 && (byte < 33 || byte > 126)) return false
  }
  return true
}

function readFour(cursor: Cursor, message: Message): Progress {
  if (!cursor.has(9)) return MORE
  cursor.skip(1)
  const command = COMMANDS[cursor.u8()]
  const port = cursor.u16()
  const address = cursor.u32()
  const userEnd = cursor.find(0, NAME_MAX)
  if (userEnd < 0) return cursor.remaining < NAME_MAX ? MORE : FOREIGN
  const user = clip(cursor.latin1(userEnd - cursor.offset), 64)
  cursor.skip(1)
  let host = v4Text(address)
  // 4a: an address 0.0.0.x says that a name follows.
  if (address > 0 && address < 256) {
    const nameEnd = cursor.find(0, NAME_MAX)
    if (nameEnd < 0) return cursor.remaining < NAME_MAX ? MORE : FOREIGN
    host = clip(cursor.latin1(nameEnd - cursor.offset))
    cursor.skip(1)
  }
  if (!command) return FOREIGN
  message.state = { phase: REQUEST } satisfies SocksState
  const name = user === '' ? undefined : { user }
  message.emit({ kind: 'request', version: '4', command, host, port, ...name })
  return NEXT
}

/** RFC 1929: a user name, and a password that is skipped. */
function readLogin(cursor: Cursor, message: Message, state: SocksState): Progress {
  const nameLength = cursor.peek(1)
  const passwordLength = nameLength < 0 ? -1 : cursor.peek(2 + nameLength)
  if (passwordLength < 0 || !cursor.has(3 + nameLength + passwordLength)) return MORE
  cursor.skip(2)
  const user = clip(cursor.utf8(nameLength), 64)
  cursor.skip(1 + passwordLength)
  state.phase = LOGIN
  const name = user === '' ? undefined : { user }
  message.emit({ kind: 'login', ...name, credentials: 'password' })
  return NEXT
}

function readFive(cursor: Cursor, message: Message, state: SocksState): Progress {
  const command = COMMANDS[cursor.peek(1)]
  const type = cursor.peek(3)
  const length = type === 1 ? 4 : type === 4 ? 16 : type === 3 ? cursor.peek(4) + 1 : 0
  if (type < 0 || !cursor.has(6 + length)) return MORE
  if (!command || length === 0 || cursor.peek(2) !== 0) {
    message.anomaly('socks-request-odd')
    return state.phase === GREETED ? FOREIGN : END
  }
  cursor.skip(4)
  const host = readHost(cursor, type)
  const port = cursor.u16()
  state.phase = REQUEST
  message.emit({ kind: 'request', version: '5', command, host, port })
  return NEXT
}

function readHost(cursor: Cursor, type: number): string {
  if (type === 1) return v4Text(cursor.u32())
  if (type === 3) return clip(cursor.latin1(cursor.u8()))
  return v6Text(Array.from({ length: 8 }, () => cursor.u16()))
}

function readAnswer(cursor: Cursor, message: Message, state: SocksState | undefined): Progress {
  if (!state) return FOREIGN
  if (!cursor.has(2)) return MORE
  const version = cursor.peek()
  const code = cursor.peek(1)
  if (state.phase === REQUEST) {
    const accepted = version === 5 ? code === 0 : code === 90
    message.emit({ kind: 'response', version: version === 5 ? '5' : '4', accepted })
    return END
  }
  if (state.phase === GREETED && (version !== 5 || (code > 9 && code < 255))) return FOREIGN
  if (state.phase === LOGIN && version === 1) {
    message.emit({ kind: 'login-result', accepted: code === 0 })
  }
  cursor.skip(2)
  return code === 255 ? END : NEXT
}
