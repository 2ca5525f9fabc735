// The spine: link, network, transport as direct calls, for every packet. One Packet in, the same
// Packet filled out; tunnels are walked by calling `inner` again, bounded in depth.
import type { AddressBook } from '../core/addresses.ts'
import { LIMITS } from '../core/limits.ts'
import { Fragments } from './fragments.ts'
import * as link from './link.ts'
import { lowRate, lowRateTap } from './low-rate.ts'
import { ipv4, ipv6 } from './network.ts'
import type { AnomalyCounter, Packet } from './packet.ts'
import { transport } from './transport.ts'
import { perPacketInformation, radiotap, wireless } from './wireless.ts'

/** What the spine needs beside the packet. */
export interface SpineContext {
  readonly addresses: AddressBook
  readonly fragments: Fragments
  readonly anomaly: AnomalyCounter
}

/** A context for one source; fragments wait in it for their rest. */
export function spineContext(addresses: AddressBook, anomaly: AnomalyCounter): SpineContext {
  return { addresses, anomaly, fragments: new Fragments(anomaly) }
}

/**
 * Decodes the frame in `packet`; false when not even its addresses are known, or more fragments
 * must come.
 */
export function decodeFrame(packet: Packet, context: SpineContext): boolean {
  clear(packet)
  packet.tunnelDepth = 0
  return layers(packet, packet.linkType, packet.start, context)
}

/** Goes on to the packet inside the tunnel that the last call found; false when there is none. */
export function decodeInner(packet: Packet, context: SpineContext): boolean {
  const at = packet.innerOffset
  const linkType = packet.innerLinkType
  if (at === 0) return false
  if (packet.tunnelDepth >= LIMITS.tunnelDepth.value) {
    context.anomaly('tunnel-depth', packet)
    return false
  }
  // Frames inside are as long as the datagram around them says.
  packet.wireLength = packet.payloadLength - (at - packet.payloadOffset)
  packet.end = packet.networkEnd
  packet.start = at
  clear(packet)
  packet.tunnelDepth++
  return layers(packet, linkType, at, context)
}

function clear(packet: Packet): void {
  packet.hasMac = false
  packet.vlan = 0
  packet.innerVlan = 0
  packet.etherType = 0
  packet.family = 2
  packet.fragment = false
  packet.sourcePort = 0
  packet.destinationPort = 0
  packet.tcpFlags = 0
  packet.innerOffset = 0
  packet.ipProtocol = 0
}

function layers(packet: Packet, linkType: number, at: number, context: SpineContext): boolean {
  if (linkType === link.LINK.ethernet) {
    if (!link.ethernet(packet, at, context)) return false
  } else if (!otherLink(packet, linkType, at, context)) return false
  return network(packet, context)
}

function otherLink(packet: Packet, linkType: number, at: number, context: SpineContext): boolean {
  switch (linkType) {
    case link.LINK.linuxCooked:
      return link.linuxCooked(packet, at, context)
    case link.LINK.linuxCooked2:
      return link.linuxCooked2(packet, at, context)
    case link.LINK.null:
    case link.LINK.loop:
      return link.loopback(packet, at, context)
    case link.LINK.raw:
    case link.LINK.rawBsd:
    case link.LINK.rawOpenBsd:
    case link.LINK.ipv4:
    case link.LINK.ipv6:
      return link.rawIp(packet, at, context)
    case link.LINK.ppp:
    case link.LINK.pppHdlc:
      return link.pointToPoint(packet, at, context)
    case link.LINK.ciscoHdlc:
      return link.ciscoHdlc(packet, at, context)
    case link.LINK.nflog:
      return link.netfilterLog(packet, at, context)
    case link.LINK.ieee80211:
      return wireless(packet, at, context, false)
    case link.LINK.radiotap:
      return radiotap(packet, at, context)
    case link.LINK.perPacketInformation:
      return perPacketInformation(packet, at, context)
    case link.LINK.ieee802154Fcs:
      return lowRate(packet, at, 2, context)
    case link.LINK.ieee802154:
      return lowRate(packet, at, 0, context)
    case link.LINK.ieee802154Tap:
      return lowRateTap(packet, at, context)
  }
  context.anomaly('link-type-unknown', packet)
  return false
}

function network(packet: Packet, context: SpineContext): boolean {
  for (let depth = 0; depth < LIMITS.tunnelDepth.value; depth++) {
    switch (packet.etherType) {
      case 0x0800:
        if (!ipv4(packet, context)) return false
        transport(packet, context)
        return true
      case 0x86dd:
        if (!ipv6(packet, context)) return false
        transport(packet, context)
        return true
      case 0x8864:
        if (!pppoe(packet, context)) return linkOnly(packet)
        continue
      case 0x8847:
      case 0x8848:
        if (!labels(packet, context)) return linkOnly(packet)
        continue
      default:
        return linkOnly(packet)
    }
  }
  context.anomaly('tunnel-depth', packet)
  return false
}

/**
 * A frame without IP: the payload is all behind the link header; it can only be told by its MACs.
 */
function linkOnly(packet: Packet): boolean {
  packet.family = 2
  packet.ipProtocol = 0
  packet.payloadOffset = packet.networkOffset
  packet.payloadEnd = packet.end
  packet.networkEnd = packet.end
  packet.transportOffset = packet.networkOffset
  packet.payloadLength = packet.wireLength - (packet.networkOffset - packet.start)
  return packet.hasMac
}

/** PPPoE session (RFC 2516 4): six bytes, then PPP. */
function pppoe(packet: Packet, context: SpineContext): boolean {
  const at = packet.networkOffset
  if (packet.end - at < 8) {
    context.anomaly('pppoe-cut', packet)
    return false
  }
  link.pointToPoint(packet, at + 6, context)
  return packet.etherType !== 0
}

/** MPLS label stack (RFC 3032): IP behind the bottom, told by its version nibble. */
function labels(packet: Packet, context: SpineContext): boolean {
  let at = packet.networkOffset
  for (let depth = 0; depth < 8 && packet.end - at >= 5; depth++) {
    const bottom = packet.bytes[at + 2] & 1
    at += 4
    if (!bottom) continue
    const version = packet.bytes[at] >> 4
    packet.networkOffset = at
    packet.etherType = version === 4 ? 0x0800 : version === 6 ? 0x86dd : 0
    return packet.etherType !== 0
  }
  context.anomaly('mpls-stack', packet)
  return false
}
