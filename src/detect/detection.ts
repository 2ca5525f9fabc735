// Runs all detectors side by side over one stream of flows and transactions and gathers what they
// raise: one finding per detector and key, with bounded evidence, and the list of what must not be
// learnt.
import type { EndpointTable, Flow, FlowObserver, Transaction } from '../flow/index.ts'
import type { Limit } from '../core/limits.ts'
import { BoundedTable } from './bounded-table.ts'
import type { DetectContext, Detector, DetectorHandlers, Judged, Raise } from './detector.ts'
import { TaintIndex } from './taint.ts'

const FINDINGS_MAX = 10_000
const FRAMES_MAX = 8
const PARTIES_MAX = 64

/** A finding in the words of the detector: endpoints and frame ordinals, not yet texts. */
export interface RaisedFinding {
  readonly detector: Detector
  readonly key: string
  about: number
  severity: Raise['severity']
  confidence: number
  /** Time of the first raise; [from, to] spans all of them. */
  readonly time: number
  from: number
  to: number
  readonly sources: Set<number>
  readonly targets: Set<number>
  expected: string
  seen: string
  readonly frames: number[]
  count: number
}

interface Running {
  readonly detector: Detector
  readonly handlers: DetectorHandlers
}

/** What detection stands on; `isLocal` answers for now, cheaply. */
export interface DetectionParts {
  readonly detectors: readonly Detector[]
  readonly endpoints: EndpointTable
  isLocal(endpoint: number): boolean
}

/** Feed it as a FlowObserver, then call `finish`. */
export class Detection implements FlowObserver {
  /** Findings that no longer fitted. */
  overflow = 0
  readonly tables: { readonly detector: string; readonly table: BoundedTable<unknown> }[] = []
  /** What must not be learnt as normal. */
  readonly taints = new TaintIndex()
  private readonly raised = new Map<string, RaisedFinding>()
  private readonly running: readonly Running[]
  private readonly byProtocol = new Map<string, ((transaction: Transaction) => void)[]>()
  private readonly starts: ((flow: Flow) => void)[] = []
  private readonly ends: ((flow: Flow) => void)[] = []
  private readonly ticks: ((time: number) => void)[] = []

  constructor(parts: DetectionParts) {
    this.running = parts.detectors.map((detector) => {
      const handlers = detector.create(this.contextFor(detector, parts))
      return { detector, handlers }
    })
    for (const { handlers } of this.running) {
      if (handlers.flowStart) this.starts.push(handlers.flowStart)
      if (handlers.flowEnd) this.ends.push(handlers.flowEnd)
      if (handlers.tick) this.ticks.push(handlers.tick)
      for (const [protocol, handle] of Object.entries(handlers.transactions ?? {})) {
        const list = this.byProtocol.get(protocol)
        if (list) list.push(handle)
        else this.byProtocol.set(protocol, [handle])
      }
    }
  }

  private contextFor(detector: Detector, parts: DetectionParts): DetectContext {
    return {
      endpoints: parts.endpoints,
      isLocal: (endpoint) => parts.isLocal(endpoint),
      raise: (raise) => this.raise(detector, raise),
      table: <Value>(limit: Limit) => {
        const table = new BoundedTable<Value>(limit)
        this.tables.push({ detector: detector.id, table: table as BoundedTable<unknown> })
        return table
      },
    }
  }

  flowStart(flow: Flow): void {
    for (const handle of this.starts) handle(flow)
  }

  flowEnd(flow: Flow): void {
    for (const handle of this.ends) handle(flow)
  }

  transaction(transaction: Transaction): void {
    const handlers = this.byProtocol.get(transaction.protocol)
    if (handlers) for (const handle of handlers) handle(transaction)
  }

  tick(time: number): void {
    for (const handle of this.ticks) handle(time)
  }

  /** Lets every detector raise what is ripe; may be called again later. */
  finish(): readonly RaisedFinding[] {
    for (const { handlers } of this.running) handlers.finish?.()
    return this.findings()
  }

  /** Shows every detector what the given profiles deny; answers all findings so far. */
  review(judged: Judged): readonly RaisedFinding[] {
    for (const { handlers } of this.running) handlers.review?.(judged)
    return this.findings()
  }

  /** What was raised so far. */
  findings(): readonly RaisedFinding[] {
    return [...this.raised.values()]
  }

  private raise(detector: Detector, raise: Raise): void {
    const id = `${detector.id}\n${raise.key}`
    let finding = this.raised.get(id)
    if (!finding) {
      if (this.raised.size >= FINDINGS_MAX) {
        this.overflow++
        return
      }
      finding = fresh(detector, raise)
      this.raised.set(id, finding)
    }
    grow(finding, raise)
    if (raise.taints) this.taints.set(id, raise.taints)
  }
}

const fresh = (detector: Detector, raise: Raise): RaisedFinding => ({
  detector,
  key: raise.key,
  about: raise.about,
  severity: raise.severity,
  confidence: raise.confidence ?? 0.8,
  time: raise.to,
  from: raise.from,
  to: raise.to,
  sources: new Set(),
  targets: new Set(),
  expected: raise.expected,
  seen: raise.seen,
  frames: [],
  count: 0,
})

function grow(finding: RaisedFinding, raise: Raise): void {
  finding.from = Math.min(finding.from, raise.from)
  finding.to = Math.max(finding.to, raise.to)
  finding.expected = raise.expected
  finding.seen = raise.seen
  finding.severity = raise.severity ?? finding.severity
  finding.confidence = Math.max(finding.confidence, raise.confidence ?? 0)
  finding.count = raise.count ?? finding.count + 1
  for (const source of raise.sources)
    if (finding.sources.size < PARTIES_MAX) finding.sources.add(source)
  for (const target of raise.targets)
    if (finding.targets.size < PARTIES_MAX) finding.targets.add(target)
  for (const frame of raise.frames) {
    if (finding.frames.length < FRAMES_MAX && !finding.frames.includes(frame)) {
      finding.frames.push(frame)
    }
  }
}
