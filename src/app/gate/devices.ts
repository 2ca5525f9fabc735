// A folder of profiles and MUD files → the devices of a gate. Profiles of ours name their device;
// a MUD file is a device's whose MAC stands in its name, as `watch --mud` writes it.
import { macText, parseMac } from '../../core/addresses.ts'
import type { GateDevice } from '../../enforce/index.ts'
import { subjectText, type PolicyDevice, type Profile } from '../../policy/index.ts'
import type { PolicyFile } from '../policy/given.ts'
import { isOn, type Interface, type Neighbour } from './interfaces.ts'
import type { GateState } from './state.ts'

/** Devices, and what of the folder could not be used. */
export interface FolderDevices {
  readonly devices: readonly GateDevice[]
  readonly problems: readonly string[]
}

/** Where devices can be. */
export interface Surroundings {
  readonly segments: readonly Interface[]
  readonly neighbours: readonly Neighbour[]
  readonly state: GateState
}

/** What a device is known by over time: its first MAC, else its id. */
export const keyOf = ({ macs, id }: Pick<PolicyDevice, 'macs' | 'id'>): string => macs[0] ?? id

/** One device per profile; a person's word on the phase counts more than the file's. */
export function devicesOf(files: readonly PolicyFile[], around: Surroundings): FolderDevices {
  const problems: string[] = []
  const devices = new Map<string, GateDevice>()
  for (const { name, profile, problems: own } of files) {
    if (!profile) {
      problems.push(`${name}: not used: ${own[0]?.what ?? 'nothing in it'}`)
      continue
    }
    const device = deviceOf(name, profile, around)
    if (!device) {
      problems.push(`${name}: says of no device: name the file …_02-00-00-00-00-01.json`)
      continue
    }
    const key = keyOf(device)
    if (devices.has(key)) problems.push(`${name}: not used: ${key} has a policy already`)
    else devices.set(key, gateDevice(device, profile, around))
  }
  return { devices: [...devices.values()], problems }
}

function deviceOf(file: string, { subject }: Profile, around: Surroundings) {
  const named = macText(
    parseMac(
      file
        .replace(/(\.profile)?\.(json|mud)$/i, '')
        .split('_')
        .at(-1)!,
    ),
  )
  const said = subject.kind === 'device' ? subject : undefined
  const macs = (said?.macs ?? (named === '' ? [] : [named])).map((mac) => macText(parseMac(mac)))
  if (!said && macs.length === 0) return undefined
  const seen = around.neighbours.filter(({ mac }) => macs.includes(mac))
  const addresses = new Set([...(said?.addresses ?? []), ...seen.map(({ address }) => address)])
  const name = subject.kind === 'device' ? subjectText(subject) : file.replace(/_[^_]*$/, '')
  const device: PolicyDevice = {
    id: said?.device ?? macs[0],
    name,
    role: 'thing',
    endpoints: [],
    macs: macs.filter((mac) => mac !== ''),
    addresses: [...addresses],
  }
  return device
}

function gateDevice(device: PolicyDevice, profile: Profile, around: Surroundings): GateDevice {
  const word = around.state.phases[keyOf(device)]
  const segment = segmentOf(device, around)
  return {
    device,
    profile,
    phase: word?.phase ?? profile.phase,
    ...(segment !== undefined && { segment }),
    ...(word?.confirmed && { isConfirmed: true }),
  }
}

/** Where its MAC was seen, or its addresses belong; the only one there is. */
function segmentOf({ macs, addresses }: PolicyDevice, { segments, neighbours }: Surroundings) {
  if (segments.length === 1) return segments[0].name
  const seen = neighbours.find(({ mac }) => macs.includes(mac))
  return seen?.interface ?? segments.find((one) => addresses.some((text) => isOn(one, text)))?.name
}
