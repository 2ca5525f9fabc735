// IEEE 802.15.4, the radio under ZigBee, Thread and 6LoWPAN: whose frame it is, and where its
// content starts. Frames are flows between MACs: a short address becomes 02:15 with PAN and address
// behind it, an extended one keeps maker and last three octets (or is the EUI-48 it was made of).
import { LINK, narrow } from './link.ts'
import type { Packet } from './packet.ts'
import type { SpineContext } from './spine.ts'

const u16 = (bytes: Buffer, at: number) => bytes[at] | (bytes[at + 1] << 8)

/** Frame types of IEEE 802.15.4-2020 7.2.2.2 that are read. */
export const FRAME = { beacon: 0, data: 1, acknowledgement: 2, command: 3 } as const
/** Addressing modes of 7.2.2.9. */
export const ADDRESS = { none: 0, short: 2, extended: 3 } as const

/** A MAC header; offsets into the bytes it was read from, 0 where a field is left out. */
export interface LowRateHeader {
  type: number
  secured: boolean
  /** PAN of the destination, and of the source (often the same, sent once); -1 unknown. */
  destinationPan: number
  sourcePan: number
  destinationMode: number
  sourceMode: number
  destination: number
  source: number
  /** Where the header ends: security header and content follow, information elements skipped. */
  content: number
}

const ELEMENTS_MAX = 16

/** Reads a MAC header in [at, end) into `header`; what is wrong with it, '' when nothing is. */
export function readLowRate(bytes: Buffer, at: number, end: number, header: LowRateHeader): string {
  if (end - at < 3) return 'lowrate-cut'
  const control = u16(bytes, at)
  const version = (control >> 12) & 3
  header.type = control & 7
  header.secured = (control & 8) !== 0
  header.destinationMode = (control >> 10) & 3
  header.sourceMode = (control >> 14) & 3
  if (header.type > FRAME.command || version === 3) return 'lowrate-frame-type'
  if (header.destinationMode === 1 || header.sourceMode === 1) return 'lowrate-address-mode'
  let place = at + (version === 2 && control & 0x100 ? 2 : 3)
  const pans = pansOf(version, (control & 0x40) !== 0, header)
  header.destinationPan = pans & 1 && place + 2 <= end ? u16(bytes, place) : -1
  if (pans & 1) place += 2
  header.destination = place
  place += sizeOf(header.destinationMode)
  header.sourcePan = pans & 2 && place + 2 <= end ? u16(bytes, place) : header.destinationPan
  if (pans & 2) place += 2
  header.source = place
  place += sizeOf(header.sourceMode)
  header.content = place
  if (place > end) return 'lowrate-cut'
  if (version === 2 && control & 0x200 && !header.secured) return skipElements(bytes, end, header)
  return ''
}

const sizeOf = (mode: number) => (mode === ADDRESS.short ? 2 : mode === ADDRESS.extended ? 8 : 0)

/** Which PAN ids are there: 1 the destination's, 2 the source's (7.2.2.6 and its table 7-2). */
function pansOf(version: number, compressed: boolean, header: LowRateHeader): number {
  const to = header.destinationMode !== ADDRESS.none
  const from = header.sourceMode !== ADDRESS.none
  if (version < 2) return (to ? 1 : 0) | (from && !(compressed && to) ? 2 : 0)
  if (!to && !from) return compressed ? 1 : 0
  if (to !== from) return compressed ? 0 : to ? 1 : 2
  const long = header.destinationMode === ADDRESS.extended && header.sourceMode === ADDRESS.extended
  if (long) return compressed ? 0 : 1
  return compressed ? 1 : 3
}

/** Header and payload information elements (7.4): length and, in the end, a terminator. */
function skipElements(bytes: Buffer, end: number, header: LowRateHeader): string {
  let payload = false
  for (let count = 0; count < ELEMENTS_MAX && header.content + 2 <= end; count++) {
    const word = u16(bytes, header.content)
    const long = (word & 0x8000) !== 0
    if (long !== payload) return '' // content without a terminator
    const id = long ? (word >> 11) & 15 : (word >> 7) & 255
    header.content += 2 + (long ? word & 0x7ff : word & 0x7f)
    if (header.content > end) return 'lowrate-cut'
    if (!long && id === 0x7e) payload = true
    else if (id === (long ? 15 : 0x7f)) return ''
  }
  return ''
}

const scratch: LowRateHeader = {
  type: 0,
  secured: false,
  destinationPan: -1,
  sourcePan: -1,
  destinationMode: 0,
  sourceMode: 0,
  destination: 0,
  source: 0,
  content: 0,
}

/** A header to read into. */
export const emptyHeader = (): LowRateHeader => ({ ...scratch })

/** Link types 195 (`tail` 2) and 230 (0). */
export function lowRate(packet: Packet, at: number, tail: number, context: SpineContext): boolean {
  if (!narrow(packet, at, tail)) return broken(packet, 'lowrate-cut', context)
  const { bytes, start, end } = packet
  const wrong = readLowRate(bytes, start, end, scratch)
  if (wrong !== '') return broken(packet, wrong, context)
  // Acknowledgements name nobody.
  if (scratch.type === FRAME.acknowledgement)
    return broken(packet, 'lowrate-acknowledgement', context)
  if (scratch.sourceMode === ADDRESS.none) return broken(packet, 'lowrate-no-source', context)
  packet.etherType = LINK.ieee802154
  packet.networkOffset = start
  aim(packet, scratch)
  if (scratch.secured) context.anomaly('lowrate-protected', packet)
  // RFC 4944 5.1: 0x41 stands before an IPv6 header as it is.
  else if (
    scratch.type === FRAME.data &&
    scratch.content < end &&
    bytes[scratch.content] === 0x41
  ) {
    packet.etherType = 0x86dd
    packet.networkOffset = scratch.content + 1
  }
  return true
}

/** Link type 283, IEEE 802.15.4 TAP: fields that say how long the tail is. */
export function lowRateTap(packet: Packet, at: number, context: SpineContext): boolean {
  const { bytes, end } = packet
  const length = end - at >= 4 ? u16(bytes, at + 2) : 0
  if (length < 4 || end - at < length) return broken(packet, 'lowrate-cut', context)
  let tail = 0
  let place = at + 4
  for (let count = 0; count < ELEMENTS_MAX && place + 5 <= at + length; count++) {
    const size = u16(bytes, place + 2)
    if (u16(bytes, place) === 0) tail = [0, 2, 4][bytes[place + 4]] ?? 0
    place += 4 + ((size + 3) & ~3)
  }
  return lowRate(packet, at + length, tail, context)
}

function aim(packet: Packet, header: LowRateHeader): void {
  const { bytes } = packet
  packet.hasMac = true
  const { destinationMode, sourceMode, destination, source } = header
  packet.destinationMacHigh = high(bytes, destinationMode, destination)
  packet.destinationMacLow = low(bytes, destinationMode, destination, header.destinationPan)
  packet.sourceMacHigh = high(bytes, sourceMode, source)
  packet.sourceMacLow = low(bytes, sourceMode, source, header.sourcePan)
  // Beacons and commands without a receiver are for whoever hears them.
  if (destinationMode === ADDRESS.none && header.type === FRAME.beacon) {
    packet.destinationMacHigh = 0xffff
    packet.destinationMacLow = -1
  }
}

/**
 * Sixteen upper bits of the MAC that stands for an address; 0 for none. Least octet comes first.
 */
function high(bytes: Buffer, mode: number, at: number): number {
  if (mode === ADDRESS.none) return 0
  if (mode === ADDRESS.extended) return (bytes[at + 7] << 8) | bytes[at + 6]
  return u16(bytes, at) === 0xffff ? 0xffff : 0x0215
}

function low(bytes: Buffer, mode: number, at: number, pan: number): number {
  if (mode === ADDRESS.none) return 0
  if (mode === ADDRESS.extended) {
    return (bytes[at + 5] << 24) | (bytes[at + 2] << 16) | (bytes[at + 1] << 8) | bytes[at]
  }
  const short = u16(bytes, at)
  return short === 0xffff ? -1 : ((pan & 0xffff) << 16) | short
}

function broken(packet: Packet, anomaly: string, context: SpineContext): false {
  context.anomaly(anomaly, packet)
  return false
}
