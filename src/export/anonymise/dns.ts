// DNS, mDNS, LLMNR and NetBIOS names in an anonymised capture: labels become others of their
// length, addresses are mapped, other data of records is zeroed. A message that does not fit is
// cut.
import type { Maps, Span } from './maps.ts'

const HEADER = 12
const RECORDS_MAX = 512
const TYPE = {
  a: 1,
  ns: 2,
  cname: 5,
  soa: 6,
  ptr: 12,
  mx: 15,
  aaaa: 28,
  srv: 33,
  dname: 39,
} as const
const NETBIOS = 32
const NETBIOS_LENGTH = 32
const ZERO = 0x30

/** Rewrites one message; answers its end, or `at` when it is broken. */
export function rewriteDns(span: Span, maps: Maps, netbios = false): number {
  const { bytes, at, end } = span
  if (end - at < HEADER) return at
  const message = new DnsRewriter(bytes, at, end, maps, netbios)
  const questions = bytes.readUInt16BE(at + 4)
  const records =
    bytes.readUInt16BE(at + 6) + bytes.readUInt16BE(at + 8) + bytes.readUInt16BE(at + 10)
  if (questions + records > RECORDS_MAX) return at
  for (let index = 0; index < questions; index++) {
    if (!message.name() || !message.skip(4)) return at
  }
  for (let index = 0; index < records; index++) if (!message.record()) return at
  return message.at
}

/** Over TCP with its length before it, whole or not at all. */
export function rewriteDnsStream(span: Span, maps: Maps): number {
  const { bytes, at, end } = span
  if (end - at < 2) return at
  const stop = at + 2 + bytes.readUInt16BE(at)
  if (stop > end) return at
  const kept = rewriteDns({ ...span, at: at + 2, end: stop }, maps)
  return kept === at + 2 ? at : kept
}

class DnsRewriter {
  at: number
  private readonly bytes: Buffer
  private readonly end: number
  private readonly maps: Maps
  private readonly netbios: boolean

  constructor(bytes: Buffer, at: number, end: number, maps: Maps, netbios: boolean) {
    this.bytes = bytes
    this.at = at + HEADER
    this.end = end
    this.maps = maps
    this.netbios = netbios
  }

  skip(count: number): boolean {
    this.at += count
    return this.at <= this.end
  }

  /**
   * Rewrites the labels that stand here, up to the root or a pointer; false when they do not end.
   */
  name(stop = this.end): boolean {
    const { bytes } = this
    const labels: number[] = []
    for (;;) {
      if (this.at >= stop) return false
      const length = bytes[this.at]
      if (length >= 0xc0) {
        this.at += 2
        break
      }
      if (length > 63 || this.at + length >= stop) return false
      this.at += 1 + length
      if (length === 0) break
      labels.push(this.at - 1 - length)
    }
    this.labels(labels)
    return this.at <= stop
  }

  /** In names of the reverse tree the labels are an address: they lose their digits. */
  private labels(places: readonly number[]): void {
    const { bytes, maps } = this
    const reverse = places.some((at) => {
      const label = bytes.toString('latin1', at + 1, at + 1 + bytes[at]).toLowerCase()
      return label === 'in-addr' || label === 'ip6'
    })
    for (const at of places) {
      const length = bytes[at]
      const first = at + 1
      if (reverse && /^[0-9a-f]{1,3}$/i.test(bytes.toString('latin1', first, first + length))) {
        bytes.fill(ZERO, first, first + length)
      } else if (this.netbios && length === NETBIOS_LENGTH) this.encoded(first)
      else maps.names.label(bytes, first, length)
    }
  }

  /** A NetBIOS name: two letters from A to P a byte, the last byte a service (RFC 1001 14.1). */
  private encoded(first: number): void {
    const { bytes, maps } = this
    const last = first + NETBIOS_LENGTH - 2
    maps.names.text(bytes, first, last - first)
    for (let at = first; at < last; at++) bytes[at] = 0x41 + (bytes[at] & 15)
  }

  record(): boolean {
    const { bytes } = this
    if (!this.name() || this.end - this.at < 10) return false
    const type = bytes.readUInt16BE(this.at)
    const from = this.at + 10
    const stop = from + bytes.readUInt16BE(this.at + 8)
    if (stop > this.end) return false
    this.at = from
    this.data(type, from, stop)
    this.at = stop
    return true
  }

  /** What a record says; anything that is not understood becomes zeros. */
  private data(type: number, from: number, stop: number): void {
    const { bytes, maps } = this
    if (type === TYPE.a && stop - from === 4) return maps.addresses.v4(bytes, from)
    if (type === TYPE.aaaa && stop - from === 16) return maps.addresses.v6(bytes, from)
    if (type === NETBIOS && this.netbios) {
      for (let at = from; at + 6 <= stop; at += 6) maps.addresses.v4(bytes, at + 2)
      bytes.fill(0, stop - ((stop - from) % 6), stop)
      return
    }
    const before = type === TYPE.mx ? 2 : type === TYPE.srv ? 6 : nameTypes.has(type) ? 0 : -1
    this.at = from + before
    if (before < 0 || from + before > stop) bytes.fill(0, from, stop)
    else if (!this.name(stop)) bytes.fill(0, from + before, stop)
    else if (type === TYPE.soa && this.name(stop)) bytes.fill(0, Math.min(this.at, stop), stop)
    else if (this.at < stop) bytes.fill(0, this.at, stop)
  }
}

const nameTypes = new Set<number>([TYPE.ns, TYPE.cname, TYPE.soa, TYPE.ptr, TYPE.dname])
