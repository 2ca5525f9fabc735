// Rewrites one frame, header by header, from the link inwards: what is understood is mapped, what
// is not is cut. Checksums are made anew, so that they give nothing away.
import { rewriteArp, rewriteIcmp, rewriteIcmpv6, rewriteIgmp } from './control.ts'
import { setPlainChecksum, setTransportChecksum, type PseudoHeader } from './checksums.ts'
import type { Maps, Span } from './maps.ts'
import { rewritePayload } from './payload.ts'
import { LINK } from '../../decode/index.ts'

const DEPTH_MAX = 4
const TYPE = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd, pppoe: 0x8864, mpls: 0x8847 } as const
const VLAN = new Set([0x8100, 0x88a8, 0x9100])
const PROTOCOL = { icmp: 1, igmp: 2, tcp: 6, udp: 17, gre: 47, icmpv6: 58 } as const
const INNER_IP = new Map([
  [4, TYPE.ipv4],
  [41, TYPE.ipv6],
])
const VXLAN = 4789

/** Rewrites frames in place; make one for all. */
export class FrameRewriter {
  private readonly maps: Maps
  private depth = 0

  constructor(maps: Maps) {
    this.maps = maps
  }

  /** Answers how many bytes of the frame may be kept; -1 when its link is not understood. */
  rewrite(span: Span, linkType: number): number {
    this.depth = 0
    const { at, end } = span
    const kept = this.link(span, linkType)
    return kept < 0 ? -1 : Math.min(kept, end) - at
  }

  private link(span: Span, linkType: number): number {
    const { bytes, at, end } = span
    switch (linkType) {
      case LINK.ethernet:
        return this.ethernet(span)
      case LINK.linuxCooked:
        if (end - at < 16) return at
        return this.cooked(
          span,
          at + 6,
          bytes.readUInt16BE(at + 4),
          16,
          bytes.readUInt16BE(at + 14),
        )
      case LINK.linuxCooked2:
        if (end - at < 20) return at
        return this.cooked(span, at + 12, bytes[at + 11], 20, bytes.readUInt16BE(at))
      case LINK.null:
      case LINK.loop:
        return end - at < 5 ? at : this.bare(span, at + 4)
      case LINK.raw:
      case LINK.rawBsd:
      case LINK.rawOpenBsd:
      case LINK.ipv4:
      case LINK.ipv6:
        return end - at < 1 ? at : this.bare(span, at)
    }
    return -1
  }

  private ethernet(span: Span): number {
    const { bytes, at, end } = span
    if (end - at < 14) return at
    this.maps.addresses.mac(bytes, at)
    this.maps.addresses.mac(bytes, at + 6)
    let place = at + 12
    let type = bytes.readUInt16BE(place)
    for (let tags = 0; VLAN.has(type) && tags < 4; tags++) {
      if (end - place < 6) return end
      place += 4
      type = bytes.readUInt16BE(place)
    }
    if (type >= 0x600) return this.network({ ...span, at: place + 2 }, type)
    // 802.3 with LLC; SNAP carries EtherTypes.
    const header = place + 2
    if (end - header < 8 || bytes.readUIntBE(header, 3) !== 0xaaaa03)
      return Math.min(end, header + 3)
    return this.network({ ...span, at: header + 8 }, bytes.readUInt16BE(header + 6))
  }

  /** Linux cooked captures: an address of `length` bytes in a field of eight. */
  private cooked(span: Span, field: number, length: number, size: number, type: number): number {
    const { bytes, at } = span
    if (length === 6) this.maps.addresses.mac(bytes, field)
    bytes.fill(0, field + (length === 6 ? 6 : 0), field + 8)
    return this.network({ ...span, at: at + size }, type)
  }

  /** IP without a type before it. */
  private bare(span: Span, at: number): number {
    const version = span.bytes[at] >> 4
    if (version !== 4 && version !== 6) return at
    return this.network({ ...span, at }, version === 4 ? TYPE.ipv4 : TYPE.ipv6)
  }

  private network(span: Span, type: number): number {
    const { bytes, at, end } = span
    if (type === TYPE.ipv4) return this.ipv4(span, false)
    if (type === TYPE.ipv6) return this.ipv6(span, false)
    if (type === TYPE.arp) return rewriteArp(span, this.maps)
    if (type === TYPE.pppoe && end - at >= 8) {
      const inner = bytes.readUInt16BE(at + 6)
      const next = { ...span, at: at + 8 }
      if (inner === 0x21) return this.ipv4(next, false)
      return inner === 0x57 ? this.ipv6(next, false) : at + 8
    }
    if ((type === TYPE.mpls || type === TYPE.mpls + 1) && end - at >= 5) {
      let label = at
      while (end - label >= 9 && (bytes[label + 2] & 1) === 0) label += 4
      return this.bare(span, label + 4)
    }
    return at
  }

  /** `quoted`: inside an ICMP error, where the rest of the packet is not there. */
  private ipv4(span: Span, quoted: boolean): number {
    const { bytes, at } = span
    if (span.end - at < 20 || bytes[at] >> 4 !== 4) return at
    const length = (bytes[at] & 15) * 4
    if (length < 20 || span.end - at < length) return at
    const stated = bytes.readUInt16BE(at + 2)
    // Segmentation offload leaves the total length 0.
    const whole = stated === 0 ? span.wire - (at - span.start) : stated
    const end = Math.min(span.end, at + Math.max(whole, length))
    const { addresses } = this.maps
    addresses.v4(bytes, at + 12)
    addresses.v4(bytes, at + 16)
    // Options may record routes: they become no-operations.
    bytes.fill(1, at + 20, at + length)
    setPlainChecksum(bytes, at, at + length, at + 10)
    const offset = bytes.readUInt16BE(at + 6) & 0x1fff
    const inner = { ...span, at: at + length, end }
    if (offset !== 0) return at + length
    const pseudo = {
      addresses: at + 12,
      addressLength: 8,
      length: whole - length,
      protocol: bytes[at + 9],
    }
    return this.transport(inner, pseudo, quoted)
  }

  private ipv6(span: Span, quoted: boolean): number {
    const { bytes, at } = span
    if (span.end - at < 40 || bytes[at] >> 4 !== 6) return at
    const end = Math.min(span.end, at + 40 + (bytes.readUInt16BE(at + 4) || span.end))
    const wire = bytes.readUInt16BE(at + 4)
    this.maps.addresses.v6(bytes, at + 8)
    this.maps.addresses.v6(bytes, at + 24)
    let protocol = bytes[at + 6]
    let place = at + 40
    for (let headers = 0; headers < 8 && isExtension(protocol); headers++) {
      if (end - place < 8) return place
      const length = protocol === 44 ? 8 : (bytes[place + 1] + 1) * 8
      if (end - place < length) return place
      const first = protocol !== 44 || (bytes.readUInt16BE(place + 2) & 0xfff8) === 0
      // Options and routes may hold addresses; as zeros they are padding.
      if (protocol !== 44) bytes.fill(0, place + (protocol === 43 ? 4 : 2), place + length)
      protocol = bytes[place]
      place += length
      if (!first) return place
    }
    const pseudo = {
      addresses: at + 8,
      addressLength: 32,
      protocol,
      length: Math.max(0, at + 40 + wire - place),
    }
    return this.transport({ ...span, at: place, end }, pseudo, quoted)
  }

  private transport(span: Span, pseudo: PseudoHeader, quoted: boolean): number {
    const { bytes, at, end } = span
    const { protocol } = pseudo
    const tunnelled = INNER_IP.get(protocol)
    if (tunnelled !== undefined) return this.tunnel(span, tunnelled)
    if (protocol === PROTOCOL.gre) return this.gre(span)
    if (protocol === PROTOCOL.tcp) return this.tcp(span, pseudo, quoted)
    if (protocol === PROTOCOL.udp) return this.udp(span, pseudo, quoted)
    if (quoted) return end - at >= 4 && protocol === PROTOCOL.icmp ? at + 2 : at
    const inner = (part: Span) =>
      bytes[part.at] >> 4 === 6 ? this.ipv6(part, true) : this.ipv4(part, true)
    if (protocol === PROTOCOL.icmp) {
      const kept = rewriteIcmp(span, this.maps, inner)
      if (kept > at) setPlainChecksum(bytes, at, kept, at + 2)
      return kept
    }
    if (protocol === PROTOCOL.igmp) {
      const kept = rewriteIgmp(span)
      if (kept > at) setPlainChecksum(bytes, at, kept, at + 2)
      return kept
    }
    if (protocol !== PROTOCOL.icmpv6) return at
    const kept = rewriteIcmpv6(span, this.maps, inner)
    if (kept > at) setTransportChecksum(bytes, { from: at, to: kept, field: at + 2 }, pseudo)
    return kept
  }

  private tcp(span: Span, pseudo: PseudoHeader, quoted: boolean): number {
    const { bytes, at, end } = span
    if (quoted) return Math.min(end, at + 8)
    if (end - at < 20) return at
    const length = (bytes[at + 12] >> 4) * 4
    if (length < 20 || end - at < length) return at
    tcpOptions(bytes, at + 20, at + length)
    const payload = { ...span, at: at + length }
    const kept = rewritePayload(payload, this.maps, {
      transport: 'tcp',
      source: bytes.readUInt16BE(at),
      destination: bytes.readUInt16BE(at + 2),
    })
    setTransportChecksum(bytes, { from: at, to: kept, field: at + 16 }, pseudo)
    return kept
  }

  private udp(span: Span, pseudo: PseudoHeader, quoted: boolean): number {
    const { bytes, at, end } = span
    if (end - at < 8) return at
    if (quoted) {
      bytes.writeUInt16BE(0, at + 6)
      return at + 8
    }
    const source = bytes.readUInt16BE(at)
    const destination = bytes.readUInt16BE(at + 2)
    const stated = bytes.readUInt16BE(at + 4)
    const stop = stated >= 8 ? Math.min(end, at + stated) : end
    const payload = { ...span, at: at + 8, end: stop }
    const kept =
      destination === VXLAN && stop - at >= 30
        ? this.vxlan(payload)
        : rewritePayload(payload, this.maps, { transport: 'udp', source, destination })
    // 0 means that the sender made none (RFC 768).
    if (bytes.readUInt16BE(at + 6) === 0) return kept
    setTransportChecksum(bytes, { from: at, to: kept, field: at + 6 }, pseudo)
    if (bytes.readUInt16BE(at + 6) === 0) bytes.writeUInt16BE(0xffff, at + 6)
    return kept
  }

  private vxlan(span: Span): number {
    if (++this.depth > DEPTH_MAX || (span.bytes[span.at] & 8) === 0) return span.at
    return this.ethernet({ ...span, at: span.at + 8, start: span.at + 8 })
  }

  private tunnel(span: Span, type: number): number {
    return ++this.depth > DEPTH_MAX ? span.at : this.network(span, type)
  }

  /** RFC 2784 and 2890; the key stays, a checksum is zeroed. */
  private gre(span: Span): number {
    const { bytes, at, end } = span
    if (end - at < 4) return at
    const flags = bytes.readUInt16BE(at)
    if ((flags & 7) !== 0) return at + 4
    const length =
      4 + (flags & 0x8000 ? 4 : 0) + (flags & 0x2000 ? 4 : 0) + (flags & 0x1000 ? 4 : 0)
    if (end - at < length) return at + 4
    if (flags & 0x8000) bytes.fill(0, at + 4, at + 8)
    const type = bytes.readUInt16BE(at + 2)
    const next = { ...span, at: at + length }
    if (type === 0x6558) return ++this.depth > DEPTH_MAX ? at + length : this.ethernet(next)
    return this.tunnel(next, type)
  }
}

const isExtension = (protocol: number) =>
  protocol === 0 || protocol === 43 || protocol === 44 || protocol === 60 || protocol === 135

/**
 * Kinds that TCP itself needs stay; others (fast open, multipath, signatures) become no-operations.
 */
function tcpOptions(bytes: Buffer, from: number, stop: number): void {
  let at = from
  while (at < stop) {
    const kind = bytes[at]
    if (kind === 1) at++
    else {
      const length = kind === 0 ? stop - at : bytes[at + 1]
      if (kind === 0 || length < 2 || at + length > stop) return void bytes.fill(0, at, stop)
      if (!(kind >= 2 && kind <= 5) && kind !== 8) bytes.fill(1, at, at + length)
      at += length
    }
  }
}
