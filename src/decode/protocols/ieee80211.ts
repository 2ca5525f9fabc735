// Management frames of Wi-Fi, as a monitor interface hears them: which networks there are, how they
// are protected, who looks for them, joins and is thrown out. Beacons are said when they change.
import { macText } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import { LINK } from '../link.ts'
import { Novelty, noveltyHash, noveltySeed } from '../novelty.ts'
import { MORE, NEXT, ethernet, type Message, type Progress, type Protocol } from '../protocol.ts'
import { TRAFFIC_MAP, readElements, type Elements } from '../wireless-elements.ts'

type Kind =
  | 'association-request'
  | 'association-response'
  | 'reassociation-request'
  | 'reassociation-response'
  | 'probe-request'
  | 'probe-response'
  | 'beacon'
  | 'disassociation'
  | 'authentication'
  | 'deauthentication'

export type Ieee80211Fields = {
  readonly kind: Kind
  /** MAC of the access point's radio; all ones in a probe for anybody. */
  readonly bssid: string
  /** Network name; '' when it is hidden, or any is looked for. */
  readonly ssid?: string
  readonly channel?: number
  readonly country?: string
  /** Of a beacon: ['open'], ['wep'], ['wpa2-personal'], … */
  readonly protection?: readonly string[]
  readonly manufacturer?: string
  readonly model?: string
  readonly modelNumber?: string
  readonly serial?: string
  readonly deviceName?: string
  readonly deviceType?: string
  /** IEEE 802.11-2020 tables 9-49 and 9-50. */
  readonly reason?: number
  readonly status?: number
}

/** By subtype; atims, actions and the like are passed by. */
const KINDS: readonly (Kind | undefined)[] = [
  'association-request',
  'association-response',
  'reassociation-request',
  'reassociation-response',
  'probe-request',
  'probe-response',
  undefined,
  undefined,
  'beacon',
  undefined,
  'disassociation',
  'authentication',
  'deauthentication',
]
const REPEATED = new Set<Kind>(['probe-request', 'probe-response', 'beacon'])
/** Octets before the elements: times, capabilities, states. */
const FIXED: { readonly [kind in Kind]: number } = {
  'association-request': 4,
  'association-response': 6,
  'reassociation-request': 10,
  'reassociation-response': 6,
  'probe-request': 0,
  'probe-response': 12,
  beacon: 12,
  disassociation: 2,
  authentication: 6,
  deauthentication: 2,
}
const HEADER = 24
const PRIVACY = 0x10

export const protocol: Protocol = {
  id: 'ieee80211',
  title: 'Wi-Fi management',
  spec: 'IEEE 802.11-2020',
  over: [ethernet(LINK.ieee80211)],
  packets: Infinity,

  decode(cursor: Cursor, message: Message): Progress {
    const control = cursor.peek16()
    const kind = (control & 0x0f00) === 0 ? KINDS[(control >> 12) & 15] : undefined
    // Encrypted frames and those of other types have been counted; nothing in them can be read.
    if (control < 0 || kind === undefined || control & 0x40) return pass(cursor)
    const start = cursor.offset
    const header = HEADER + (control & 0x80 ? 4 : 0)
    if (!cursor.has(header + FIXED[kind])) return short(cursor, message)
    const { bytes } = cursor
    cursor.skip(header)
    const fixed = cursor.offset
    cursor.skip(FIXED[kind])
    const novelty = (message.state ??= new Novelty()) as Novelty
    if (REPEATED.has(kind) && !novelty.isNew(contentHash(cursor, control))) return pass(cursor)
    const elements: Elements = {}
    const whole = readElements(cursor, elements)
    if (kind === 'beacon' || kind === 'probe-response') {
      const secret = (bytes[fixed + 10] & PRIVACY) !== 0
      elements.protection ??= [secret ? 'wep' : 'open']
    }
    message.emit({
      kind,
      bssid: macText(bytes.readUIntBE(start + 16, 6)),
      ...(elements as Omit<Ieee80211Fields, 'kind' | 'bssid'>),
      ...outcome(kind, bytes, fixed),
    })
    return whole ? pass(cursor) : short(cursor, message)
  },
}

function pass(cursor: Cursor): Progress {
  cursor.seek(cursor.end)
  return NEXT
}

function short(cursor: Cursor, message: Message): Progress {
  if (message.packet.cut) return MORE
  message.anomaly('ieee80211-short')
  return pass(cursor)
}

const u16 = (bytes: Buffer, at: number) => bytes[at] | (bytes[at + 1] << 8)

function outcome(
  kind: Kind,
  bytes: Buffer,
  fixed: number,
): Pick<Ieee80211Fields, 'reason' | 'status'> | undefined {
  switch (kind) {
    case 'association-response':
    case 'reassociation-response':
      return { status: u16(bytes, fixed + 2) }
    case 'authentication':
      return { status: u16(bytes, fixed + 4) }
    case 'disassociation':
    case 'deauthentication':
      return { reason: u16(bytes, fixed) }
    default:
      return undefined
  }
}

/** Of all elements but the traffic map, which changes with every beacon. Does not move. */
function contentHash({ bytes, offset, end }: Cursor, control: number): number {
  let hash = noveltySeed ^ (control >> 12)
  for (let at = offset; at + 2 <= end;) {
    const next = Math.min(end, at + 2 + bytes[at + 1])
    if (bytes[at] !== TRAFFIC_MAP) hash = noveltyHash(hash, bytes, at, next)
    at = next
  }
  return hash
}
