// Which MUD file is whose: by the URL a device said, else by the file's name, which carries a MAC
// or an address; and names for files that are written, so that they find back.
import { parseMac, macText } from '../../core/addresses.ts'
import type { PolicyDevice } from '../device.ts'
import type { MudFile } from './mud-file.ts'

/** Why a file was taken for a device's. */
export type AssignedBy = 'mud-url' | 'mac' | 'address' | 'name'

export interface Assignment<File> {
  readonly file: File
  readonly by: AssignedBy
}

export interface NamedMudFile {
  /** File name without folder. */
  readonly name: string
  readonly mud: MudFile
}

/** A file name for a device: `front-door-camera_02-00-00-00-00-10.json`. */
export function mudFileName(
  device: Pick<PolicyDevice, 'name' | 'macs' | 'addresses' | 'id'>,
): string {
  const words = device.name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
  const slug = words.replace(/^-+|-+$/g, '').slice(0, 64) || 'device'
  const [mac] = device.macs
  const [address] = device.addresses
  const place = mac ?? address ?? device.id
  return `${slug}_${place.replace(/[^a-z0-9]+/gi, '-').replace(/^-+|-+$/g, '')}.json`
}

/**
 * The file of each device that has one, by device id. A file may serve several devices of one type.
 */
export function assignMudFiles<File extends NamedMudFile>(
  files: readonly File[],
  devices: readonly PolicyDevice[],
): Map<string, Assignment<File>> {
  const assigned = new Map<string, Assignment<File>>()
  for (const device of devices) {
    for (const [by, fits] of TESTS) {
      const file = files.find((one) => fits(one, device))
      if (!file) continue
      assigned.set(device.id, { file, by })
      break
    }
  }
  return assigned
}

type Fits = (file: NamedMudFile, device: PolicyDevice) => boolean

const stem = (name: string) => name.replace(/\.(json|mud)$/i, '').toLowerCase()
const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')
/** The part that `mudFileName` puts last, or all of it. */
const place = (name: string) => stem(name).split('_').at(-1)!

const TESTS: readonly (readonly [AssignedBy, Fits])[] = [
  ['mud-url', ({ mud }, device) => device.mudUrl !== undefined && mud.mudUrl === device.mudUrl],
  [
    'mac',
    ({ name }, device) => {
      const mac = macText(parseMac(place(name)))
      return mac !== '' && device.macs.includes(mac)
    },
  ],
  [
    'address',
    ({ name }, device) =>
      device.addresses.some((address) => place(name) === address.replace(/[^a-z0-9]+/gi, '-')),
  ],
  [
    'name',
    ({ name }, device) => plain(stem(name)) !== '' && plain(stem(name)) === plain(device.name),
  ],
]
