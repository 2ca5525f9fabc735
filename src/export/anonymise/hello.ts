// TLS hellos in an anonymised capture: what a client offers stays (its fingerprint needs it), its
// server name becomes another, randomness, keys and tickets are zeroed. All other records are cut.
import type { Maps, Span } from './maps.ts'

const HANDSHAKE = 22
const CLIENT_HELLO = 1
const SERVER_HELLO = 2
const SERVER_NAME = 0
/** Extensions whose content is a list of numbers or protocol names. */
const KEPT = new Set([
  1, 5, 10, 11, 13, 15, 16, 19, 20, 22, 23, 27, 28, 34, 43, 45, 50, 17513, 17613, 65281,
])

/** The first record, when it is a whole ClientHello or ServerHello; it is kept up to its end. */
export function rewriteHello(span: Span, maps: Maps): number {
  const { bytes, at, end } = span
  if (end - at < 11 || bytes[at] !== HANDSHAKE || bytes[at + 1] !== 3) return at
  const type = bytes[at + 5]
  const length = bytes.readUIntBE(at + 6, 3)
  const stop = at + 9 + length
  if (at + 5 + bytes.readUInt16BE(at + 3) < stop || stop > end || length < 38) return at
  if (type !== CLIENT_HELLO && type !== SERVER_HELLO) return at
  // Version, then 32 bytes of randomness.
  bytes.fill(0, at + 11, at + 43)
  let place = at + 44 + bytes[at + 43]
  if (place > stop) return at
  bytes.fill(0, at + 44, place)
  if (type === SERVER_HELLO) place += 3
  else {
    if (place + 2 > stop) return at
    place += 2 + bytes.readUInt16BE(place)
    if (place >= stop) return at
    place += 1 + bytes[place]
  }
  if (place > stop) return at
  const kept = extensions(bytes, place, stop, maps)
  bytes.fill(0, kept, stop)
  return stop
}

/** Answers up to where extensions were understood. */
function extensions(bytes: Buffer, from: number, stop: number, maps: Maps): number {
  if (from + 2 > stop) return from
  let at = from + 2
  while (at + 4 <= stop) {
    const next = at + 4 + bytes.readUInt16BE(at + 2)
    if (next > stop) return at
    const type = bytes.readUInt16BE(at)
    if (type === SERVER_NAME) serverName(bytes, at + 4, next, maps)
    else if (!KEPT.has(type) && !isGrease(type)) bytes.fill(0, at + 4, next)
    at = next
  }
  return at
}

/** RFC 8701: values that stand for nothing. */
const isGrease = (type: number) => (type & 0x0f0f) === 0x0a0a && type >> 8 === (type & 0xff)

/** A list with one name in it; empty in a server's answer. */
function serverName(bytes: Buffer, from: number, stop: number, maps: Maps): void {
  if (stop - from < 5) {
    bytes.fill(0, from, stop)
    return
  }
  const length = bytes.readUInt16BE(from + 3)
  const end = Math.min(stop, from + 5 + length)
  maps.names.host(bytes, from + 5, end - from - 5)
  bytes.fill(0, end, stop)
}
