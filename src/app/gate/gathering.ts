// Settings and state → the policy of a gate as things are now: interfaces, neighbours, the folder
// of profiles, addresses of names.
import { OperatingError } from '../../core/errors.ts'
import type { GatePolicy, Segment } from '../../enforce/index.ts'
import { readPolicyFolder } from '../policy/given.ts'
import { devicesOf, type FolderDevices } from './devices.ts'
import { interfaceNamed, needsBridgeFilter, neighboursOf, type Interface } from './interfaces.ts'
import { notAsked, resolved } from './names.ts'
import type { GateSettings, GateState } from './state.ts'

/** A policy, and what of the folder was not used. */
export interface Gathered {
  readonly policy: GatePolicy
  readonly problems: readonly string[]
}

/** What was decided, and what names last meant. */
export interface Gathering {
  readonly state: GateState
  readonly names: GatePolicy['names']
}

/** Throws OperatingErrors for interfaces and folders that are not there. */
export async function gather(
  settings: GateSettings,
  { state, names: lastNames = new Map() }: Gathering,
): Promise<Gathered> {
  const ends = settings.lan.map(interfaceNamed)
  const stray = [...settings.industrial, ...settings.oneWay].find(
    (one) => !settings.lan.includes(one),
  )
  if (stray !== undefined) {
    const what = `${stray} is industrial or one way, but not one of --lan`
    throw new OperatingError('gate-interfaces', what)
  }
  const bridge = bridgeOf(ends, settings.wan.map(interfaceNamed))
  const lan = bridge === undefined ? ends : [interfaceNamed(bridge)]
  const files = settings.profiles === undefined ? [] : await readPolicyFolder(settings.profiles)
  const neighbours = await neighboursOf(lan.map(({ name }) => name))
  const { devices, problems } = devicesOf(files, { segments: lan, neighbours, state })
  const wanted = namesIn(devices)
  const { names, doubts } = settings.resolve ? await resolved(wanted, lastNames) : notAsked(wanted)
  const networks = lan.flatMap((one) => one.networks)
  const policy: GatePolicy = {
    segments: bridge === undefined ? segmentsOf(settings) : [bridgeSegment(settings, bridge)],
    uplinks: settings.wan,
    ...(bridge !== undefined && { bridge }),
    ownAddresses: lan.flatMap(({ addresses }) => addresses),
    context: { localPrefixes: [...networks, ...settings.local] },
    devices,
    names,
    nameDoubts: doubts,
    ports: [...new Set(ends.flatMap(({ ports }) => ports))],
    now: Date.now() * 1000,
  }
  return { policy, problems }
}

/** The bridge that all are ports of; undefined where the gate routes. */
function bridgeOf(lan: readonly Interface[], wan: readonly Interface[]): string | undefined {
  const shared = lan.find(({ name }) => wan.some((one) => one.name === name))
  if (shared) {
    const what = `${shared.name} cannot be both a segment and an uplink: a gate stands between two`
    throw new OperatingError('gate-interfaces', what)
  }
  const all = [...lan, ...wan]
  const port = all.find(({ bridge }) => bridge !== undefined)
  if (!port) return undefined
  if (all.every(({ bridge }) => bridge === port.bridge)) {
    needsBridgeFilter()
    return port.bridge
  }
  const what =
    `${port.name} is a port of ${port.bridge}: to route, name the bridge; to stand in the cable, ` +
    'let all of --lan and --wan be ports of one bridge'
  throw new OperatingError('gate-interfaces', what)
}

const segmentsOf = (settings: GateSettings): Segment[] =>
  settings.lan.map((name) => ({
    interface: name,
    newDevices: settings.newDevices,
    ...(settings.industrial.includes(name) && { isIndustrial: true }),
    ...(settings.oneWay.includes(name) && { isOneWay: true }),
  }))

const bridgeSegment = (settings: GateSettings, bridge: string): Segment => ({
  interface: bridge,
  newDevices: settings.newDevices,
  ...(settings.industrial.length > 0 && { isIndustrial: true }),
  ...(settings.oneWay.length > 0 && { isOneWay: true }),
})

function namesIn(devices: FolderDevices['devices']): string[] {
  const names = new Set<string>()
  for (const { profile } of devices) {
    for (const { peer } of profile?.rules ?? []) if (peer.kind === 'name') names.add(peer.name)
  }
  return [...names]
}
