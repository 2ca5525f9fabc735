// The end of a run: what was observed, judged by the policies that were given, learnt where nothing
// speaks against it, and what enforcing it would mean.
import type { Detection, RaisedFinding } from '../../detect/index.ts'
import type { EndpointTable } from '../../flow/index.ts'
import type { Device } from '../../inventory/index.ts'
import {
  blockedBy,
  blockedByLearnt,
  enforceableText,
  isProfiled,
  observe,
  profilesFrom,
  readingOrder,
  Site,
  verdictsOf,
  withoutViolations,
  type DeviceVerdicts,
  type Learner,
  type LearnOptions,
  type Observed,
  type PolicyDevice,
  type Profile,
} from '../../policy/index.ts'
import type { DeviceEnforcement, GivenFile, HeldDevice, PolicyCheck } from '../../report/index.ts'
import { Bound } from './bound.ts'
import { policyDevice } from './device.ts'
import { networkServices } from './network-services.ts'
import type { PolicyFile } from './given.ts'

/** What the end of a run starts from. */
export interface RunParts {
  readonly devices: readonly Device[]
  readonly endpoints: EndpointTable
  readonly learner: Learner
  readonly detection: Detection
  readonly options: LearnOptions
  readonly policies?: readonly PolicyFile[]
}

/** What policy has made of a run. */
export interface Conclusion {
  /** What findings of single detectors flag is marked; what policies deny is not. */
  readonly observed: Observed
  /** The site as given policies see it. */
  readonly site: Site
  readonly profiles: readonly Profile[]
  readonly raised: readonly RaisedFinding[]
  readonly enforcement: readonly DeviceEnforcement[]
  /** Present where policies were given. */
  readonly bound?: Bound
  readonly policy?: PolicyCheck
}

/** Lets detectors finish, judges, learns: in this order, so that what is flagged is not learnt. */
export function conclude(parts: RunParts): Conclusion {
  const devices = parts.devices.map(policyDevice)
  const raised = parts.detection.finish()
  const bound = parts.policies && new Bound(parts.policies, devices)
  const options = { ...parts.options, ...(bound && { held: bound.devices }) }
  const observed = observe(devices, parts.learner, options)
  if (!bound) {
    const profiles = profilesFrom(observed, options)
    const enforcement = enforcementOf(parts.devices, { observed, profiles, verdicts: [] })
    return { observed, site: observed.site, profiles, raised, enforcement }
  }
  const services = networkServices(observed, options)
  const site = new Site(devices, { ...options, ...services }, parts.endpoints)
  const verdicts = verdictsOf(observed.exchanges, bound.profileOf, site)
  const violations = verdicts.flatMap((one) => one.violations)
  const clean = withoutViolations(observed, violations)
  const profiles = profilesFrom(clean, options)
  const without = devices.filter(({ id }) => !bound.of(id))
  return {
    observed,
    site,
    profiles,
    raised: parts.detection.review({ violations, site }),
    enforcement: enforcementOf(parts.devices, { observed: clean, profiles, verdicts }),
    bound,
    policy: {
      files: bound.files.map((file) => givenFile(file, bound)),
      devices: verdicts.map((one) => heldDevice(one, bound)),
      without: without.filter((device) => isProfiled(device, options)).map(({ id }) => id),
      services: { ...services },
    },
  }
}

interface Outcome {
  readonly observed: Observed
  readonly profiles: readonly Profile[]
  readonly verdicts: readonly DeviceVerdicts[]
}

/** For each profiled device by the policy that was given, or the one that was learnt. */
function enforcementOf(
  devices: readonly Device[],
  { observed, profiles, verdicts }: Outcome,
): DeviceEnforcement[] {
  const { site, exchanges } = observed
  const byId = new Map(devices.map((device) => [device.id, device]))
  const judged = new Map(verdicts.map((one) => [one.device, one]))
  return profiles.flatMap((learnt) => {
    if (learnt.subject.kind !== 'device') return []
    const id = learnt.subject.device
    const given = judged.get(id)
    const blocked = given
      ? blockedBy(given.violations, site)
      : blockedByLearnt(exchanges.get(id) ?? [], learnt, site)
    const where = whereText(byId.get(id)!, given?.profile ?? learnt, site)
    return [{ device: id, where, blocked }]
  })
}

function whereText(device: Device, profile: Profile, site: Site): string {
  if (device.limits.includes('no-mac')) {
    return 'nowhere can be said: the source carries no link addresses'
  }
  const placed = site.devices.get(device.id) as PolicyDevice
  const text = enforceableText(profile, placed, site)
  return device.behind === '' ? text : `${text}: the router ${device.behind} in front of it`
}

function givenFile(file: PolicyFile, bound: Bound): GivenFile {
  const kinds = Map.groupBy(file.repairs, ({ kind }) => kind)
  const fits = [...bound.makers, ...bound.own].filter(([, holding]) => holding.file === file)
  return {
    file: file.name,
    kind: file.kind,
    ...(file.dialect && { dialect: file.dialect }),
    rules: file.profile?.rules.length ?? 0,
    repairs: [...kinds].map(([kind, list]) => ({ kind, count: list.length })),
    problems: file.problems,
    devices: fits.map(([device]) => device),
  }
}

function heldDevice({ device, profile, allowed, denied, uses }: DeviceVerdicts, bound: Bound) {
  const { file, by } = bound.of(device)!
  const held: HeldDevice = {
    device,
    file: file.name,
    kind: file.kind,
    by,
    rules: readingOrder(profile.rules).map((rule) => ({ rule, flows: uses.get(rule.id) ?? 0 })),
    allowed,
    denied,
  }
  return held
}
