// Nodes and what was noted about them → the Device that people and other features read.
import { macText } from '../core/addresses.ts'
import { isoTime } from '../core/clock.ts'
import type { EndpointTable } from '../flow/index.ts'
import type {
  AddressUse,
  Category,
  Contradiction,
  Device,
  DeviceKind,
  DeviceLimit,
  FirmwareChange,
  Observation,
  Service,
  Software,
} from './device.ts'
import {
  claimsOf,
  addressClaims,
  industrialClaims,
  industrialOf,
  prefixClaims,
  routerClaims,
} from './deduction.ts'
import { firmwareChangesOf } from './firmware.ts'
import { plainSource } from './identifier.ts'
import { judge, type Attributes, type Claim } from './judgement.ts'
import type { MacRegistry } from './mac-registry.ts'
import type { Grouped } from './merging.ts'
import type { Node } from './nodes.ts'
import type { Entry, Notes } from './notes.ts'
import type { Services } from './services.ts'
import { isRandomMac } from './tables/local-macs.ts'

/** What the assembly reads; all of it stays as it is. */
export interface Ground {
  readonly notes: Notes
  readonly services: Services
  readonly registry: MacRegistry
  /** Contradictions of the notes by endpoint. */
  readonly contradictions: ReadonlyMap<number, readonly Contradiction[]>
}

const LISTED = 64
/** Below this, an attribute is not used for a device's name and kind. */
const BELIEVED = 0.3

export function assemble(ground: Ground, group: Grouped, id: string): Device {
  const { nodes } = group
  const { endpoints } = ground.notes.neighbourhood
  const list = nodes.length === 1 ? nodes[0].endpoints : nodes.flatMap((node) => node.endpoints)
  const entries = entriesOf(ground.notes, list)
  const macs = nodes.filter((node) => node.mac >= 0).map((node) => node.mac)
  const industrial = industrialOf(ground.services, list, entries)
  const claims = claimsOf(entries)
  for (const mac of macs) {
    for (const claim of prefixClaims(ground.registry, mac)) claims.push(claim)
  }
  if (macs.length === 0) claims.push(...addressClaims(ground.registry, group.identities))
  claims.push(...routerClaims(nodes, list, ground.notes), ...industrialClaims(industrial))
  const firmwareChanges = claims.some(saysFirmware) ? firmwareChangesOf(entries) : NONE
  const attributes = judge(firmwareChanges.length === 0 ? claims : updated(claims, firmwareChanges))
  const addresses = addressUses(nodes, ground)
  const times = timesOf(endpoints, list, entries)
  const sum = (column: Float64Array) => {
    let total = 0
    for (const at of list) total += column[at]
    return total
  }
  return {
    id,
    name: nameOf(attributes, addresses, macs),
    kind: kindOf(nodes, attributes, industrial !== undefined),
    macs: macs.map(macText),
    randomisedMacs: macs.filter(isRandomMac).map(macText),
    addresses,
    vlans: vlansOf(endpoints, list),
    identities: group.identities,
    attributes,
    software: softwareOf(entries),
    services: servicesOf(ground.services, list, entries),
    industrial,
    mudUrls: mudUrlsOf(entries),
    firstSeen: times.firstSeen,
    lastSeen: times.lastSeen,
    packetsIn: sum(endpoints.packetsIn),
    packetsOut: sum(endpoints.packetsOut),
    bytesIn: sum(endpoints.bytesIn),
    bytesOut: sum(endpoints.bytesOut),
    limits: limitsOf(group),
    placement: nodes.some((node) => node.placement === 'adjacent') ? 'adjacent' : 'routed',
    behind: nodes.find((node) => node.behind !== '')?.behind ?? '',
    merges: group.merges,
    contradictions: contradictionsOf(ground, list, nodes),
    ...(firmwareChanges.length > 0 && { firmwareChanges }),
    endpoints: list,
  }
}

const NONE: readonly never[] = Object.freeze([])

function entriesOf(notes: Notes, list: readonly number[]): readonly Entry[] {
  let entries: readonly Entry[] = NONE
  let own: Entry[] | undefined
  for (const endpoint of list) {
    const more = notes.of(endpoint)
    if (more.length === 0) continue
    if (entries.length === 0) entries = more
    else {
      entries = own ??= [...entries]
      for (let at = 0; at < more.length; at++) own.push(more[at])
    }
  }
  return entries
}

const saysFirmware = ({ attribute }: Claim): boolean => attribute === 'firmware'

/** What a version that was replaced still weighs against the one that replaced it. */
const REPLACED_SHARE = 0.1

/** The version that was said last is believed; the older one stays as what was said before. */
function updated(claims: readonly Claim[], changes: readonly FirmwareChange[]): Claim[] {
  const now = changes.at(-1)?.after
  return claims.map((claim) => {
    const { observation } = claim
    const isOld = changes.some(({ before }) => before === observation.value && before !== now)
    if (!saysFirmware(claim) || !isOld) return claim
    const confidence = observation.confidence * REPLACED_SHARE
    return { ...claim, observation: { ...observation, confidence } }
  })
}

function vlansOf(endpoints: EndpointTable, list: readonly number[]): number[] {
  if (list.length === 0) return []
  const first = endpoints.vlan(list[0])
  if (list.every((endpoint) => endpoints.vlan(endpoint) === first)) return [first]
  return [...new Set(list.map((endpoint) => endpoints.vlan(endpoint)))].sort(byNumber)
}

function mudUrlsOf(entries: readonly Entry[]): readonly string[] {
  if (entries.every(({ mudUrls }) => mudUrls.length === 0)) return NONE
  return [...new Set(entries.flatMap((entry) => entry.mudUrls))]
}

/** From its own packets; from what others said of it when it never sent one that was seen. */
function timesOf(
  endpoints: EndpointTable,
  list: readonly number[],
  entries: readonly Entry[],
): { firstSeen: number; lastSeen: number } {
  let firstSeen = Infinity
  let lastSeen = -Infinity
  const see = (first: number, last: number) => {
    firstSeen = Math.min(firstSeen, first)
    lastSeen = Math.max(lastSeen, last)
  }
  for (const at of list) {
    if (endpoints.packetsOut[at] > 0) see(endpoints.first[at], endpoints.last[at])
  }
  if (firstSeen === Infinity) for (const { first, last } of entries) see(first, last)
  return firstSeen === Infinity ? { firstSeen: 0, lastSeen: 0 } : { firstSeen, lastSeen }
}

const byNumber = (one: number, other: number) => one - other

function addressUses(nodes: readonly Node[], ground: Ground): AddressUse[] {
  const { endpoints } = ground.notes.neighbourhood
  if (nodes.every((node) => node.addresses.size === 0)) return []
  const uses = new Map<number, { first: number; last: number }>()
  for (const node of nodes) {
    for (const address of node.addresses) {
      uses.set(address, uses.get(address) ?? { first: Infinity, last: -Infinity })
    }
    for (const endpoint of node.endpoints) {
      const use = uses.get(endpoints.address(endpoint))
      if (!use || endpoints.packetsOut[endpoint] === 0) continue
      use.first = Math.min(use.first, endpoints.first[endpoint])
      use.last = Math.max(use.last, endpoints.last[endpoint])
    }
  }
  const result: (AddressUse & { key: number })[] = []
  uses.forEach((use, key) => {
    const used = use.first !== Infinity
    const address = endpoints.addresses.text(key)
    result.push({ key, address, first: used ? use.first : 0, last: used ? use.last : 0 })
  })
  if (result.length > 1) {
    result.sort((one, other) => one.last - other.last || one.key - other.key)
  }
  return result.map(({ address, first, last }) => ({ address, first, last }))
}

function softwareOf(entries: readonly Entry[]): readonly Software[] {
  if (entries.every(({ programs }) => programs.length === 0)) return NONE
  const found = new Map<string, Software>()
  for (const entry of entries) {
    for (const { name, version } of entry.programs) {
      const key = `${name} ${version}`
      if (found.has(key) || found.size >= LISTED) continue
      const { text, frame, first: time } = entry
      const source = plainSource(entry.source)
      found.set(key, { name, version, source, text, frame, time })
    }
  }
  return [...found.values()]
}

function servicesOf(
  services: Services,
  list: readonly number[],
  entries: readonly Entry[],
): readonly Service[] {
  if (list.every((endpoint) => services.of(endpoint).length === 0)) return NONE
  const banners = new Map<number, string>()
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index]
    const at = entry.source.indexOf('@')
    if (at < 0) continue
    const port = Number(entry.source.slice(at + 1))
    if (!banners.has(port)) banners.set(port, entry.text)
  }
  const result = new Map<string, Service>()
  for (const endpoint of list) {
    for (const seen of services.of(endpoint)) {
      const transport = seen.ipProtocol === 6 ? 'tcp' : seen.ipProtocol === 17 ? 'udp' : 'other'
      const key = `${transport} ${seen.port}`
      const known = result.get(key)
      result.set(key, {
        transport,
        port: seen.port,
        protocol: known?.protocol || seen.protocol,
        banner: transport === 'tcp' ? (banners.get(seen.port) ?? '') : '',
        flows: (known?.flows ?? 0) + seen.flows,
        first: Math.min(known?.first ?? seen.first, seen.first),
        last: Math.max(known?.last ?? seen.last, seen.last),
      })
    }
  }
  return [...result.values()].toSorted(
    (one, other) => one.port - other.port || (one.transport < other.transport ? -1 : 1),
  )
}

function limitsOf(group: Grouped): readonly DeviceLimit[] {
  if (group.nodes.length === 1 && group.nodes[0].limits.size === 0) return NONE
  const limits = new Set(group.nodes.flatMap((node) => [...node.limits]))
  const adjacent = group.nodes.some((node) => node.mac >= 0)
  if (adjacent) {
    limits.delete('no-mac')
    limits.delete('weak-identity')
  }
  if (group.nodes.some((node) => !node.limits.has('only-announced'))) {
    limits.delete('only-announced')
  }
  if (group.merges.some((merge) => merge.strength === 'likely')) limits.add('likely-merge')
  return [...limits].toSorted()
}

function contradictionsOf(
  ground: Ground,
  list: readonly number[],
  nodes: readonly Node[],
): readonly Contradiction[] {
  const told = ground.contradictions.size > 0
  if (!told && nodes.every((node) => node.disputes.length === 0)) return NONE
  return [
    ...list.flatMap((endpoint) => ground.contradictions.get(endpoint) ?? []),
    ...nodes.flatMap((node) => node.disputes),
  ].sort((one, other) => one.time - other.time)
}

const PEOPLES: ReadonlySet<string> = new Set<Category>(['phone', 'tablet', 'computer', 'wearable'])
const NETWORK: ReadonlySet<string> = new Set<Category>(['router', 'switch', 'access-point'])

/** A MAC prefix alone says who made the chip: it makes nobody a person's or the network's. */
const ONLY_PREFIX_CONFIDENCE = 0.7

const PREFIX_SOURCES: ReadonlySet<string> = new Set(['mac-prefix', 'eui64-prefix'])

function kindOf(nodes: readonly Node[], attributes: Attributes, isIndustrial: boolean): DeviceKind {
  if (nodes.some((node) => node.routerBecause !== '')) return 'infrastructure'
  const type = attributes.type
  const needed = type?.observations.some((one) => !PREFIX_SOURCES.has(one.source))
    ? BELIEVED
    : ONLY_PREFIX_CONFIDENCE
  if (isIndustrial) return 'device'
  if (!type || type.confidence < needed) return attributes.manufacturer ? 'device' : 'unknown'
  if (NETWORK.has(type.value)) return 'infrastructure'
  if (PEOPLES.has(type.value)) return 'person'
  return 'device'
}

function nameOf(
  attributes: Attributes,
  addresses: readonly AddressUse[],
  macs: readonly number[],
): string {
  if (attributes.hostname) return attributes.hostname.value
  const believed = (name: 'manufacturer' | 'model' | 'type') => {
    const attribute = attributes[name]
    return attribute && attribute.confidence >= BELIEVED ? attribute.value : ''
  }
  const words = [believed('manufacturer'), believed('model') || believed('type')]
  const text = words.filter((word) => word !== '').join(' ')
  return text || addresses.at(-1)?.address || (macs.length > 0 ? macText(macs[0]) : 'unknown')
}

/** Evidence for people: `dhcp-hostname "ESP_07AEFB" at frame 12, 2026-…`. */
export function evidenceText(observation: Observation): string {
  const where = observation.frame > 0 ? ` at frame ${observation.frame}` : ''
  const when = observation.time > 0 ? `, ${isoTime(observation.time)}` : ''
  return `${observation.source} "${observation.text}"${where}${when}`
}
