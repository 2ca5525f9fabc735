// ARP, ICMP, ICMPv6 and IGMP in an anonymised capture: the messages that carry addresses of others
// in them.
import type { Maps, Span } from './maps.ts'

const ARP = 28

/** ARP for IPv4 over Ethernet; all else is cut to its fixed part. */
export function rewriteArp({ bytes, at, end }: Span, maps: Maps): number {
  const ordinary =
    end - at >= ARP &&
    bytes.readUInt32BE(at) === 0x00010800 &&
    bytes.readUInt16BE(at + 4) === 0x0604
  if (!ordinary) return Math.min(end, at + 8)
  maps.addresses.mac(bytes, at + 8)
  maps.addresses.v4(bytes, at + 14)
  maps.addresses.mac(bytes, at + 18)
  maps.addresses.v4(bytes, at + 24)
  return at + ARP
}

/** Rewrites an IP packet inside an error message, headers only; answers its kept end. */
export type Inner = (span: Span) => number

const UNREACHABLE = 3
const REDIRECT = 5
const EXCEEDED = 11
const PROBLEM = 12

export function rewriteIcmp(span: Span, maps: Maps, inner: Inner): number {
  const { bytes, at, end } = span
  if (end - at < 8) return at
  const type = bytes[at]
  const isError = type === UNREACHABLE || type === 4 || type === EXCEEDED || type === PROBLEM
  if (type === REDIRECT) maps.addresses.v4(bytes, at + 4)
  else if (isError) bytes.fill(0, at + 4, at + (type === UNREACHABLE ? 6 : 8))
  if (!isError && type !== REDIRECT) return at + 8
  return inner({ ...span, at: at + 8 })
}

/** Where options begin in neighbour discovery messages (RFC 4861 4), and addresses before them. */
const DISCOVERY = new Map<
  number,
  { readonly options: number; readonly addresses: readonly number[] }
>([
  [133, { options: 8, addresses: [] }],
  [134, { options: 16, addresses: [] }],
  [135, { options: 24, addresses: [8] }],
  [136, { options: 24, addresses: [8] }],
  [137, { options: 40, addresses: [8, 24] }],
])

export function rewriteIcmpv6(span: Span, maps: Maps, inner: Inner): number {
  const { bytes, at, end } = span
  if (end - at < 8) return at
  const type = bytes[at]
  if (type >= 1 && type <= 4) return inner({ ...span, at: at + 8 })
  const discovery = DISCOVERY.get(type)
  if (discovery) {
    if (end - at < discovery.options) return at + 4
    for (const place of discovery.addresses) maps.addresses.v6(bytes, at + place)
    return neighbourOptions(bytes, at + discovery.options, end, maps)
  }
  // Group membership, version 1: a group; version 2: records of groups and their sources.
  if (type >= 130 && type <= 132 && end - at >= 24) {
    maps.addresses.v6(bytes, at + 8)
    const sources = type === 130 && end - at >= 28 ? bytes.readUInt16BE(at + 26) : 0
    return type === 130 && end - at >= 28 ? addresses(bytes, at + 28, end, sources, maps) : at + 24
  }
  return type === 143 ? groupRecords(span, maps) : at + 8
}

function addresses(bytes: Buffer, from: number, end: number, count: number, maps: Maps): number {
  let at = from
  for (let index = 0; index < count && at + 16 <= end; index++, at += 16) {
    maps.addresses.v6(bytes, at)
  }
  return at
}

/** RFC 3810 5.2: each record a group with its sources. */
function groupRecords({ bytes, at, end }: Span, maps: Maps): number {
  let place = at + 8
  for (let left = bytes.readUInt16BE(at + 6); left > 0 && place + 20 <= end; left--) {
    const sources = bytes.readUInt16BE(place + 2)
    maps.addresses.v6(bytes, place + 4)
    place = addresses(bytes, place + 20, end, sources, maps) + bytes[place + 1] * 4
    if (bytes[place + 1] !== 0 && place > end) return end
  }
  return Math.min(place, end)
}

const OPTION = {
  source: 1,
  target: 2,
  prefix: 3,
  mtu: 5,
  routes: 24,
  servers: 25,
  domains: 31,
} as const

function neighbourOptions(bytes: Buffer, from: number, end: number, maps: Maps): number {
  let at = from
  while (at + 8 <= end) {
    const length = bytes[at + 1] * 8
    if (length === 0 || at + length > end) return at
    neighbourOption(bytes, at, length, maps)
    at += length
  }
  return at
}

function neighbourOption(bytes: Buffer, at: number, length: number, maps: Maps): void {
  const type = bytes[at]
  const stop = at + length
  if (type === OPTION.source || type === OPTION.target) {
    maps.addresses.mac(bytes, at + 2)
    bytes.fill(0, at + 8, stop)
  } else if (type === OPTION.prefix && length === 32) {
    maps.addresses.prefix6(bytes, at + 16, bytes[at + 2])
  } else if (type === OPTION.servers) addresses(bytes, at + 8, stop, (length - 8) / 16, maps)
  else if (type === OPTION.routes && length === 24)
    maps.addresses.prefix6(bytes, at + 8, bytes[at + 2])
  else if (type === OPTION.domains) labels(bytes, at + 8, stop, maps)
  else {
    // The MTU is a small number in the last two of eight bytes.
    const kept = type === OPTION.mtu && length === 8 ? 2 : 0
    bytes.fill(0, at + 2, stop - kept)
  }
}

function labels(bytes: Buffer, from: number, stop: number, maps: Maps): void {
  let at = from
  while (at < stop && at + 1 + bytes[at] <= stop) {
    maps.names.label(bytes, at + 1, bytes[at])
    at += 1 + bytes[at]
  }
  bytes.fill(0, at, stop)
}

/** IGMP: groups stay what they are; lists of sources are cut. */
export function rewriteIgmp({ bytes, at, end }: Span): number {
  if (end - at < 8) return at
  if (bytes[at] !== 0x22) return at + 8
  let place = at + 8
  for (let left = bytes.readUInt16BE(at + 6); left > 0 && place + 8 <= end; left--) {
    if (bytes.readUInt16BE(place + 2) !== 0 || bytes[place + 1] !== 0) return place
    place += 8
  }
  return place
}
