// When the flows of a row began: sixteen bins a row, whose width doubles when the row lasts longer.
// Bins are aligned to whole multiples of their width, so the outcome does not depend on the order
// of flows.
import { SECOND, type Microseconds } from '../core/clock.ts'

export const BINS = 16
/** The narrowest bin. */
const BIN_MIN = SECOND
/** Widths by exponent; index 0 stands for a row without flows. 2^63 seconds is beyond any time. */
const WIDTHS = Float64Array.from({ length: 64 }, (_, index) => BIN_MIN * 2 ** (index - 1))

/** Histories of a bounded number of rows. Times must be finite. */
export class History {
  private readonly bins: Uint32Array
  /** number of the first bin, counted in widths since 1970. */
  private readonly starts: Float64Array
  /** The width is BIN_MIN × 2 to the power of this less one; 0 for a row without flows. */
  private readonly exponents: Uint8Array

  constructor(capacity: number) {
    this.bins = new Uint32Array(capacity * BINS)
    this.starts = new Float64Array(capacity)
    this.exponents = new Uint8Array(capacity)
  }

  private width(row: number): Microseconds {
    return WIDTHS[this.exponents[row]]
  }

  /** Counts one flow that began at `time`. */
  add(row: number, time: Microseconds): void {
    const { bins, starts, exponents } = this
    if (exponents[row] === 0) {
      exponents[row] = 1
      starts[row] = Math.floor(time / BIN_MIN)
    }
    const base = row * BINS
    for (;;) {
      const bin = Math.floor(time / this.width(row)) - starts[row]
      if (bin >= 0 && bin < BINS) {
        bins[base + bin]++
        return
      }
      if (bin >= 0 || !this.shift(row, -bin)) this.widen(row)
    }
  }

  /** Makes room for `count` earlier bins; false when the latest ones would fall out. */
  private shift(row: number, count: number): boolean {
    const { bins } = this
    const base = row * BINS
    let top = BINS - 1
    while (top > 0 && bins[base + top] === 0) top--
    if (top + count >= BINS) return false
    bins.copyWithin(base + count, base, base + top + 1)
    bins.fill(0, base, base + count)
    this.starts[row] -= count
    return true
  }

  private widen(row: number): void {
    const { bins, starts } = this
    const base = row * BINS
    const start = starts[row]
    const half = Math.floor(start / 2)
    for (let index = 0; index < BINS; index++) {
      const count = bins[base + index]
      bins[base + index] = 0
      bins[base + Math.floor((start + index) / 2) - half] += count
    }
    starts[row] = half
    this.exponents[row]++
  }

  /**
   * About how many flows began at or after `time`; a bin that straddles it counts in proportion.
   */
  since(row: number, time: Microseconds): number {
    const width = this.width(row)
    let sum = 0
    for (let index = 0; index < BINS; index++) {
      const count = this.bins[row * BINS + index]
      if (count === 0) continue
      const from = (this.starts[row] + index) * width
      sum += count * Math.min(1, Math.max(0, (from + width - time) / width))
    }
    return sum
  }

  /** When the first bin starts, how wide bins are, and the flows in each. */
  at(row: number): { from: Microseconds; binWidth: Microseconds; flows: number[] } {
    const binWidth = this.width(row)
    const flows = [...this.bins.subarray(row * BINS, (row + 1) * BINS)]
    return { from: this.starts[row] * binWidth, binWidth, flows }
  }
}
