// Lines of JSON written as bytes into one reused buffer: constants are copied, numbers written
// digit by digit, texts escaped. No object and no string is made per record; full buffers go to a
// sink.
import { isoTime, type Microseconds } from '../core/clock.ts'

/** Takes finished lines. The bytes are only valid during the call. */
export type ByteSink = (bytes: Buffer) => void

const SIZE = 512 * 1024
const NEWLINE = 10
const QUOTE = 34
const BACKSLASH = 92
const ZERO = 48
/** `2026-11-22T01:02:03.` of the last seconds, by second modulo their number. */
const SECONDS = 256
const PREFIX = 20
const HEX = Buffer.from('0123456789abcdef', 'latin1')
/** Constants longer than this are copied by the engine, shorter ones faster here. */
const LONG = 24
/** Below this, digits are taken out in 32-bit arithmetic. */
const SMALL = 0x7fffffff

/** Words kept as bytes; those of foreign logs must not fill the memory. */
const WORDS_MAX = 1024

/** Parts of lines by a word that comes again and again, each made once. */
export function wordParts(around: (word: string) => string): (word: string) => Uint8Array {
  const parts = new Map<string, Uint8Array>()
  return (word) => {
    let part = parts.get(word)
    if (part === undefined) {
      part = Buffer.from(around(word))
      if (parts.size < WORDS_MAX) parts.set(word, part)
    }
    return part
  }
}

/** A constant part of a line. */
export const constant = (text: string): Uint8Array => Buffer.from(text, 'latin1')

export class ByteLines {
  /** Whole lines written. */
  lines = 0
  private readonly sink: ByteSink
  private bytes: Buffer = Buffer.allocUnsafeSlow(SIZE)
  private at = 0
  private lineStart = 0
  private readonly prefixes = Buffer.alloc(SECONDS * PREFIX)
  private readonly prefixSeconds = new Float64Array(SECONDS).fill(-1)

  constructor(sink: ByteSink) {
    this.sink = sink
  }

  /** Makes room for `length` more bytes: hands on the lines that are finished. */
  reserve(length: number): void {
    if (this.at + length <= this.bytes.length) return
    const { bytes, lineStart, at } = this
    if (lineStart > 0) this.sink(bytes.subarray(0, lineStart))
    const open = at - lineStart
    if (open + length > bytes.length) {
      this.bytes = Buffer.allocUnsafeSlow(2 * (open + length))
      bytes.copy(this.bytes, 0, lineStart, at)
    } else bytes.copyWithin(0, lineStart, at)
    this.lineStart = 0
    this.at = open
  }

  /** Ends the line. */
  end(): void {
    this.bytes[this.at++] = NEWLINE
    this.lineStart = this.at
    this.lines++
    if (this.bytes.length > SIZE) this.shrink()
  }

  /** After a line that was longer than the buffer. */
  private shrink(): void {
    this.flush()
    this.bytes = Buffer.allocUnsafeSlow(SIZE)
  }

  /** Hands on all finished lines. */
  flush(): void {
    if (this.lineStart > 0) this.sink(this.bytes.subarray(0, this.lineStart))
    this.bytes.copyWithin(0, this.lineStart, this.at)
    this.at -= this.lineStart
    this.lineStart = 0
  }

  /** A constant; room must have been reserved, as for all below up to `text`. */
  put(part: Uint8Array): void {
    const bytes = this.bytes
    const at = this.at
    const length = part.length
    if (length > LONG) bytes.set(part, at)
    else for (let index = 0; index < length; index++) bytes[at + index] = part[index]
    this.at = at + length
  }

  /** `length` bytes of `from` at `offset`. */
  copy(from: Uint8Array, offset: number, length: number): void {
    const bytes = this.bytes
    const at = this.at
    for (let index = 0; index < length; index++) bytes[at + index] = from[offset + index]
    this.at = at + length
  }

  /** Where the next byte goes; valid until room is reserved. */
  get position(): number {
    return this.at
  }

  /** Copies what was written since `from`; 0 when it is longer than `room`. */
  copyTo(target: Buffer, offset: number, room: number, from: number): number {
    const length = this.at - from
    return length <= room ? this.bytes.copy(target, offset, from, this.at) : 0
  }

  /** One character. */
  byte(code: number): void {
    this.bytes[this.at++] = code
  }

  /** A whole number from 0 on; what is none is written as 0. */
  number(value: number): void {
    if (value < 10) {
      this.bytes[this.at++] = ZERO + (value > 0 ? value | 0 : 0)
      return
    }
    if (value <= SMALL) return this.small(value | 0)
    // Above 31 bits: the upper digits, then nine that may begin with zeros.
    if (!(value <= Number.MAX_SAFE_INTEGER)) return this.number(0)
    const upper = Math.floor(value / 1e9)
    this.number(upper)
    this.digits((value - upper * 1e9) | 0, 9)
  }

  private small(value: number): void {
    let length = 1
    for (let bound = 10; value >= bound && length < 10; bound *= 10) length++
    this.digits(value, length)
  }

  /** Exactly `length` digits of a 31-bit number, zeros in front. */
  digits(value: number, length: number): void {
    const bytes = this.bytes
    let rest = value | 0
    for (let at = this.at + length - 1; at >= this.at; at--) {
      const next = (rest / 10) | 0
      bytes[at] = ZERO + rest - next * 10
      rest = next
    }
    this.at += length
  }

  /** Two hexadecimal digits. */
  hex(value: number): void {
    this.bytes[this.at++] = HEX[(value >> 4) & 15]
    this.bytes[this.at++] = HEX[value & 15]
  }

  /** `2026-11-22T01:02:03.000004`, in UTC, without quotes and zone. */
  time(time: Microseconds): void {
    const second = Math.floor(time / 1_000_000)
    const slot = ((second % SECONDS) + SECONDS) % SECONDS
    if (this.prefixSeconds[slot] !== second) {
      this.prefixSeconds[slot] = second
      const text = isoTime(second * 1_000_000)
      const whole = text.length === 27 ? text.slice(0, PREFIX) : '1970-01-01T00:00:00.'
      this.prefixes.write(whole, slot * PREFIX, 'latin1')
    }
    const { bytes, prefixes } = this
    let at = this.at
    for (let from = slot * PREFIX, end = from + PREFIX; from < end; from++) {
      bytes[at++] = prefixes[from]
    }
    this.at = at
    this.digits((time - second * 1_000_000) | 0, 6)
  }

  /** A JSON text with its quotes; reserves its own room. */
  text(text: string): void {
    const length = text.length
    this.reserve(length * 6 + 64)
    const bytes = this.bytes
    let at = this.at
    bytes[at++] = QUOTE
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index)
      if (code < 32 || code === QUOTE || code === BACKSLASH || code > 126) {
        return this.escaped(text, index, at)
      }
      bytes[at++] = code
    }
    bytes[at++] = QUOTE
    this.at = at
  }

  /** The rest of a text from its first character that is not plain; the room is there. */
  private escaped(text: string, from: number, at: number): void {
    const rest = JSON.stringify(text.slice(from))
    this.at = at + this.bytes.write(rest.slice(1), at, 'utf8')
  }

  /**
   * Any JSON value; reserves its own room. Objects have too many shapes for a loop of ours: the
   * engine's own writer is twice as fast.
   */
  json(value: unknown): void {
    const text = JSON.stringify(value) ?? 'null'
    this.reserve(text.length * 3 + 64)
    this.at += this.bytes.write(text, this.at, 'utf8')
  }
}
