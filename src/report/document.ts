// The one JSON document of a run: what `--json` prints and the HTML report embeds. Its schema is
// published in docs/reference/watch.schema.json; a change of shape raises SCHEMA_VERSION.
import type { Anomaly } from '../core/anomaly.ts'
import type { Finding } from '../finding/index.ts'
import type { Device } from '../inventory/index.ts'
import type { Profile } from '../policy/index.ts'
import type { DeviceEnforcement, PolicyCheck } from './held.ts'

/** Raised when a field changes its meaning or goes away; additions do not raise it. */
export const SCHEMA_VERSION = 1

/** What the report needs of a run; the composition root's WatchResult has this shape. */
export interface Reported {
  readonly sources: readonly {
    readonly name: string
    readonly format: string
    readonly records: number
    readonly lines?: number
    readonly bytes: number
    readonly first: number
    readonly last: number
    readonly lacks: readonly string[]
    readonly dropped?: number
    readonly problem?: { readonly code: string; readonly message: string; readonly offset: number }
  }[]
  readonly frames: number
  readonly wireBytes: number
  readonly first: number
  readonly last: number
  readonly interrupted: boolean
  readonly devices: readonly Device[]
  readonly profiles: readonly Profile[]
  readonly enforcement: readonly DeviceEnforcement[]
  readonly policy?: PolicyCheck
  readonly findings: readonly Finding[]
  readonly anomalies: readonly Anomaly[]
  readonly limits: readonly {
    readonly name: string
    readonly value: number
    readonly unit: string
    readonly dropped: number
    readonly effect: string
  }[]
  readonly flows: {
    readonly started: number
    readonly evicted: number
    readonly duplicateFrames: number
    readonly transactions: number
    readonly services: { readonly [service: string]: number }
  }
  /** Bytes and flows begun by time, for a picture. */
  readonly timeline: readonly {
    readonly time: number
    readonly bytes: number
    readonly flows: number
  }[]
}

/** Times are microseconds since 1970 (integers); null where a capture holds no packet. */
export function documentOf(result: Reported, version: string) {
  const time = (value: number) => (Number.isNaN(value) ? null : value)
  return {
    schemaVersion: SCHEMA_VERSION,
    thingward: version,
    capture: {
      sources: result.sources.map((source) => ({
        ...source,
        first: time(source.first),
        last: time(source.last),
      })),
      frames: result.frames,
      bytes: result.wireBytes,
      first: time(result.first),
      last: time(result.last),
      interrupted: result.interrupted,
    },
    devices: result.devices.map((device) => ({
      ...device,
      addresses: device.addresses.map((use) => use.address),
      addressUses: device.addresses,
    })),
    profiles: result.profiles,
    enforcement: result.enforcement,
    ...(result.policy && { policy: result.policy }),
    findings: result.findings.map((finding) => ({
      ...finding,
      sourceAddresses: texts(finding.sources),
      targetAddresses: texts(finding.targets),
    })),
    anomalies: result.anomalies,
    limits: result.limits,
    flows: result.flows,
    timeline: result.timeline,
  }
}

/** A met limit in words. */
export const limitText = (limit: Reported['limits'][number]): string =>
  `Limit met: ${limit.name} (${limit.value} ${limit.unit}), ${limit.dropped} times: ` + limit.effect

const texts = (parties: Finding['sources']) => [
  ...new Set(parties.map((party) => party.address || party.mac).filter((text) => text !== '')),
]

/** The JSON document of `watch --json`; its schema is in docs/reference. */
export type WatchDocument = ReturnType<typeof documentOf>
