// The contract of a detector: one file in detectors/, judging flows and transactions as they come,
// with state only in bounded tables, saying what it expected and what it saw.
import type { Limit } from '../core/limits.ts'
import type { EndpointTable, Flow, Transaction } from '../flow/index.ts'
import type { Severity } from '../finding/index.ts'
import type { Site, Violation } from '../policy/index.ts'
import type { BoundedTable } from './bounded-table.ts'

/** What a detector says; endpoints become devices and addresses when the finding is written. */
export interface Raise {
  /** Findings of one detector with the same key are one: count, window and evidence grow. */
  readonly key: string
  /** The endpoint it is about; 0 when none of ours. */
  readonly about: number
  readonly severity?: Severity
  /** 0 … 1; default 0.8. */
  readonly confidence?: number
  readonly from: number
  readonly to: number
  readonly sources: readonly number[]
  readonly targets: readonly number[]
  readonly expected: string
  readonly seen: string
  /** Frame ordinals that prove it, most telling first; a handful. */
  readonly frames: readonly number[]
  /** How often, when the detector has counted by itself; default one more than before. */
  readonly count?: number
  /** Traffic that must not be learnt as normal because of this. */
  readonly taints?: Taint
}

/**
 * Flows from `originator` (to `responder`, to `port`) that began within [from, to]. 0 or -1: any.
 */
export interface Taint {
  readonly originator: number
  readonly responder: number
  readonly port: number
  readonly from: number
  readonly to: number
}

/** What a detector is lent for a run. */
export interface DetectContext {
  readonly endpoints: EndpointTable
  /**
   * Whether an endpoint is on our side as far as is known now: a local address, or a neighbour's
   * MAC.
   */
  isLocal(endpoint: number): boolean
  raise(raise: Raise): void
  /**
   * The only place where a detector may keep state. Entries beyond the limit push out the oldest.
   */
  table<Value>(limit: Limit): BoundedTable<Value>
}

/** What a detector listens to; all are optional, calls come in packet-time order. */
export interface DetectorHandlers {
  flowStart?(flow: Flow): void
  flowEnd?(flow: Flow): void
  /** By protocol id; only these are delivered. */
  readonly transactions?: { readonly [protocol: string]: (transaction: Transaction) => void }
  /** About once a second of packet time. */
  tick?(time: number): void
  /** The input has ended (or a snapshot is wanted): raise what is ripe. */
  finish?(): void
  /** After `finish`, where profiles were given: every exchange they deny. */
  review?(judged: Judged): void
}

/** What the profiles that were given deny, and the site whose devices it is about. */
export interface Judged {
  readonly violations: readonly Violation[]
  readonly site: Site
}

export interface Detector {
  /** File name. */
  readonly id: string
  readonly title: string
  /** Of an ordinary finding; a Raise may differ. */
  readonly severity: Severity
  /** MITRE ATT&CK technique ids. */
  readonly techniques: readonly string[]
  readonly why: string
  readonly respond: string
  readonly falsePositives: string
  /** Thresholds and table sizes, each with its reason. */
  readonly limits: readonly Limit[]
  create(context: DetectContext): DetectorHandlers
}

/** A named limit of a detector: `threshold('window', '600 seconds', 'slow scans still show')`. */
export function threshold(name: string, quantity: string, why: string): Limit {
  const [value, unit] = quantity.split(' ')
  return Object.freeze({ name, value: Number(value), unit, why })
}
