// Addresses as numbers. IPv4 is its 32 bits; IPv6 addresses are interned and become small integers;
// a MAC is its 48 bits. One AddressKey says which: texts are made only when somebody has to read
// them.
import { TaggedIndex } from './tagged-index.ts'

/** IPv4: 0 … 2^32-1. IPv6: 2^32 + its number in the AddressBook. No address: -1. */
export type AddressKey = number
/** A MAC address as its 48 bits; -1 when a source does not carry it. */
export type MacNumber = number

export const NO_ADDRESS: AddressKey = -1
export const NO_MAC: MacNumber = -1
const V6_BASE = 4294967296

export const isV6 = (key: AddressKey) => key >= V6_BASE
export const v4Key = (signed: number): AddressKey => signed >>> 0
export const v6Key = (index: number): AddressKey => V6_BASE + index

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** `c0:56:e3:10:00:01`; '' for no MAC. */
export function macText(mac: MacNumber): string {
  if (mac < 0) return ''
  const high = Math.floor(mac / 4294967296)
  const low = mac >>> 0
  const head = `${HEX[(high >>> 8) & 255]}:${HEX[high & 255]}:${HEX[low >>> 24]}`
  return `${head}:${HEX[(low >>> 16) & 255]}:${HEX[(low >>> 8) & 255]}:${HEX[low & 255]}`
}

/** Reads `c0:56:e3:10:00:01`, `c0-56-…`, `c056.e310.0001` or bare hex; -1 when it is none. */
export function parseMac(text: string): MacNumber {
  const hex = text.replace(/[:.-]/g, '')
  return /^[0-9a-fA-F]{12}$/.test(hex) ? Number.parseInt(hex, 16) : NO_MAC
}

/** Group bit: broadcast and multicast frames. */
export const isGroupMac = (mac: MacNumber) => mac >= 0 && (Math.floor(mac / 2 ** 40) & 1) === 1
/** Locally administered bit: randomised or made-up addresses (IEEE 802-2014 8.4). */
export const isLocalMac = (mac: MacNumber) => mac >= 0 && (Math.floor(mac / 2 ** 40) & 2) === 2

const DECIMAL = Array.from({ length: 256 }, (_, byte) => `${byte}`)
const DOTTED = DECIMAL.map((text) => `${text}.`)

export function v4Text(value: number): string {
  const head = DOTTED[value >>> 24] + DOTTED[(value >>> 16) & 255]
  return head + DOTTED[(value >>> 8) & 255] + DECIMAL[value & 255]
}

/** Reads a dotted quad; undefined when it is none. */
export function parseV4(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (!parts) return undefined
  let value = 0
  for (let index = 1; index <= 4; index++) {
    const part = Number(parts[index])
    if (part > 255) return undefined
    value = value * 256 + part
  }
  return value
}

/** Eight 16-bit groups as RFC 5952 text. */
export function v6Text(groups: readonly number[]): string {
  let bestStart = -1
  let bestLength = 1
  for (let start = 0; start < 8; start++) {
    let length = 0
    while (start + length < 8 && groups[start + length] === 0) length++
    if (length > bestLength) {
      bestStart = start
      bestLength = length
    }
  }
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return '::ffff:' + v4Text(groups[6] * 65536 + groups[7])
  }
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':')
  if (bestStart < 0) return text(groups)
  return text(groups.slice(0, bestStart)) + '::' + text(groups.slice(bestStart + bestLength))
}

/**
 * Reads IPv6 text (with `::`, an embedded IPv4 tail, a zone index) to eight groups; undefined when
 * it is none.
 */
export function parseV6(input: string): number[] | undefined {
  let text = input.split('%')[0]
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  if (tail) {
    const value = parseV4(tail[2])
    if (value === undefined) return undefined
    text = `${tail[1]}${(value >>> 16).toString(16)}:${(value & 65535).toString(16)}`
  }
  const halves = text.split('::')
  if (halves.length > 2 || !text.includes(':')) return undefined
  const groupsOf = (half: string) => (half === '' ? [] : half.split(':'))
  const left = groupsOf(halves[0])
  const right = halves.length === 2 ? groupsOf(halves[1]) : []
  const missing = 8 - left.length - right.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const all = [...left, ...Array<string>(Math.max(0, missing)).fill('0'), ...right]
  if (!all.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined
  return all.map((group) => Number.parseInt(group, 16))
}

/**
 * Interns IPv6 addresses: 16 bytes ↔ a small integer. Bounded; number 0 is `::` and also the
 * overflow.
 */
export class AddressBook {
  /** How many look-ups found the book full. */
  overflow = 0
  /** Addresses held. */
  size = 0
  private readonly capacity: number
  private readonly words: Int32Array
  private readonly index = new TaggedIndex()

  constructor(capacity: number) {
    this.capacity = capacity
    this.words = new Int32Array(capacity * 4)
    this.intern(0, 0, 0, 0)
  }

  /** The number of the address made of four 32-bit words (signed); 0 when the book is full. */
  intern(a: number, b: number, c: number, d: number): number {
    const { words, index } = this
    const hash = hash4(a, b, c, d)
    for (let position = index.first(hash); position >= 0; position = index.next(hash, position)) {
      const found = index.slot(position)
      const at = found << 2
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) {
        return found
      }
    }
    if (this.size >= this.capacity) {
      this.overflow++
      return 0
    }
    const fresh = this.size++
    const at = fresh << 2
    words[at] = a
    words[at + 1] = b
    words[at + 2] = c
    words[at + 3] = d
    index.insert(hash, fresh)
    return fresh
  }

  /** Interns 16 bytes at `offset`; the caller has checked that they are there. */
  internBytes(bytes: Uint8Array, offset: number): number {
    return this.intern(
      word(bytes, offset),
      word(bytes, offset + 4),
      word(bytes, offset + 8),
      word(bytes, offset + 12),
    )
  }

  /** One of the four words (signed) of an interned address. */
  word(index: number, which: number): number {
    return this.words[(index << 2) + which]
  }

  groups(index: number): number[] {
    const groups: number[] = []
    for (let which = 0; which < 4; which++) {
      const value = this.word(index, which)
      groups.push(value >>> 16, value & 65535)
    }
    return groups
  }

  /** The address as text; '' for no address. */
  text(key: AddressKey): string {
    if (key < 0) return ''
    return isV6(key) ? v6Text(this.groups(key - V6_BASE)) : v4Text(key)
  }

  /** Reads either family's text to its key; NO_ADDRESS when it is neither. */
  parse(text: string): AddressKey {
    const v4 = parseV4(text)
    if (v4 !== undefined) return v4
    const groups = parseV6(text)
    if (!groups) return NO_ADDRESS
    const pair = (at: number) => (groups[at] << 16) | groups[at + 1]
    return v6Key(this.intern(pair(0), pair(2), pair(4), pair(6)))
  }

  /** What kind of address this is; see AddressScope. */
  scope(key: AddressKey): AddressScope {
    if (key < 0) return 'none'
    if (!isV6(key)) return v4Scope(key)
    const index = key - V6_BASE
    const first = this.word(index, 0) >>> 0
    const rest = this.word(index, 1) | this.word(index, 2)
    if (first === 0 && rest === 0) {
      const last = this.word(index, 3)
      return last === 0 ? 'unspecified' : last === 1 ? 'loopback' : 'global'
    }
    if (first >>> 24 === 0xff) return 'multicast'
    if (first >>> 22 === 0x3fa) return 'link-local'
    if (first >>> 25 === 0x7e) return 'private'
    return 'global'
  }
}

/** Where an address can be: RFC 6890's special ranges, as far as we tell them apart. */
export type AddressScope =
  | 'none'
  | 'unspecified'
  | 'loopback'
  | 'link-local'
  | 'private'
  | 'multicast'
  | 'broadcast'
  | 'global'

/** RFC 1918, RFC 6598 (shared), RFC 3927, RFC 5771 and the limited broadcast. */
export function v4Scope(key: number): AddressScope {
  const top = key >>> 24
  if (key === 0) return 'unspecified'
  if (key === 0xffffffff) return 'broadcast'
  if (top === 127) return 'loopback'
  if (top >= 224 && top < 240) return 'multicast'
  if (top === 10 || key >>> 20 === 0xac1 || key >>> 16 === 0xc0a8) return 'private'
  if (key >>> 22 === 0x191) return 'private'
  if (key >>> 16 === 0xa9fe) return 'link-local'
  return 'global'
}

/** 32 bits at `offset`, signed: stays a small integer in V8. */
export const word = (bytes: Uint8Array, offset: number): number =>
  (bytes[offset] << 24) | (bytes[offset + 1] << 16) | (bytes[offset + 2] << 8) | bytes[offset + 3]

/** Mixes four 32-bit words into 31 non-negative bits. */
export function hash4(a: number, b: number, c: number, d: number): number {
  let hash =
    Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^
    Math.imul(b ^ 0x7f4a7c15, 0xc2b2ae35) ^
    Math.imul(c, 0x27d4eb2f) ^
    Math.imul(d, 0x165667b1)
  hash ^= hash >>> 15
  hash = Math.imul(hash, 0x2c1b3c6d)
  hash ^= hash >>> 13
  return hash & 0x7fffffff
}
