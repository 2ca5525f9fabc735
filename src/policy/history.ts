// When the flows of a row began: sixteen bins a row, whose width doubles when the row lasts longer.
// Bins are aligned to whole multiples of their width, so the outcome does not depend on the order
// of flows.
import { SECOND, type Microseconds } from '../core/clock.ts'

export const BINS = 16
/** The narrowest bin. */
const BIN_MIN = SECOND
/** Widths by exponent; index 0 stands for a row without flows. 2^63 seconds is beyond any time. */
const WIDTHS = Float64Array.from({ length: 64 }, (_, index) => BIN_MIN * 2 ** (index - 1))

/**
 * A row lies in one place: the number of its first bin, counted in widths since 1970 (a float); the
 * exponent, 0 for a row without flows: the width is BIN_MIN × 2 to the power of it less one; bins.
 */
const FLOATS = 2 + BINS / 2
const WORDS = FLOATS * 2
const W = { exponent: 2, bins: 4 } as const

/** What `since` says of a row with one flow, without keeping its history. */
export function shareSince(began: Microseconds, time: Microseconds): number {
  const from = Math.floor(began / BIN_MIN) * BIN_MIN
  return Math.min(1, Math.max(0, (from + BIN_MIN - time) / BIN_MIN))
}

/** Histories of a bounded number of rows. Times must be finite. */
export class History {
  private readonly floats: Float64Array
  private readonly words: Int32Array

  constructor(capacity: number) {
    this.floats = new Float64Array(capacity * FLOATS)
    this.words = new Int32Array(this.floats.buffer)
  }

  private width(row: number): Microseconds {
    return WIDTHS[this.words[row * WORDS + W.exponent]]
  }

  /** Counts one flow that began at `time`. */
  add(row: number, time: Microseconds): void {
    const { words, floats } = this
    const at = row * WORDS
    if (words[at + W.exponent] === 0) {
      words[at + W.exponent] = 1
      floats[row * FLOATS] = Math.floor(time / BIN_MIN)
    }
    for (;;) {
      const width = WIDTHS[words[at + W.exponent]]
      const bin = Math.floor(time / width) - floats[row * FLOATS]
      if (bin >= 0 && bin < BINS) {
        words[at + W.bins + bin]++
        return
      }
      if (bin >= 0 || !this.shift(row, -bin)) this.widen(row)
    }
  }

  /** Makes room for `count` earlier bins; false when the latest ones would fall out. */
  private shift(row: number, count: number): boolean {
    const { words } = this
    const base = row * WORDS + W.bins
    let top = BINS - 1
    while (top > 0 && words[base + top] === 0) top--
    if (top + count >= BINS) return false
    for (let index = top; index >= 0; index--) words[base + count + index] = words[base + index]
    for (let index = 0; index < count; index++) words[base + index] = 0
    this.floats[row * FLOATS] -= count
    return true
  }

  private widen(row: number): void {
    const { words, floats } = this
    const base = row * WORDS + W.bins
    const start = floats[row * FLOATS]
    const half = Math.floor(start / 2)
    // An even start halves to bin 0, an odd one leaves the first bin alone in its pair.
    const odd = start - half * 2
    for (let index = 0; index < BINS; index++) {
      const count = words[base + index]
      words[base + index] = 0
      words[base + ((odd + index) >> 1)] += count
    }
    floats[row * FLOATS] = half
    words[row * WORDS + W.exponent]++
  }

  /**
   * About how many flows began at or after `time`; a bin that straddles it counts in proportion.
   */
  since(row: number, time: Microseconds): number {
    const { words, floats } = this
    const width = this.width(row)
    const start = floats[row * FLOATS]
    let sum = 0
    for (let index = 0; index < BINS; index++) {
      const count = words[row * WORDS + W.bins + index]
      if (count === 0) continue
      const from = (start + index) * width
      sum += count * Math.min(1, Math.max(0, (from + width - time) / width))
    }
    return sum
  }

  /** When the first bin starts, how wide bins are, and the flows in each. */
  at(row: number): { from: Microseconds; binWidth: Microseconds; flows: number[] } {
    const binWidth = this.width(row)
    const bins = row * WORDS + W.bins
    const flows = [...this.words.subarray(bins, bins + BINS)]
    return { from: this.floats[row * FLOATS] * binWidth, binWidth, flows }
  }
}
