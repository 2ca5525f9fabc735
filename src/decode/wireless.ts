// IEEE 802.11 in the air, with the radiotap or PPI header a monitor interface puts before it. Data
// in the clear leads on to LLC and IP; management frames go to their protocol by their link type,
// which is below all EtherTypes; what is encrypted is counted, never guessed.
import { LINK, ethernet, i32, logicalLink, narrow, u16 } from './link.ts'
import type { Packet } from './packet.ts'
import type { SpineContext } from './spine.ts'

const u16Little = (bytes: Buffer, at: number) => bytes[at] | (bytes[at + 1] << 8)

/** IEEE 802.11-2020 9.2.4.1: bits of the second octet of the frame control field. */
const CONTROL = { toDs: 1, fromDs: 2, more: 4, protected: 0x40, order: 0x80 } as const
const TYPE = { management: 0, control: 1, data: 2 } as const
const SUBTYPE = { qos: 0x80, empty: 0x40 } as const

/**
 * Bits of radiotap's flags: check sequence at the end, header padded to four, bad check sequence.
 */
const RADIOTAP = { fcs: 0x10, padded: 0x20, bad: 0x40 } as const
const FCS_LENGTH = 4

/** Radiotap (radiotap.org): a header with its own length, little-endian. */
export function radiotap(packet: Packet, at: number, context: SpineContext): boolean {
  const { bytes } = packet
  if (packet.end - at < 8 || bytes[at] !== 0) return broken(packet, 'radiotap-cut', context)
  const length = u16Little(bytes, at + 2)
  if (length < 8 || packet.end - at < length) return broken(packet, 'radiotap-cut', context)
  const flags = radiotapFlags(bytes, at, length)
  if (flags & RADIOTAP.bad) return broken(packet, 'wlan-bad-check-sequence', context)
  const tail = flags & RADIOTAP.fcs ? FCS_LENGTH : 0
  if (!narrow(packet, at + length, tail)) return broken(packet, 'wlan-cut', context)
  return wireless(packet, packet.start, context, (flags & RADIOTAP.padded) !== 0)
}

/** The flags field, second of those that the first word of the header announces. */
function radiotapFlags(bytes: Buffer, at: number, length: number): number {
  const present = bytes[at + 4]
  if ((present & 2) === 0) return 0
  let place = 4
  while (place + 4 <= length && bytes[at + place + 3] & 0x80) place += 4
  place += 4
  if (present & 1) place = ((place + 7) & ~7) + 8
  return place < length ? bytes[at + place] : 0
}

/**
 * PPI (CACE Technologies, Per-Packet Information): fields, then a frame of the link type it names.
 */
export function perPacketInformation(packet: Packet, at: number, context: SpineContext): boolean {
  const { bytes } = packet
  if (packet.end - at < 8) return broken(packet, 'ppi-cut', context)
  const length = u16Little(bytes, at + 2)
  if (length < 8 || packet.end - at < length) return broken(packet, 'ppi-cut', context)
  const linkType = u16Little(bytes, at + 4)
  // The first field is the common one where there is a radio: type 2, then 8 bytes of time.
  const radio = length >= 22 && u16Little(bytes, at + 8) === 2
  const flags = radio ? u16Little(bytes, at + 20) : 0
  if (flags & 8) return broken(packet, 'wlan-bad-check-sequence', context)
  if (!narrow(packet, at + length, flags & 1 ? FCS_LENGTH : 0)) {
    return broken(packet, 'wlan-cut', context)
  }
  if (linkType === LINK.ieee80211) return wireless(packet, packet.start, context, false)
  if (linkType === LINK.ethernet) return ethernet(packet, packet.start, context)
  return broken(packet, 'link-type-unknown', context)
}

/** An 802.11 frame (IEEE 802.11-2020 9.2); `padded`: its header is filled up to four bytes. */
export function wireless(
  packet: Packet,
  at: number,
  context: SpineContext,
  padded: boolean,
): boolean {
  const { bytes, end } = packet
  if (end - at < 10) return broken(packet, 'wlan-cut', context)
  const type = (bytes[at] >> 2) & 3
  if ((bytes[at] & 3) !== 0 || type > TYPE.data) return broken(packet, 'wlan-version', context)
  // Acknowledgements and reservations: mostly without a sender, never with content.
  if (type === TYPE.control) return broken(packet, 'wlan-control-frame', context)
  if (end - at < 24) return broken(packet, 'wlan-cut', context)
  packet.etherType = LINK.ieee80211
  packet.networkOffset = at
  if (type === TYPE.data) return data(packet, at, context, padded)
  aim(packet, at + 4, at + 10)
  return true
}

function data(packet: Packet, at: number, context: SpineContext, padded: boolean): boolean {
  const { bytes, end } = packet
  const control = bytes[at + 1]
  const subtype = bytes[at]
  const systems = control & (CONTROL.toDs | CONTROL.fromDs)
  const qos = (subtype & SUBTYPE.qos) !== 0
  let header = 24 + (systems === 3 ? 6 : 0)
  const aggregate = qos && at + header < end && (bytes[at + header] & 0x80) !== 0
  if (qos) header += control & CONTROL.order ? 6 : 2
  if (padded) header = (header + 3) & ~3
  if (end - at < header) return broken(packet, 'wlan-cut', context)
  // Table 9-30: which of the addresses are the ends, by way of which system.
  const source = systems === 3 ? at + 24 : systems === CONTROL.fromDs ? at + 16 : at + 10
  aim(packet, systems & CONTROL.toDs ? at + 16 : at + 4, source)
  if (subtype & SUBTYPE.empty) {
    packet.networkOffset = packet.end
    return true
  }
  if (control & CONTROL.protected) {
    context.anomaly('wlan-protected', packet)
    return true
  }
  if (control & CONTROL.more || bytes[at + 22] & 15) {
    context.anomaly('wlan-fragment', packet)
    return true
  }
  packet.networkOffset = at + header
  if (aggregate) return firstOfMany(packet, at + header, context)
  return logicalLink(packet, at + header, end - at - header)
}

/** An A-MSDU (9.3.2.2): the first frame in it is read, that more follow is counted. */
function firstOfMany(packet: Packet, at: number, context: SpineContext): boolean {
  if (packet.end - at < 14) return broken(packet, 'wlan-cut', context)
  const length = u16(packet.bytes, at + 12)
  aim(packet, at, at + 6)
  packet.networkOffset = at + 14
  if (((14 + length + 3) & ~3) < packet.end - at) context.anomaly('wlan-aggregate-rest', packet)
  return logicalLink(packet, at + 14, length)
}

function aim(packet: Packet, destination: number, source: number): void {
  const { bytes } = packet
  packet.hasMac = true
  packet.destinationMacHigh = u16(bytes, destination)
  packet.destinationMacLow = i32(bytes, destination + 2)
  packet.sourceMacHigh = u16(bytes, source)
  packet.sourceMacLow = i32(bytes, source + 2)
}

function broken(packet: Packet, anomaly: string, context: SpineContext): false {
  context.anomaly(anomaly, packet)
  return false
}
