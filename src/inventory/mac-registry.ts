// The IEEE's list of MAC prefixes as the npm package `oui-data` ships it (public data): looked up
// in the file's own bytes by binary search. Reading the 5.6 MB takes 3 ms; parsing them as JSON
// took 200 ms and 25 MB.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isLocalMac, type MacNumber } from '../core/addresses.ts'

const NEWLINE = 10
const QUOTE = 34
/** Characters of a key: MA-L 24 bits, MA-M 28 bits, MA-S 36 bits (IEEE Std 802-2014 8.2). */
const KEY_LENGTHS = [6, 7, 9] as const
/** Holds the 24-bit prefixes that are divided into smaller ones. */
const DIVIDED = 'IEEE Registration Authority'
const CACHE_SIZE = 16_384

const hexOf = (mac: MacNumber) => mac.toString(16).toUpperCase().padStart(12, '0')

/** Looks organisations up by MAC. Made empty, it knows none. */
export class MacRegistry {
  private readonly bytes: Uint8Array
  private readonly known = new Map<number, string>()
  /** Where the lines of each key length begin and end. */
  private readonly sections = new Map<number, readonly [start: number, end: number]>()

  /** `bytes`: the package's index.json, one `"PREFIX": "Organisation\nAddress…"` a line. */
  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.bytes = bytes
    let start = this.lineAfter(0)
    for (const length of KEY_LENGTHS) {
      const end = this.sectionEnd(start, length)
      this.sections.set(length, [start, end])
      start = end
    }
  }

  /** The organisation that holds the MAC's prefix, without its address; '' when there is none. */
  organisation(mac: MacNumber): string {
    if (mac < 0 || isLocalMac(mac)) return ''
    const prefix = Math.floor(mac / 2 ** 24)
    let name = this.known.get(prefix)
    if (name === undefined) {
      name = this.find(hexOf(mac).slice(0, 6))
      if (this.known.size < CACHE_SIZE) this.known.set(prefix, name)
    }
    if (name !== DIVIDED) return name
    return this.find(hexOf(mac).slice(0, 9)) || this.find(hexOf(mac).slice(0, 7))
  }

  private find(key: string): string {
    const [start, end] = this.sections.get(key.length) ?? [0, 0]
    let low = start
    let high = end
    while (low < high) {
      const line = this.lineStart((low + high) >>> 1, low)
      const order = this.compare(line, key)
      if (order === 0) return this.valueAt(line)
      if (order < 0) low = this.lineAfter(line)
      else high = line
    }
    return ''
  }

  /** Below, at or above zero as the line's key lies before, at or behind `key`. */
  private compare(line: number, key: string): number {
    for (let index = 0; index < key.length; index++) {
      const difference = this.bytes[line + 2 + index] - key.charCodeAt(index)
      if (difference !== 0) return difference
    }
    return 0
  }

  private lineStart(near: number, lowest: number): number {
    let at = near
    while (at > lowest && this.bytes[at - 1] !== NEWLINE) at--
    return at
  }

  private lineAfter(at: number): number {
    // Lines are short: a loop is faster here than a call of `indexOf`.
    let end = at
    while (end < this.bytes.length && this.bytes[end] !== NEWLINE) end++
    return Math.min(end + 1, this.bytes.length)
  }

  /** Keys of one length stand together, in order; the section ends where another length begins. */
  private sectionEnd(start: number, length: number): number {
    const isMine = (line: number) =>
      this.bytes[line + 1] === QUOTE && this.bytes[line + 2 + length] === QUOTE
    if (!isMine(start)) return start
    let low = start
    let high = this.bytes.length
    while (low < high) {
      const line = this.lineStart((low + high) >>> 1, low)
      if (isMine(line)) low = this.lineAfter(line)
      else high = line
    }
    return low
  }

  private valueAt(line: number): string {
    const end = this.lineAfter(line)
    const text = Buffer.from(this.bytes.subarray(line, end)).toString('utf8')
    const value = /^ "[0-9A-F]+": ("(?:[^"\\]|\\.)*")/.exec(text)?.[1]
    if (value === undefined) return ''
    return (JSON.parse(value) as string).split('\n')[0]
  }
}

/** Reads the list from the installed package; call it once, when the first device is described. */
export function loadMacRegistry(): MacRegistry {
  return new MacRegistry(readFileSync(fileURLToPath(import.meta.resolve('oui-data'))))
}
