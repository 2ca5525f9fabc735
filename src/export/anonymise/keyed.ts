// Keyed one-to-one maps for anonymising: Crypto-PAn's prefix-preserving map (Xu, Fan, Ammar, Moon
// 2002) and small Feistel permutations, both over AES. The same key gives the same map; without it
// none can be undone.
import { createCipheriv, hkdfSync, type Cipheriv } from 'node:crypto'

const BLOCK = 16
const ROUNDS = 6

/** A key for one purpose, derived from the run's key (RFC 5869). */
export const subkey = (key: Uint8Array, purpose: string, length = 16): Buffer =>
  Buffer.from(hkdfSync('sha256', key, '', `thingward anonymise ${purpose}`, length))

const cipherOf = (key: Uint8Array): Cipheriv =>
  createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)

/**
 * For each bit of an address whether it is turned over, which only depends on the bits before it.
 */
export class PrefixFlips {
  private readonly cipher: Cipheriv
  private readonly pad: Buffer
  private readonly bits: number
  private readonly blocks: Buffer

  /** `bits`: how long addresses are, a multiple of 8, at most 128. */
  constructor(key: Uint8Array, bits: number) {
    this.cipher = cipherOf(key)
    this.bits = bits
    this.pad = this.cipher.update(Buffer.alloc(BLOCK, 0x5a))
    this.blocks = Buffer.alloc(bits * BLOCK)
  }

  /** The flips of `address` (bits/8 bytes) as a mask of the same length. */
  mask(address: Uint8Array): Buffer {
    const { bits, blocks, pad } = this
    for (let length = 0; length < bits; length++) {
      const at = length * BLOCK
      pad.copy(blocks, at)
      const whole = length >> 3
      for (let index = 0; index < whole; index++) blocks[at + index] = address[index]
      const rest = length & 7
      if (rest === 0) continue
      const keep = 0xff00 >> rest
      blocks[at + whole] = (address[whole] & keep) | (pad[whole] & ~keep & 0xff)
    }
    const out = this.cipher.update(blocks)
    const mask = Buffer.alloc(bits >> 3)
    for (let bit = 0; bit < bits; bit++) {
      if (out[bit * BLOCK] & 0x80) mask[bit >> 3] |= 0x80 >> (bit & 7)
    }
    return mask
  }
}

/**
 * A permutation of the numbers below 2^bits (bits even, at most 40): a balanced Feistel network.
 */
export class Permutation {
  private readonly cipher: Cipheriv
  private readonly half: number
  private readonly size: number
  private readonly block = Buffer.alloc(BLOCK)

  constructor(key: Uint8Array, bits: number) {
    this.cipher = cipherOf(key)
    this.half = bits / 2
    this.size = 2 ** this.half
  }

  map(value: number): number {
    let left = Math.floor(value / this.size)
    let right = value % this.size
    for (let round = 0; round < ROUNDS; round++) {
      this.block.writeUInt8(round, 0)
      this.block.writeUInt32BE(right, 4)
      const scrambled = this.cipher.update(this.block).readUInt32BE(0) % this.size
      const next = (left ^ scrambled) >>> 0
      left = right
      right = next
    }
    return left * this.size + right
  }
}

/** Remembers what a map gave; starts over when it holds too much. */
export class Remembered<Key, Value> {
  private readonly values = new Map<Key, Value>()
  private readonly make: (key: Key) => Value
  private readonly most: number

  constructor(make: (key: Key) => Value, most = 65_536) {
    this.make = make
    this.most = most
  }

  get(key: Key): Value {
    let value = this.values.get(key)
    if (value === undefined) {
      if (this.values.size >= this.most) this.values.clear()
      value = this.make(key)
      this.values.set(key, value)
    }
    return value
  }
}
