// The main job put together: sources → sensor → inventory, learner, detectors → one result. Nothing
// here knows packets or formats; it only wires what the features offer.
import { LIMITS, tableLimits } from '../core/limits.ts'
import type { Anomaly } from '../core/anomaly.ts'
import { loadProtocols, type Packet } from '../decode/index.ts'
import { Detection, loadDetectors, type RaisedFinding } from '../detect/index.ts'
import type { Finding } from '../finding/index.ts'
import type { Flow, FlowObserver } from '../flow/index.ts'
import {
  Inventory,
  loadIdentifiers,
  loadMacRegistry,
  type Device,
  type RecogBook,
  type TruthFile,
  type TruthUse,
} from '../inventory/index.ts'
import { Learner, type Profile } from '../policy/index.ts'
import type { DeviceEnforcement, PolicyCheck } from '../report/index.ts'
import { Sensor, type Source, type SourceSummary } from '../sensor/index.ts'
import { Fanout } from './fanout.ts'
import { writeFindings } from './findings.ts'
import { limitsMet, type LimitMet } from './limits-met.ts'
import type { PolicyFile } from './policy/given.ts'
import { controllersFrom, type ControllerStatement } from './policy/controllers.ts'
import { conclude, type Conclusion } from './policy/judging.ts'
import { Timeline, type TimelinePoint } from './timeline.ts'

/** What a run may be told; everything has a default. */
export interface WatchOptions {
  /** Budget for tables; default 512. */
  readonly memoryMegabytes?: number
  /** Prefixes that are ours beyond private ones. */
  readonly local?: readonly string[]
  /** Profiles for phones and laptops too. */
  readonly includePersonal?: boolean
  /** Who is whose controller, where a person says so. */
  readonly controllers?: readonly ControllerStatement[]
  /** Policies to hold the devices to. */
  readonly policies?: readonly PolicyFile[]
  readonly signal?: AbortSignal
  /** Further listeners: flow and EVE writers. They get the sensor once it is built. */
  readonly listeners?: readonly ((sensor: Sensor) => FlowObserver)[]
  /** Fingerprints of other people that the user named a folder of. */
  readonly recog?: RecogBook
  /** What others' tables say of addresses: leases, neighbours. */
  readonly truth?: readonly TruthFile[]
  /** Sees each raw frame (the anonymiser). */
  readonly frame?: (packet: Packet) => void
  progress?(state: WatchProgress): void
}

/** How far a run is; bytesTotal 0 when nobody knows the end (a stream). */
export interface WatchProgress {
  readonly bytesRead: number
  readonly bytesTotal: number
  readonly frames: number
  readonly flows: number
  readonly endpoints: number
}

/** Counts of the whole run, as the document shows them. */
export interface FlowCounts {
  readonly started: number
  readonly evicted: number
  readonly duplicateFrames: number
  readonly transactions: number
  /** Flows by service id; '' is 'unrecognised'. */
  readonly services: { readonly [service: string]: number }
}

/** Everything one run has found. */
export interface WatchResult {
  readonly sources: readonly SourceSummary[]
  readonly frames: number
  readonly wireBytes: number
  /** Packet time of the first and last record; NaN without any. */
  readonly first: number
  readonly last: number
  readonly interrupted: boolean
  readonly devices: readonly Device[]
  readonly profiles: readonly Profile[]
  /** For each profiled device. */
  readonly enforcement: readonly DeviceEnforcement[]
  /** Present where policies were given. */
  readonly policy?: PolicyCheck
  readonly findings: readonly Finding[]
  readonly anomalies: readonly Anomaly[]
  readonly limits: readonly LimitMet[]
  readonly flows: FlowCounts
  readonly timeline: readonly TimelinePoint[]
  /** What became of the facts of `WatchOptions.truth`, by file. */
  readonly truth: readonly TruthUse[]
}

/** One run over any number of sources. */
export class Watch {
  readonly sensor: Sensor
  readonly inventory: Inventory
  readonly detection: Detection
  readonly learner: Learner
  /** What policy made of the run, once it is over; no exchanges are kept without policies. */
  conclusion: Conclusion | undefined
  private readonly timeline = new Timeline()
  private readonly counts = { transactions: 0, services: new Map<string, number>() }
  private readonly options: WatchOptions
  private readonly limits: ReturnType<typeof tableLimits>

  /** Loads all plug-ins, then builds the run. */
  static async create(options: WatchOptions): Promise<Watch> {
    const [protocols, identifiers, detectors] = await Promise.all([
      loadProtocols(),
      loadIdentifiers(),
      loadDetectors(),
    ])
    return new Watch(options, { protocols, identifiers, detectors })
  }

  private constructor(
    options: WatchOptions,
    plugins: {
      readonly protocols: Awaited<ReturnType<typeof loadProtocols>>
      readonly identifiers: Awaited<ReturnType<typeof loadIdentifiers>>
      readonly detectors: Awaited<ReturnType<typeof loadDetectors>>
    },
  ) {
    this.options = options
    this.limits = tableLimits(options.memoryMegabytes ?? 512)
    const fanout = new Fanout()
    this.sensor = new Sensor({
      limits: this.limits,
      protocols: plugins.protocols,
      observer: fanout,
      signal: options.signal ?? new AbortController().signal,
      frame: options.frame,
      progress: (bytesRead, bytesTotal) => this.progress(bytesRead, bytesTotal),
    })
    const { endpoints } = this.sensor
    const { identifiers, detectors } = plugins
    const { local, recog } = options
    const registry = loadMacRegistry
    this.inventory = new Inventory({ endpoints, identifiers, local, recog, registry })
    const conversations = this.limits.conversations.value
    const attempts = options.policies ? LIMITS.attempts.value : 0
    this.learner = new Learner({ conversations, attempts }, endpoints)
    this.detection = new Detection({
      detectors,
      endpoints,
      isLocal: (endpoint) => this.inventory.localHint(endpoint) === 'local',
    })
    fanout.add(this.inventory)
    fanout.add(this.learner)
    if (attempts > 0) fanout.add({ flowEnd: (flow: Flow) => this.learner.attempt(flow) })
    fanout.add(this.detection)
    fanout.add(this.timeline)
    fanout.add({
      flowEnd: (flow: Flow) => this.count(flow),
      transaction: () => void this.counts.transactions++,
    })
    for (const listener of options.listeners ?? []) fanout.add(listener(this.sensor))
    fanout.seal()
  }

  private count(flow: Flow): void {
    const { services } = this.counts
    services.set(flow.service, (services.get(flow.service) ?? 0) + 1)
  }

  private progress(bytesRead: number, bytesTotal: number): void {
    const { sensor } = this
    this.options.progress?.({
      bytesRead,
      bytesTotal,
      frames: sensor.frames,
      flows: sensor.flows.started,
      endpoints: sensor.endpoints.size,
    })
  }

  /** Reads all sources to their end (or until the signal) and says what was found. */
  async run(sources: readonly Source[]): Promise<WatchResult> {
    const summaries = await this.sensor.run(sources)
    this.sensor.flows.application.releaseAll()
    const first = leastOf(summaries.map((summary) => summary.first))
    const last = -leastOf(summaries.map((summary) => -summary.last))
    const truth = this.learnTruth(first, last)
    const devices = this.devices()
    const conclusion = this.soFar(devices, summaries.map((summary) => summary.name).join(', '))
    // Exchange by exchange it is asked for only where policies were given.
    const observed = { ...conclusion.observed, exchanges: new Map() }
    this.conclusion = this.options.policies ? conclusion : { ...conclusion, observed }
    const { profiles, enforcement, policy } = conclusion
    const findings = this.written(conclusion.raised)
    return {
      sources: summaries,
      frames: this.sensor.frames,
      wireBytes: this.sensor.wireBytes,
      first,
      last,
      truth,
      interrupted: this.options.signal?.aborted ?? false,
      devices,
      profiles,
      enforcement,
      ...(policy && { policy }),
      findings,
      anomalies: this.sensor.anomalies.list(),
      limits: limitsMet(this, this.limits),
      flows: this.flowCounts(),
      timeline: this.timeline.points(),
    }
  }

  /** Facts of others hold for the time that was looked at; without any, for none. */
  private learnTruth(first: number, last: number): TruthUse[] {
    const { truth } = this.options
    if (!truth?.length || Number.isNaN(first)) return []
    return this.inventory.learnTruth(truth, { first, last })
  }

  /** Devices as they stand; the run may go on. */
  devices(): Device[] {
    return this.inventory.devices()
  }

  /** What detectors have raised without being asked for what is unfinished. */
  raised(): readonly RaisedFinding[] {
    return this.detection.findings()
  }

  /** Findings as texts, worst first. */
  written(raised: readonly RaisedFinding[]): Finding[] {
    return writeFindings(raised, {
      endpoints: this.sensor.endpoints,
      deviceOf: (endpoint) => this.inventory.deviceOf(endpoint) ?? '',
      placeOf: (ordinal) => this.sensor.placeOf(ordinal),
    })
  }

  /** What policy makes of everything so far; `source` names what it was learnt from. */
  soFar(devices: readonly Device[], source: string): Conclusion {
    return conclude({
      devices,
      endpoints: this.sensor.endpoints,
      learner: this.learner,
      detection: this.detection,
      policies: this.options.policies,
      options: {
        includePersonal: this.options.includePersonal,
        localPrefixes: this.options.local,
        ...controllersFrom(this.options.controllers ?? [], devices),
        source,
        excluded: ({ originator, responder, port, first, last }) =>
          this.detection.taints.covers({ originator, responder, port, first, last }),
      },
    })
  }

  private flowCounts(): FlowCounts {
    const { flows } = this.sensor
    const entries = [...this.counts.services].toSorted((a, b) => b[1] - a[1])
    return {
      started: entries.reduce((sum, [, count]) => sum + count, 0),
      evicted: flows.evicted,
      duplicateFrames: flows.duplicates.count,
      transactions: this.counts.transactions,
      services: Object.fromEntries(entries.map(([id, count]) => [id || 'unrecognised', count])),
    }
  }
}

const leastOf = (times: readonly number[]): number => {
  const known = times.filter((time) => !Number.isNaN(time))
  return known.length === 0 ? NaN : Math.min(...known)
}
