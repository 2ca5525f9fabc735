// Link headers: from the first captured byte to the EtherType and MACs. Each function leaves
// `networkOffset` and `etherType` in the Packet, or counts an Anomaly and answers false.
import type { Packet } from './packet.ts'
import type { SpineContext } from './spine.ts'

export const u16 = (bytes: Buffer, at: number) => (bytes[at] << 8) | bytes[at + 1]
export const i32 = (bytes: Buffer, at: number) =>
  (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]

/** DLT / LINKTYPE numbers that are decoded; see the register at tcpdump.org/linktypes.html. */
export const LINK = {
  null: 0,
  ethernet: 1,
  ppp: 9,
  rawOpenBsd: 12,
  rawBsd: 14,
  pppHdlc: 50,
  raw: 101,
  ciscoHdlc: 104,
  ieee80211: 105,
  loop: 108,
  linuxCooked: 113,
  radiotap: 127,
  perPacketInformation: 192,
  ieee802154Fcs: 195,
  ipv4: 228,
  ipv6: 229,
  ieee802154: 230,
  nflog: 239,
  linuxCooked2: 276,
  ieee802154Tap: 283,
} as const

/** IEEE 802.3 / Ethernet II, 802.1Q and 802.1ad tags, LLC and SNAP. */
export function ethernet(packet: Packet, at: number, context: SpineContext): boolean {
  const bytes = packet.bytes
  const end = packet.end
  if (end - at < 14) {
    context.anomaly('ethernet-cut', packet)
    return false
  }
  packet.hasMac = true
  packet.destinationMacHigh = u16(bytes, at)
  packet.destinationMacLow = i32(bytes, at + 2)
  packet.sourceMacHigh = u16(bytes, at + 6)
  packet.sourceMacLow = i32(bytes, at + 8)
  let type = u16(bytes, at + 12)
  let offset = at + 14
  let tags = 0
  while (type === 0x8100 || type === 0x88a8 || type === 0x9100) {
    if (end - offset < 4 || tags === 4) {
      context.anomaly(tags === 4 ? 'vlan-tag-stack' : 'vlan-cut', packet)
      return false
    }
    const id = u16(bytes, offset) & 0xfff
    if (tags === 0) packet.vlan = id
    else packet.innerVlan = id
    type = u16(bytes, offset + 2)
    offset += 4
    tags++
  }
  packet.networkOffset = offset
  packet.etherType = type
  if (type < 0x600) return logicalLink(packet, offset, type)
  return true
}

/** 802.2 LLC behind an 802.3 length: SNAP gives an EtherType, the rest keeps etherType 0. */
export function logicalLink(packet: Packet, offset: number, length: number): boolean {
  const bytes = packet.bytes
  packet.etherType = 0
  if (packet.end > offset + length && length >= 3) packet.end = offset + length
  if (packet.end - offset < 3) return true
  if (bytes[offset] === 0xaa && bytes[offset + 1] === 0xaa && packet.end - offset >= 8) {
    const organisation = (bytes[offset + 3] << 16) | u16(bytes, offset + 4)
    const type = u16(bytes, offset + 6)
    if (organisation === 0 && type >= 0x600) {
      packet.etherType = type
      packet.networkOffset = offset + 8
    }
  }
  return true
}

/**
 * Leaves out what a capture program put before the frame at `at`, and `tail` bytes of check
 * sequence behind it; false when nothing is left.
 */
export function narrow(packet: Packet, at: number, tail: number): boolean {
  packet.wireLength -= at - packet.start + tail
  packet.start = at
  const end = at + packet.wireLength
  if (end < packet.end) packet.end = end
  return packet.end > at
}

/** Linux cooked capture v1 (SLL): 16 bytes, the sender's address only. */
export function linuxCooked(packet: Packet, at: number, context: SpineContext): boolean {
  const bytes = packet.bytes
  if (packet.end - at < 16) {
    context.anomaly('linux-cooked-cut', packet)
    return false
  }
  if (u16(bytes, at + 4) === 6) cookedMac(packet, at + 6)
  packet.etherType = cookedType(u16(bytes, at + 14))
  packet.networkOffset = at + 16
  return cookedTags(packet, context)
}

/** Linux cooked capture v2 (SLL2): 20 bytes, protocol first. */
export function linuxCooked2(packet: Packet, at: number, context: SpineContext): boolean {
  const bytes = packet.bytes
  if (packet.end - at < 20) {
    context.anomaly('linux-cooked-cut', packet)
    return false
  }
  if (bytes[at + 11] === 6) cookedMac(packet, at + 12)
  packet.etherType = cookedType(u16(bytes, at))
  packet.networkOffset = at + 20
  return cookedTags(packet, context)
}

const cookedMac = (packet: Packet, at: number) => {
  packet.hasMac = true
  packet.sourceMacHigh = u16(packet.bytes, at)
  packet.sourceMacLow = i32(packet.bytes, at + 2)
  // The receiver's MAC is not in the header: all ones would be a lie, so it stays 0.
  packet.destinationMacHigh = 0
  packet.destinationMacLow = 0
}

const cookedType = (type: number) => (type < 0x600 ? 0 : type)

function cookedTags(packet: Packet, context: SpineContext): boolean {
  if (packet.etherType !== 0x8100) return true
  if (packet.end - packet.networkOffset < 4) {
    context.anomaly('vlan-cut', packet)
    return false
  }
  packet.vlan = u16(packet.bytes, packet.networkOffset) & 0xfff
  packet.etherType = u16(packet.bytes, packet.networkOffset + 2)
  packet.networkOffset += 4
  return true
}

/** BSD loopback: four bytes of address family, in the byte order of the machine that captured. */
export function loopback(packet: Packet, at: number, context: SpineContext): boolean {
  if (packet.end - at < 4) {
    context.anomaly('loopback-cut', packet)
    return false
  }
  const bytes = packet.bytes
  const family = bytes[at] === 0 && bytes[at + 1] === 0 ? bytes[at + 3] : bytes[at]
  packet.networkOffset = at + 4
  if (family === 2) packet.etherType = 0x0800
  else if (family === 10 || family === 24 || family === 28 || family === 30) {
    packet.etherType = 0x86dd
  } else {
    context.anomaly('loopback-family', packet)
    return false
  }
  return true
}

/** Raw IP: the version nibble says which. */
export function rawIp(packet: Packet, at: number, context: SpineContext): boolean {
  packet.networkOffset = at
  const version = at < packet.end ? packet.bytes[at] >> 4 : 0
  packet.etherType = version === 4 ? 0x0800 : version === 6 ? 0x86dd : 0
  if (packet.etherType === 0) context.anomaly('raw-ip-version', packet)
  return packet.etherType !== 0
}

/** PPP with or without HDLC framing (RFC 1661, RFC 1662); also the inside of PPPoE. */
export function pointToPoint(packet: Packet, at: number, context: SpineContext): boolean {
  const bytes = packet.bytes
  let offset = at
  if (packet.end - offset >= 2 && bytes[offset] === 0xff && bytes[offset + 1] === 3) offset += 2
  if (packet.end - offset < 2) {
    context.anomaly('ppp-cut', packet)
    return false
  }
  const compressed = (bytes[offset] & 1) === 1
  const protocol = compressed ? bytes[offset] : u16(bytes, offset)
  packet.networkOffset = offset + (compressed ? 1 : 2)
  packet.etherType = protocol === 0x21 ? 0x0800 : protocol === 0x57 ? 0x86dd : 0
  return true
}

/** Cisco HDLC: an address and a zero byte, then an EtherType. */
export function ciscoHdlc(packet: Packet, at: number, context: SpineContext): boolean {
  if (packet.end - at < 4) {
    context.anomaly('hdlc-cut', packet)
    return false
  }
  packet.etherType = cookedType(u16(packet.bytes, at + 2))
  packet.networkOffset = at + 4
  return true
}

/** Netfilter log: TLVs in host byte order, the packet is the one of type 9. */
export function netfilterLog(packet: Packet, at: number, context: SpineContext): boolean {
  const bytes = packet.bytes
  let offset = at + 4
  for (let entry = 0; entry < 32 && packet.end - offset >= 4; entry++) {
    const length = bytes[offset] | (bytes[offset + 1] << 8)
    const type = bytes[offset + 2] | (bytes[offset + 3] << 8)
    if (length < 4) break
    if (type === 9) return rawIp(packet, offset + 4, context)
    offset += (length + 3) & ~3
  }
  context.anomaly('nflog-no-payload', packet)
  return false
}
