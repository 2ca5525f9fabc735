// How a gate stands now: what the kernel holds against what was applied, who is cut off, what was
// refused and why.
import {
  compileRuleset,
  type Count,
  type Driver,
  type GatePolicy,
  type Hold,
} from '../../enforce/index.ts'
import type { Phase } from '../../policy/index.ts'
import type { GateState } from './state.ts'

/** One device of the gate. */
export interface StatusDevice {
  readonly id: string
  readonly name: string
  readonly macs: readonly string[]
  readonly addresses: readonly string[]
  readonly segment?: string
  readonly phase: Phase
  /** Absent: everything passes. */
  readonly hold?: Hold
  readonly counts: readonly Count[]
}

/** Times are seconds since 1970. */
export interface GateStatus {
  /** intact: as applied. changed: somebody else has changed our table. absent: nothing stands. */
  readonly standing: 'intact' | 'changed' | 'absent'
  readonly version: number
  readonly appliedAt?: number
  readonly open: readonly { readonly interface: string; readonly secondsLeft: number }[]
  readonly devices: readonly StatusDevice[]
  /** What was counted of MACs and addresses that belong to no device. */
  readonly others: readonly Count[]
  readonly quarantine: readonly QuarantineStatus[]
  readonly blindSpots: readonly string[]
}

/** One MAC that is cut off, as the kernel has it. */
export interface QuarantineStatus {
  readonly mac: string
  readonly name?: string
  readonly reason?: string
  readonly by?: string
  readonly secondsLeft?: number
  readonly stoppedFrames: number
}

/** What was decided and applied. */
export interface Known {
  readonly state: GateState
  readonly policy: GatePolicy | undefined
  readonly now: number
}

/** Reads the kernel; throws an OperatingError when that is not possible. */
export async function statusOf(driver: Driver, known: Known): Promise<GateStatus> {
  const { state, policy } = known
  const standing = await driver.standing()
  const [{ counts, stopped }, cuts, open] = [
    await driver.counts(),
    await driver.cuts(),
    await driver.open(),
  ]
  const ruleset = policy && compileRuleset(policy)
  const devices = (policy?.devices ?? []).map(({ device, phase, segment }): StatusDevice => {
    const hold = ruleset?.held.get(device.id)
    const own = counts.filter(
      ({ mac, address }) =>
        (mac !== undefined && device.macs.includes(mac)) ||
        (address !== undefined && device.addresses.includes(address)),
    )
    const { id, name, macs, addresses } = device
    return {
      ...{ id, name, macs, addresses, phase, counts: own },
      ...(segment !== undefined && { segment }),
      ...(hold && { hold }),
    }
  })
  const counted = new Set(devices.flatMap((device) => device.counts))
  const isSame =
    ruleset !== undefined &&
    standing.base === ruleset.base.name &&
    standing.chains.size === ruleset.chains.size &&
    [...ruleset.chains.keys()].every((name) => standing.chains.has(name)) &&
    standing.cut.length === 2 &&
    sameMaps(standing.maps, ruleset.maps)
  return {
    standing: standing.base === undefined ? 'absent' : isSame ? 'intact' : 'changed',
    version: state.version,
    ...(state.appliedAt !== undefined && { appliedAt: state.appliedAt }),
    open: [...open].map(([name, secondsLeft]) => ({ interface: name, secondsLeft })),
    devices,
    others: counts.filter((count) => !counted.has(count)),
    quarantine: cuts.map(({ mac, secondsLeft }) => {
      const said = state.quarantine.find(({ macs }) => macs.includes(mac))
      return {
        mac,
        ...(said && { name: said.name, reason: said.reason, by: said.by }),
        ...(secondsLeft !== undefined && { secondsLeft }),
        stoppedFrames: stopped.get(mac)?.packets ?? 0,
      }
    }),
    blindSpots: policy ? blindSpots(policy) : [],
  }
}

type Maps = { readonly [name: string]: ReadonlyMap<string, string> }

const sameMaps = (one: Maps, other: Maps) =>
  Object.entries(one).every(([name, map]) => {
    const against = other[name]
    return map.size === against.size && [...map].every(([key, to]) => against.get(key) === to)
  })

/** What a gate at this place cannot see or stop, in sentences. */
export function blindSpots({ segments, ports, bridge }: GatePolicy): string[] {
  if (bridge !== undefined) return [...IN_THE_CABLE, ...EVERYWHERE]
  const names = segments.map((segment) => segment.interface)
  const bridged = ports.some((port) => !names.includes(port))
  return [
    `Devices of one segment (${names.join(', ')}) reach each other without passing here: switch ` +
      'client isolation on, or make segments smaller.',
    bridged
      ? 'Quarantine cuts at the ports of the bridge; behind a switch on such a port it cuts ' +
        'towards here only.'
      : 'Quarantine cuts a device off from this gate and all behind it, not from its own segment.',
    ...EVERYWHERE,
  ]
}

const IN_THE_CABLE = [
  'What a switch behind a port joins reaches each other without passing here.',
  'Frames without IP pass, except those of quarantined devices.',
]
const EVERYWHERE = [
  'A device that takes another MAC is a new device: choose what new devices may do.',
  'Ports are held, not what is spoken on them; see the list of what could not be held.',
]
