// The one Finding of the product: detectors, audits and vulnerability matching all speak it. It
// says what was expected, what was seen instead, how sure we are, and which frames prove it.
import type { Microseconds } from '../core/clock.ts'

/** From least to worst; the order is what --fail-on compares. */
export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/** Where a fact can be looked up: a frame (or log line) of a source. */
export interface EvidenceReference {
  /** File, interface or log that was read. */
  readonly source: string
  /** Frame number from 1; line number where `unit` says so. */
  readonly frame: number
  /** The source is a log. */
  readonly unit?: 'line'
  readonly time: Microseconds
}

/** One side of what was found: an address as text, its MAC where known. */
export interface Party {
  readonly address: string
  readonly mac: string
  /** Inventory id, '' when it is no device of ours. */
  readonly device: string
}

export interface Finding {
  /** Same input, same id: detector and key hashed. */
  readonly id: string
  /** File name of the detector (or check) that raised it. */
  readonly detector: string
  readonly title: string
  readonly severity: Severity
  /** 0 … 1. */
  readonly confidence: number
  /** When it was decided, and the time it is about; packet time. */
  readonly time: Microseconds
  readonly window: { readonly from: Microseconds; readonly to: Microseconds }
  /** Inventory id of the device it is about; '' when it is about none of ours. */
  readonly device: string
  readonly sources: readonly Party[]
  readonly targets: readonly Party[]
  /** In words a tired person understands. */
  readonly expected: string
  readonly seen: string
  /** How often it was seen within the window. */
  readonly count: number
  readonly evidence: readonly EvidenceReference[]
  /** MITRE ATT&CK technique ids (Enterprise T1…, ICS T0…). */
  readonly techniques: readonly string[]
  /** What to do about it, and when it may be harmless. */
  readonly respond: string
  readonly falsePositives: string
}

/** Order of severities, for sorting: critical is 4. */
export const severityRank = (severity: Severity): number => SEVERITIES.indexOf(severity)

/** Worst first, then by time, then by id: the order every list of findings has. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      severityRank(b.severity) - severityRank(a.severity) ||
      a.time - b.time ||
      (a.id < b.id ? -1 : 1),
  )
}
