// Learnt profiles as files: RFC 8520 for whoever enforces MUD, and our own form, which loses
// nothing and can be given back with --policy.
import {
  mudFileName,
  writeMud,
  type Loss,
  type PolicyDevice,
  type Profile,
  type Site,
} from '../../policy/index.ts'
import type { PolicyText } from './written.ts'

/** A profile's file, and what its form could not say. */
export interface WrittenProfile extends PolicyText {
  readonly device: string
  readonly rules: number
  readonly losses: readonly Loss[]
}

/** The end of what a profile was learnt from; 1970 where nothing was. */
const endOf = ({ provenance }: Profile) => provenance.to ?? 0

/**
 * One MUD file per profiled device. Its URL is nobody's (RFC 2606): it is not the maker's file,
 * even where the device names one.
 */
export function mudTexts(profiles: readonly Profile[], site: Site): WrittenProfile[] {
  return namedFor(profiles, site, '.json').map(({ name, device, profile }) => {
    const { manufacturer, model } = device
    const { json, loss } = writeMud(profile, {
      mudUrl: `https://thingward.invalid/mud/${name}`,
      lastUpdate: endOf(profile),
      sameManufacturer: (peer) => site.sameManufacturer(device.id, peer),
      ...(manufacturer !== undefined && { manufacturer }),
      ...(model !== undefined && { model }),
    })
    const losses = loss.map(({ kind, effect, rule, what }) => ({ kind, effect, rule, what }))
    return {
      name,
      text: `${JSON.stringify(json, null, 2)}\n`,
      note: { device: device.name, couldNotExpress: losses },
      device: device.id,
      rules: profile.rules.length,
      losses: loss,
    }
  })
}

/** One file of our own per profiled device. */
export function profileTexts(profiles: readonly Profile[], site: Site): WrittenProfile[] {
  return namedFor(profiles, site, '.profile.json').map(({ name, device, profile }) => ({
    name,
    text: `${JSON.stringify(profile, null, 1)}\n`,
    note: { device: device.name },
    device: device.id,
    rules: profile.rules.length,
    losses: [],
  }))
}

interface Named {
  readonly name: string
  readonly device: PolicyDevice
  readonly profile: Profile
}

/** Profiles of devices that are here, each with a name of its own. */
function namedFor(profiles: readonly Profile[], site: Site, suffix: string): Named[] {
  const taken = new Set<string>()
  return profiles.flatMap((profile) => {
    const { subject } = profile
    const device = subject.kind === 'device' ? site.devices.get(subject.device) : undefined
    if (!device) return []
    const stem = mudFileName(device).replace(/\.json$/, '')
    let name = stem + suffix
    for (let count = 2; taken.has(name); count++) name = `${stem}-${count}${suffix}`
    taken.add(name)
    return [{ name, device, profile }]
  })
}
