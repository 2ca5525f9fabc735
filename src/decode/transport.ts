// TCP, UDP, SCTP, ICMP: ports (types for ICMP), flags, sequence numbers and where the payload lies.
import { LIMITS } from '../core/limits.ts'
import { LINK } from './link.ts'
import { TCP, type Packet } from './packet.ts'
import type { SpineContext } from './spine.ts'

const u16 = (bytes: Buffer, at: number) => (bytes[at] << 8) | bytes[at + 1]
const i32 = (bytes: Buffer, at: number) =>
  (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]

/**
 * Fills transport fields; without them (cut, unknown protocol) ports are 0 and the payload is the
 * rest.
 */
export function transport(packet: Packet, context: SpineContext): void {
  const at = packet.transportOffset
  const length = packet.networkLength - (at - packet.networkOffset)
  packet.payloadOffset = at
  packet.payloadEnd = packet.networkEnd
  // After reassembly `networkOffset` no longer belongs to these bytes: the length then is what is
  // there.
  packet.payloadLength = at === 0 ? packet.networkEnd : length
  if (packet.fragment) return
  switch (packet.ipProtocol) {
    case 6:
      return tcp(packet, context)
    case 17:
    case 136:
      return udp(packet, context)
    case 1:
    case 58:
      return icmp(packet)
    case 132:
      return association(packet, context)
    case 33:
      if (packet.networkEnd - at < 4) return context.anomaly('transport-cut', packet)
      packet.sourcePort = u16(packet.bytes, at)
      packet.destinationPort = u16(packet.bytes, at + 2)
      return
    case 4:
    case 41:
      packet.innerOffset = at
      packet.innerLinkType = LINK.raw
      return
    case 47:
      return genericRouting(packet)
  }
}

/** TCP (RFC 9293 3.1). */
function tcp(packet: Packet, context: SpineContext): void {
  const bytes = packet.bytes
  const at = packet.transportOffset
  if (packet.networkEnd - at < 20) {
    context.anomaly(packet.cut ? 'tcp-header-cut' : 'tcp-short', packet)
    if (packet.networkEnd - at >= 4) {
      packet.sourcePort = u16(bytes, at)
      packet.destinationPort = u16(bytes, at + 2)
    }
    packet.payloadOffset = packet.payloadEnd
    packet.payloadLength = 0
    return
  }
  packet.sourcePort = u16(bytes, at)
  packet.destinationPort = u16(bytes, at + 2)
  packet.sequence = i32(bytes, at + 4)
  packet.acknowledgement = i32(bytes, at + 8)
  packet.tcpFlags = bytes[at + 13]
  packet.window = u16(bytes, at + 14)
  const headerLength = (bytes[at + 12] >> 4) << 2
  packet.payloadLength -= headerLength
  packet.payloadOffset = at + headerLength
  if (headerLength < 20 || packet.payloadLength < 0) {
    context.anomaly('tcp-bad-header-length', packet)
    packet.payloadLength = 0
    packet.payloadOffset = packet.payloadEnd
  } else if (packet.payloadOffset > packet.payloadEnd) {
    packet.payloadOffset = packet.payloadEnd
  }
}

/** UDP (RFC 768) and UDP-Lite, and the tunnels that start behind it. */
function udp(packet: Packet, context: SpineContext): void {
  const bytes = packet.bytes
  const at = packet.transportOffset
  if (packet.networkEnd - at < 8) {
    context.anomaly(packet.cut ? 'udp-header-cut' : 'udp-short', packet)
    if (packet.networkEnd - at >= 4) {
      packet.sourcePort = u16(bytes, at)
      packet.destinationPort = u16(bytes, at + 2)
    }
    packet.payloadOffset = packet.payloadEnd
    packet.payloadLength = 0
    return
  }
  packet.sourcePort = u16(bytes, at)
  packet.destinationPort = u16(bytes, at + 2)
  packet.payloadOffset = at + 8
  packet.payloadLength -= 8
  const stated = u16(bytes, at + 4) - 8
  if (stated >= 0 && stated <= packet.payloadLength) {
    packet.payloadLength = stated
    if (packet.payloadOffset + stated < packet.payloadEnd) {
      packet.payloadEnd = packet.payloadOffset + stated
    }
  } else if (stated !== -8) context.anomaly('udp-bad-length', packet)
  switch (packet.destinationPort) {
    case 4789:
      return vxlan(packet)
    case 6081:
      return geneve(packet)
    case 2152:
      return mobileUserPlane(packet)
  }
}

/** What a chunk does to an association, as the TCP flags that do the same; others acknowledge. */
const CHUNK_FLAGS = new Uint8Array(256).fill(TCP.ack)
CHUNK_FLAGS[0] = CHUNK_FLAGS[64] = TCP.psh
CHUNK_FLAGS[1] = TCP.syn
CHUNK_FLAGS[2] = TCP.syn | TCP.ack
CHUNK_FLAGS[6] = TCP.rst
CHUNK_FLAGS[7] = CHUNK_FLAGS[8] = CHUNK_FLAGS[14] = TCP.fin
const CHUNKS_MAX = 64

/**
 * SCTP (RFC 9260 3): ports, then chunks. Its life is told in TCP's flags; the payload are all
 * chunks, `payloadLength` is what applications say in them.
 */
function association(packet: Packet, context: SpineContext): void {
  const { bytes, transportOffset, networkEnd } = packet
  packet.payloadLength = 0
  if (networkEnd - transportOffset < 12) return context.anomaly('transport-cut', packet)
  packet.sourcePort = u16(bytes, transportOffset)
  packet.destinationPort = u16(bytes, transportOffset + 2)
  packet.payloadOffset = transportOffset + 12
  let at = packet.payloadOffset
  for (let count = 0; count < CHUNKS_MAX && at + 4 <= networkEnd; count++) {
    const type = bytes[at]
    const length = u16(bytes, at + 2)
    if (length < 4) return context.anomaly('sctp-chunk-length', packet)
    packet.tcpFlags |= CHUNK_FLAGS[type]
    const header = type === 0 ? 16 : type === 64 ? 20 : length
    if (length > header) packet.payloadLength += length - header
    at += (length + 3) & ~3
  }
}

/** VXLAN (RFC 7348): a frame behind eight bytes. */
function vxlan(packet: Packet): void {
  const { bytes, payloadOffset: at } = packet
  if (at + 22 > packet.payloadEnd) return
  if ((bytes[at] & 0xf7) !== 0 || (bytes[at] & 8) === 0) return
  packet.innerOffset = at + 8
  packet.innerLinkType = LINK.ethernet
}

/** Geneve (RFC 8926): a frame or an IP packet behind eight bytes and options. */
function geneve(packet: Packet): void {
  const { bytes, payloadOffset: at } = packet
  if (at + 8 > packet.payloadEnd || bytes[at] >> 6 !== 0) return
  const type = u16(bytes, at + 2)
  const inner = at + 8 + ((bytes[at] & 63) << 2)
  if (inner >= packet.payloadEnd) return
  if (type === 0x6558) packet.innerLinkType = LINK.ethernet
  else if (type === 0x0800 || type === 0x86dd) packet.innerLinkType = LINK.raw
  else return
  packet.innerOffset = inner
}

/** GTP-U (3GPP TS 29.281 5.1): IP of a mobile station behind eight bytes and extensions. */
function mobileUserPlane(packet: Packet): void {
  const { bytes, payloadOffset, payloadEnd } = packet
  if (payloadOffset + 12 > payloadEnd) return
  // Version 1, GTP and not GTP', message G-PDU.
  if (bytes[payloadOffset] >> 4 !== 3 || bytes[payloadOffset + 1] !== 255) return
  let at = payloadOffset + 8
  if ((bytes[payloadOffset] & 7) !== 0) {
    let next = bytes[at + 3]
    at += 4
    for (let count = 0; next !== 0 && count < 8 && at < payloadEnd; count++) {
      const length = bytes[at] << 2
      if (length === 0 || at + length > payloadEnd) return
      next = bytes[at + length - 1]
      at += length
    }
    if (next !== 0) return
  }
  if (at >= payloadEnd) return
  packet.innerOffset = at
  packet.innerLinkType = LINK.raw
}

/** ICMP: type and code stand where ports stand; echo and its reply make one flow. */
function icmp(packet: Packet): void {
  const at = packet.transportOffset
  if (packet.networkEnd - at < 4) return
  const type = packet.bytes[at]
  const reply =
    packet.ipProtocol === 1 ? (type === 0 ? 8 : -1) : type === 129 ? 128 : type === 136 ? 135 : -1
  packet.sourcePort = reply < 0 ? type : packet.bytes[at + 1]
  packet.destinationPort = reply < 0 ? packet.bytes[at + 1] : reply
  packet.payloadOffset = at
}

/** GRE (RFC 2784, RFC 2890): IP or transparent Ethernet inside, or what ERSPAN mirrors. */
function genericRouting(packet: Packet): void {
  const bytes = packet.bytes
  const at = packet.transportOffset
  if (packet.networkEnd - at < 4) return
  const flags = u16(bytes, at)
  const type = u16(bytes, at + 2)
  if ((flags & 7) !== 0) return // version 1 is PPTP
  const inner =
    at + 4 + (flags & 0x8000 ? 4 : 0) + (flags & 0x2000 ? 4 : 0) + (flags & 0x1000 ? 4 : 0)
  if (inner >= packet.networkEnd || packet.tunnelDepth >= LIMITS.tunnelDepth.value) return
  if (type === 0x0800 || type === 0x86dd) packet.innerLinkType = LINK.raw
  else if (type === 0x6558) packet.innerLinkType = LINK.ethernet
  else if (type === 0x88be) {
    // ERSPAN type II has eight more bytes; type I (no sequence number) has none.
    packet.innerLinkType = LINK.ethernet
    packet.innerOffset = inner + (flags & 0x1000 ? 8 : 0)
    return
  } else if (type === 0x22eb) return mirroredThird(packet, inner)
  else return
  packet.innerOffset = inner
}

/** ERSPAN type III: twelve bytes that say what kind of frame follows, perhaps eight more. */
function mirroredThird(packet: Packet, at: number): void {
  if (packet.networkEnd - at < 12) return
  const last = u16(packet.bytes, at + 10)
  const frameType = (last >> 10) & 31
  if (frameType !== 0 && frameType !== 2) return
  packet.innerLinkType = frameType === 0 ? LINK.ethernet : LINK.raw
  packet.innerOffset = at + 12 + (last & 1 ? 8 : 0)
}
