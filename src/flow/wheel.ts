// The timing wheel: when to look at a flow again. No work per packet: a flow lies in the bucket of
// the second at which it could expire first; if it spoke meanwhile, it is put further on.
import { SECOND } from '../core/clock.ts'
import { W, type FlowSlab } from './slab.ts'

const BUCKETS = 1024

/** Buckets of one second of packet time; flows are linked through W.next. */
export class TimingWheel {
  private readonly heads = new Int32Array(BUCKETS).fill(-1)
  private readonly slab: FlowSlab
  private now = NaN
  private adds = 0
  private addsAtSweep = -Infinity

  constructor(slab: FlowSlab) {
    this.slab = slab
  }

  /** Puts a slot into the bucket of `time`, at most one turn ahead of the present. */
  add(slot: number, time: number): void {
    let second = Math.floor(time / SECOND)
    if (second <= this.now) second = this.now + 1
    if (second > this.now + BUCKETS - 1) second = this.now + BUCKETS - 1
    const bucket = ((second % BUCKETS) + BUCKETS) % BUCKETS
    this.slab.words[(slot << 5) + W.next] = this.heads[bucket]
    this.heads[bucket] = slot
    this.adds++
  }

  /**
   * Moves to packet time `time`; `due(slot)` decides what becomes of each flow whose bucket has
   * come (it must add or release it). Time running backwards only moves the present. A jump of a
   * whole turn visits every flow, so hostile jumps are paid for: one such sweep per as many
   * additions as flows.
   */
  advance(time: number, due: (slot: number) => void): boolean {
    const second = Math.floor(time / SECOND)
    if (second === this.now) return false
    if (!(second > this.now)) {
      this.now = second
      return true
    }
    const steps = second - this.now
    if (steps >= BUCKETS) {
      if (this.adds - this.addsAtSweep < this.slab.size / 4) {
        this.now = second
        return true
      }
      this.addsAtSweep = this.adds
    }
    const from = this.now
    this.now = second
    for (let step = 1; step <= Math.min(steps, BUCKETS); step++) this.turn(from + step, due)
    return true
  }

  /** Takes out the slot whose bucket comes first; the wheel is not empty when a slab is full. */
  soonest(): number {
    for (let step = 1; step <= BUCKETS; step++) {
      const bucket = (((this.now + step) % BUCKETS) + BUCKETS) % BUCKETS
      const slot = this.heads[bucket]
      if (slot < 0) continue
      this.heads[bucket] = this.slab.words[(slot << 5) + W.next]
      return slot
    }
    throw new Error('flow wheel is empty while the slab is full')
  }

  private turn(second: number, due: (slot: number) => void): void {
    const bucket = ((second % BUCKETS) + BUCKETS) % BUCKETS
    let slot = this.heads[bucket]
    this.heads[bucket] = -1
    while (slot >= 0) {
      const next = this.slab.words[(slot << 5) + W.next]
      due(slot)
      slot = next
    }
  }
}
