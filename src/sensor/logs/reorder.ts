// Brings records into time order within a bounded window: a heap by time, then rank, then order of
// arrival. Logs are written when something ends; what is told of its beginning comes late.

/** Above any number of arrivals, so that rank counts first. */
const RANK = 2 ** 50

/** A bounded priority queue. The caller takes out what is due, or the first when it is full. */
export class ReorderQueue<Entry> {
  /** The latest time that was ever put in. */
  newest = -Infinity
  size = 0
  readonly capacity: number
  private readonly times: Float64Array
  private readonly orders: Float64Array
  private readonly entries: (Entry | undefined)[]
  private arrived = 0

  constructor(capacity: number) {
    this.capacity = capacity
    this.times = new Float64Array(capacity)
    this.orders = new Float64Array(capacity)
    this.entries = new Array<Entry | undefined>(capacity).fill(undefined)
  }

  get full(): boolean {
    return this.size >= this.capacity
  }

  /** Time of the first entry; Infinity when there is none. */
  get first(): number {
    return this.size > 0 ? this.times[0] : Infinity
  }

  /**
   * `rank` 0, 1 or 2: among entries of one time the lower comes first. The queue must not be full.
   */
  push(entry: Entry, time: number, rank: number): void {
    const { times, orders, entries } = this
    if (time > this.newest) this.newest = time
    const order = rank * RANK + this.arrived++
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

  /** The first entry, taken out; undefined when there is none. */
  pop(): Entry | undefined {
    if (this.size === 0) return undefined
    const { times, orders, entries } = this
    const top = entries[0]
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
      if (child + 1 < size && this.before(child + 1, child)) child++
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

  private before(a: number, b: number): boolean {
    const { times, orders } = this
    return times[a] < times[b] || (times[a] === times[b] && orders[a] < orders[b])
  }
}
