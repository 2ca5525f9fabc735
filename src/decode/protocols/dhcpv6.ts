// DHCPv6: a device introduces itself by its DUID, which often holds its MAC address, and is given
// addresses. Relayed messages are read inside their envelope.
import { macText } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import { v6TextAt } from '../address-text.ts'
import { MAYBE, NEXT, NO, clip, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type Dhcpv6Fields = {
  readonly kind: Kind
  readonly transaction: number
  /** Hex. */
  readonly clientDuid?: string
  readonly serverDuid?: string
  /** From a DUID that holds a link-layer address, or from the relay (option 79). */
  readonly clientMac?: string
  readonly fqdn?: string
  readonly vendorClass?: string
  /** IANA enterprise number of the vendor class. */
  readonly enterprise?: number
  readonly userClass?: string
  readonly mudUrl?: string
  /** Option codes in the order asked for. */
  readonly parameterList?: readonly number[]
  readonly addresses?: readonly string[]
  /** Delegated prefixes, e.g. '2001:db8:1::/48'. */
  readonly prefixes?: readonly string[]
  readonly nameServers?: readonly string[]
  readonly relay?: true
}

type Kind =
  | 'solicit'
  | 'advertise'
  | 'request'
  | 'confirm'
  | 'renew'
  | 'rebind'
  | 'reply'
  | 'release'
  | 'decline'
  | 'reconfigure'
  | 'information-request'
  | 'relay'

type Writable = { -readonly [Name in keyof Dhcpv6Fields]: Dhcpv6Fields[Name] } & {
  addresses?: string[]
  prefixes?: string[]
}

const KINDS: readonly Kind[] = [
  'solicit',
  'advertise',
  'request',
  'confirm',
  'renew',
  'rebind',
  'reply',
  'release',
  'decline',
  'reconfigure',
  'information-request',
]
const RELAY_FORWARD = 12
const RELAY_REPLY = 13
const RELAYS = 4
const LIST = 16
const OPTIONS = 128
const DUID_BYTES = 64

const OPTION = {
  clientId: 1,
  serverId: 2,
  nonTemporary: 3,
  temporary: 4,
  address: 5,
  request: 6,
  relayMessage: 9,
  userClass: 15,
  vendorClass: 16,
  nameServers: 23,
  delegation: 25,
  prefix: 26,
  fqdn: 39,
  linkAddress: 79,
  mudUrl: 112,
} as const

export const protocol: Protocol = {
  id: 'dhcpv6',
  title: 'DHCPv6',
  spec: 'RFC 8415',
  over: [udp(546, 547)],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    const type = cursor.u8()
    if (type >= RELAY_FORWARD) return type <= RELAY_REPLY && cursor.has(37) ? MAYBE : NO
    return type >= 1 && type <= KINDS.length && cursor.has(3) ? MAYBE : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const relayed: Partial<Writable> = {}
    const inner = envelope(cursor, relayed)
    const type = inner.u8()
    const kind = KINDS[type - 1]
    if (kind) {
      const fields: Writable = { kind, transaction: inner.u24(), ...relayed }
      readOptions(inner, fields, 0)
      if (inner.overrun && !message.packet.cut) message.anomaly('dhcpv6-malformed')
      message.emit(fields)
    } else if (!message.packet.cut) message.anomaly('dhcpv6-malformed')
    cursor.seek(cursor.end)
    return NEXT
  },
}

/** Unpacks relay messages (RFC 8415 9); what comes back stands at the innermost message. */
function envelope(cursor: Cursor, relayed: Partial<Writable>): Cursor {
  let inner = cursor
  for (let depth = 0; depth < RELAYS; depth++) {
    const type = inner.peek()
    if (type !== RELAY_FORWARD && type !== RELAY_REPLY) break
    relayed.relay = true
    inner.skip(34)
    let message: Cursor | undefined
    for (let count = 0; count < OPTIONS && inner.has(4); count++) {
      const code = inner.u16()
      const value = inner.sub(inner.u16())
      if (code === OPTION.relayMessage) message ??= value
      if (code === OPTION.linkAddress) relayed.clientMac = linkLayer(value)
    }
    if (!message) break
    inner = message
  }
  return inner
}

function readOptions(cursor: Cursor, fields: Writable, depth: number): void {
  for (let count = 0; count < OPTIONS && cursor.has(4); count++) {
    const code = cursor.u16()
    const length = cursor.u16()
    if (!cursor.has(length)) {
      cursor.overrun = true
      return
    }
    option(code, cursor.sub(length), fields, depth)
  }
}

function option(code: number, value: Cursor, fields: Writable, depth: number): void {
  switch (code) {
    case OPTION.clientId:
      fields.clientMac = macOfDuid(value) ?? fields.clientMac
      fields.clientDuid = value.hex(Math.min(value.remaining, DUID_BYTES))
      break
    case OPTION.serverId:
      fields.serverDuid = value.hex(Math.min(value.remaining, DUID_BYTES))
      break
    case OPTION.nonTemporary:
    case OPTION.delegation:
      value.skip(12)
      if (depth === 0) readOptions(value, fields, 1)
      break
    case OPTION.temporary:
      value.skip(4)
      if (depth === 0) readOptions(value, fields, 1)
      break
    case OPTION.address:
      if (value.has(16)) add((fields.addresses ??= []), v6TextAt(value.bytes, value.offset))
      break
    case OPTION.prefix:
      if (value.has(25)) {
        const prefix = v6TextAt(value.bytes, value.offset + 9)
        add((fields.prefixes ??= []), `${prefix}/${value.peek(8)}`)
      }
      break
    case OPTION.request:
      fields.parameterList = numbers(value)
      break
    case OPTION.userClass:
      fields.userClass = clip(value.utf8(value.u16()))
      break
    case OPTION.vendorClass:
      fields.enterprise = value.u32()
      fields.vendorClass = clip(value.utf8(value.u16()))
      break
    case OPTION.nameServers:
      fields.nameServers = servers(value)
      break
    case OPTION.fqdn:
      value.skip(1)
      fields.fqdn = domainName(value)
      break
    case OPTION.mudUrl:
      fields.mudUrl = clip(value.latin1(value.remaining))
      break
  }
}

function add(list: string[], text: string): void {
  if (list.length < LIST) list.push(text)
}

function numbers(value: Cursor): number[] {
  const list: number[] = []
  while (value.has(2) && list.length < OPTIONS) list.push(value.u16())
  return list
}

function servers(value: Cursor): string[] {
  const list: string[] = []
  for (; value.has(16) && list.length < LIST; value.skip(16)) {
    list.push(v6TextAt(value.bytes, value.offset))
  }
  return list
}

/** DNS wire form without compression; the last label's end may be missing (RFC 4704 4.2). */
function domainName(value: Cursor): string | undefined {
  const labels: string[] = []
  while (value.peek() > 0 && value.has(value.peek() + 1)) labels.push(value.utf8(value.u8()))
  return labels.length > 0 ? clip(labels.join('.')) : undefined
}

/** The Ethernet address in a DUID-LLT or DUID-LL (RFC 8415 11.2, 11.4). */
function macOfDuid(value: Cursor): string | undefined {
  const type = value.peek16()
  const at = type === 1 ? 8 : type === 3 ? 4 : -1
  if (at < 0 || value.peek16(2) !== 1 || value.remaining !== at + 6) return undefined
  return macAt(value.bytes, value.offset + at)
}

/** Client link-layer address option of a relay: hardware type, address (RFC 6939). */
const linkLayer = (value: Cursor): string | undefined =>
  value.remaining === 8 && value.peek16() === 1 ? macAt(value.bytes, value.offset + 2) : undefined

const macAt = (bytes: Buffer, at: number): string =>
  macText(bytes.readUInt16BE(at) * 4294967296 + bytes.readUInt32BE(at + 2))
