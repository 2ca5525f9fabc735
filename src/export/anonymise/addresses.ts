// Addresses of an anonymised capture. IPv4 and the network part of IPv6 keep their prefixes'
// structure; special ranges stay what they are; MAC addresses and the interface identifiers made
// from them stay consistent.
import { subkey, Permutation, PrefixFlips, Remembered } from './keyed.ts'

/** A range that is mapped to itself; `same`: so is every address in it. */
interface Special {
  readonly prefix: readonly number[]
  readonly length: number
  readonly same: boolean
}

const range = (length: number, same: boolean, ...prefix: number[]): Special => ({
  prefix,
  length,
  same,
})

/** RFC 6890 and what else means something by itself. Private ranges are mapped within. */
const SPECIAL_V4 = [
  range(8, true, 0),
  range(8, true, 127),
  range(4, true, 224),
  range(32, true, 255, 255, 255, 255),
  range(8, false, 10),
  range(12, false, 172, 16),
  range(16, false, 192, 168),
  range(10, false, 100, 64),
  range(16, false, 169, 254),
]
/** By their first 64 bits; `::`, `::1` and mapped IPv4 are dealt with before. */
const SPECIAL_V6 = [
  range(8, true, 0),
  range(8, true, 0xff),
  range(10, true, 0xfe, 0x80),
  range(8, false, 0xfc),
  range(8, false, 0xfd),
  range(3, false, 0x20),
]
/** RFC 6052: IPv4 behind NAT64. */
const NAT64 = Buffer.from('0064ff9b0000000000000000', 'hex')
const MAPPED = Buffer.from('00000000000000000000ffff', 'hex')
const SOLICITED = Buffer.from('ff0200000000000000000001ff', 'hex')

/** IANA's own: virtual routers (RFC 9568 7.3); it names nobody. */
const VIRTUAL = 0x00005e

const bitAt = (bytes: ArrayLike<number>, bit: number) =>
  ((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1

/** How many leading bits two byte sequences share, at most `most`. */
function shared(a: ArrayLike<number>, b: ArrayLike<number>, most: number): number {
  let bit = 0
  while (bit < most && bitAt(a, bit) === bitAt(b, bit)) bit++
  return bit
}

/** Takes back flips that would lead into or out of a special range, or change what must stay. */
function hold(mask: Buffer, address: Uint8Array, specials: readonly Special[]): void {
  for (const { prefix, length, same } of specials) {
    const common = shared(address, prefix, length)
    // The bit where they part and all before it: turned over, one would become the other.
    const held = common < length ? common + 1 : same ? mask.length * 8 : length
    for (let bit = 0; bit < held; bit++) mask[bit >> 3] &= ~(0x80 >> (bit & 7))
  }
}

const PRIVATE_V4 = SPECIAL_V4.filter(({ same }) => !same)

/** x.x.x.255 of a private network is its broadcast address, as far as anybody can tell. */
function holdBroadcast(mask: Buffer, address: Uint8Array): void {
  if (!PRIVATE_V4.some(({ prefix, length }) => shared(address, prefix, length) === length)) return
  let bit = 24
  do {
    mask[3] &= ~(0x80 >> (bit & 7))
  } while (bitAt(address, bit++) === 1 && bit < 32)
}

/** Maps addresses in place, in a buffer that holds a copy of a frame. */
export class AddressMap {
  private readonly keepManufacturer: boolean
  private readonly v4Flips: PrefixFlips
  private readonly v6Flips: PrefixFlips
  private readonly manufacturers: Remembered<number, number>
  private readonly stations: Remembered<number, number>
  private readonly identifiers: Remembered<number, number>
  private readonly v4s: Remembered<number, number>
  private readonly networks: Remembered<string, Buffer>

  /**
   * `keepManufacturer`: the first half of MAC addresses stays, which tells makers and so devices
   * apart.
   */
  constructor(key: Uint8Array, keepManufacturer: boolean) {
    this.keepManufacturer = keepManufacturer
    this.v4Flips = new PrefixFlips(subkey(key, 'ipv4'), 32)
    this.v6Flips = new PrefixFlips(subkey(key, 'ipv6'), 64)
    const manufacturer = new Permutation(subkey(key, 'manufacturer'), 22)
    const station = new Permutation(subkey(key, 'station'), 24)
    const identifier = new Permutation(subkey(key, 'interface'), 40)
    this.manufacturers = new Remembered((value) => manufacturer.map(value))
    this.stations = new Remembered((value) => station.map(value))
    this.identifiers = new Remembered((value) => walk(identifier, value))
    this.v4s = new Remembered((value) => this.mapV4(value), 262_144)
    this.networks = new Remembered((hex) => this.mapNetwork(Buffer.from(hex, 'hex')))
  }

  /** The IPv4 address at `at`. */
  v4(bytes: Buffer, at: number): void {
    bytes.writeUInt32BE(this.v4s.get(bytes.readUInt32BE(at)), at)
  }

  /** The MAC address at `at`. Group addresses stay, but for those made from an IPv6 address. */
  mac(bytes: Buffer, at: number): void {
    const top = bytes[at]
    if ((top & 1) === 1) {
      const solicited = bytes.readUIntBE(at, 3) === 0x3333ff
      if (solicited) this.station(bytes, at + 3)
      return
    }
    const manufacturer = bytes.readUIntBE(at, 3)
    if (bytes.readUIntBE(at, 6) === 0 || manufacturer === VIRTUAL) return
    bytes.writeUIntBE(this.manufacturer(manufacturer), at, 3)
    this.station(bytes, at + 3)
  }

  /** The IPv6 address at `at`. */
  v6(bytes: Buffer, at: number): void {
    const address = bytes.subarray(at, at + 16)
    if (address[0] === 0xff) {
      if (address.subarray(0, 13).equals(SOLICITED)) this.station(bytes, at + 13)
      return
    }
    const front = address.subarray(0, 12)
    if (front.equals(MAPPED) || front.equals(NAT64)) return this.v4(bytes, at + 12)
    if (address.every((byte, index) => byte === (index === 15 ? address[15] & 1 : 0))) return
    this.network(bytes, at)
    this.interface(bytes, at + 8)
  }

  /** A prefix of which `length` bits count; the rest is zero. */
  prefix6(bytes: Buffer, at: number, length: number): void {
    this.v6(bytes, at)
    for (let bit = Math.min(length, 128); bit < 128; bit++) {
      bytes[at + (bit >> 3)] &= ~(0x80 >> (bit & 7))
    }
  }

  /** Bits 0 to 63 of an IPv6 address: the same prefix before, the same prefix after. */
  private network(bytes: Buffer, at: number): void {
    this.networks.get(bytes.toString('hex', at, at + 8)).copy(bytes, at)
  }

  /** The interface identifier: from a MAC address (RFC 4291 appendix A), or any other. */
  private interface(bytes: Buffer, at: number): void {
    if (bytes[at + 3] === 0xff && bytes[at + 4] === 0xfe) {
      bytes[at] ^= 2
      const manufacturer = bytes.readUIntBE(at, 3)
      bytes.writeUIntBE(this.manufacturer(manufacturer), at, 3)
      bytes[at] ^= 2
      if (manufacturer === VIRTUAL) return
    } else bytes.writeUIntBE(this.identifiers.get(bytes.readUIntBE(at, 5)), at, 5)
    this.station(bytes, at + 5)
  }

  /** The last 24 bits of MAC and IPv6 addresses, which solicited-node groups repeat. */
  private station(bytes: Buffer, at: number): void {
    bytes.writeUIntBE(this.stations.get(bytes.readUIntBE(at, 3)), at, 3)
  }

  /** The group and local bits stay; the other 22 are permuted. */
  private manufacturer(value: number): number {
    if (this.keepManufacturer || value === VIRTUAL) return value
    const top = value >>> 16
    const mapped = this.manufacturers.get(((top >> 2) << 16) | (value & 0xffff))
    return ((((mapped >>> 16) << 2) | (top & 3)) << 16) | (mapped & 0xffff)
  }

  private mapV4(value: number): number {
    const address = Buffer.alloc(4)
    address.writeUInt32BE(value, 0)
    const mask = this.v4Flips.mask(address)
    hold(mask, address, SPECIAL_V4)
    holdBroadcast(mask, address)
    return (value ^ mask.readUInt32BE(0)) >>> 0
  }

  private mapNetwork(address: Buffer): Buffer {
    const mask = this.v6Flips.mask(address)
    hold(mask, address, SPECIAL_V6)
    for (let index = 0; index < 8; index++) address[index] ^= mask[index]
    return address
  }
}

/** Zero stays (addresses given by hand are small); nothing becomes what looks like a MAC's. */
function walk(permutation: Permutation, value: number): number {
  if (value === 0) return 0
  let mapped = value
  do mapped = permutation.map(mapped)
  while (mapped === 0 || mapped % 65_536 === 0xfffe)
  return mapped
}
