// Brings records into time order within a bounded window, by time, then rank, then order of
// arrival. Logs are written when something ends; what is told of its beginning comes late. What
// comes in order, as most does, waits in a ring; what does not, in a heap.

/** Above any number of arrivals, so that rank counts first. */
const RANK = 2 ** 50

/** A bounded priority queue. The caller takes out what is due, or the first when it is full. */
export class ReorderQueue<Entry> {
  /** The latest time that was ever put in. */
  newest = -Infinity
  /** Time of the entry that `pop` gave last. */
  time = NaN
  readonly capacity: number
  private arrived = 0
  /** Entries in order: `length` of them from `head` on. */
  private readonly ring: Lane<Entry>
  private head = 0
  private length = 0
  private readonly heap: Lane<Entry>
  private size = 0

  constructor(capacity: number) {
    this.capacity = capacity
    this.ring = lane(capacity)
    this.heap = lane(capacity)
  }

  get count(): number {
    return this.size + this.length
  }

  get full(): boolean {
    return this.size + this.length >= this.capacity
  }

  /** Time of the first entry; Infinity when there is none. */
  get first(): number {
    const { ring, heap } = this
    const inRing = this.length > 0 ? ring.times[this.head] : Infinity
    return this.size > 0 ? Math.min(inRing, heap.times[0]) : inRing
  }

  /**
   * `rank` 0, 1 or 2: among entries of one time the lower comes first. The queue must not be full.
   */
  push(entry: Entry, time: number, rank: number): void {
    if (time > this.newest) this.newest = time
    const order = rank * RANK + this.arrived++
    const { ring, head, length, capacity } = this
    const last = (head + length - 1 + capacity) % capacity
    const late =
      length > 0 &&
      (time < ring.times[last] || (time === ring.times[last] && order < ring.orders[last]))
    if (late) return this.sift(entry, time, order)
    const at = (head + length) % capacity
    ring.times[at] = time
    ring.orders[at] = order
    ring.entries[at] = entry
    this.length++
  }

  /** The first entry, taken out; undefined when there is none. */
  pop(): Entry | undefined {
    const { ring, heap, head } = this
    if (this.length === 0 || (this.size > 0 && precedes(heap, 0, ring, head))) return this.popHeap()
    const entry = ring.entries[head]
    ring.entries[head] = undefined
    this.time = ring.times[head]
    this.head = (head + 1) % this.capacity
    this.length--
    return entry
  }

  private sift(entry: Entry, time: number, order: number): void {
    const { times, orders, entries } = this.heap
    let at = this.size++
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (times[parent] < time || (times[parent] === time && orders[parent] < order)) break
      times[at] = times[parent]
      orders[at] = orders[parent]
      entries[at] = entries[parent]
      at = parent
    }
    times[at] = time
    orders[at] = order
    entries[at] = entry
  }

  private popHeap(): Entry | undefined {
    if (this.size === 0) return undefined
    const { heap } = this
    const { times, orders, entries } = heap
    const top = entries[0]
    this.time = times[0]
    const size = --this.size
    const time = times[size]
    const order = orders[size]
    const last = entries[size]
    entries[size] = undefined
    if (size === 0) return top
    let at = 0
    for (;;) {
      let child = at * 2 + 1
      if (child >= size) break
      if (child + 1 < size && precedes(heap, child + 1, heap, child)) child++
      if (times[child] > time || (times[child] === time && orders[child] > order)) break
      times[at] = times[child]
      orders[at] = orders[child]
      entries[at] = entries[child]
      at = child
    }
    times[at] = time
    orders[at] = order
    entries[at] = last
    return top
  }
}

interface Lane<Entry> {
  readonly times: Float64Array
  readonly orders: Float64Array
  readonly entries: (Entry | undefined)[]
}

const lane = <Entry>(capacity: number): Lane<Entry> => ({
  times: new Float64Array(capacity),
  orders: new Float64Array(capacity),
  entries: new Array<Entry | undefined>(capacity).fill(undefined),
})

const precedes = <Entry>(a: Lane<Entry>, at: number, b: Lane<Entry>, bt: number): boolean =>
  a.times[at] < b.times[bt] || (a.times[at] === b.times[bt] && a.orders[at] < b.orders[bt])
