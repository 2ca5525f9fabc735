// Findings go out while a run goes on: whatever detectors have raised since the last look is handed
// to the couriers, and what has become worse or larger once more.
import type { RaisedFinding } from '../detect/index.ts'
import type { Courier, CourierHealth, Message } from '../export/index.ts'
import { severityRank, type Finding } from '../finding/index.ts'
import type { Watch, WatchResult } from './watch.ts'

const LOOK_EVERY_MS = 250

interface Sent {
  readonly severity: number
  readonly count: number
  readonly messages: number
}

/** Sends the findings of one run; `close` waits for delivery, and says how it went. */
export class Forwarding {
  private readonly couriers: readonly Courier[]
  private readonly now: () => number
  /** By finding id. */
  private readonly sent = new Map<string, Sent>()
  private readonly known = new Map<RaisedFinding, number>()
  private watch: Watch | undefined
  private timer: NodeJS.Timeout | undefined

  constructor(couriers: readonly Courier[], now = () => Date.now() * 1000) {
    this.couriers = couriers
    this.now = now
  }

  /** Begins to look. */
  follow(watch: Watch): void {
    this.watch = watch
    this.timer = setInterval(() => this.look(watch), LOOK_EVERY_MS)
  }

  private look(watch: Watch): void {
    const news = watch.raised().filter((raised) => {
      const rank = severityRank(raised.severity ?? raised.detector.severity)
      const before = this.known.get(raised)
      this.known.set(raised, rank)
      return before === undefined || rank > before
    })
    // One by one: in the order in which they came, not by severity.
    for (const raised of news) for (const finding of watch.written([raised])) this.send(finding)
  }

  /** Sends a finding that is new, or worse than it was when it was sent last. */
  private send(finding: Finding): void {
    const before = this.sent.get(finding.id)
    const messages = (before?.messages ?? 0) + 1
    const severity = severityRank(finding.severity)
    this.sent.set(finding.id, { severity, count: finding.count, messages })
    const message: Message = {
      id: `${finding.id}.${messages}`,
      at: this.now(),
      kind: before ? 'finding.updated' : 'finding.opened',
      finding,
    }
    for (const courier of this.couriers) courier.offer(message)
  }

  /** The end of the run: what only it has shown, and what has grown since it was sent. */
  finish(result: WatchResult): void {
    clearInterval(this.timer)
    if (this.watch) this.look(this.watch)
    for (const finding of result.findings) {
      const before = this.sent.get(finding.id)
      const hasGrown =
        before &&
        (before.count !== finding.count || severityRank(finding.severity) > before.severity)
      if (!before || hasGrown) this.send(finding)
    }
  }

  /** Waits so long for delivery; what is left stays on disk for the next run. */
  async close(waitMs: number): Promise<CourierHealth[]> {
    clearInterval(this.timer)
    return Promise.all(this.couriers.map((courier) => courier.close(waitMs)))
  }
}
