// Counting refused logins per client and server: what the brute-force detectors have in common.
// Each of them says what a refusal looks like in its protocol.
import { MINUTE, SECOND, spanText } from '../core/clock.ts'
import type { Severity } from '../finding/index.ts'
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
export const EARLY = threshold(
  'early',
  '3 refusals',
  'in a row before a success: who mistypes twice is a person',
)
export const PACE = threshold(
  'pace',
  '4 seconds',
  'nobody reads a refusal and types a password faster, time after time',
)

/** What happened at one server's door. */
export interface Guesses {
  readonly client: number
  readonly server: number
  from: number
  last: number
  refusals: number
  /** Refusals since the last success, and the longest wait between two of these attempts. */
  inRow: number
  waitMax: number
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
  /**
   * Where programs log in by themselves: a refusal this many seconds after the last one is a client
   * with an old password that tries again, not the next guess, unless it names another user.
   */
  readonly waitSecondsMax?: number
}

/** Counts attempts of all clients at all servers; one for each detector. */
export class Guessing {
  private readonly context: DetectContext
  private readonly table: BoundedTable<Guesses>

  constructor(context: DetectContext) {
    this.context = context
    this.table = context.table<Guesses>(PAIRS)
  }

  /**
   * Counts an attempt; raises from the threshold on, with more weight when one was accepted. Below
   * it, a success after some refusals in a row at a program's pace is told with less weight.
   */
  attempt(attempt: Attempt, words: GuessingWords): void {
    const guesses = this.guessesOf(attempt, words)
    if (!guesses) return
    const { accepted, time, user } = attempt
    if (guesses.inRow > 0) guesses.waitMax = Math.max(guesses.waitMax, time - guesses.last)
    guesses.last = time
    if (user && guesses.users.size < 8) guesses.users.add(user)
    if (accepted) guesses.accepted = true
    else guesses.refusals++
    if (guesses.frames.length < 4 || (accepted && guesses.frames.length < 16)) {
      guesses.frames.push(attempt.frame)
    }
    const early = accepted && isEarlySuccess(guesses)
    guesses.inRow = accepted ? 0 : guesses.inRow + 1
    if (guesses.inRow <= 1) guesses.waitMax = 0
    if (guesses.refusals >= (words.refusals ?? REFUSALS.value)) {
      this.tell(guesses, words, guesses.accepted ? 'critical' : 'high')
    } else if (early) this.tell(guesses, words, guesses.users.size > 1 ? 'high' : 'medium')
  }

  /** What is counted for this pair; undefined for a login that was accepted at once. */
  private guessesOf(attempt: Attempt, { waitSecondsMax }: GuessingWords): Guesses | undefined {
    const { client, server, time, accepted, user } = attempt
    const key = `${client} ${server}`
    const known = this.table.get(key)
    if (known) {
      const another = user !== undefined && !known.users.has(user)
      const wait = another ? WINDOW.value : (waitSecondsMax ?? WINDOW.value)
      if (time - known.last <= wait * SECOND) return this.table.set(key, known)
    }
    if (accepted) return undefined
    const lists = { frames: [], users: new Set<string>() }
    const counts = { refusals: 0, inRow: 0, waitMax: 0, accepted: false }
    return this.table.set(key, { client, server, from: time, last: time, ...counts, ...lists })
  }

  private tell(guesses: Guesses, words: GuessingWords, severity: Severity): void {
    const { client, server, from, last, refusals, accepted, users } = guesses
    const names = users.size > 0 ? ` as ${[...users].map((user) => `'${user}'`).join(', ')}` : ''
    this.context.raise({
      key: `${client} ${server}`,
      about: this.context.isLocal(client) ? client : server,
      severity,
      confidence: refusals >= (words.refusals ?? REFUSALS.value) ? 0.9 : 0.6,
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

const isEarlySuccess = ({ inRow, waitMax }: Guesses): boolean =>
  inRow >= EARLY.value && waitMax <= PACE.value * SECOND
