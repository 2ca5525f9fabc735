// Counting refused logins per client and server: what the brute-force detectors have in common.
// Each of them says what a refusal looks like in its protocol.
import { MINUTE, SECOND, spanText } from '../core/clock.ts'
import type { BoundedTable } from './bounded-table.ts'
import { threshold, type DetectContext } from './detector.ts'

export const PAIRS = threshold('pairs', '4096 pairs', 'clients and servers watched at one time')
export const WINDOW = threshold(
  'window',
  '300 seconds',
  'people who mistype give up within minutes',
)
export const REFUSALS = threshold(
  'refusals',
  '5 refusals',
  'a person tries three times, a program more',
)

/** What happened at one server's door. */
export interface Guesses {
  readonly client: number
  readonly server: number
  from: number
  last: number
  refusals: number
  readonly frames: number[]
  readonly users: Set<string>
  /** A login was accepted after refusals: the attack may have succeeded. */
  accepted: boolean
}

export interface Attempt {
  readonly client: number
  readonly server: number
  readonly time: number
  readonly frame: number
  readonly accepted: boolean
  readonly user?: string
}

/** How a protocol is called, its port (−1: any), and how many refusals are too many. */
export interface GuessingWords {
  readonly protocol: string
  readonly port: number
  readonly refusals?: number
}

/** Counts attempts of all clients at all servers; one for each detector. */
export class Guessing {
  private readonly context: DetectContext
  private readonly table: BoundedTable<Guesses>

  constructor(context: DetectContext) {
    this.context = context
    this.table = context.table<Guesses>(PAIRS)
  }

  /** Counts an attempt; raises from the threshold on, with more weight when one was accepted. */
  attempt(attempt: Attempt, words: GuessingWords): void {
    const guesses = this.guessesOf(attempt)
    if (!guesses) return
    guesses.last = attempt.time
    if (attempt.user && guesses.users.size < 8) guesses.users.add(attempt.user)
    if (attempt.accepted) guesses.accepted = true
    else guesses.refusals++
    if (guesses.frames.length < 4 || attempt.accepted) guesses.frames.push(attempt.frame)
    if (guesses.refusals >= (words.refusals ?? REFUSALS.value)) this.tell(guesses, words)
  }

  /** What is counted for this pair; undefined for a login that was accepted at once. */
  private guessesOf({ client, server, time, accepted }: Attempt): Guesses | undefined {
    const key = `${client} ${server}`
    const known = this.table.get(key)
    if (known && time - known.last <= WINDOW.value * SECOND) return this.table.set(key, known)
    if (accepted) return undefined
    const lists = { frames: [], users: new Set<string>() }
    const counts = { refusals: 0, accepted: false }
    return this.table.set(key, { client, server, from: time, last: time, ...counts, ...lists })
  }

  private tell(guesses: Guesses, words: GuessingWords): void {
    const { client, server, from, last, refusals, accepted, users } = guesses
    const names = users.size > 0 ? ` as ${[...users].map((user) => `'${user}'`).join(', ')}` : ''
    this.context.raise({
      key: `${client} ${server}`,
      about: this.context.isLocal(client) ? client : server,
      severity: accepted ? 'critical' : 'high',
      confidence: 0.9,
      from,
      to: last,
      sources: [client],
      targets: [server],
      expected: 'a login that is accepted, or given up after a few tries',
      seen:
        `${refusals} refused ${words.protocol} logins${names} within ${spanText(last - from)}` +
        (accepted ? ', then one was accepted' : ''),
      frames: guesses.frames.slice(-8),
      count: refusals,
      // The connections began before their logins were refused, and end after.
      taints: {
        originator: client,
        responder: server,
        port: words.port,
        from: from - MINUTE,
        to: last + MINUTE,
      },
    })
  }
}
