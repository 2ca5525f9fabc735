// Who has tried to sign in and failed: each further try costs waiting, never for others. Counted
// for a name from one network, for one network whatever the name, and apart from both for browsers
// that have been signed in before: a stranger's guessing does not keep them out.
import { MINUTE, SECOND, type Microseconds } from '../core/clock.ts'

const FREE_TRIES = 5
const FREE_TRIES_NETWORK = 30
const WAIT_MAX = 15 * MINUTE
const FORGET_AFTER = 60 * MINUTE
const BUCKETS_MAX = 20_000

interface Bucket {
  failures: number
  /** Not before. */
  until: Microseconds
  last: Microseconds
}

/** One try: of which name, from where, and the browser's own mark where it has one. */
export interface Try {
  readonly nameKey: string
  readonly address: string
  /** Proven mark of a browser that was signed in under this name before. */
  readonly known?: string
}

export class Attempts {
  private readonly buckets = new Map<string, Bucket>()

  /** Microseconds to wait before this try is looked at; 0: now. */
  wait(attempt: Try, now: Microseconds): Microseconds {
    const waits = bucketsOf(attempt).map(({ key }) => {
      const bucket = this.buckets.get(key)
      return bucket ? bucket.until - now : 0
    })
    return Math.max(0, ...waits)
  }

  failed(attempt: Try, now: Microseconds): void {
    for (const { key, free } of bucketsOf(attempt)) {
      const known = this.buckets.get(key)
      const bucket =
        known && now - known.last < FORGET_AFTER ? known : { failures: 0, until: 0, last: now }
      bucket.failures++
      bucket.last = now
      const beyond = bucket.failures - free
      if (beyond >= 0) bucket.until = now + Math.min(WAIT_MAX, SECOND * 2 ** Math.min(20, beyond))
      // Put in again, so that the oldest stands first.
      this.buckets.delete(key)
      this.buckets.set(key, bucket)
    }
    while (this.buckets.size > BUCKETS_MAX) {
      this.buckets.delete(this.buckets.keys().next().value!)
    }
  }

  succeeded(attempt: Try): void {
    this.buckets.delete(bucketsOf(attempt)[0].key)
  }
}

function bucketsOf({ nameKey, address, known }: Try): { key: string; free: number }[] {
  if (known !== undefined) return [{ key: `known ${known}`, free: FREE_TRIES }]
  const network = networkOf(address)
  return [
    { key: `name ${network} ${nameKey}`, free: FREE_TRIES },
    { key: `network ${network}`, free: FREE_TRIES_NETWORK },
  ]
}

/** An IPv4 address, or the /64 that one IPv6 host has to choose from. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '').replace(/%.*$/, '')
  if (!plain.includes(':')) return plain
  const [head, tail = ''] = plain.split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === '' ? [] : tail.split(':')
  const missing = plain.includes('::') ? 8 - groups.length - rest.length : 0
  const full = [...groups, ...Array<string>(Math.max(0, missing)).fill('0'), ...rest]
  return full
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')
}
