// DHCP for IPv4: a device introduces itself (names, maker's class, wish list, MUD URL) and is told
// its address, router and name servers.
import { macText, v4Text } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import { NEXT, NO, YES, clip, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type DhcpFields = {
  readonly kind: 'bootp' | (typeof KINDS)[number]
  /** The `xid` that ties requests to replies. */
  readonly transaction: number
  readonly clientMac: string
  /**
   * The address the client already uses (ciaddr), the one it is given (yiaddr), the relay's
   * (giaddr).
   */
  readonly clientAddress?: string
  readonly assignedAddress?: string
  readonly relay?: string
  readonly server?: string
  readonly requestedAddress?: string
  readonly hostname?: string
  readonly fqdn?: string
  readonly vendorClass?: string
  /** Hex of option 61, its type byte first. */
  readonly clientId?: string
  /** Option codes in the order asked for: the order tells operating systems apart. */
  readonly parameterList?: readonly number[]
  readonly mudUrl?: string
  readonly maxSize?: number
  readonly leaseSeconds?: number
  readonly router?: readonly string[]
  readonly nameServers?: readonly string[]
  readonly domain?: string
  readonly userClass?: string
  readonly bootFile?: string
  /** Hex of every option by its code, each cut to 64 bytes. */
  readonly options: { readonly [code: string]: string }
}

const KINDS = [
  'discover',
  'offer',
  'request',
  'decline',
  'ack',
  'nak',
  'release',
  'inform',
  'force-renew',
  'lease-query',
  'lease-unassigned',
  'lease-unknown',
  'lease-active',
] as const
const COOKIE = 0x63825363
/** Where the options begin, behind the magic cookie. */
const OPTIONS = 240
const FILE = 108
const NAME = 44
/** Bytes of one option that are read, its pieces joined (RFC 3396). */
const OPTION_LENGTH = 1024
const HEX_BYTES = 64
const ADDRESSES = 8

type Options = Map<number, Buffer>

export const protocol: Protocol = {
  id: 'dhcp',
  title: 'DHCP',
  spec: 'RFC 2131',
  over: [udp(67, 68)],
  startsWith: [1, 2],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    const { bytes, offset, end } = cursor
    if (end - offset < OPTIONS) return NO
    return bytes[offset + 2] <= 16 && bytes.readUInt32BE(offset + 236) === COOKIE ? YES : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const { bytes, offset, end } = cursor
    cursor.seek(end)
    if (end - offset < OPTIONS || bytes.readUInt32BE(offset + 236) !== COOKIE) {
      if (!message.packet.cut) message.anomaly('dhcp-malformed')
      return NEXT
    }
    const options: Options = new Map()
    let whole = readOptions(bytes, offset + OPTIONS, end, options)
    const overload = options.get(52)?.[0] ?? 0
    if (overload & 1) whole &&= readOptions(bytes, offset + FILE, offset + 236, options)
    if (overload & 2) whole &&= readOptions(bytes, offset + NAME, offset + FILE, options)
    if (!whole && !message.packet.cut) message.anomaly('dhcp-malformed')
    const file = overload & 1 ? '' : zeroEnded(bytes, offset + FILE, offset + 236)
    message.emit(fieldsOf(bytes, offset, options, file))
    return NEXT
  },
}

/** Collects options up to the end mark; false when one runs over the end. */
function readOptions(bytes: Buffer, start: number, end: number, options: Options): boolean {
  let at = start
  while (at < end) {
    const code = bytes[at++]
    if (code === 0) continue
    if (code === 255) return true
    const stop = at + 1 + bytes[at]
    if (at >= end || stop > end) return false
    const value = bytes.subarray(at + 1, stop)
    const before = options.get(code)
    if (!before) options.set(code, value)
    else if (before.length < OPTION_LENGTH) options.set(code, Buffer.concat([before, value]))
    at = stop
  }
  return true
}

function fieldsOf(bytes: Buffer, offset: number, options: Options, file: string): DhcpFields {
  const type = options.get(53)?.[0] ?? 0
  const mac = bytes.readUInt16BE(offset + 28) * 4294967296 + bytes.readUInt32BE(offset + 30)
  const parameters = options.get(55)
  const maxSize = options.get(57)
  const lease = options.get(51)
  return {
    kind: KINDS[type - 1] ?? 'bootp',
    transaction: bytes.readUInt32BE(offset + 4),
    clientMac: bytes[offset + 2] === 6 ? macText(mac) : '',
    clientAddress: address(bytes, offset + 12),
    assignedAddress: address(bytes, offset + 16),
    relay: address(bytes, offset + 24),
    server: addresses(options.get(54))?.[0],
    requestedAddress: addresses(options.get(50))?.[0],
    hostname: text(options.get(12)),
    fqdn: fqdn(options.get(81)),
    vendorClass: text(options.get(60)),
    clientId: options.get(61)?.toString('hex', 0, HEX_BYTES),
    parameterList: parameters ? Array.from(parameters.subarray(0, 255)) : undefined,
    mudUrl: text(options.get(161)),
    maxSize: maxSize?.length === 2 ? maxSize.readUInt16BE(0) : undefined,
    leaseSeconds: lease?.length === 4 ? lease.readUInt32BE(0) : undefined,
    router: addresses(options.get(3)),
    nameServers: addresses(options.get(6)),
    domain: text(options.get(15)),
    userClass: userClass(options.get(77)),
    bootFile: text(options.get(67)) ?? (file === '' ? undefined : clip(file)),
    options: hexOf(options),
  }
}

const address = (bytes: Buffer, at: number): string | undefined => {
  const value = bytes.readUInt32BE(at)
  return value === 0 ? undefined : v4Text(value)
}

function addresses(value: Buffer | undefined): string[] | undefined {
  if (!value || value.length < 4) return undefined
  const list: string[] = []
  for (let at = 0; at + 4 <= value.length && list.length < ADDRESSES; at += 4) {
    list.push(v4Text(value.readUInt32BE(at)))
  }
  return list
}

const zeroEnded = (bytes: Buffer, start: number, end: number): string => {
  let zero = start
  while (zero < end && bytes[zero] !== 0) zero++
  return bytes.toString('utf8', start, zero)
}

/** Many clients end their texts with a zero byte, though they should not. */
const text = (value: Buffer | undefined): string | undefined => {
  if (!value || value.length === 0) return undefined
  const plain = zeroEnded(value, 0, value.length)
  return plain === '' ? undefined : clip(plain)
}

/** RFC 4702: flags, two codes, then DNS wire form when the E bit (4) is set, else plain text. */
function fqdn(value: Buffer | undefined): string | undefined {
  if (!value || value.length <= 3) return undefined
  if ((value[0] & 4) === 0) return text(value.subarray(3))
  const labels: string[] = []
  for (let at = 3; at < value.length && value[at] > 0 && value[at] <= 63;) {
    labels.push(value.toString('utf8', at + 1, at + 1 + value[at]))
    at += value[at] + 1
  }
  return labels.length > 0 ? clip(labels.join('.')) : undefined
}

/** RFC 3004 wants length-prefixed texts; many clients send one bare text. */
function userClass(value: Buffer | undefined): string | undefined {
  const prefixed = value && value.length > 1 && value[0] === value.length - 1
  return text(prefixed ? value.subarray(1) : value)
}

function hexOf(options: Options): { [code: string]: string } {
  const hex: { [code: string]: string } = {}
  for (const [code, value] of options) hex[code] = value.toString('hex', 0, HEX_BYTES)
  return hex
}
