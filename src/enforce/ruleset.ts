// The compiler: a gate's policy → one Ruleset: what stands around, a part for each different
// profile, and which device is held by which. Pure; the driver brings it into the kernel.
import { chainName, profileText, type Hold, type ProfileText } from './profile-text.ts'
import { Site } from '../policy/index.ts'
import { macText, parseMac } from '../core/addresses.ts'
import { OperatingError } from '../core/errors.ts'
import { baseText, MAPS, markLines, TABLE, type MapName } from './base-text.ts'
import { cutText } from './cut-text.ts'
import type { GateDevice, GateLoss, GatePolicy } from './gate-policy.ts'
import { addressText } from './peers.ts'
import { Permitting } from './permits.ts'

/** A set or chain by name, with its declaration. */
export interface Named {
  readonly name: string
  readonly text: string
}

/** A gate's policy as nft reads it, in parts that are compared by name. */
export interface Ruleset {
  readonly base: Named
  /** Commands that stand before it: on a bridge, the table that marks frames. */
  readonly marks: readonly string[]
  /** Chains that cut quarantined devices off, `table netdev`. */
  readonly cut: Named
  /** Sets and chains of profiles, in the order in which they can be declared. */
  readonly sets: ReadonlyMap<string, string>
  readonly chains: ReadonlyMap<string, string>
  /** Key → verdict: `"lan0" . 02:00:00:00:00:01` → `goto p0123456789ab_e_from`. */
  readonly maps: { readonly [map in MapName]: ReadonlyMap<string, string> }
  readonly losses: readonly GateLoss[]
  /** How each device is held, by its id; absent: not at all. */
  readonly held: ReadonlyMap<string, Hold>
}

const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/

/**
 * Compiles. Throws an OperatingError when there is no segment or uplink, or one has a name that nft
 * could misread.
 */
export const compileRuleset = (policy: GatePolicy): Ruleset => new Compilation().compile(policy)

/** Compiles again and again: what did not change is not computed anew. */
export class Compilation {
  private surroundings: readonly unknown[] = []
  private parts = new Map<GateDevice, DevicePart>()

  /** As `compileRuleset`. */
  compile(policy: GatePolicy): Ruleset {
    checkInterfaces(policy)
    const surroundings = surroundingsOf(policy)
    const isSame =
      surroundings.length === this.surroundings.length &&
      surroundings.every((one, index) => one === this.surroundings[index])
    const known = isSame ? this.parts : new Map<GateDevice, DevicePart>()
    let compiling: DeviceCompiling | undefined
    const parts = policy.devices.map(
      (one) => known.get(one) ?? (compiling ??= new DeviceCompiling(policy)).part(one),
    )
    this.surroundings = surroundings
    this.parts = new Map(
      policy.devices.map((one, index) => [one, parts[index]] as const).filter(([, p]) => !p.hasEnd),
    )
    return assemble(policy, parts)
  }
}

/** What a device's part rests on beyond itself. */
const surroundingsOf = (policy: GatePolicy): readonly unknown[] => [
  policy.context,
  policy.names,
  policy.nameDoubts,
  policy.segments,
  policy.ownAddresses,
  policy.bridge,
  ...policy.devices.map(({ device }) => device),
]

function checkInterfaces({ segments, uplinks, ports, bridge }: GatePolicy): void {
  if (bridge !== undefined && (segments.length !== 1 || segments[0].interface !== bridge)) {
    throw new OperatingError('gate-interfaces', 'a bridge is the one segment of its gate')
  }
  if (segments.length === 0 || uplinks.length === 0) {
    throw new OperatingError('gate-interfaces', 'a gate stands between a segment and an uplink')
  }
  for (const name of [...segments.map((one) => one.interface), ...uplinks, ...ports]) {
    if (SAFE_NAME.test(name)) continue
    throw new OperatingError('gate-interfaces', `'${name}' cannot be the name of an interface`)
  }
}

/** How a device is held; on an industrial segment only with a person's word. */
function holdOf({ phase, profile, isConfirmed }: GateDevice, isIndustrial: boolean) {
  if (!profile || phase === 'learn' || phase === 'review') return undefined
  if (phase === 'dry-run' || (isIndustrial && !isConfirmed)) return 'dry-run'
  return 'enforce'
}

interface DevicePart {
  readonly id: string
  readonly hold: Hold | undefined
  readonly text: ProfileText | undefined
  readonly keys: readonly { readonly map: MapName; readonly key: string; readonly to: string }[]
  readonly losses: readonly GateLoss[]
  /** Rests on the time: some of it expires. */
  readonly hasEnd: boolean
}

/** Compiles device by device. */
class DeviceCompiling {
  private readonly policy: GatePolicy
  private readonly permitting: Permitting

  constructor(policy: GatePolicy) {
    this.policy = policy
    const devices = policy.devices.map(({ device }) => device)
    this.permitting = new Permitting(policy, new Site(devices, policy.context, undefined))
  }

  part(one: GateDevice): DevicePart {
    const { device, profile, phase } = one
    const losses: GateLoss[] = []
    const lose = (kind: GateLoss['kind'], effect: GateLoss['effect'], what: string) =>
      losses.push({ kind, effect, device: device.id, what })
    const segment = this.policy.segments.find((each) => each.interface === one.segment)
    const none = { id: device.id, hold: undefined, text: undefined, hasEnd: false, losses }
    if (!segment) {
      if (profile) lose('unreachable', 'omitted', 'it is on no segment of this gate')
      return { ...none, keys: [] }
    }
    const isBridge = this.policy.bridge !== undefined
    const hold = holdOf(one, segment.isIndustrial === true)
    if (phase === 'enforce' && hold === 'dry-run') {
      lose('unconfirmed', 'widened', 'industrial: only counted until a person confirms it')
    }
    if (!profile || !hold) return { ...none, keys: keysOf(one, undefined, isBridge) }
    const isExpired = profile.expires !== undefined && profile.expires <= this.policy.now
    const permitted = isExpired ? NOTHING : this.permitting.of(one)
    losses.push(...permitted.losses)
    const text = profileText(permitted.permits, isExpired)
    const keys = keysOf(one, { profile: text.name, hold }, isBridge)
    if (keys.length === 0) {
      lose('unreachable', 'omitted', 'neither a MAC nor an address of it is known')
    } else if (!keys.some(({ map }) => map === 'from_device')) {
      lose('address-only', 'widened', 'known by address alone: whoever takes the address passes')
    }
    const ends = [profile.expires, ...profile.rules.map(({ expires }) => expires)]
    return { id: device.id, hold, text, keys, losses, hasEnd: ends.some((end) => end) }
  }
}

const NOTHING = { permits: [], losses: [] }

/** What a device is known by, and where packets of and to it go. */
function keysOf(
  one: GateDevice,
  by: { profile: string; hold: Hold } | undefined,
  isBridge: boolean,
) {
  const { macs, addresses } = one.device
  const keys: { map: MapName; key: string; to: string }[] = []
  const put = (map: MapName, key: string, way: 'from' | 'to') =>
    keys.push({ map, key, to: by ? `goto ${chainName(by.profile, by.hold, way)}` : 'accept' })
  const links = macs.map((mac) => macText(parseMac(mac))).filter((mac) => mac !== '')
  for (const mac of links) {
    put('from_device', `"${one.segment}" . ${mac}`, 'from')
    if (isBridge) put('to_device', mac, 'to')
  }
  for (const address of addresses.map(addressText)) {
    if (address === undefined) continue
    const version = address.includes(':') ? 6 : 4
    put(`to_address${version}`, address, 'to')
    if (links.length === 0) put(`from_address${version}`, `"${one.segment}" . ${address}`, 'from')
  }
  return keys
}

function assemble(policy: GatePolicy, parts: readonly DevicePart[]): Ruleset {
  const sets = new Map<string, string>()
  const chains = new Map<string, string>()
  const held = new Map<string, Hold>()
  const losses: GateLoss[] = []
  const maps = Object.fromEntries(
    Object.keys(MAPS).map((name) => [name, new Map<string, string>()]),
  ) as { readonly [map in MapName]: Map<string, string> }
  for (const part of parts) {
    const { id, hold, text } = part
    losses.push(...part.losses)
    for (const { map, key, to } of part.keys) {
      const there = maps[map].get(key)
      if (there === undefined) maps[map].set(key, to)
      else if (there !== to) {
        const what = `${key.replaceAll('"', '')} is also another device's: held as that one`
        losses.push({ kind: 'peer-address', effect: 'omitted', device: id, what })
      }
    }
    if (!text || !hold) continue
    held.set(id, hold)
    for (const set of text.sets) sets.set(set.name, set.text)
    for (const chain of text.chains[hold]) chains.set(chain.name, chain.text)
  }
  const [base, cut, marks] = [baseText(policy), cutText(policy.ports), markLines(policy)]
  return { base, marks, cut, sets, chains, maps, losses, held }
}

/** Everything, as one transaction that replaces what is there; quarantine is left as it is. */
export function rulesetText({ base, marks, sets, chains, maps }: Ruleset): string {
  const table = `table inet ${TABLE}`
  const lines = [...marks, `add ${table}`, `delete ${table}`, `${table} {`, base.text]
  lines.push(...sets.values(), ...chains.values(), '}')
  for (const [name, map] of Object.entries(maps)) lines.push(...elementLines('add', name, map))
  return `${lines.join('\n')}\n`
}

/** `add element …` with all of a map, or `delete element …` with its keys. */
export function elementLines(
  verb: 'add' | 'delete',
  name: string,
  map: ReadonlyMap<string, string>,
): string[] {
  if (map.size === 0) return []
  const elements = [...map].map(([key, to]) => (verb === 'add' ? `${key} : ${to}` : key))
  return [`${verb} element inet ${TABLE} ${name} { ${elements.join(', ')} }`]
}
