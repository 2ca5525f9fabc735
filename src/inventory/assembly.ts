// Nodes and what was noted about them → the Device that people and other features read.
import { isLocalMac, macText } from '../core/addresses.ts'
import { isoTime } from '../core/clock.ts'
import type {
  AddressUse,
  Category,
  Contradiction,
  Device,
  DeviceKind,
  DeviceLimit,
  Industrial,
  Observation,
  Service,
  Software,
} from './device.ts'
import { MARK } from './identifier.ts'
import { judge, type Attributes, type Claim } from './judgement.ts'
import type { MacRegistry } from './mac-registry.ts'
import type { Grouped } from './merging.ts'
import type { Node } from './nodes.ts'
import type { Entry, Notes } from './notes.ts'
import type { Services } from './services.ts'
import { INDUSTRIAL } from './tables/industrial.ts'
import { makerOf } from './tables/makers.ts'
import { moduleMaker } from './tables/module-makers.ts'

/** What the assembly reads; all of it stays as it is. */
export interface Ground {
  readonly notes: Notes
  readonly services: Services
  readonly registry: MacRegistry
}

/** How often a MAC prefix names the maker of the thing, when it is not a module maker's. */
const PREFIX_CONFIDENCE = 0.8
const MODULE_CONFIDENCE = 0.15
const LISTED = 64

export function assemble(ground: Ground, group: Grouped, id: string): Device {
  const { nodes } = group
  const { endpoints } = ground.notes.neighbourhood
  const list = nodes.flatMap((node) => node.endpoints)
  const entries = list.flatMap((endpoint) => ground.notes.of(endpoint))
  const macs = nodes.filter((node) => node.mac >= 0).map((node) => node.mac)
  const industrial = industrialOf(ground, list)
  const claims = [
    ...claimsOf(entries),
    ...macs.flatMap((mac) => prefixClaims(ground.registry, mac)),
    ...routerClaims(nodes, list, ground),
    ...industrialClaims(industrial),
  ]
  const attributes = judge(claims)
  const addresses = addressUses(nodes, ground)
  const seen = list.filter((endpoint) => endpoints.packetsOut[endpoint] > 0)
  const times = [
    ...seen.flatMap((endpoint) => [endpoints.first[endpoint], endpoints.last[endpoint]]),
    ...(seen.length === 0 ? entries.flatMap((entry) => [entry.first, entry.last]) : []),
  ]
  const sum = (column: Float64Array) => list.reduce((total, at) => total + column[at], 0)
  return {
    id,
    name: nameOf(attributes, addresses, macs),
    kind: kindOf(nodes, attributes),
    macs: macs.map(macText),
    randomisedMacs: macs.filter(isLocalMac).map(macText),
    addresses,
    vlans: [...new Set(list.map((endpoint) => endpoints.vlan(endpoint)))].toSorted(byNumber),
    identities: group.identities,
    attributes,
    software: softwareOf(entries),
    services: servicesOf(ground.services, list, entries),
    ...(industrial && { industrial }),
    mudUrls: [...new Set(entries.flatMap((entry) => entry.mudUrls))],
    firstSeen: least(times),
    lastSeen: greatest(times),
    packetsIn: sum(endpoints.packetsIn),
    packetsOut: sum(endpoints.packetsOut),
    bytesIn: sum(endpoints.bytesIn),
    bytesOut: sum(endpoints.bytesOut),
    limits: limitsOf(group),
    placement: nodes.some((node) => node.placement === 'adjacent') ? 'adjacent' : 'routed',
    behind: nodes.find((node) => node.behind !== '')?.behind ?? '',
    merges: group.merges,
    contradictions: contradictionsOf(ground.notes, list),
    endpoints: list,
  }
}

const byNumber = (one: number, other: number) => one - other
const least = (times: readonly number[]) => times.reduce((a, b) => Math.min(a, b), times[0] ?? 0)
const greatest = (times: readonly number[]) => times.reduce((a, b) => Math.max(a, b), times[0] ?? 0)

/** A device says the same from each of its addresses: one observation, counted together. */
function claimsOf(entries: readonly Entry[]): Claim[] {
  const found = new Map<string, Claim>()
  for (const entry of entries) {
    for (const { attribute, value, confidence } of entry.conclusions) {
      const word = attribute === 'manufacturer' ? makerOf(value).name : value
      const key = `${attribute} ${entry.source} ${entry.text} ${word}`
      const known = found.get(key)?.observation
      const earlier = known && known.time <= entry.first ? known : undefined
      const observation = {
        source: entry.source,
        text: entry.text,
        value: word,
        confidence: Math.max(confidence, known?.confidence ?? 0),
        frame: earlier ? earlier.frame : entry.frame,
        time: earlier ? earlier.time : entry.first,
        last: Math.max(entry.last, known?.last ?? 0),
        count: entry.count + (known?.count ?? 0),
      }
      found.set(key, { attribute, observation })
    }
  }
  return [...found.values()]
}

const concluded = (
  attribute: Claim['attribute'],
  source: string,
  text: string,
  value: string,
  confidence: number,
): Claim => ({
  attribute,
  observation: { source, text, value, confidence, frame: 0, time: 0, last: 0, count: 1 },
})

/** What the IEEE's list says: the maker of the network chip, who often is not that of the thing. */
function prefixClaims(registry: MacRegistry, mac: number): Claim[] {
  const organisation = registry.organisation(mac)
  if (organisation === '') return []
  const source = 'mac-prefix'
  const module = moduleMaker(organisation)
  const maker = makerOf(organisation)
  const claims = [
    concluded(
      'manufacturer',
      source,
      organisation,
      module || maker.name,
      module ? MODULE_CONFIDENCE : PREFIX_CONFIDENCE,
    ),
  ]
  if (maker.category) {
    const confidence = maker.categoryConfidence ?? 0
    claims.push(concluded('type', source, organisation, maker.category, confidence))
  }
  return claims
}

function routerClaims(nodes: readonly Node[], list: readonly number[], ground: Ground): Claim[] {
  const { marks } = ground.notes.neighbourhood
  const claims = nodes
    .filter((node) => node.routerBecause !== '')
    .map((node) => concluded('type', 'relay', node.routerBecause, 'router', 0.93))
  if (list.some((endpoint) => marks[endpoint] & MARK.dhcpServer)) {
    claims.push(concluded('type', 'dhcpserver', 'answers DHCP', 'router', 0.45))
  }
  return claims
}

function industrialOf(ground: Ground, list: readonly number[]): Industrial | undefined {
  const answers = new Set<string>()
  const asks = new Set<string>()
  for (const endpoint of list) {
    for (const service of ground.services.of(endpoint)) {
      if (INDUSTRIAL.has(service.protocol)) answers.add(service.protocol)
    }
    for (const protocol of ground.services.askedBy(endpoint)) asks.add(protocol)
  }
  if (answers.size === 0 && asks.size === 0) return undefined
  const role = answers.size === 0 ? 'client' : asks.size === 0 ? 'server' : 'both'
  return { role, answers: [...answers].toSorted(), asks: [...asks].toSorted() }
}

function industrialClaims(industrial: Industrial | undefined): Claim[] {
  if (!industrial) return []
  const claims: Claim[] = []
  for (const protocol of industrial.answers) {
    const row = INDUSTRIAL.get(protocol)
    if (!row) continue
    claims.push(
      concluded('type', 'industrial', `answers ${protocol}`, row.server, row.serverConfidence),
    )
  }
  if (industrial.role === 'client') {
    for (const protocol of industrial.asks) {
      const row = INDUSTRIAL.get(protocol)
      if (row) claims.push(concluded('type', 'industrial', `asks ${protocol}`, row.client, 0.35))
    }
  }
  return claims
}

function addressUses(nodes: readonly Node[], ground: Ground): AddressUse[] {
  const { endpoints } = ground.notes.neighbourhood
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
  return [...uses]
    .map(([key, use]) => {
      const used = use.first !== Infinity
      const address = endpoints.addresses.text(key)
      return { key, address, first: used ? use.first : 0, last: used ? use.last : 0 }
    })
    .toSorted((one, other) => one.last - other.last || one.key - other.key)
    .map(({ address, first, last }) => ({ address, first, last }))
}

function softwareOf(entries: readonly Entry[]): Software[] {
  const found = new Map<string, Software>()
  for (const entry of entries) {
    for (const { name, version } of entry.programs) {
      const key = `${name} ${version}`
      if (found.has(key) || found.size >= LISTED) continue
      const { source, text, frame, first } = entry
      found.set(key, { name, version, source, text, frame, time: first })
    }
  }
  return [...found.values()]
}

/**
 * Sources whose text is what a service on the port calls itself; the text's end behind ' @' is the
 * port.
 */
const BANNER = /^(.*) @(\d+)$/

function servicesOf(
  services: Services,
  list: readonly number[],
  entries: readonly Entry[],
): Service[] {
  const banners = new Map<number, string>()
  for (const entry of entries) {
    const found = BANNER.exec(entry.text)
    if (found && !banners.has(Number(found[2]))) banners.set(Number(found[2]), found[1])
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

function limitsOf(group: Grouped): DeviceLimit[] {
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

function contradictionsOf(notes: Notes, list: readonly number[]): Contradiction[] {
  const own = new Set(list)
  return notes.contradictions.filter((one) => own.has(one.endpoint))
}

const PEOPLES: ReadonlySet<string> = new Set<Category>(['phone', 'tablet', 'computer', 'wearable'])
const NETWORK: ReadonlySet<string> = new Set<Category>(['router', 'switch', 'access-point'])

function kindOf(nodes: readonly Node[], attributes: Attributes): DeviceKind {
  if (nodes.some((node) => node.routerBecause !== '')) return 'infrastructure'
  const type = attributes.type
  if (!type || type.confidence < 0.3) return attributes.manufacturer ? 'device' : 'unknown'
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
    return attribute && attribute.confidence >= 0.3 ? attribute.value : ''
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
