// IKE: who builds IPsec tunnels with whom, in which version, and over NAT or not. What follows the
// first exchange is sealed.
import type { Cursor } from '../../core/cursor.ts'
import { MAYBE, NEXT, NO, YES, clip, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type IkeFields = {
  readonly kind: 'exchange'
  readonly version: '1' | '2'
  /** 'main', 'aggressive', 'quick', … of version 1; 'init', 'auth', 'child', … of version 2. */
  readonly exchange: string
  readonly response?: true
  /** Vendor ids that are text, e.g. 'strongSwan'. */
  readonly vendors?: readonly string[]
}

const HEADER = 28
/** RFC 7296 3.1; RFC 2408 3.1 and RFC 2409. */
const EXCHANGES = new Map([
  [2, 'main'],
  [4, 'aggressive'],
  [5, 'informational'],
  [6, 'transaction'],
  [32, 'quick'],
  [33, 'new-group'],
  [34, 'init'],
  [35, 'auth'],
  [36, 'child'],
  [37, 'informational'],
])
const NAT_PORT = 4500
/** Payload types of vendor ids, by version. */
const VENDOR = { 1: 13, 2: 43 } as const
const ENCRYPTED = 1
const RESPONSE = 0x20
const PAYLOADS_MAX = 24
const VENDORS_MAX = 8

export const protocol: Protocol = {
  id: 'ike',
  title: 'IKE',
  spec: 'RFC 7296, RFC 2409, RFC 3948',
  over: [udp(500, NAT_PORT)],
  packets: 6,

  recognise(cursor: Cursor, message: Message): Certainty {
    skipMarker(cursor, message)
    return isHeader(cursor) ? (cursor.peek16(26) === cursor.remaining ? YES : MAYBE) : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    // Sealed packets come between, and single octets that keep the NAT open (RFC 3948 2).
    if (skipMarker(cursor, message) && isHeader(cursor)) sayExchange(cursor, message)
    cursor.overrun = false
    cursor.seek(cursor.end)
    return NEXT
  },
}

/** On port 4500 four zeros tell IKE from ESP (RFC 3948 2.2); false when they are missing there. */
function skipMarker(cursor: Cursor, message: Message): boolean {
  if (message.sourcePort !== NAT_PORT && message.destinationPort !== NAT_PORT) return true
  if (cursor.peek16() !== 0 || cursor.peek16(2) !== 0) return false
  cursor.skip(4)
  return true
}

function isHeader(cursor: Cursor): boolean {
  const version = cursor.peek(17)
  const fits = version === 0x10 || version === 0x20
  return (
    fits &&
    cursor.has(HEADER) &&
    EXCHANGES.has(cursor.peek(18)) &&
    cursor.peek(18) > 33 === (version === 0x20)
  )
}

function sayExchange(cursor: Cursor, message: Message): void {
  const version = cursor.peek(17) === 0x20 ? 2 : 1
  const next = cursor.peek(16)
  const exchange = EXCHANGES.get(cursor.peek(18)) ?? ''
  const flags = cursor.peek(19)
  cursor.skip(HEADER)
  const vendors =
    version === 1 && flags & ENCRYPTED ? [] : readVendors(next, cursor, VENDOR[version])
  message.emit({
    kind: 'exchange',
    version: version === 2 ? '2' : '1',
    exchange,
    ...(version === 2 && flags & RESPONSE ? { response: true } : undefined),
    ...(vendors.length > 0 ? { vendors } : undefined),
  })
}

/** Walks the payloads; ids that are digests say nothing to anybody and are left out. */
function readVendors(first: number, cursor: Cursor, vendor: number): string[] {
  const vendors: string[] = []
  let type = first
  for (let count = 0; count < PAYLOADS_MAX && type !== 0 && cursor.has(4); count++) {
    const next = cursor.u8()
    cursor.skip(1)
    const length = cursor.u16()
    if (length < 4 || !cursor.has(length - 4)) break
    const value = cursor.latin1(length - 4)
    if (type === vendor && vendors.length < VENDORS_MAX && /^[\x20-\x7e]{4,}$/.test(value)) {
      vendors.push(clip(value, 64))
    }
    type = next
  }
  return vendors
}
