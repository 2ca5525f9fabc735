// Settings and state → the policy of a gate as things are now: interfaces, neighbours, the folder
// of profiles, addresses of names.
import { promises as dns } from 'node:dns'
import { OperatingError } from '../../core/errors.ts'
import type { GatePolicy, Segment } from '../../enforce/index.ts'
import { readPolicyFolder } from '../policy/given.ts'
import { devicesOf, type FolderDevices } from './devices.ts'
import { interfaceNamed, neighboursOf } from './interfaces.ts'
import type { GateSettings, GateState } from './state.ts'

/** A policy, and what of the folder was not used. */
export interface Gathered {
  readonly policy: GatePolicy
  readonly problems: readonly string[]
}

/** Names asked for at once, and in all. */
const ASKED_MAX = 2000
const ASKED_MS_MAX = 5000

/** Throws OperatingErrors for interfaces and folders that are not there. */
export async function gather(settings: GateSettings, state: GateState): Promise<Gathered> {
  const lan = settings.lan.map(interfaceNamed)
  settings.wan.forEach(interfaceNamed)
  const shared = settings.lan.find((name) => settings.wan.includes(name))
  if (shared !== undefined) {
    const what = `${shared} cannot be both a segment and an uplink: a gate stands between two`
    throw new OperatingError('gate-interfaces', what)
  }
  const files = settings.profiles === undefined ? [] : await readPolicyFolder(settings.profiles)
  const neighbours = await neighboursOf(settings.lan)
  const { devices, problems } = devicesOf(files, { segments: lan, neighbours, state })
  const names = settings.resolve ? await resolved(namesIn(devices)) : new Map<string, string[]>()
  const networks = lan.flatMap((one) => one.networks)
  const policy: GatePolicy = {
    segments: segmentsOf(settings),
    uplinks: settings.wan,
    ownAddresses: lan.flatMap(({ addresses }) => addresses),
    context: { localPrefixes: [...networks, ...settings.local] },
    devices,
    names,
    ports: [...new Set(lan.flatMap(({ ports }) => ports))],
    now: Date.now() * 1000,
  }
  return { policy, problems }
}

const segmentsOf = (settings: GateSettings): Segment[] =>
  settings.lan.map((name) => ({
    interface: name,
    newDevices: settings.newDevices,
    ...(settings.industrial.includes(name) && { isIndustrial: true }),
    ...(settings.oneWay.includes(name) && { isOneWay: true }),
  }))

function namesIn(devices: FolderDevices['devices']): string[] {
  const names = new Set<string>()
  for (const { profile } of devices) {
    for (const { peer } of profile?.rules ?? []) {
      if (peer.kind === 'name' && !peer.name.startsWith('*.')) names.add(peer.name)
    }
  }
  return [...names].slice(0, ASKED_MAX)
}

/** What this machine's resolver says; a name that has no answer is left out. */
async function resolved(names: readonly string[]): Promise<Map<string, string[]>> {
  const resolver = new dns.Resolver({ timeout: ASKED_MS_MAX, tries: 1 })
  const one = async (name: string) => {
    const both = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
    return both.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
  }
  const answers = await Promise.all(names.map(async (name) => [name, await one(name)] as const))
  return new Map(answers.filter(([, addresses]) => addresses.length > 0))
}
