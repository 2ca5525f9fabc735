// One direction of a TCP stream, as far as a parser needs it: the unfinished message, and segments
// that came before their turn. Everything is bounded per side and over all streams together.
import { LIMITS } from '../core/limits.ts'

interface Later {
  readonly sequence: number
  /** [0, length) of `bytes`. */
  readonly bytes: Buffer
  readonly length: number
}

const SMALLEST = 10
/** Buffers kept for the next stream, of each size. */
const SPARE = 64

/** The memory of all streams together: bounded, and its buffers go from stream to stream. */
export class StreamMemory {
  /** Bytes handed out, and how often there was nothing left to hand out. */
  held = 0
  refused = 0
  /** Spare buffers by the power of two of their size. */
  private readonly spare: Buffer[][] = []

  /** A buffer of at least `length` bytes, its content undefined; undefined when a bound is met. */
  take(length: number): Buffer | undefined {
    const power = Math.max(SMALLEST, 32 - Math.clz32(length - 1))
    if (this.held + 2 ** power > LIMITS.streamMemory.value) {
      this.refused++
      return undefined
    }
    this.held += 2 ** power
    return this.spare[power]?.pop() ?? Buffer.allocUnsafeSlow(2 ** power)
  }

  give(buffer: Buffer): void {
    this.held -= buffer.length
    const spare = (this.spare[31 - Math.clz32(buffer.length)] ??= [])
    if (spare.length < SPARE) spare.push(buffer)
  }

  /** Lets the buffers go that are kept for the next stream. */
  trim(): void {
    this.spare.length = 0
  }
}

export class StreamSide {
  /** Bytes of an unfinished message: [0, length) of `pending`. */
  pending: Buffer | undefined
  length = 0
  /** Segments ahead of a hole, by sequence number. */
  readonly later: Later[] = []
  private readonly memory: StreamMemory

  constructor(memory: StreamMemory) {
    this.memory = memory
  }

  /**
   * Keeps [from, to) behind what is pending; false when a bound is met (the pending bytes are
   * dropped).
   */
  keep(bytes: Buffer, from: number, to: number): boolean {
    const length = this.length + to - from
    if (length > LIMITS.streamPending.value) return this.drop()
    if (!this.pending || length > this.pending.length) {
      const grown = this.memory.take(length)
      if (!grown) return this.drop()
      this.pending?.copy(grown, 0, 0, this.length)
      if (this.pending) this.memory.give(this.pending)
      this.pending = grown
    }
    bytes.copy(this.pending, this.length, from, to)
    this.length = length
    return true
  }

  /** Drops the first `count` pending bytes. */
  consume(count: number): void {
    if (count >= this.length) this.drop()
    else {
      this.pending!.copyWithin(0, count, this.length)
      this.length -= count
    }
  }

  /** Forgets what is pending and gives its buffer back; always false. */
  drop(): false {
    if (this.pending) this.memory.give(this.pending)
    this.pending = undefined
    this.length = 0
    return false
  }

  /** Keeps a segment that came too early; false when there are too many. */
  defer(sequence: number, bytes: Buffer, from: number, to: number): boolean {
    if (this.later.length >= LIMITS.streamSegments.value) return false
    if (this.later.some((segment) => segment.sequence === sequence)) return true
    const copy = this.memory.take(to - from)
    if (!copy) return false
    bytes.copy(copy, 0, from, to)
    const place = this.later.findIndex((segment) => ((segment.sequence - sequence) | 0) > 0)
    const segment = { sequence, bytes: copy, length: to - from }
    if (place < 0) this.later.push(segment)
    else this.later.splice(place, 0, segment)
    return true
  }

  /**
   * The segment that now is next (or overlaps `next`); undefined while the hole is open. Hand it
   * back with `done` once it is read.
   */
  takeLater(next: number): Later | undefined {
    const first = this.later[0]
    if (!first || ((first.sequence - next) | 0) > 0) return undefined
    this.later.shift()
    return first
  }

  done(segment: Later): void {
    this.memory.give(segment.bytes)
  }

  /**
   * Whether [from, to) of `bytes`, which begin at `sequence`, are other ones than segments that
   * wait have in the same place.
   */
  differs(sequence: number, bytes: Buffer, from: number, to: number): boolean {
    return this.later.some((held) => same(held, sequence, bytes, from, to) < 0)
  }

  /** How many pending bytes are the same, `next` being what comes behind them; -1 as `differs`. */
  compare(sequence: number, next: number, bytes: Buffer, from: number, to: number): number {
    if (this.differs(sequence, bytes, from, to)) return -1
    const { length, pending } = this
    if (!pending) return 0
    const held = { sequence: (next - length) | 0, bytes: pending, length }
    return same(held, sequence, bytes, from, to)
  }

  /** Gives back all memory. */
  free(): void {
    this.drop()
    for (const segment of this.later) this.memory.give(segment.bytes)
    this.later.length = 0
  }
}

/** How many bytes both have in the same place, all equal; -1 when one is not. */
function same(held: Later, sequence: number, bytes: Buffer, from: number, to: number): number {
  const shift = (sequence - held.sequence) | 0
  const start = Math.max(0, shift)
  const end = Math.min(held.length, shift + to - from)
  if (end <= start) return 0
  const place = from - shift
  const order = held.bytes.compare(bytes, place + start, place + end, start, end)
  return order === 0 ? end - start : -1
}
