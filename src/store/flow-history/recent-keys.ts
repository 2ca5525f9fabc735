// Which flows were told lately: a bounded memory of keys in two generations, as 53-bit digests.
import { hash } from 'node:crypto'

export class RecentKeys {
  private readonly most: number
  private young = new Set<number>()
  private old = new Set<number>()

  /** Remembers at least half of `most` keys, and never more than `most`. */
  constructor(most: number) {
    this.most = most
  }

  /** Answers whether the key is new, and remembers it. */
  add(key: string): boolean {
    const digest = digestOf(key)
    if (this.young.has(digest) || this.old.has(digest)) return false
    this.young.add(digest)
    if (this.young.size >= this.most / 2) {
      this.old = this.young
      this.young = new Set()
    }
    return true
  }

  /** Forgets a key whose flow could not be kept after all. */
  forget(key: string): void {
    const digest = digestOf(key)
    this.young.delete(digest)
    this.old.delete(digest)
  }
}

const digestOf = (key: string) => Number.parseInt(hash('sha1', key, 'hex').slice(0, 13), 16)
