// The state a detector may keep: a map that never grows beyond its limit. The entry untouched for
// longest goes first, and that is counted.
import type { Limit } from '../core/limits.ts'

export class BoundedTable<Value> {
  readonly limit: Limit
  /** Entries pushed out so far. */
  evicted = 0
  private readonly entries = new Map<string | number, Value>()

  constructor(limit: Limit) {
    this.limit = limit
  }

  get size(): number {
    return this.entries.size
  }

  get(key: string | number): Value | undefined {
    return this.entries.get(key)
  }

  /** Stores an entry, pushing out the oldest when full. Touch entries by setting them again. */
  set(key: string | number, value: Value): Value {
    if (this.entries.has(key)) this.entries.delete(key)
    else if (this.entries.size >= this.limit.value) {
      const oldest = this.entries.keys().next().value
      if (oldest !== undefined) this.entries.delete(oldest)
      this.evicted++
    }
    this.entries.set(key, value)
    return value
  }

  delete(key: string | number): void {
    this.entries.delete(key)
  }

  values(): IterableIterator<Value> {
    return this.entries.values()
  }

  [Symbol.iterator](): IterableIterator<[string | number, Value]> {
    return this.entries[Symbol.iterator]()
  }
}
