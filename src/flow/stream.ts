// One direction of a TCP stream, as far as a parser needs it: the unfinished message, and segments
// that came before their turn. Everything is bounded per side and over all streams together.
import { LIMITS } from '../core/limits.ts'

interface Later {
  readonly sequence: number
  readonly bytes: Buffer
}

/** Bytes held by all streams; shared so that the sum is bounded. */
export interface StreamBudget {
  held: number
  refused: number
}

export class StreamSide {
  /** Bytes of an unfinished message: [0, length) of `pending`. */
  pending: Buffer | undefined
  length = 0
  /** Segments ahead of a hole, by sequence number. */
  readonly later: Later[] = []
  private readonly budget: StreamBudget

  constructor(budget: StreamBudget) {
    this.budget = budget
  }

  /**
   * Keeps [from, to) behind what is pending; false when a bound is met (the pending bytes are
   * dropped).
   */
  keep(bytes: Buffer, from: number, to: number): boolean {
    const length = this.length + to - from
    if (length > LIMITS.streamPending.value) return this.refuse()
    if (!this.pending || length > this.pending.length) {
      const size = Math.max(1024, 2 ** Math.ceil(Math.log2(length)))
      const more = size - (this.pending?.length ?? 0)
      if (this.budget.held + more > LIMITS.streamMemory.value) return this.refuse()
      this.budget.held += more
      const grown = Buffer.allocUnsafeSlow(size)
      this.pending?.copy(grown, 0, 0, this.length)
      this.pending = grown
    }
    bytes.copy(this.pending, this.length, from, to)
    this.length = length
    return true
  }

  /** Drops the first `count` pending bytes. */
  consume(count: number): void {
    if (count >= this.length) this.length = 0
    else {
      this.pending!.copyWithin(0, count, this.length)
      this.length -= count
    }
  }

  /** Keeps a segment that came too early; false when there are too many. */
  defer(sequence: number, bytes: Buffer, from: number, to: number): boolean {
    if (this.later.length >= LIMITS.streamSegments.value) return false
    if (this.later.some((segment) => segment.sequence === sequence)) return true
    if (this.budget.held + to - from > LIMITS.streamMemory.value) return false
    this.budget.held += to - from
    const copy = Buffer.allocUnsafeSlow(to - from)
    bytes.copy(copy, 0, from, to)
    const place = this.later.findIndex((segment) => ((segment.sequence - sequence) | 0) > 0)
    const segment = { sequence, bytes: copy }
    if (place < 0) this.later.push(segment)
    else this.later.splice(place, 0, segment)
    return true
  }

  /** The segment that now is next (or overlaps `next`); undefined while the hole is open. */
  takeLater(next: number): Later | undefined {
    const first = this.later[0]
    if (!first || ((first.sequence - next) | 0) > 0) return undefined
    this.later.shift()
    this.budget.held -= first.bytes.length
    return first
  }

  /** Gives back all memory. */
  free(): void {
    this.budget.held -= this.pending?.length ?? 0
    for (const segment of this.later) this.budget.held -= segment.bytes.length
    this.later.length = 0
    this.pending = undefined
    this.length = 0
  }

  private refuse(): boolean {
    this.budget.refused++
    this.length = 0
    return false
  }
}
