// The two capture formats as records: classic pcap (micro- and nanoseconds, both byte orders, the
// modified record header) and pcapng (sections, interfaces, enhanced, simple and old packet
// blocks). Reads what is whole in a chunk, fills the Packet, and says where and why it stopped.
import { LIMITS } from '../../core/limits.ts'
import type { Intake, SourceProblem } from '../source.ts'

const MAGIC_MICRO = 0xa1b2c3d4
const MAGIC_NANO = 0xa1b23c4d
const MAGIC_MODIFIED = 0xa1b2cd34
const MAGIC_SECTION = 0x0a0d0d0a
const RECORD_MAX = LIMITS.recordLength.value

interface Interface {
  readonly linkType: number
  /** Units of a second: 10^n or 2^n, and the offset in seconds that the block may add. */
  readonly unitsPerSecond: number
  readonly offsetSeconds: number
  readonly snapLength: number
}

export type CaptureFormat = 'unknown' | 'pcap' | 'pcapng'

/** Reads records out of chunks; one per input. */
export class CaptureRecords {
  format: CaptureFormat = 'unknown'
  records = 0
  first = NaN
  last = NaN
  problem: SourceProblem | undefined
  private readonly name: string
  private readonly intake: Intake
  private swapped = false
  private nano = false
  private headerLength = 16
  private linkType = 1
  private interfaces: Interface[] = []
  /** Input offset up to which everything was read. */
  private consumed = 0
  /** Input offset of byte 0 of the buffer at hand. */
  private base = 0
  private skip = 0

  constructor(name: string, intake: Intake) {
    this.name = name
    this.intake = intake
  }

  /** True once reading cannot go on. */
  get stopped(): boolean {
    return this.problem !== undefined
  }

  /** Reads all whole records in [start, end); answers the first offset it left. */
  read = (buffer: Buffer, start: number, end: number): number => {
    let at = start
    this.base = this.consumed - start
    if (this.skip > 0) {
      const step = Math.min(this.skip, end - at)
      this.skip -= step
      at += step
    }
    if (this.skip === 0 && this.format === 'unknown') at = this.open(buffer, at, end)
    if (this.skip === 0 && this.format === 'pcap') at = this.classic(buffer, at, end)
    else if (this.skip === 0 && this.format === 'pcapng') at = this.blocks(buffer, at, end)
    this.consumed += at - start
    return this.problem ? end : at
  }

  /** The input has ended with `left` bytes that made no whole record. */
  finish(left: number): void {
    if (this.problem) return
    if (this.consumed === 0 && left === 0) {
      this.stop('empty', 'the input is empty', 0)
    } else if (this.format === 'unknown') {
      this.stop('not-a-capture', 'too short to be a capture', 0)
    } else if (left > 0 || this.skip > 0) {
      const text = `the capture ends inside a record (${left} bytes of it are there)`
      this.stop('truncated', text, this.consumed)
    }
  }

  private stop(code: string, text: string, offset: number): void {
    const message = `${this.name}: ${text}, at byte offset ${offset}`
    this.problem ??= { code, message, offset }
  }

  /** Reads the magic number and, for classic pcap, the file header. */
  private open(buffer: Buffer, at: number, end: number): number {
    if (end - at < 4) return at
    const magic = buffer.readUInt32LE(at)
    const big = buffer.readUInt32BE(at)
    if (magic === MAGIC_SECTION) {
      this.format = 'pcapng'
      return at
    }
    const known = [MAGIC_MICRO, MAGIC_NANO, MAGIC_MODIFIED]
    if (!known.includes(magic) && !known.includes(big)) {
      const hint =
        'not a pcap or pcapng capture (its first bytes are ' +
        buffer.toString('hex', at, at + 4) +
        ')'
      this.stop('not-a-capture', hint, 0)
      return end
    }
    if (end - at < 24) return at
    this.swapped = !known.includes(magic)
    const value = this.swapped ? big : magic
    this.nano = value === MAGIC_NANO
    this.headerLength = value === MAGIC_MODIFIED ? 24 : 16
    this.linkType = this.u32(buffer, at + 20) & 0xffff
    this.format = 'pcap'
    return at + 24
  }

  private u32(buffer: Buffer, at: number): number {
    const a = buffer[at]
    const b = buffer[at + 1]
    const c = buffer[at + 2]
    const d = buffer[at + 3]
    const value = this.swapped
      ? (a << 24) | (b << 16) | (c << 8) | d
      : a | (b << 8) | (c << 16) | (d << 24)
    return value >>> 0
  }

  private u16(buffer: Buffer, at: number): number {
    return this.swapped ? buffer.readUInt16BE(at) : buffer.readUInt16LE(at)
  }

  private classic(buffer: Buffer, from: number, end: number): number {
    const { packet } = this.intake
    const headerLength = this.headerLength
    let at = from
    packet.bytes = buffer
    while (end - at >= headerLength) {
      const length = this.u32(buffer, at + 8)
      if (length > RECORD_MAX) {
        const offset = this.base + at
        this.stop('bad-record', `a record claims ${length} bytes (at most ${RECORD_MAX})`, offset)
        return end
      }
      const start = at + headerLength
      if (end - start < length) return at
      const fraction = this.u32(buffer, at + 4)
      const micros = this.nano ? Math.floor(fraction / 1000) : fraction
      packet.time = this.u32(buffer, at) * 1_000_000 + micros
      packet.linkType = this.linkType
      this.hand(buffer, start, length, this.u32(buffer, at + 12))
      at = start + length
    }
    return at
  }

  private hand(buffer: Buffer, start: number, length: number, wireLength: number): void {
    const { packet } = this.intake
    packet.bytes = buffer
    packet.start = start
    packet.end = start + length
    packet.cut = wireLength > length
    packet.wireLength = wireLength < length || wireLength > 0x7fffffff ? length : wireLength
    this.records++
    if (this.records === 1) this.first = packet.time
    this.last = packet.time
    this.intake.frame()
  }

  private blocks(buffer: Buffer, from: number, end: number): number {
    let at = from
    while (end - at >= 12) {
      const offset = this.base + at
      if (buffer.readUInt32LE(at) === MAGIC_SECTION) {
        if (!this.section(buffer, at, offset)) return end
      }
      const type = this.u32(buffer, at)
      const length = this.u32(buffer, at + 4)
      if (length < 12 || length % 4 !== 0) {
        this.stop('bad-record', `a block claims ${length} bytes`, offset)
        return end
      }
      const isPacket = type === 6 || type === 3 || type === 2
      if (length > RECORD_MAX && !isPacket && type !== MAGIC_SECTION && type !== 1) {
        this.skip = Math.max(0, length - (end - at))
        at = Math.min(end, at + length)
        if (this.skip > 0) return at
        continue
      }
      if (length > RECORD_MAX + 64) {
        this.stop('bad-record', `a block claims ${length} bytes (at most ${RECORD_MAX})`, offset)
        return end
      }
      if (end - at < length) return at
      this.block(buffer, at, type, length)
      if (this.problem) return end
      at += length
    }
    return at
  }

  /** A section header sets the byte order and forgets the interfaces. */
  private section(buffer: Buffer, at: number, offset: number): boolean {
    const order = buffer.readUInt32LE(at + 8)
    if (order !== 0x1a2b3c4d && order !== 0x4d3c2b1a) {
      this.stop('bad-record', 'a section header without a byte order mark', offset)
      return false
    }
    this.swapped = order === 0x4d3c2b1a
    this.interfaces = []
    return true
  }

  private block(buffer: Buffer, at: number, type: number, length: number): void {
    const end = at + length - 4
    if (this.u32(buffer, end) !== length) this.odd('pcapng-two-lengths')
    if (type === 1 && length >= 20) this.describe(buffer, at, end)
    else if (type === 6 && length >= 32) {
      const captured = this.u32(buffer, at + 20)
      const found = this.interfaceOf(this.u32(buffer, at + 8))
      if (!found || !this.fits(captured, end - (at + 28))) return
      this.setTime(found, this.u32(buffer, at + 12), this.u32(buffer, at + 16))
      this.hand(buffer, at + 28, captured, this.u32(buffer, at + 24))
    } else if (type === 3 && length >= 16) this.simple(buffer, at, end)
    else if (type === 2 && length >= 32) {
      const captured = this.u32(buffer, at + 20)
      const found = this.interfaceOf(this.u16(buffer, at + 8))
      if (!found || !this.fits(captured, end - (at + 28))) return
      this.setTime(found, this.u32(buffer, at + 12), this.u32(buffer, at + 16))
      this.hand(buffer, at + 28, captured, this.u32(buffer, at + 24))
    } else if (type === 1 || type === 2 || type === 3 || type === 6) this.odd('pcapng-short-block')
  }

  /** A simple packet block has no time: the last one stands in. */
  private simple(buffer: Buffer, at: number, end: number): void {
    const found = this.interfaceOf(0)
    if (!found) return
    const wire = this.u32(buffer, at + 8)
    const room = end - (at + 12)
    const captured = Math.min(wire, room, found.snapLength || room)
    const { packet } = this.intake
    packet.linkType = found.linkType
    packet.time = Number.isNaN(this.last) ? 0 : this.last
    this.hand(buffer, at + 12, captured, wire)
  }

  private fits(captured: number, room: number): boolean {
    if (captured <= room) return true
    this.odd('pcapng-bad-captured-length')
    return false
  }

  private interfaceOf(id: number): Interface | undefined {
    const found = this.interfaces[id]
    if (!found) this.odd('pcapng-unknown-interface')
    return found
  }

  /** Counts a block that cannot be used, with the last good record beside it. */
  private odd(name: string): void {
    const { anomalies, packet } = this.intake
    anomalies.count(name, packet.frame, Number.isNaN(this.last) ? 0 : this.last)
  }

  /**
   * Interface description: link type, snap length, time resolution (option 9), offset (option 14).
   */
  private describe(buffer: Buffer, at: number, end: number): void {
    let unitsPerSecond = 1_000_000
    let offsetSeconds = 0
    let option = at + 16
    while (end - option >= 4) {
      const code = this.u16(buffer, option)
      const length = this.u16(buffer, option + 2)
      if (code === 0 || option + 4 + length > end) break
      if (code === 9 && length >= 1) {
        const value = buffer[option + 4]
        unitsPerSecond = value & 128 ? 2 ** Math.min(63, value & 127) : 10 ** Math.min(18, value)
      } else if (code === 14 && length >= 8) {
        const seconds = this.swapped
          ? buffer.readBigInt64BE(option + 4)
          : buffer.readBigInt64LE(option + 4)
        offsetSeconds = Number(seconds)
      }
      option += 4 + ((length + 3) & ~3)
    }
    if (this.interfaces.length >= 4096) return
    this.interfaces.push({
      linkType: this.u16(buffer, at + 8),
      snapLength: this.u32(buffer, at + 12),
      unitsPerSecond,
      offsetSeconds,
    })
  }

  /** 64 bits of units to whole microseconds without losing any. */
  private setTime(from: Interface, high: number, low: number): void {
    const { packet } = this.intake
    packet.linkType = from.linkType
    const units = from.unitsPerSecond
    let micros: number
    if (units === 1_000_000) micros = high * 4294967296 + low
    else if (units === 1_000_000_000) {
      // 2^32 = 4294967 * 1000 + 296: the product stays exact below 2^53.
      micros = high * 4294967 + Math.floor((high * 296 + low) / 1000)
    } else {
      const all = (BigInt(high) << 32n) | BigInt(low)
      micros = Number((all * 1_000_000n) / BigInt(units))
    }
    const time = micros + from.offsetSeconds * 1_000_000
    packet.time = Number.isSafeInteger(time) ? time : 0
  }
}
