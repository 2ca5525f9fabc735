// STUN and TURN: how cameras and speakers get through NAT to peers outside. Says the method, the
// software and, for relays, realm and user.
import { v4Text } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import { v6TextAt } from '../address-text.ts'
import { MAYBE, MORE, NEXT, NO, YES, clip, tcp, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type StunFields = {
  readonly kind: 'request' | 'indication' | 'success' | 'error'
  readonly method: string
  readonly software?: string
  readonly realm?: string
  /** Only together with a realm: without one it is a random name of a call. */
  readonly user?: string
  /** The asker's own address as the server sees it, e.g. '203.0.113.7:50000'. */
  readonly mapped?: string
  readonly error?: number
}

const TCP_PROTOCOL = 6
const COOKIE = 0x2112a442
const HEADER = 20
const LENGTH_MAX = 4096
const ATTRIBUTES = 32
const KINDS = ['request', 'indication', 'success', 'error'] as const
const METHODS: { readonly [method: number]: string } = {
  1: 'binding',
  2: 'shared-secret',
  3: 'allocate',
  4: 'refresh',
  6: 'send',
  7: 'data',
  8: 'create-permission',
  9: 'channel-bind',
  10: 'connect',
}

/** Requests, answers and errors of the two methods that RFC 3489 has. */
const CLASSIC: ReadonlySet<number> = new Set([0x0001, 0x0101, 0x0111, 0x0002, 0x0102, 0x0112])

export const protocol: Protocol = {
  id: 'stun',
  title: 'STUN and TURN',
  spec: 'RFC 8489, RFC 3489',
  over: [udp(3478, 19302), tcp(3478)],
  startsWith: [0, 1],

  recognise(cursor: Cursor, message: Message): Certainty {
    const length = lengthOf(cursor)
    const stream = message.packet.ipProtocol === TCP_PROTOCOL
    if (length < 0) return !stream && isClassic(cursor) ? MAYBE : NO
    return stream || length === cursor.remaining ? YES : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const stream = message.packet.ipProtocol === TCP_PROTOCOL
    const length = !stream && isClassic(cursor) ? cursor.remaining : lengthOf(cursor)
    if (length < 0) {
      // What is relayed goes between the messages, in channels.
      if (stream && !cursor.has(HEADER)) return MORE
      cursor.seek(cursor.end)
      return NEXT
    }
    if (!cursor.has(length)) {
      if (stream) return MORE
      cursor.seek(cursor.end)
      return NEXT
    }
    message.emit(read(cursor.sub(length)))
    return NEXT
  },
}

/** Length of the message at the cursor, header included; -1 when it is none. */
function lengthOf(cursor: Cursor): number {
  if (!cursor.has(HEADER)) return -1
  const type = cursor.peek16()
  const length = cursor.peek16(2)
  if (cursor.bytes.readUInt32BE(cursor.offset + 4) !== COOKIE) return -1
  if (type >= 0x4000 || (length & 3) !== 0 || length > LENGTH_MAX) return -1
  return METHODS[methodOf(type)] === undefined ? -1 : length + HEADER
}

/**
 * A message of RFC 3489, as old devices send it: no cookie yet, so only its type, its length and
 * its first attribute can tell.
 */
function isClassic(cursor: Cursor): boolean {
  const length = cursor.peek16(2)
  if (!CLASSIC.has(cursor.peek16()) || length !== cursor.remaining - HEADER) return false
  return length === 0 || (length >= 4 && cursor.peek16(HEADER + 2) <= length - 4)
}

/** The class's two bits stand within the method's (RFC 8489 5). */
const methodOf = (type: number) => (type & 0xf) | ((type & 0xe0) >> 1) | ((type & 0x3e00) >> 2)

function read(body: Cursor): StunFields {
  const type = body.u16()
  body.skip(HEADER - 2)
  const kind = KINDS[((type >> 4) & 1) | ((type >> 7) & 2)]
  let software: string | undefined
  let realm: string | undefined
  let user: string | undefined
  let mapped: string | undefined
  let error: number | undefined
  for (let count = 0; count < ATTRIBUTES && body.has(4); count++) {
    const attribute = body.u16()
    const length = body.u16()
    const value = body.sub(length)
    if (body.overrun) break
    body.skip(Math.min((4 - (length & 3)) & 3, body.remaining))
    if (attribute === 0x8022) software = unpadded(value.utf8(length))
    else if (attribute === 0x0014) realm = clip(value.utf8(length))
    else if (attribute === 0x0006) user = clip(value.utf8(length))
    else if (attribute === 0x0009)
      error = ((value.u32() >> 8) & 7) * 100 + value.bytes[value.offset - 1]
    else if (attribute === 0x0020) mapped = addressText(value, true)
    else if (attribute === 0x0001) mapped ??= addressText(value, false)
  }
  if (realm === undefined) user = undefined
  return { kind, method: METHODS[methodOf(type)], software, realm, user, mapped, error }
}

/** Some count the padding zeros in. */
function unpadded(text: string): string {
  const zero = text.indexOf('\0')
  return clip(zero < 0 ? text : text.slice(0, zero))
}

/** XOR-MAPPED-ADDRESS hides the address under the cookie so that NAT boxes leave it alone. */
function addressText(value: Cursor, hidden: boolean): string | undefined {
  const family = value.u16() & 255
  const port = value.u16() ^ (hidden ? COOKIE >>> 16 : 0)
  if (family === 1 && value.has(4)) {
    const address = value.u32() ^ (hidden ? COOKIE : 0)
    return `${v4Text(address >>> 0)}:${port}`
  }
  if (family === 2 && value.has(16) && !hidden) {
    return `[${v6TextAt(value.bytes, value.offset)}]:${port}`
  }
  return undefined
}
