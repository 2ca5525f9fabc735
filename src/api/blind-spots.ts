// What a sensor at this place will not see, said plainly: whoever trusts the inventory has to know
// where it ends.
import type { SiteRequest } from './contract/index.ts'

const BY_PLACEMENT: { readonly [placement in SiteRequest['placement']]: readonly string[] } = {
  span: [
    'What the switch does not mirror: ports and VLANs that are not part of the mirror session.',
    'Frames that the switch drops when the mirror port is full; they are counted where it says so.',
    'Devices on other switches that talk among themselves only.',
  ],
  router: [
    'What devices of one segment say to each other: it never passes the router.',
    'MACs of devices behind another router: they are known by address only.',
    'Devices that never talk beyond their own segment.',
  ],
  bridge: [
    'What does not pass the bridge: both ends on the same side of it.',
    'Wi-Fi clients that their access point lets talk to each other directly.',
  ],
  logs: [
    'What the logs do not carry: DHCP, mDNS and ARP of devices unless they are logged.',
    'MACs, unless the logs have them: devices are then known by address only.',
    'Payload: versions and models that no log field names.',
  ],
}

const ALWAYS = [
  'What is encrypted: names and sizes are seen, content is not.',
  'Devices that are switched off or say nothing.',
  'Links that are not Ethernet or Wi-Fi here: mobile networks, Zigbee, serial lines.',
]

/** For the settings as they are. */
export function blindSpots({ placement, networks, people }: SiteRequest): string[] {
  const own: string[] = []
  if (networks.length === 0) {
    own.push('Public addresses of yours are taken for strangers until you name your networks.')
  }
  if (!people) own.push('Phones and laptops are listed, and no allow-list is learnt for them.')
  return [...BY_PLACEMENT[placement], ...own, ...ALWAYS]
}
