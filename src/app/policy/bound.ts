// Which policy is whose: each device's own profile first, then the MUD file that fits it. What fits
// nobody, and who has nothing, is said.
import {
  assignMudFiles,
  Rebinding,
  type AssignedBy,
  type MudFile,
  type PolicyDevice,
  type Profile,
} from '../../policy/index.ts'
import type { PolicyFile } from './given.ts'

/** One device's policy, and why it is this one. */
export interface Holding {
  readonly file: PolicyFile
  readonly by: AssignedBy
  /** With this run's device ids. */
  readonly profile: Profile
}

/** The policies of a folder bound to the devices of one run. */
export class Bound {
  readonly files: readonly PolicyFile[]
  /** By device id: a MUD file that fits, and a profile of the device's own. */
  readonly makers: ReadonlyMap<string, Holding>
  readonly own: ReadonlyMap<string, Holding>

  constructor(files: readonly PolicyFile[], devices: readonly PolicyDevice[]) {
    this.files = files
    this.makers = makersOf(files, devices)
    this.own = ownOf(files, devices)
  }

  /** What a device is held to. */
  of(device: string): Holding | undefined {
    return this.own.get(device) ?? this.makers.get(device)
  }

  /** Ids of all devices that have a policy. */
  get devices(): Set<string> {
    return new Set([...this.own.keys(), ...this.makers.keys()])
  }

  readonly profileOf = (device: string): Profile | undefined => this.of(device)?.profile
}

interface UsableMud extends PolicyFile {
  readonly mud: MudFile
}

function makersOf(
  files: readonly PolicyFile[],
  devices: readonly PolicyDevice[],
): Map<string, Holding> {
  const usable = files.filter((file): file is UsableMud => file.mud !== undefined)
  const assigned = assignMudFiles(usable, devices)
  return new Map(
    [...assigned].map(([device, { file, by }]) => [device, { file, by, profile: file.profile! }]),
  )
}

function ownOf(
  files: readonly PolicyFile[],
  devices: readonly PolicyDevice[],
): Map<string, Holding> {
  const rebinding = new Rebinding(devices)
  const own = new Map<string, Holding>()
  for (const file of files) {
    if (file.kind !== 'profile' || !file.profile) continue
    const profile = rebinding.profile(file.profile)
    const subject = profile?.subject
    if (!profile || subject?.kind !== 'device' || own.has(subject.device)) continue
    const by = subject.macs && subject.macs.length > 0 ? 'mac' : 'address'
    own.set(subject.device, { file, by, profile })
  }
  return own
}
