// What is kept of a device beside its columns, and how what a new run says is joined with what is
// known from runs before: a sensor that has just started knows less, not better.
import type {
  AddressUse,
  AttributeName,
  Device,
  Identity,
  Service,
  Software,
} from '../inventory/index.ts'

const ADDRESSES_KEPT = 64
const MACS_KEPT = 64
const ENTRIES_KEPT = 256

/** An attribute without its observations: these have a table of their own. */
export interface Believed {
  readonly value: string
  readonly confidence: number
}

/** The part of an inventory Device that is stored as JSON. */
export interface DeviceDocument {
  /** The name by evidence. */
  readonly name: string
  readonly attributes: { readonly [name in AttributeName]?: Believed }
  readonly macs: readonly string[]
  readonly randomisedMacs: readonly string[]
  readonly addresses: readonly AddressUse[]
  readonly vlans: readonly number[]
  readonly identities: readonly Identity[]
  readonly software: readonly Software[]
  readonly services: readonly Service[]
  readonly industrial?: Device['industrial']
  readonly mudUrls: readonly string[]
  readonly limits: readonly string[]
  readonly placement: Device['placement']
  readonly behind: string
  /** Merges that the sensor's own view rests on. */
  readonly merges: Device['merges']
  readonly contradictions: Device['contradictions']
}

/** What of a device goes into the document. */
export function documentOf(device: Device): DeviceDocument {
  const attributes = Object.entries(device.attributes).map(([name, attribute]) => [
    name,
    { value: attribute.value, confidence: attribute.confidence },
  ])
  return {
    name: device.name,
    attributes: Object.fromEntries(attributes) as DeviceDocument['attributes'],
    macs: device.macs.slice(0, MACS_KEPT),
    randomisedMacs: device.randomisedMacs.slice(0, MACS_KEPT),
    addresses: device.addresses.slice(-ADDRESSES_KEPT),
    vlans: device.vlans,
    identities: device.identities.slice(0, ENTRIES_KEPT),
    software: device.software.slice(0, ENTRIES_KEPT),
    services: device.services.slice(0, ENTRIES_KEPT),
    ...(device.industrial && { industrial: device.industrial }),
    mudUrls: device.mudUrls.slice(0, ENTRIES_KEPT),
    limits: device.limits,
    placement: device.placement,
    behind: device.behind,
    merges: device.merges,
    contradictions: device.contradictions.slice(0, ENTRIES_KEPT),
  }
}

/** Words that make a device's name when it does not tell one. */
const NAMING: readonly AttributeName[] = ['hostname', 'manufacturer', 'type']

/** What earlier runs knew, joined with what this run says; equal confidence: the newer one. */
export function joined(before: DeviceDocument, fresh: DeviceDocument): DeviceDocument {
  const attributes: { [name in AttributeName]?: Believed } = { ...fresh.attributes }
  let nameStays = false
  for (const [key, known] of Object.entries(before.attributes)) {
    const name = key as AttributeName
    if ((attributes[name]?.confidence ?? 0) >= known.confidence) continue
    attributes[name] = known
    nameStays ||= NAMING.includes(name)
  }
  return {
    ...fresh,
    name: nameStays ? before.name : fresh.name,
    attributes,
    macs: union(before.macs, fresh.macs, (mac) => mac).slice(-MACS_KEPT),
    randomisedMacs: union(before.randomisedMacs, fresh.randomisedMacs, (mac) => mac),
    addresses: addressesOf(before.addresses, fresh.addresses),
    vlans: union(before.vlans, fresh.vlans, String),
    identities: union(before.identities, fresh.identities, (one) => `${one.kind} ${one.value}`),
    software: union(before.software, fresh.software, (one) => `${one.name} ${one.version}`),
    services: union(before.services, fresh.services, (one) => `${one.transport} ${one.port}`),
    ...((fresh.industrial ?? before.industrial) && {
      industrial: fresh.industrial ?? before.industrial,
    }),
    mudUrls: union(before.mudUrls, fresh.mudUrls, (url) => url),
    contradictions: [...before.contradictions, ...fresh.contradictions].slice(-ENTRIES_KEPT),
  }
}

/** Of both the newer by key, bounded; the newer list comes last. */
function union<Item>(
  before: readonly Item[],
  fresh: readonly Item[],
  keyOf: (item: Item) => string,
): Item[] {
  const keys = new Set(fresh.map(keyOf))
  return [...before.filter((item) => !keys.has(keyOf(item))), ...fresh].slice(-ENTRIES_KEPT)
}

function addressesOf(before: readonly AddressUse[], fresh: readonly AddressUse[]): AddressUse[] {
  const known = new Map(before.map((use) => [use.address, use]))
  const continued = fresh.map((use) => ({
    ...use,
    first: known.get(use.address)?.first ?? use.first,
  }))
  return union(before, continued, ({ address }) => address).slice(-ADDRESSES_KEPT)
}
