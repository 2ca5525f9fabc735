// IEEE 802.15.4 frames: which low-power networks there are, who joins them, and what they speak
// above: ZigBee, 6LoWPAN, Thread. Said once of each pair and kind; contents are mostly encrypted.
import type { Cursor } from '../../core/cursor.ts'
import { LINK } from '../link.ts'
import { ADDRESS, FRAME, emptyHeader, readLowRate, type LowRateHeader } from '../low-rate.ts'
import { Novelty, noveltyHash, noveltySeed } from '../novelty.ts'
import { NEXT, clip, ethernet, type Message, type Progress, type Protocol } from '../protocol.ts'

export type Ieee802154Fields = {
  readonly kind:
    | 'beacon'
    | 'data'
    | 'association-request'
    | 'association-response'
    | 'disassociation'
    | 'orphan'
    | 'beacon-request'
  /** PAN id, e.g. '0x1a62'. */
  readonly pan?: string
  /** '0x0001' or an EUI-64 with colons. */
  readonly source: string
  readonly destination?: string
  /** Encrypted by the MAC layer: nothing above is known. */
  readonly protected?: true
  readonly network?: 'zigbee' | '6lowpan' | 'thread'
  /** 6LoWPAN: the header that comes first. */
  readonly form?: 'ipv6' | 'hc1' | 'iphc' | 'mesh' | 'fragment' | 'broadcast'
  /** ZigBee: the ends, where the frame is passed on, the extended address of the sender. */
  readonly networkSource?: string
  readonly networkDestination?: string
  readonly extendedSource?: string
  readonly networkProtected?: boolean
  /** Of a beacon: whether it comes from the coordinator, and lets others join. */
  readonly coordinator?: boolean
  readonly open?: boolean
  readonly extendedPan?: string
  readonly name?: string
  /** Of an association request: a full device (may route), on mains. */
  readonly fullDevice?: boolean
  readonly mains?: boolean
  readonly status?: number
}

/** 7.5: command identifiers; polls for data say nothing. */
const COMMANDS = new Map<number, Ieee802154Fields['kind']>([
  [1, 'association-request'],
  [2, 'association-response'],
  [3, 'disassociation'],
  [6, 'orphan'],
  [7, 'beacon-request'],
])
const header = emptyHeader()

export const protocol: Protocol = {
  id: 'ieee802154',
  title: 'IEEE 802.15.4',
  spec: 'IEEE 802.15.4-2020, RFC 4944, RFC 6282, ZigBee 05-3474-21',
  over: [ethernet(LINK.ieee802154)],
  packets: Infinity,

  decode(cursor: Cursor, message: Message): Progress {
    const { bytes, offset, end } = cursor
    const wrong = readLowRate(bytes, offset, end, header)
    cursor.seek(end)
    if (wrong !== '' || header.sourceMode === ADDRESS.none) return NEXT
    const fields = header.secured ? hidden() : content(bytes, header.content, end)
    if (!fields) return NEXT
    const novelty = (message.state ??= new Novelty()) as Novelty
    const said = { ...ends(bytes, header), ...fields }
    const text = Buffer.from(JSON.stringify(said))
    if (novelty.isNew(noveltyHash(noveltySeed, text, 0, text.length))) message.emit(said)
    return NEXT
  },
}

type Content = Omit<Ieee802154Fields, 'source'>

const hidden = (): Content | undefined =>
  header.type === FRAME.data ? { kind: 'data', protected: true } : undefined

function content(bytes: Buffer, at: number, end: number): Content | undefined {
  if (at >= end) return undefined
  if (header.type === FRAME.beacon) return beacon(bytes, at, end)
  if (header.type === FRAME.command) return command(bytes, at, end)
  const form = lowPanForm(bytes[at])
  if (form) return { kind: 'data', network: '6lowpan', form }
  // ZigBee's network header follows short addresses only; its version is 2 (3.3.1.1).
  const short = header.sourceMode === ADDRESS.short && header.destinationMode === ADDRESS.short
  return short && (bytes[at] & 0xbc) === 8 ? zigbee(bytes, at, end) : undefined
}

/** RFC 4944 5.1, RFC 6282 5: dispatch octets. */
function lowPanForm(octet: number): Ieee802154Fields['form'] {
  if (octet === 0x41) return 'ipv6'
  if (octet === 0x42) return 'hc1'
  if (octet === 0x50) return 'broadcast'
  if (octet >> 5 === 3) return 'iphc'
  // Hops left are never 0, and ZigBee's frames with route discovery look alike otherwise.
  if (octet >> 6 === 2 && (octet & 0x0f) > 0 && (octet & 0x3c) !== 8) return 'mesh'
  return octet >> 3 === 24 || octet >> 3 === 28 ? 'fragment' : undefined
}

function zigbee(bytes: Buffer, at: number, end: number): Content | undefined {
  if (end - at < 8) return undefined
  const control = u16(bytes, at)
  const place = at + 8 + (control & 0x800 ? 8 : 0)
  const extended = (control & 0x1000) !== 0 && place + 8 <= end
  return {
    kind: 'data',
    network: 'zigbee',
    networkSource: shortText(u16(bytes, at + 4)),
    networkDestination: shortText(u16(bytes, at + 2)),
    ...(extended ? { extendedSource: extendedText(bytes, place) } : undefined),
    networkProtected: (control & 0x200) !== 0,
  }
}

/** Superframe, guaranteed slots, pending addresses (7.3.1), then what the network adds. */
function beacon(bytes: Buffer, at: number, end: number): Content | undefined {
  if (end - at < 4) return undefined
  const superframe = u16(bytes, at)
  const slots = bytes[at + 2] & 7
  let place = at + 3 + (slots > 0 ? 1 + slots * 3 : 0)
  const pending = place < end ? bytes[place] : 0
  place += 1 + (pending & 7) * 2 + ((pending >> 4) & 7) * 8
  return {
    kind: 'beacon',
    coordinator: (superframe & 0x4000) !== 0,
    open: (superframe & 0x8000) !== 0,
    ...beaconNetwork(bytes, place, end),
  }
}

function beaconNetwork(bytes: Buffer, at: number, end: number): Partial<Content> {
  // ZigBee 3.6.7: protocol 0, stack profile and version 2, capabilities, extended PAN id …
  if (end - at >= 15 && bytes[at] === 0 && bytes[at + 1] >> 4 === 2) {
    return { network: 'zigbee', extendedPan: extendedText(bytes, at + 3) }
  }
  // Thread: protocol 3, flags, a name of 16 octets, extended PAN id.
  if (end - at < 26 || bytes[at] !== 3) return {}
  const name = clip(bytes.toString('utf8', at + 2, at + 18).replace(/\0.*$/, ''))
  return { network: 'thread', name, extendedPan: bytes.toString('hex', at + 18, at + 26) }
}

function command(bytes: Buffer, at: number, end: number): Content | undefined {
  const kind = COMMANDS.get(bytes[at])
  if (kind === undefined) return undefined
  if (kind === 'association-request' && at + 1 < end) {
    const capabilities = bytes[at + 1]
    return { kind, fullDevice: (capabilities & 2) !== 0, mains: (capabilities & 4) !== 0 }
  }
  if (kind === 'association-response' && at + 3 < end) return { kind, status: bytes[at + 3] }
  return { kind }
}

const u16 = (bytes: Buffer, at: number) => bytes[at] | (bytes[at + 1] << 8)
const shortText = (short: number) => `0x${short.toString(16).padStart(4, '0')}`

/** Octets come last one first. */
const extendedText = (bytes: Buffer, at: number) =>
  Array.from(bytes.subarray(at, at + 8), (octet) => octet.toString(16).padStart(2, '0'))
    .toReversed()
    .join(':')

const addressText = (bytes: Buffer, mode: number, at: number): string | undefined => {
  if (mode === ADDRESS.none) return undefined
  return mode === ADDRESS.short ? shortText(u16(bytes, at)) : extendedText(bytes, at)
}

function ends(bytes: Buffer, from: LowRateHeader): Omit<Ieee802154Fields, 'kind'> {
  const pan = from.sourcePan >= 0 ? from.sourcePan : from.destinationPan
  const destination = addressText(bytes, from.destinationMode, from.destination)
  return {
    ...(pan >= 0 ? { pan: shortText(pan) } : undefined),
    source: addressText(bytes, from.sourceMode, from.source) ?? '',
    ...(destination === undefined ? undefined : { destination }),
  }
}
