// Frames made by hand, for tests: each function wraps what it is given into one more header.
import { parseMac, parseV4, parseV6 } from '../core/addresses.ts'

/** Bytes from hex with spaces. */
export const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex')

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255])

const mac = (text: string): Buffer => {
  const value = parseMac(text)
  const bytes = Buffer.alloc(6)
  bytes.writeUIntBE(value, 0, 6)
  return bytes
}

const v4 = (text: string): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(parseV4(text)!)
  return bytes
}

const v6 = (text: string): Buffer => Buffer.concat(parseV6(text)!.map(u16))

export interface Ends {
  readonly from?: string
  readonly to?: string
}

/** Ethernet II; `type` is the EtherType. */
export const ethernetFrame = (type: number, payload: Buffer, ends: Ends = {}): Buffer =>
  Buffer.concat([
    mac(ends.to ?? '02:00:00:00:00:02'),
    mac(ends.from ?? '02:00:00:00:00:01'),
    u16(type),
    payload,
  ])

/**
 * An 802.1Q tag in front of what follows an EtherType: `tag(7, 0x0800, ip)`, sent as type 0x8100.
 */
export const tag = (id: number, type: number, payload: Buffer): Buffer =>
  Buffer.concat([u16(id), u16(type), payload])

export interface IpOptions extends Ends {
  readonly timeToLive?: number
  readonly identification?: number
  /** Fragment offset in bytes and whether more follow. */
  readonly offset?: number
  readonly more?: boolean
}

/** IPv4 with a right length and no options. */
export function ipv4Packet(protocol: number, payload: Buffer, options: IpOptions = {}): Buffer {
  const fragment = ((options.offset ?? 0) >> 3) | (options.more ? 0x2000 : 0)
  return Buffer.concat([
    hex('4500'),
    u16(20 + payload.length),
    u16(options.identification ?? 0),
    u16(fragment),
    Buffer.from([options.timeToLive ?? 64, protocol]),
    hex('0000'),
    v4(options.from ?? '192.168.1.10'),
    v4(options.to ?? '192.168.1.20'),
    payload,
  ])
}

/** IPv6; `next` is the first next-header value. */
export const ipv6Packet = (next: number, payload: Buffer, ends: Ends = {}): Buffer =>
  Buffer.concat([
    hex('60000000'),
    u16(payload.length),
    Buffer.from([next, 64]),
    v6(ends.from ?? 'fe80::1'),
    v6(ends.to ?? 'fe80::2'),
    payload,
  ])

export const udpDatagram = (from: number, to: number, payload: Buffer): Buffer =>
  Buffer.concat([u16(from), u16(to), u16(8 + payload.length), hex('0000'), payload])

export interface Segment {
  readonly from: number
  readonly to: number
  /** Flag letters: S A F R P. */
  readonly flags: string
  readonly sequence?: number
  readonly acknowledgement?: number
  readonly payload?: Buffer
}

/** TCP without options. */
export function tcpSegment(segment: Segment): Buffer {
  const bits: { readonly [letter: string]: number } = { F: 1, S: 2, R: 4, P: 8, A: 16 }
  const flags = [...segment.flags].reduce((all, letter) => all | bits[letter], 0)
  const header = Buffer.alloc(20)
  header.writeUInt16BE(segment.from, 0)
  header.writeUInt16BE(segment.to, 2)
  header.writeUInt32BE((segment.sequence ?? 0) >>> 0, 4)
  header.writeUInt32BE((segment.acknowledgement ?? 0) >>> 0, 8)
  header[12] = 0x50
  header[13] = flags
  header.writeUInt16BE(65_535, 14)
  return Buffer.concat([header, segment.payload ?? Buffer.alloc(0)])
}
