// What sensors send becomes rows: flows first (they know by key what they have), then everything
// else of a batch, and that it was applied, in one change. The same batch twice is applied once.
import type { Finding, Party } from '../../finding/index.ts'
import { ruleId, sortedRules, type Profile, type Rule } from '../../policy/index.ts'
import {
  DeviceAdmission,
  type Findings,
  type FlowHistory,
  type LearntProfile,
  type Profiles,
  type Sensors,
  type Sighting,
  type Store,
} from '../../store/index.ts'
import type { ObservedBatch, ObservedProfile, Taken } from './observed.ts'

export interface IngestParts {
  readonly store: Store
  readonly findings: Findings
  readonly profiles: Profiles
  readonly flows: FlowHistory
  readonly sensors: Sensors
  /** The segment that an address lies in by the site's own networks; '' when none says. */
  segmentOf(address: string): string
}

interface Session {
  readonly id: string
  readonly admission: DeviceAdmission
}

export class Ingest {
  private readonly parts: IngestParts
  /** By sensor: its running session. */
  private readonly sessions = new Map<string, Session>()

  constructor(parts: IngestParts) {
    this.parts = parts
  }

  /** Resolves once the batch is durable, or was before. */
  async take(batch: ObservedBatch): Promise<Taken> {
    const { sensors, store, flows } = this.parts
    if (batch.sequence <= (await sensors.applied(batch.sensor, batch.session))) {
      return { taken: true }
    }
    const session = this.sessionOf(batch)
    if (!session) return { taken: false }
    const { admission } = session
    const source = batch.status.source
    const sighting: Sighting = {
      site: batch.site,
      segment: batch.segment,
      actor: `sensor:${batch.sensor}`,
      source,
      run: batch.status.run,
      observed: batch.observed > 0 ? batch.observed : store.clock(),
      segmentOf: this.parts.segmentOf,
    }
    await store.change(async (change) => {
      await admission.admit(change, sighting, batch.devices)
      await admission.seenAgain(change, sighting.run, batch.seen)
      const findings = batch.findings.map((finding) => withIds(finding, admission))
      await this.parts.findings.raise(change, sighting, findings)
      const learnt = batch.profiles.flatMap((one) => learntOf(one, admission))
      await this.parts.profiles.learn(change, sighting, learnt)
    })
    const named = (party: ObservedBatch['flows'][number]['originator']) => ({
      ...party,
      device: admission.idOf(party.device),
    })
    await flows.append(
      batch.flows.map((flow) => ({
        ...flow,
        originator: named(flow.originator),
        responder: named(flow.responder),
      })),
    )
    // Everything above may be done again without harm; only now is it said to be done.
    await store.change((change) => {
      const place = { ...batch, id: batch.sensor }
      return sensors.heard(change, place, batch.status)
    })
    return { taken: true }
  }

  /** undefined: a session in the middle of which we came; its refs mean nothing to us. */
  private sessionOf(batch: ObservedBatch): Session | undefined {
    const known = this.sessions.get(batch.sensor)
    if (known?.id === batch.session) return known
    if (batch.sequence > 1 && !batch.isWhole) return undefined
    const session = { id: batch.session, admission: new DeviceAdmission() }
    this.sessions.set(batch.sensor, session)
    return session
  }
}

function withIds(finding: Finding, admission: DeviceAdmission): Finding {
  const named = (party: Party) => ({ ...party, device: admission.idOf(party.device) })
  return {
    ...finding,
    device: admission.idOf(finding.device),
    sources: finding.sources.map(named),
    targets: finding.targets.map(named),
  }
}

/** The profile with the store's ids: rules that name devices get the ids of that content. */
function learntOf(one: ObservedProfile, admission: DeviceAdmission): LearntProfile[] {
  const device = admission.idOf(one.ref)
  if (device === '') return []
  const rules = one.profile.rules.map((rule): Rule => {
    const { peer } = rule
    if (peer.kind !== 'device') return rule
    const named = { ...rule, peer: { ...peer, device: admission.idOf(peer.device) || peer.device } }
    return { ...named, id: ruleId(named) }
  })
  const { subject } = one.profile
  const profile: Profile = {
    ...one.profile,
    subject: subject.kind === 'device' ? { ...subject, device } : subject,
    rules: sortedRules(rules),
  }
  return [{ device, profile, where: one.where, blocked: one.blocked }]
}
