// The attacks, in the order in which the attack recording does them, and the story of the sample.
// Every one is bounded in time and packets, and none can leave the namespaces.

import { damage } from './attacks/damage.ts'
import { layerTwo } from './attacks/layer-two.ts'
import { reconnaissance } from './attacks/reconnaissance.ts'
import { takeover } from './attacks/takeover.ts'
import type { Attack } from './label.ts'

export const attacks: Attack[] = [...reconnaissance, ...takeover, ...layerTwo, ...damage]

/** A guest scans and takes the camera; the camera attacks the recorder; the guest goes on. */
export const sampleStory: Attack[] = [
  'arp-scan',
  'port-scan',
  'telnet-takeover',
  'c2-beacon',
  'telnet-brute-force',
  'modbus-write',
  'arp-spoof',
  'mud-violation',
  'rogue-dhcp',
].map(attackCalled)

function attackCalled(id: string): Attack {
  const found = attacks.find((attack) => attack.id === id)
  if (!found) throw new Error(`no attack is called ${id}`)
  return found
}
