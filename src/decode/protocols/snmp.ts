// SNMP: who reads and writes which objects, in which version and security; and what agents tell of
// themselves (system group, ENTITY-MIB). A community is a password: only its kind and an
// eight-bit mark are said.
import type { Cursor } from '../../core/cursor.ts'
import { communityKind, communityMark, type CommunityKind } from '../community.ts'
import { ASN1, Der } from '../der.ts'
import {
  MORE,
  NEXT,
  NO,
  YES,
  clip,
  udp,
  type FieldValue,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'

const KINDS = {
  0xa0: 'get',
  0xa1: 'get-next',
  0xa2: 'response',
  0xa3: 'set',
  0xa4: 'trap',
  0xa5: 'bulk',
  0xa6: 'inform',
  0xa7: 'trap',
  0xa8: 'report',
} as const

const VERSIONS = { 0: '1', 1: '2c', 3: '3' } as const
const LEVELS = ['noAuthNoPriv', 'authNoPriv', '', 'authPriv'] as const

export type SnmpFields = {
  /** 'sealed': version 3 with privacy, of which only the header is in the clear. */
  readonly kind: (typeof KINDS)[keyof typeof KINDS] | 'sealed'
  readonly version: '1' | '2c' | '3'
  readonly communityKind?: CommunityKind
  /** Tells communities apart, not what they are: eight bits. */
  readonly communityMark?: number
  /** Version 3: user, security level, engine id in hex. */
  readonly user?: string
  readonly securityLevel?: string
  readonly engineId?: string
  /** IANA private enterprise number, out of the engine id, sysObjectID or a trap's enterprise. */
  readonly enterprise?: number
  /** Object identifiers asked for or told, at most 8; `more` counts the rest. */
  readonly names: readonly string[]
  readonly more?: number
  /** Values of the system group and the ENTITY-MIB by object identifier. */
  readonly values?: { readonly [name: string]: string }
  readonly errorStatus?: number
}

const NAMES_MAX = 8
const BINDINGS_MAX = 128
const SYSTEM = '1.3.6.1.2.1.1.'
const ENTITY = '1.3.6.1.2.1.47.1.1.1.1.'
const SYSTEM_OBJECT = '1.3.6.1.2.1.1.2.0'
const ENTERPRISES = '1.3.6.1.4.1.'

const IP_ADDRESS = 0x40
const COUNTER = 0x41
const OPAQUE = 0x44
const COUNTER_64 = 0x46

/** The message, and one variable binding; one of each serves all flows. */
const reader = new Der(Buffer.alloc(0), 0, 0)
const pair = new Der(Buffer.alloc(0), 0, 0)

type Draft = Record<string, FieldValue>

export const protocol: Protocol = {
  id: 'snmp',
  title: 'SNMP',
  spec: 'RFC 3416, RFC 3412, RFC 3414',
  over: [udp(161, 162, 10161)],
  startsWith: [0x30],
  packets: Infinity,

  recognise(cursor: Cursor) {
    reader.reset(cursor.bytes, cursor.offset, cursor.end)
    if (!reader.next() || reader.tag !== ASN1.sequence || reader.stop !== cursor.end) return NO
    reader.enter()
    if (!reader.expect(ASN1.integer) || reader.length !== 1) return NO
    const version = reader.integer()
    if (version === 3) return reader.expect(ASN1.sequence) && reader.length > 8 ? YES : NO
    if (version !== 0 && version !== 1) return NO
    if (!reader.expect(ASN1.octetString) || !reader.next()) return NO
    return reader.tag in KINDS && reader.stop === cursor.end ? YES : NO
  },

  decode(cursor: Cursor, message: Message) {
    reader.reset(cursor.bytes, cursor.offset, cursor.end)
    const fields: Draft = {}
    const whole = reader.expect(ASN1.sequence)
    const { stop } = reader
    reader.enter()
    if (!whole || !reader.expect(ASN1.integer)) return skipOdd(cursor, message)
    const version = VERSIONS[reader.integer() as keyof typeof VERSIONS]
    if (version === undefined) return skipOdd(cursor, message)
    fields.kind = 'sealed'
    fields.version = version
    const read = version === '3' ? readSecured(fields) : readCommunity(fields)
    if (!read || reader.broken) return skipOdd(cursor, message)
    fields.names ??= []
    message.emit(fields)
    cursor.seek(stop)
    return NEXT
  },
}

/** Counted and left behind: the next datagram may be whole again. */
function skipOdd(cursor: Cursor, message: Message): Progress {
  const { payloadEnd, payloadOffset, payloadLength } = message.packet
  if (payloadEnd - payloadOffset < payloadLength) return MORE
  message.anomaly('snmp-malformed')
  cursor.seek(cursor.end)
  return NEXT
}

function readCommunity(fields: Draft): boolean {
  if (!reader.expect(ASN1.octetString)) return false
  fields.communityKind = communityKind(reader.length < 8 ? reader.text(8) : '')
  fields.communityMark = communityMark(reader.bytes, reader.start, reader.stop)
  return readPdu(fields)
}

/** Version 3 (RFC 3412 6): header, security parameters (RFC 3414 2.4), the data. */
function readSecured(fields: Draft): boolean {
  if (!reader.expect(ASN1.sequence)) return false
  pair.reset(reader.bytes, reader.start, reader.stop)
  pair.next()
  pair.next()
  if (!pair.expect(ASN1.octetString) || pair.length !== 1) return false
  fields.securityLevel = LEVELS[pair.bytes[pair.start] & 3]
  if (!pair.expect(ASN1.integer)) return false
  const userBased = pair.integer() === 3
  if (!reader.expect(ASN1.octetString)) return false
  if (userBased) readUser(fields)
  if (!reader.next()) return false
  if (reader.tag === ASN1.octetString) return true
  if (reader.tag !== ASN1.sequence) return false
  reader.enter()
  reader.next()
  reader.next()
  return readPdu(fields)
}

function readUser(fields: Draft): void {
  pair.reset(reader.bytes, reader.start, reader.stop)
  if (!pair.expect(ASN1.sequence)) return
  pair.enter()
  if (!pair.expect(ASN1.octetString)) return
  if (pair.length >= 5 && pair.length <= 32) {
    fields.engineId = pair.hex()
    // RFC 3411 5, SnmpEngineID: with the first bit set, four octets of enterprise number follow it.
    const first = pair.bytes.readUInt32BE(pair.start)
    if (first >= 0x80000000) fields.enterprise = first - 0x80000000
  }
  pair.next()
  pair.next()
  if (pair.expect(ASN1.octetString) && pair.length > 0) fields.user = clip(pair.text(64), 32)
}

function readPdu(fields: Draft): boolean {
  if (!reader.next()) return false
  const kind = KINDS[reader.tag as keyof typeof KINDS]
  if (kind === undefined) return false
  fields.kind = kind
  const old = reader.tag === 0xa4
  reader.enter()
  if (old) {
    if (!reader.expect(ASN1.oid)) return false
    setEnterprise(fields, reader.oid())
    for (let count = 0; count < 4; count++) reader.next()
  } else {
    reader.next()
    if (!reader.expect(ASN1.integer)) return false
    const status = reader.integer()
    if (kind === 'response' && status !== 0) fields.errorStatus = status
    reader.next()
  }
  if (!reader.expect(ASN1.sequence)) return false
  readBindings(fields, kind)
  return true
}

function readBindings(fields: Draft, kind: string): void {
  const names: string[] = []
  const values: Record<string, string> = {}
  const telling = kind === 'response' || kind === 'trap' || kind === 'inform' || kind === 'set'
  let more = 0
  let told = 0
  reader.enter()
  for (let count = 0; count < BINDINGS_MAX && reader.next(); count++) {
    pair.reset(reader.bytes, reader.start, reader.stop)
    if (!pair.expect(ASN1.oid)) continue
    const name = names.length < NAMES_MAX || telling ? pair.oid() : ''
    if (names.length < NAMES_MAX) names.push(name)
    else more++
    if (!telling || told >= 32 || !(name.startsWith(SYSTEM) || name.startsWith(ENTITY))) continue
    if (!pair.next()) continue
    const text = valueText()
    if (text === '') continue
    told++
    values[name] = text
    if (name === SYSTEM_OBJECT) setEnterprise(fields, text)
  }
  fields.names = names
  if (more > 0) fields.more = more
  if (told > 0) fields.values = values
}

function setEnterprise(fields: Draft, name: string): void {
  if (name.startsWith(ENTERPRISES)) fields.enterprise = Number.parseInt(name.slice(12), 10)
}

/** The value in `pair` as text; '' for null and the exceptions of version 2. */
function valueText(): string {
  const { tag } = pair
  if (tag === ASN1.oid) return pair.oid()
  if (tag === ASN1.integer) return String(pair.integer())
  if (tag >= COUNTER && tag <= COUNTER_64 && tag !== OPAQUE) return String(pair.unsigned())
  if (tag === IP_ADDRESS) return pair.bytes.subarray(pair.start, pair.stop).join('.')
  if (tag !== ASN1.octetString) return ''
  const { bytes, start, stop } = pair
  for (let at = start; at < stop; at++) {
    if (bytes[at] < 9 || (bytes[at] > 13 && bytes[at] < 32)) return pair.hex()
  }
  return clip(bytes.toString('utf8', start, Math.min(stop, start + 512)))
}
