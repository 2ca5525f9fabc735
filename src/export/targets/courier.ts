// Takes messages from a queue to its target, in order, again and again until they have arrived:
// at least once, with a pause that grows while the other side is away.
import { setTimeout as pause } from 'node:timers/promises'
import type { Message } from './message.ts'
import type { Outbox } from './outbox.ts'
import type { Target } from './target.ts'

const BATCH = 256
const FLUSH_MS = 20
/** Held in memory while the disk takes nothing; the oldest go first. */
const FRESH_MAX = 4096
const PAUSE_FIRST_MS = 1000
const PAUSE_MOST_MS = 300_000
/** At the end, a receiver with a problem is waited for so long. */
const AWAY_MS = 3000

/** How delivery stands. */
export interface CourierHealth {
  readonly target: string
  readonly delivered: number
  /** On disk, not yet delivered. */
  readonly waiting: number
  /** Lost to the bounds of the queue. */
  readonly dropped: number
  /** Set aside because the receiver will not have them. */
  readonly refused: number
  /** Why the last attempt failed; '' when it did not. */
  readonly problem: string
}

/** What a courier works with; `pauseFirstMs` is for tests. */
export interface CourierParts {
  readonly outbox: Outbox
  readonly target: Target
  readonly pauseFirstMs?: number
  now?(): number
}

export class Courier {
  private readonly parts: CourierParts
  private readonly stop = new AbortController()
  private fresh: Message[] = []
  private delivered = 0
  private refused = 0
  private told = 0
  private problem = ''
  private flushing: Promise<void> | undefined
  private wake: (() => void) | undefined
  /** Something was queued since it was last looked for. */
  private hasNews = false
  private readonly running: Promise<void>
  private closing: Promise<CourierHealth> | undefined

  /** Begins at once with what waits from an earlier run. */
  constructor(parts: CourierParts) {
    this.parts = parts
    this.running = this.run()
  }

  /** Takes a message; it is on disk a moment later, and on its way. Never waits. */
  offer(message: Message): void {
    this.fresh.push(message)
    this.flushing ??= this.flush().finally(() => (this.flushing = undefined))
  }

  /** Writes what was offered within a moment in one go, until nothing is left. */
  private async flush(): Promise<void> {
    while (this.fresh.length > 0) {
      await pause(FLUSH_MS)
      const messages = this.fresh
      this.fresh = []
      try {
        await this.parts.outbox.append(messages)
        this.hasNews = true
        this.wake?.()
      } catch (cause) {
        // The disk is full: they stay in memory, and are tried again.
        this.problem = (cause as Error).message
        this.fresh = [...messages, ...this.fresh].slice(-FRESH_MAX)
        if (this.stop.signal.aborted) return
        await this.rest(PAUSE_FIRST_MS)
      }
    }
  }

  /** Resolves once everything that was offered so far lies on disk. */
  async written(): Promise<void> {
    await this.flushing
  }

  /** How delivery stands. */
  health(): CourierHealth {
    const { outbox, target } = this.parts
    return {
      target: target.name,
      delivered: this.delivered,
      waiting: outbox.waiting + this.fresh.length,
      dropped: outbox.dropped,
      refused: this.refused,
      problem: this.problem,
    }
  }

  private async run(): Promise<void> {
    const first = this.parts.pauseFirstMs ?? PAUSE_FIRST_MS
    let wait = first
    while (!this.stop.signal.aborted) {
      const messages = await this.parts.outbox.next(BATCH)
      if (messages.length === 0) {
        await this.news()
        this.hasNews = false
        continue
      }
      const asked = await this.deliver(messages)
      if (asked === undefined) {
        wait = first
        continue
      }
      // Half of the pause is chance, so that many senders do not come back at once.
      const chance = wait * (0.5 + Math.random() / 2)
      await this.rest(Math.max(asked, chance))
      wait = Math.min(wait * 2, PAUSE_MOST_MS)
    }
  }

  /** Undefined when all went well, else the pause that the receiver asks for, milliseconds. */
  private async deliver(messages: readonly Message[]): Promise<number | undefined> {
    const { outbox, target } = this.parts
    const { delivered, refused, problem, waitMs } = await target.send(messages, this.stop.signal)
    this.delivered += delivered
    if (delivered > 0) {
      await outbox.done(delivered)
      // Only now: while the receiver is away, the word itself would be dropped.
      this.tellDropped()
    }
    if (refused !== undefined) {
      this.refused++
      this.problem = refused
      await outbox.done(1)
      return undefined
    }
    this.problem = problem ?? ''
    if (problem === undefined) return undefined
    // Something has arrived: the other side is there, so the pause begins small again.
    return waitMs ?? (delivered > 0 ? undefined : 0)
  }

  /** What was dropped is said to the receiver, once it is there again. */
  private tellDropped(): void {
    const { dropped } = this.parts.outbox
    if (dropped <= this.told) return
    const at = this.parts.now?.() ?? Date.now() * 1000
    const count = dropped - this.told
    this.told = dropped
    this.offer({ id: `dropped-${at}`, at, kind: 'findings.dropped', count })
  }

  private news(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.wake = undefined
        this.stop.signal.removeEventListener('abort', done)
        resolve()
      }
      this.wake = done
      this.stop.signal.addEventListener('abort', done)
      if (this.stop.signal.aborted || this.hasNews) done()
    })
  }

  private async rest(milliseconds: number): Promise<void> {
    const { signal } = this.stop
    await pause(milliseconds, undefined, { signal }).catch(() => {})
  }

  /** Waits until nothing is left to deliver, at most so long; then stops. What is left stays. */
  close(waitMs: number): Promise<CourierHealth> {
    this.closing ??= this.end(waitMs)
    return this.closing
  }

  private async end(waitMs: number): Promise<CourierHealth> {
    const start = Date.now()
    for (;;) {
      const waited = Date.now() - start
      // Who has not answered for a while will not in the next seconds.
      if (waited >= (this.problem === '' ? waitMs : Math.min(waitMs, AWAY_MS))) break
      if (!this.flushing && this.parts.outbox.waiting === 0) break
      await pause(20)
    }
    this.stop.abort()
    await this.running
    await this.flushing
    await this.parts.target.close()
    const health = this.health()
    await this.parts.outbox.close()
    return health
  }
}
