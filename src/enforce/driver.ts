// The contract of drivers: what brings a ruleset to bear, and can say what stands.
import type { Standing } from './change.ts'
import type { Refusal } from './gate-policy.ts'

/** One quarantined device. */
export interface Cut {
  readonly mac: string
  /** Seconds left; undefined: until released. */
  readonly secondsLeft?: number
}

/** Packets and bytes since the counters began. */
export interface Count {
  /** `refuse`: dropped; `would`: let through, an enforced profile would not; `new`: of devices
   * nobody has looked at. */
  readonly hold: 'refuse' | 'would' | 'new'
  readonly way: 'from' | 'to'
  readonly reason: Refusal
  /** Outwards the interface and MAC, inwards the device's address. */
  readonly interface?: string
  readonly mac?: string
  readonly address?: string
  readonly packets: number
  readonly bytes: number
}

/** What a driver tells of itself. */
export interface GateCounts {
  readonly counts: readonly Count[]
  /** Frames stopped by quarantine, by MAC. */
  readonly stopped: ReadonlyMap<string, { readonly packets: number; readonly bytes: number }>
}

/** Everything waits for the change to stand; what fails changes nothing. */
export interface Driver {
  readonly id: string
  standing(): Promise<Standing>
  /** One transaction: after it the old rules stand or the new, whenever we are killed. */
  apply(text: string): Promise<void>
  counts(): Promise<GateCounts>
  cuts(): Promise<readonly Cut[]>
  /** Interfaces on which everything passes, with the seconds left. */
  open(): Promise<ReadonlyMap<string, number>>
}
