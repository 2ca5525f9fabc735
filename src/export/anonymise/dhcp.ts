// DHCP and DHCPv6 in an anonymised capture: addresses and MACs are mapped wherever an option has
// them, names become others of their length, options that are not listed are zeroed.
import type { Maps, Span } from './maps.ts'

const FIXED = 240
const COOKIE = 0x63825363
const END = 255
/** Lists of IPv4 addresses. */
const ADDRESSES = new Set([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 16, 28, 32, 41, 42, 44, 45, 48, 49, 50, 54, 65, 68, 69, 70, 71, 72,
  73, 74, 75, 76, 118, 150,
])
/**
 * Numbers that are everybody's, and how many bytes they have: masks, times, sizes, message types.
 */
const PLAIN = new Map([
  ...[19, 20, 23, 27, 29, 30, 31, 34, 36, 37, 39, 46, 52, 53, 116].map(
    (code) => [code, 1] as const,
  ),
  ...[13, 22, 26, 57, 93].map((code) => [code, 2] as const),
  ...[1, 2, 24, 35, 38, 51, 58, 59].map((code) => [code, 4] as const),
  [94, 3] as const,
])
/** Option codes that the client asks for; all clients ask for one of these. */
const REQUESTED = 55
const COMMON = [1, 3, 6]
/** Names and other texts that could tell whose device it is. */
const TEXTS = new Set([12, 14, 15, 17, 18, 40, 47, 56, 60, 62, 64, 66, 67, 77, 114, 160, 161, 252])
const CLIENT_ID = 61
const ROUTES = new Set([121, 249])
const FQDN = 81

/** BOOTP's fixed part with the options behind it. */
export function rewriteDhcp(span: Span, maps: Maps): number {
  const { bytes, at, end } = span
  if (end - at < FIXED || bytes.readUInt32BE(at + 236) !== COOKIE) return at
  for (const field of [12, 16, 20, 24]) maps.addresses.v4(bytes, at + field)
  const isMac = bytes[at + 1] === 1 && bytes[at + 2] === 6
  if (isMac) maps.addresses.mac(bytes, at + 28)
  bytes.fill(0, at + (isMac ? 34 : 28), at + 236)
  let place = at + FIXED
  while (place < end && bytes[place] !== END) {
    if (bytes[place] === 0) {
      place++
      continue
    }
    if (place + 2 > end || place + 2 + bytes[place + 1] > end) return place
    const stop = place + 2 + bytes[place + 1]
    option(bytes, bytes[place], place + 2, stop, maps)
    place = stop
  }
  if (place < end) place++
  // Behind the end is padding.
  bytes.fill(0, place, end)
  return end
}

function option(bytes: Buffer, code: number, from: number, stop: number, maps: Maps): void {
  if (PLAIN.get(code) === stop - from) return
  if (code === REQUESTED && isRequestList(bytes.subarray(from, stop))) return
  if (ADDRESSES.has(code)) {
    for (let at = from; at + 4 <= stop; at += 4) maps.addresses.v4(bytes, at)
    bytes.fill(0, stop - ((stop - from) % 4), stop)
  } else if (code === CLIENT_ID) clientId(bytes, from, stop, maps)
  else if (TEXTS.has(code)) maps.names.text(bytes, from, stop - from)
  else if (code === FQDN && stop - from > 3) {
    // Flags, two old codes; bit 2 says that labels follow instead of text.
    if (bytes[from] & 4) labels(bytes, from + 3, stop, maps)
    else maps.names.host(bytes, from + 3, stop - from - 3)
  } else if (ROUTES.has(code)) routes(bytes, from, stop, maps)
  else if (code === 119) labels(bytes, from, stop, maps)
  else bytes.fill(0, from, stop)
}

/** Codes that all clients ask for are among them, and none twice: so it is no text. */
const isRequestList = (codes: Buffer): boolean =>
  COMMON.some((code) => codes.includes(code)) && new Set(codes).size === codes.length

/** RFC 3442: width of a network, as many of its bytes as the width needs, a router. */
function routes(bytes: Buffer, from: number, stop: number, maps: Maps): void {
  let at = from
  while (at < stop) {
    const size = Math.ceil(bytes[at] / 8)
    if (size > 4 || at + 5 + size > stop) break
    const network = Buffer.alloc(4)
    bytes.copy(network, 0, at + 1, at + 1 + size)
    if (size > 0) maps.addresses.v4(network, 0)
    network.copy(bytes, at + 1, 0, size)
    maps.addresses.v4(bytes, at + 1 + size)
    at += 5 + size
  }
  bytes.fill(0, at, stop)
}

/** Labels with their lengths; pointers end a name. */
function labels(bytes: Buffer, from: number, stop: number, maps: Maps): void {
  let at = from
  while (at < stop) {
    const length = bytes[at]
    if (length >= 0xc0) at += 2
    else if (at + 1 + length > stop) break
    else {
      maps.names.label(bytes, at + 1, length)
      at += 1 + length
    }
  }
  if (at < stop) bytes.fill(0, at, stop)
}

/** RFC 2132 9.14: a type and an address; RFC 4361: 255, four bytes, a DUID. */
function clientId(bytes: Buffer, from: number, stop: number, maps: Maps): void {
  if (bytes[from] === 1 && stop - from === 7) maps.addresses.mac(bytes, from + 1)
  else if (bytes[from] === 255 && stop - from > 7) {
    maps.names.text(bytes, from + 1, 4)
    duid(bytes, from + 5, stop, maps)
  } else maps.names.text(bytes, from + 1, stop - from - 1)
}

/** RFC 8415 11: with time and MAC, by enterprise, MAC alone, UUID. */
function duid(bytes: Buffer, from: number, stop: number, maps: Maps): void {
  if (stop - from < 2) return
  const type = bytes.readUInt16BE(from)
  const ethernet = stop - from >= 4 && bytes.readUInt16BE(from + 2) === 1
  const place = type === 1 ? from + 8 : from + 4
  if ((type === 1 || type === 3) && ethernet && stop - place === 6) {
    if (type === 1) bytes.fill(0, from + 4, from + 8)
    maps.addresses.mac(bytes, place)
  } else maps.names.text(bytes, from + 2, stop - from - 2)
}

const SIX = {
  clientId: 1,
  serverId: 2,
  identityNa: 3,
  identityTa: 4,
  address: 5,
  request: 6,
} as const
/** DHCPv6: preference, elapsed time, rapid commit, refresh time, with their lengths. */
const SIX_PLAIN = new Map([
  [7, 1],
  [8, 2],
  [14, 0],
  [32, 4],
])
/** Options of DHCPv6 have small numbers: a list of larger ones is none. */
const SIX_CODES = 256
const SIX_ADDRESSES = new Set([12, 22, 23, 27, 31, 34])
const SIX_DOMAINS = new Set([21, 24, 30, 33, 57, 58])
const PREFIX_DELEGATION = 25
const PREFIX = 26
const SIX_FQDN = 39
const RELAY_FORWARD = 12

/** A DHCPv6 message; relayed ones are cut to their type. */
export function rewriteDhcpv6(span: Span, maps: Maps): number {
  const { bytes, at, end } = span
  if (end - at < 4) return at
  if (bytes[at] >= RELAY_FORWARD) return at + 1
  return options6(bytes, at + 4, end, maps, 0)
}

function options6(bytes: Buffer, from: number, end: number, maps: Maps, depth: number): number {
  let at = from
  while (at + 4 <= end) {
    const stop = at + 4 + bytes.readUInt16BE(at + 2)
    if (stop > end) return at
    option6(bytes, at, stop, maps, depth)
    at = stop
  }
  return at
}

function option6(bytes: Buffer, at: number, stop: number, maps: Maps, depth: number): void {
  const code = bytes.readUInt16BE(at)
  const from = at + 4
  if (SIX_PLAIN.get(code) === stop - from) return
  if (code === SIX.request && isCodeList(bytes, from, stop)) return
  if (code === SIX.clientId || code === SIX.serverId) return duid(bytes, from, stop, maps)
  if (SIX_ADDRESSES.has(code)) {
    for (let place = from; place + 16 <= stop; place += 16) maps.addresses.v6(bytes, place)
    bytes.fill(0, stop - ((stop - from) % 16), stop)
    return
  }
  if (SIX_DOMAINS.has(code)) return labels(bytes, from, stop, maps)
  if (code === SIX_FQDN && stop > from) return labels(bytes, from + 1, stop, maps)
  const header = headerOf(code)
  if (header === 0 || stop - from < header || depth > 2) {
    bytes.fill(0, from, stop)
    return
  }
  if (code === SIX.address) maps.addresses.v6(bytes, from)
  else if (code === PREFIX) maps.addresses.prefix6(bytes, from + 9, bytes[from + 8])
  const kept = options6(bytes, from + header, stop, maps, depth + 1)
  bytes.fill(0, kept, stop)
}

function isCodeList(bytes: Buffer, from: number, stop: number): boolean {
  if ((stop - from) % 2 !== 0) return false
  for (let at = from; at < stop; at += 2) if (bytes.readUInt16BE(at) >= SIX_CODES) return false
  return true
}

/** Bytes before the options inside an option; 0 for those that have none. */
function headerOf(code: number): number {
  if (code === SIX.identityNa || code === PREFIX_DELEGATION) return 12
  if (code === SIX.identityTa) return 4
  return code === SIX.address ? 24 : code === PREFIX ? 25 : 0
}
