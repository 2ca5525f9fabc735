// Traffic over time for a picture: bytes and flows in at most 240 bins whose width doubles as the
// capture grows. A flow's bytes are spread evenly over its life, so that logs without packets show
// the same shape.
import { SECOND } from '../core/clock.ts'
import type { Flow, FlowObserver } from '../flow/index.ts'

const BINS = 240

export interface TimelinePoint {
  /** Packet time at which the bin begins, and its bytes and flows begun. */
  readonly time: number
  readonly bytes: number
  readonly flows: number
}

export class Timeline implements FlowObserver {
  private from = NaN
  private width = SECOND
  private bytes = new Float64Array(BINS)
  private flows = new Float64Array(BINS)

  flowEnd(flow: Flow): void {
    if (!Number.isFinite(flow.first)) return
    if (Number.isNaN(this.from)) this.from = flow.first
    else if (flow.first < this.from) this.extendBack(flow.first)
    const start = Math.max(0, flow.first - this.from)
    const end = Math.max(start, flow.last - this.from)
    while (end >= this.width * BINS) this.double()
    const first = Math.floor(start / this.width)
    const last = Math.floor(end / this.width)
    const share = (flow.originatorBytes + flow.responderBytes) / (last - first + 1)
    for (let bin = first; bin <= last; bin++) this.bytes[bin] += share
    this.flows[first]++
  }

  /** Flows end out of order: a long one may have begun before the first that ended. */
  private extendBack(time: number): void {
    while (this.from - time >= (this.width * BINS) / 2) this.double()
    const shift = Math.ceil((this.from - time) / this.width)
    if (this.bytes.subarray(BINS - shift).some((bytes) => bytes > 0)) {
      this.double()
      return this.extendBack(time)
    }
    for (const counts of [this.bytes, this.flows]) {
      counts.copyWithin(shift, 0)
      counts.fill(0, 0, shift)
    }
    this.from -= shift * this.width
  }

  private double(): void {
    this.width *= 2
    for (const counts of [this.bytes, this.flows]) {
      for (let bin = 0; bin < BINS; bin++) {
        counts[bin] = bin * 2 < BINS ? counts[bin * 2] + counts[bin * 2 + 1] : 0
      }
    }
  }

  /** The bins up to the last one with traffic; empty without any. */
  points(): TimelinePoint[] {
    const last = this.bytes.findLastIndex((bytes) => bytes > 0)
    return Array.from({ length: last + 1 }, (_, bin) => ({
      time: this.from + bin * this.width,
      bytes: Math.round(this.bytes[bin]),
      flows: this.flows[bin],
    }))
  }
}
