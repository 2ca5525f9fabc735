// Locally administered MAC prefixes that software gives out by itself: they are made up, but not
// random. From the programs' own documents and source code.
import { isLocalMac, type MacNumber } from '../../core/addresses.ts'

const PREFIXES: ReadonlyMap<number, string> = new Map([
  [0x525400, 'QEMU/KVM virtual machine'],
  [0x0a0027, 'VirtualBox host adapter'],
  [0xfe5400, 'libvirt bridge port'],
])
/** Docker: 02:42 and the container's IPv4 address. */
const DOCKER = 0x0242

/** What made the MAC up; '' when it is global, or random as far as anybody can tell. */
export function softwareMac(mac: MacNumber): string {
  if (!isLocalMac(mac)) return ''
  if (Math.floor(mac / 2 ** 32) === DOCKER) return 'Docker container'
  return PREFIXES.get(Math.floor(mac / 2 ** 24)) ?? ''
}

/** Flagged as randomised (I7): locally administered and nobody known gave it out. */
export const isRandomMac = (mac: MacNumber) => isLocalMac(mac) && softwareMac(mac) === ''
