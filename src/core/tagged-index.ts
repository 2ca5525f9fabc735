// The one open-addressing index of the product: 31-bit hashes beside small numbers, linear probing
// at a load of at most a half, deletion by shifting back. Whoever keeps records compares them only
// where the whole hash fits, so a look-up touches one line of memory, not one for each neighbour.

const EMPTY = -1

/**
 * Maps hashes (0 … 2^31-1, from `hash4`) to slots of a record table; knows nothing of the records.
 */
export class TaggedIndex {
  /** Entries held. */
  size = 0
  /** Pairs: hash (or EMPTY), slot. */
  private pairs: Int32Array
  private mask: number

  /** `room`: entries it starts with space for, a power of two. */
  constructor(room = 2048) {
    this.pairs = new Int32Array(room * 4).fill(EMPTY)
    this.mask = room * 2 - 1
  }

  /** Position of the first entry with this hash; -1 when there is none. */
  first(hash: number): number {
    return this.from(hash, hash & this.mask)
  }

  /** Position of the next entry with this hash after `position`; -1 when there is none. */
  next(hash: number, position: number): number {
    return this.from(hash, (position + 1) & this.mask)
  }

  private from(hash: number, start: number): number {
    const { pairs, mask } = this
    for (let position = start; ; position = (position + 1) & mask) {
      const tag = pairs[position << 1]
      if (tag === hash) return position
      if (tag === EMPTY) return -1
    }
  }

  /** The slot at a position that `first` or `next` gave. */
  slot(position: number): number {
    return this.pairs[(position << 1) + 1]
  }

  insert(hash: number, slot: number): void {
    if (this.size * 2 > this.mask) this.grow()
    this.size++
    this.place(hash, slot)
  }

  private place(hash: number, slot: number): void {
    const { pairs, mask } = this
    let position = hash & mask
    while (pairs[position << 1] !== EMPTY) position = (position + 1) & mask
    pairs[position << 1] = hash
    pairs[(position << 1) + 1] = slot
  }

  /** Takes out the entry of this hash and slot; it must be there. */
  remove(hash: number, slot: number): void {
    let hole = this.first(hash)
    while (this.slot(hole) !== slot) hole = this.next(hash, hole)
    const { pairs, mask } = this
    // Shifting back leaves no tombstones, so look-ups stay short for ever.
    for (let position = (hole + 1) & mask; ; position = (position + 1) & mask) {
      const tag = pairs[position << 1]
      if (tag === EMPTY) break
      if (((position - (tag & mask)) & mask) >= ((position - hole) & mask)) {
        pairs[hole << 1] = tag
        pairs[(hole << 1) + 1] = pairs[(position << 1) + 1]
        hole = position
      }
    }
    pairs[hole << 1] = EMPTY
    this.size--
  }

  private grow(): void {
    const old = this.pairs
    this.pairs = new Int32Array(old.length * 2).fill(EMPTY)
    this.mask = this.mask * 2 + 1
    for (let at = 0; at < old.length; at += 2) {
      if (old[at] !== EMPTY) this.place(old[at], old[at + 1])
    }
  }
}
