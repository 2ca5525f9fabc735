// From what detectors raised to Findings: endpoints become devices, addresses and MACs, frame
// ordinals become places in their sources.
import { createHash } from 'node:crypto'
import { macText } from '../core/addresses.ts'
import type { RaisedFinding } from '../detect/index.ts'
import type { EndpointTable } from '../flow/index.ts'
import { sortFindings, type Finding, type Party } from '../finding/index.ts'
import type { SourcePlace } from '../sensor/index.ts'

/** Where endpoints and frames are looked up. */
export interface Lookup {
  readonly endpoints: EndpointTable
  deviceOf(endpoint: number): string
  placeOf(ordinal: number): SourcePlace
}

/** All findings as texts, worst first. */
export const writeFindings = (raised: readonly RaisedFinding[], lookup: Lookup): Finding[] =>
  sortFindings(raised.map((one) => write(one, lookup)))

/** By what stays as it was first raised, however the finding grows: the same input, the same id. */
function idOf(raised: RaisedFinding, sources: readonly Party[], targets: readonly Party[]): string {
  const who = (parties: readonly Party[]) =>
    parties.slice(0, 1).map(({ address, mac }) => [address, mac])
  const identity = JSON.stringify([raised.detector.id, who(sources), who(targets), raised.time])
  return createHash('sha256').update(identity).digest('hex').slice(0, 16)
}

function write(raised: RaisedFinding, lookup: Lookup): Finding {
  const { detector } = raised
  const sources = [...raised.sources].map((endpoint) => party(endpoint, lookup))
  const targets = [...raised.targets].map((endpoint) => party(endpoint, lookup))
  return {
    id: idOf(raised, sources, targets),
    detector: detector.id,
    title: detector.title,
    severity: raised.severity ?? detector.severity,
    confidence: Number(raised.confidence.toFixed(2)),
    time: raised.time,
    window: { from: raised.from, to: raised.to },
    device: lookup.deviceOf(raised.about) || (sources.find(({ device }) => device)?.device ?? ''),
    sources,
    targets,
    expected: raised.expected,
    seen: raised.seen,
    count: raised.count,
    evidence: raised.frames.map((ordinal) => ({
      ...lookup.placeOf(ordinal),
      time: raised.from,
    })),
    techniques: detector.techniques,
    respond: detector.respond,
    falsePositives: detector.falsePositives,
  }
}

function party(endpoint: number, lookup: Lookup): Party {
  const { endpoints } = lookup
  return {
    address: endpoints.addressText(endpoint),
    mac: macText(endpoints.mac(endpoint)),
    device: lookup.deviceOf(endpoint),
  }
}
