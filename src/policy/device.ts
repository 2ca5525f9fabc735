// What policy has to know of devices and of the site. The inventory's own Device satisfies the
// shape; policy asks for no more than this, so that profiles can be learnt from any list of
// devices.
import type { Microseconds } from '../core/clock.ts'

/** One device as policy sees it. */
export interface PolicyDevice {
  readonly id: string
  readonly name: string
  /** Left out where it is unknown: an unknown manufacturer is never 'the same'. */
  readonly manufacturer?: string
  readonly model?: string
  readonly firmware?: string
  /** Why learning began anew, and when: another firmware, for instance. */
  readonly reopened?: Reopened
  readonly role: DeviceRole
  /** Endpoint ids of the flow table this device speaks from. */
  readonly endpoints: readonly number[]
  /** Texts, as `macText` and `AddressBook.text` write them. */
  readonly macs: readonly string[]
  readonly addresses: readonly string[]
  readonly mudUrl?: string
  /**
   * adjacent: its own frames are seen; routed: it is behind a router. Left out: adjacent where it
   * has a MAC.
   */
  readonly placement?: 'adjacent' | 'routed'
  readonly vlans?: readonly number[]
}

/** What was seen before `at` still counts as seen; how mature a profile is, only from then on. */
export interface Reopened {
  readonly at: Microseconds
  /** `firmware 1.2 became 1.3` */
  readonly because: string
}

/**
 * thing: gets a profile. controller: a hub, broker or PLC that things belong to; gets one too.
 * infrastructure: gateway, switch, access point: no profile. personal: a phone or laptop: only when
 * asked.
 */
export type DeviceRole = 'thing' | 'controller' | 'infrastructure' | 'personal'

/** What is known of the site beyond its devices; everything may be left out. */
export interface PolicyContext {
  /**
   * Addresses of the DNS and time servers that the network hands out (DHCP, router advertisements).
   */
  readonly resolvers?: readonly string[]
  readonly timeServers?: readonly string[]
  /** The site's own networks; private and link-local addresses count as local anyhow. */
  readonly localPrefixes?: readonly string[]
  /** Ids of the devices that are the controller of a device, where a person has said so. */
  readonly controllers?: ReadonlyMap<string, readonly string[]>
  /** Device ids or addresses of the classes that MUD files name by URI (`controller`). */
  readonly classes?: ReadonlyMap<string, readonly string[]>
  /** Profiles for phones and laptops too. */
  readonly includePersonal?: boolean
  /** Ids of devices that get one whatever their role: somebody has written a policy for them. */
  readonly held?: ReadonlySet<string>
}

/** Whether a device gets a profile. */
export const isProfiled = (device: PolicyDevice, context: PolicyContext): boolean =>
  device.role === 'thing' ||
  device.role === 'controller' ||
  context.held?.has(device.id) === true ||
  (device.role === 'personal' && context.includePersonal === true)
