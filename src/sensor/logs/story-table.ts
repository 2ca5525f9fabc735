// Stories of flows by the ids that logs give them: uids are hashed to 64 bits, so that no text of a
// log is held. Bounded; the oldest gives way.
import type { Story } from './feed.ts'

export class StoryTable {
  /** Stories that were forgotten for newer ones. */
  evicted = 0
  private readonly capacity: number
  private readonly mask: number
  /** Ring place + 1; 0 is free. */
  private readonly index: Int32Array
  private readonly highs: Int32Array
  private readonly lows: Int32Array
  private readonly stories: (Story | undefined)[]
  private hand = 0
  private high = 0
  private low = 0

  constructor(capacity: number) {
    this.capacity = capacity
    this.index = new Int32Array(2 ** Math.ceil(Math.log2(capacity * 2)))
    this.mask = this.index.length - 1
    this.highs = new Int32Array(capacity)
    this.lows = new Int32Array(capacity)
    this.stories = []
  }

  get(key: string | number): Story | undefined {
    this.hash(key)
    const slot = this.find(this.high, this.low)
    return slot < 0 ? undefined : this.stories[this.index[slot] - 1]
  }

  /** Adds a story; the key must not be there. */
  set(key: string | number, story: Story): void {
    this.hash(key)
    const { high, low } = this
    const place = this.hand
    this.hand = (place + 1) % this.capacity
    if (this.stories[place]) {
      this.evicted++
      this.remove(this.find(this.highs[place], this.lows[place]))
    }
    this.highs[place] = high
    this.lows[place] = low
    this.stories[place] = story
    let slot = low & this.mask
    while (this.index[slot] !== 0) slot = (slot + 1) & this.mask
    this.index[slot] = place + 1
  }

  private find(high: number, low: number): number {
    let slot = low & this.mask
    for (;;) {
      const place = this.index[slot] - 1
      if (place < 0) return -1
      if (this.lows[place] === low && this.highs[place] === high) return slot
      slot = (slot + 1) & this.mask
    }
  }

  /** Takes a slot out, moving up what stands behind it out of place. */
  private remove(slot: number): void {
    const { index, mask } = this
    let hole = slot
    let next = slot
    for (;;) {
      next = (next + 1) & mask
      if (index[next] === 0) break
      const home = this.lows[index[next] - 1] & mask
      if (((next - home) & mask) < ((next - hole) & mask)) continue
      index[hole] = index[next]
      hole = next
    }
    index[hole] = 0
  }

  private hash(key: string | number): void {
    if (typeof key === 'number') {
      this.high = Math.floor(key / 4294967296) | 0
      this.low = Math.imul((key | 0) ^ (this.high << 7), 0x2c1b3c6d)
      this.low ^= this.low >>> 15
      return
    }
    let high = 0x9e3779b9 | 0
    let low = key.length
    for (let at = 0; at < key.length; at++) {
      const code = key.charCodeAt(at)
      high = Math.imul(high ^ code, 0x01000193)
      low = Math.imul(low ^ code, 0x85ebca6b) ^ (high >>> 13)
    }
    this.high = high
    this.low = low ^ (low >>> 15)
  }
}
