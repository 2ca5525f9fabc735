// A bounded reader over bytes that somebody else sent us. Reading past the end never throws and
// never moves: it yields 0 or '' and sets `overrun`, which a parser checks once at the end of a
// message.

/**
 * Reads big-endian numbers (little-endian by name) and texts from [offset, end) of a Buffer it does
 * not own.
 */
export class Cursor {
  bytes: Buffer
  offset: number
  end: number
  /** True once anything was read beyond `end`. */
  overrun: boolean

  constructor(bytes: Buffer, offset = 0, end: number = bytes.length) {
    this.bytes = bytes
    this.offset = offset
    this.end = end
    this.overrun = false
  }

  /** Points the cursor at other bytes, so that one cursor serves all packets. */
  reset(bytes: Buffer, offset: number, end: number): this {
    this.bytes = bytes
    this.offset = offset
    this.end = end
    this.overrun = false
    return this
  }

  get remaining(): number {
    return this.end - this.offset
  }

  /** Whether `count` more bytes are there; does not set `overrun`. */
  has(count: number): boolean {
    return count >= 0 && this.end - this.offset >= count
  }

  private take(count: number): number {
    const at = this.offset
    if (count < 0 || this.end - at < count) {
      this.overrun = true
      return -1
    }
    this.offset = at + count
    return at
  }

  u8(): number {
    const at = this.take(1)
    return at < 0 ? 0 : this.bytes[at]
  }

  u16(): number {
    const at = this.take(2)
    return at < 0 ? 0 : (this.bytes[at] << 8) | this.bytes[at + 1]
  }

  u24(): number {
    const at = this.take(3)
    if (at < 0) return 0
    return (this.bytes[at] << 16) | (this.bytes[at + 1] << 8) | this.bytes[at + 2]
  }

  u32(): number {
    const at = this.take(4)
    return at < 0 ? 0 : this.bytes.readUInt32BE(at)
  }

  u16le(): number {
    const at = this.take(2)
    return at < 0 ? 0 : this.bytes[at] | (this.bytes[at + 1] << 8)
  }

  u32le(): number {
    const at = this.take(4)
    return at < 0 ? 0 : this.bytes.readUInt32LE(at)
  }

  /** 64 bits as a number; exact up to 2^53, nearest above. */
  u64(): number {
    const high = this.u32()
    return high * 4294967296 + this.u32()
  }

  /** The byte `ahead` positions on, without moving; -1 beyond the end (does not set `overrun`). */
  peek(ahead = 0): number {
    const at = this.offset + ahead
    return at < this.end && ahead >= 0 ? this.bytes[at] : -1
  }

  /** Sixteen bits at `ahead`, without moving; -1 beyond the end. */
  peek16(ahead = 0): number {
    const at = this.offset + ahead
    return at + 1 < this.end && ahead >= 0 ? (this.bytes[at] << 8) | this.bytes[at + 1] : -1
  }

  skip(count: number): void {
    this.take(count)
  }

  /** Moves to an absolute offset inside the bounds. */
  seek(offset: number): void {
    if (offset < 0 || offset > this.end) this.overrun = true
    else this.offset = offset
  }

  /** `count` bytes as Latin-1 text: one character a byte, no byte lost. */
  latin1(count: number): string {
    const at = this.take(count)
    return at < 0 ? '' : this.bytes.toString('latin1', at, at + count)
  }

  /** `count` bytes as UTF-8 text; broken sequences become U+FFFD. */
  utf8(count: number): string {
    const at = this.take(count)
    return at < 0 ? '' : this.bytes.toString('utf8', at, at + count)
  }

  hex(count: number): string {
    const at = this.take(count)
    return at < 0 ? '' : this.bytes.toString('hex', at, at + count)
  }

  /** A cursor of its own over the next `count` bytes, which this cursor then skips. */
  sub(count: number): Cursor {
    const at = this.take(count)
    return at < 0 ? new Cursor(this.bytes, 0, 0) : new Cursor(this.bytes, at, at + count)
  }

  /** Where `byte` stands next within `limit` bytes, as an absolute offset; -1 when it does not. */
  find(byte: number, limit = 65536): number {
    const stop = Math.min(this.end, this.offset + limit)
    for (let at = this.offset; at < stop; at++) if (this.bytes[at] === byte) return at
    return -1
  }

  /**
   * The next text line without CR LF, at most `limit` bytes; undefined when no line end is there
   * yet.
   */
  line(limit = 8192): string | undefined {
    const stop = this.find(10, limit)
    if (stop < 0) return undefined
    const last = stop > this.offset && this.bytes[stop - 1] === 13 ? stop - 1 : stop
    const text = this.bytes.toString('latin1', this.offset, last)
    this.offset = stop + 1
    return text
  }

  /** Whether the next bytes are this ASCII text; does not move. */
  startsWith(text: string): boolean {
    if (this.end - this.offset < text.length) return false
    for (let index = 0; index < text.length; index++) {
      if (this.bytes[this.offset + index] !== text.charCodeAt(index)) return false
    }
    return true
  }
}
