// What the inventory says about a connected thing: plain JSON-able values with their evidence.
// Nothing in here is computed; `Inventory.devices()` fills it.
import type { Microseconds } from '../core/clock.ts'

/**
 * What a device is for. One word each; 'unknown' is an honest answer. `router`, `switch` and
 * `access-point` make a device infrastructure; `phone`, `tablet` and `computer` make it a person's.
 */
export const CATEGORIES = [
  'access-point',
  'appliance',
  'bms-controller',
  'camera',
  'computer',
  'console',
  'doorbell',
  'drive',
  'gateway',
  'hmi',
  'hub',
  'io',
  'light',
  'lock',
  'media-player',
  'medical',
  'meter',
  'nas',
  'phone',
  'plc',
  'plug',
  'printer',
  'recorder',
  'robot',
  'router',
  'rtu',
  'scale',
  'sensor',
  'server',
  'siren',
  'speaker',
  'switch',
  'tablet',
  'thermostat',
  'tv',
  'ups',
  'vehicle-charger',
  'voip-phone',
  'wearable',
  'unknown',
] as const
export type Category = (typeof CATEGORIES)[number]

/** What is known of a device beside its addresses. `type` holds a Category. */
export type AttributeName =
  | 'manufacturer'
  | 'type'
  | 'model'
  | 'os'
  | 'firmware'
  | 'hostname'
  | 'serial'

/** What one source said, with its evidence. */
export interface Observation {
  /** Where it was read, e.g. 'dhcp-vendor-class', 'http-server', 'mac-prefix'. */
  readonly source: string
  /** The words on the wire that it was concluded from. */
  readonly text: string
  /** What was concluded for the attribute. */
  readonly value: string
  /** 0 … 1: how often such a conclusion from this source alone is right. */
  readonly confidence: number
  /** Frame number or log line of the first sighting; 0 when there is none. */
  readonly frame: number
  readonly time: Microseconds
  readonly last: Microseconds
  readonly count: number
}

/** One attribute of a device as it is believed, with what speaks for it and against it. */
export interface Attribute {
  readonly value: string
  /** 0 … 1, sources combined; see judgement.ts for how. */
  readonly confidence: number
  /** What supports the value, strongest first; at most 8. */
  readonly observations: readonly Observation[]
  /** What says something else, strongest first; at most 8. */
  readonly contradictions: readonly Observation[]
}

/**
 * How an identity was proved: `strong` by cryptography or a person's word, `likely` by what it
 * says.
 */
export type Strength = 'strong' | 'likely'

/** Something that stays with a device when its addresses change. */
export interface Identity {
  /**
   * e.g. 'mac', 'dhcp-client-id', 'duid', 'upnp-uuid', 'certificate-key', 'serial',
   * 'bacnet-device'.
   */
  readonly kind: string
  readonly value: string
  readonly strength: Strength
  readonly frame: number
  readonly time: Microseconds
}

/** A port that the device answers on. */
export interface Service {
  readonly transport: 'tcp' | 'udp' | 'other'
  readonly port: number
  /** Protocol id, '' when it was not recognised. */
  readonly protocol: string
  /** What the service calls itself, '' when it does not. */
  readonly banner: string
  readonly flows: number
  readonly first: Microseconds
  readonly last: Microseconds
}

/** A program or component with its version as read from traffic (I11). */
export interface Software {
  readonly name: string
  /** '' when only the name was said. */
  readonly version: string
  readonly source: string
  readonly text: string
  readonly frame: number
  readonly time: Microseconds
}

/** An address and when the device used it: leases move on (from its own packets' times). */
export interface AddressUse {
  readonly address: string
  readonly first: Microseconds
  readonly last: Microseconds
}

/** Two nodes were taken for one device. `key` names the merge for `withoutMerges`. */
export interface Merge {
  readonly key: string
  /**
   * The node (a MAC, or an address where there is no MAC) that was kept, and the one that joined
   * it.
   */
  readonly into: string
  readonly from: string
  readonly because: string
  readonly strength: Strength
}

/** The same interface told two stories (I5, I9): another name, system or class than before. */
export interface Contradiction {
  readonly endpoint: number
  readonly attribute: AttributeName | 'address'
  readonly source: string
  readonly before: string
  readonly after: string
  readonly time: Microseconds
  readonly frame: number
}

/** The device said another firmware version than before; older traffic is that of the older one. */
export interface FirmwareChange {
  readonly before: string
  readonly after: string
  readonly source: string
  /** When the new version was first said, and in which frame. */
  readonly time: Microseconds
  readonly frame: number
}

/** What part a device plays in industrial traffic (I15). */
export interface Industrial {
  /** `server` answers an industrial protocol, `client` asks, `both` does both. */
  readonly role: 'server' | 'client' | 'both'
  /** Protocol ids that it answers, and that it asks. */
  readonly answers: readonly string[]
  readonly asks: readonly string[]
}

/**
 * device: a thing. infrastructure: carries others' traffic. person: somebody's phone or computer
 * (I21).
 */
export type DeviceKind = 'device' | 'infrastructure' | 'person' | 'unknown'

/**
 * What weakens what is said of a device:
 * `no-mac` (the source carries no MACs), `weak-identity` (known by address behind a router only),
 * `randomised-mac` (I7), `shared-mac` (one MAC speaks for several hosts; split by address),
 * `disputed-address` (it also used or claimed an address that is another's; see contradictions),
 * `relays-disputed` (it relays others' traffic under such an address; not taken for a router),
 * `forged-addresses` (its MAC sent under many made-up addresses, which are not listed),
 * `several-addresses` (one MAC used several IPv4 addresses at the same time; not split),
 * `public-address` (on our side by the look of it, but its address is nobody's local prefix),
 * `only-announced` (it never sent a packet that was seen; ARP or DHCP proves it),
 * `likely-merge` (two MACs taken for one device by what they say of themselves).
 */
export type DeviceLimit =
  | 'no-mac'
  | 'weak-identity'
  | 'randomised-mac'
  | 'shared-mac'
  | 'disputed-address'
  | 'relays-disputed'
  | 'forged-addresses'
  | 'several-addresses'
  | 'public-address'
  | 'only-announced'
  | 'likely-merge'

export interface Device {
  /**
   * Surrogate, stable within one run: 'd1', 'd2', … strongest identity first, then MAC or address.
   */
  readonly id: string
  /** For people: host name, else manufacturer and type, else the address. Never an identity. */
  readonly name: string
  readonly kind: DeviceKind
  /** Texts; lower case with colons. */
  readonly macs: readonly string[]
  readonly randomisedMacs: readonly string[]
  /** Texts, current ones last. */
  readonly addresses: readonly AddressUse[]
  readonly vlans: readonly number[]
  readonly identities: readonly Identity[]
  readonly attributes: { readonly [name in AttributeName]?: Attribute }
  readonly software: readonly Software[]
  readonly services: readonly Service[]
  /** Present when it speaks an industrial protocol. */
  readonly industrial?: Industrial
  /** MUD URLs that it emitted (RFC 8520 10 to 12), as it said them: not yet trusted. */
  readonly mudUrls: readonly string[]
  readonly firstSeen: Microseconds
  readonly lastSeen: Microseconds
  readonly packetsIn: number
  readonly packetsOut: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly limits: readonly DeviceLimit[]
  /**
   * adjacent: its frames come from its own MAC here; routed: it is behind a router or has no MAC.
   */
  readonly placement: 'adjacent' | 'routed'
  /** MAC of the router in front of a routed device, '' when unknown. */
  readonly behind: string
  readonly merges: readonly Merge[]
  readonly contradictions: readonly Contradiction[]
  /** Left out where there were none. */
  readonly firmwareChanges?: readonly FirmwareChange[]
  /** Endpoint ids that make up the device; what flows and transactions refer to. */
  readonly endpoints: readonly number[]
}

/** The value of an attribute when it is believed at least `confidence`; else 'unknown'. */
export function known(device: Device, name: AttributeName, confidence = 0.3): string {
  const attribute = device.attributes[name]
  return attribute && attribute.confidence >= confidence ? attribute.value : 'unknown'
}
