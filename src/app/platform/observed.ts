// What a sensor tells core: one batch about once a second, numbered within its session, so that the
// same batch twice is applied once. Devices go by the sensor's own refs.
import type { Finding } from '../../finding/index.ts'
import type { Blocked, Profile } from '../../policy/index.ts'
import type { ObservedDevice, SeenAgain, SensorStatus, StoredFlow } from '../../store/index.ts'

/** A finished flow; its devices are refs. */
export type ObservedFlow = StoredFlow

/** What was learnt of a device by now; refs throughout. */
export interface ObservedProfile {
  readonly ref: string
  readonly profile: Profile
  readonly where: string
  readonly blocked: Blocked
}

export interface ObservedBatch {
  readonly sensor: string
  /** One life of the sensor process. */
  readonly session: string
  /** 1, 2, 3 … */
  readonly sequence: number
  readonly site: string
  readonly segment: string
  /** Packet time up to which everything is in this and earlier batches. */
  readonly observed: number
  readonly devices: readonly ObservedDevice[]
  readonly seen: readonly SeenAgain[]
  /** `device` and parties are refs. */
  readonly findings: readonly Finding[]
  readonly profiles: readonly ObservedProfile[]
  readonly flows: readonly ObservedFlow[]
  readonly status: SensorStatus
  /** All devices are in it: it needs no batch before it. */
  readonly isWhole?: boolean
}

/** Core's answer to a batch: in the store for good, or not without all devices. */
export interface Taken {
  readonly taken: boolean
}

/** What a sensor says first. */
export interface Hello {
  readonly sensor: string
  readonly session: string
}

/** What core answers: what was read before, and what the site is like. */
export interface Welcome {
  /** Runs over files that have been read to their end. */
  readonly finished: readonly string[]
  readonly local: readonly string[]
  readonly people: boolean
}

/** How one sensor is set up. */
export interface SensorSettings {
  readonly id: string
  readonly site: string
  readonly segment: string
  /** One of the two. */
  readonly interface?: string
  readonly read?: string
  readonly memoryMegabytes: number
}
