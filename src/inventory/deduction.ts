// Notes, MAC prefixes, routing and industrial protocols → Claims about one device.
import type { MacNumber } from '../core/addresses.ts'
import type { AttributeName, Industrial } from './device.ts'
import { MARK, plainSource } from './identifier.ts'
import type { Claim } from './judgement.ts'
import type { MacRegistry } from './mac-registry.ts'
import type { Node } from './nodes.ts'
import type { Entry, Notes } from './notes.ts'
import type { Services } from './services.ts'
import { INDUSTRIAL } from './tables/industrial.ts'
import { softwareMac } from './tables/local-macs.ts'
import { makerOf } from './tables/makers.ts'
import { moduleMaker } from './tables/module-makers.ts'

/** How often a MAC prefix names the maker of the thing; and when it is a module maker's. */
const PREFIX_CONFIDENCE = 0.8
const MODULE_CONFIDENCE = 0.15
/** Who runs in a virtual machine or a container is a computer, or a server of any kind. */
const VIRTUAL_CONFIDENCE = 0.45
/** Relaying is seen, not said; what relays may still be an access point or a firewall. */
const ROUTER_CONFIDENCE = 0.93
/** A DHCP server is mostly the router, but any computer can be one. */
const DHCP_SERVER_CONFIDENCE = 0.45
/** Who asks industrial devices may be a station, a gateway, or somebody who should not. */
const CLIENT_CONFIDENCE = 0.35

/** A device says the same from each of its addresses: one observation, counted together. */
export function claimsOf(entries: readonly Entry[]): Claim[] {
  const found = new Map<string, Claim>()
  for (const entry of entries) {
    for (const [key, claim] of claimsOfEntry(entry)) {
      const known = found.get(key)
      found.set(key, known ? together(known, claim) : claim)
    }
  }
  return [...found.values()]
}

/** By attribute, source, text and value; of two rows that conclude the same, the surer one. */
function claimsOfEntry(entry: Entry): Map<string, Claim> {
  const found = new Map<string, Claim>()
  const { text, frame, first: time, last, count } = entry
  const source = plainSource(entry.source)
  for (const { attribute, value: said, confidence } of entry.conclusions) {
    const value = attribute === 'manufacturer' ? makerOf(said).name : said
    const key = `${attribute} ${source} ${text} ${value}`
    if ((found.get(key)?.observation.confidence ?? 0) >= confidence) continue
    const observation = { source, text, value, confidence, frame, time, last, count }
    found.set(key, { attribute, observation })
  }
  return found
}

function together(one: Claim, other: Claim): Claim {
  const [first, later] =
    one.observation.time <= other.observation.time
      ? [one.observation, other.observation]
      : [other.observation, one.observation]
  const last = Math.max(first.last, later.last)
  return {
    attribute: one.attribute,
    observation: { ...first, last, count: first.count + later.count },
  }
}

interface Deduced {
  readonly attribute: AttributeName
  readonly source: string
  readonly text: string
  readonly value: string
  readonly confidence: number
}

/** A claim that rests on no single frame. */
const deduced = ({ attribute, ...rest }: Deduced): Claim => ({
  attribute,
  observation: { ...rest, frame: 0, time: 0, last: 0, count: 1 },
})

/** What the IEEE's list says: the maker of the network chip, who often is not that of the thing. */
export function prefixClaims(registry: MacRegistry, mac: MacNumber): Claim[] {
  const source = 'mac-prefix'
  const software = softwareMac(mac)
  if (software !== '') {
    const claim = { attribute: 'type', source, text: software, value: 'computer' } as const
    return [deduced({ ...claim, confidence: VIRTUAL_CONFIDENCE })]
  }
  const text = registry.organisation(mac)
  // The IANA's own prefix holds protocols' addresses (VRRP), no device's.
  if (text === '' || text.startsWith('ICANN')) return []
  const module = moduleMaker(text)
  const { name, category, categoryConfidence } = makerOf(text)
  const claims = [
    deduced({
      attribute: 'manufacturer',
      source,
      text,
      value: module || name,
      confidence: module ? MODULE_CONFIDENCE : PREFIX_CONFIDENCE,
    }),
  ]
  if (category) {
    const confidence = categoryConfidence ?? 0
    claims.push(deduced({ attribute: 'type', source, text, value: category, confidence }))
  }
  return claims
}

/** Routers by what they relay; DHCP servers. */
export function routerClaims(
  nodes: readonly Node[],
  endpoints: readonly number[],
  notes: Notes,
): Claim[] {
  const { marks } = notes.neighbourhood
  const router = { attribute: 'type', value: 'router' } as const
  const claims = nodes
    .filter((node) => node.routerBecause !== '')
    .map((node) =>
      deduced({
        ...router,
        source: 'relay',
        text: node.routerBecause,
        confidence: ROUTER_CONFIDENCE,
      }),
    )
  if (endpoints.some((endpoint) => marks[endpoint] & MARK.dhcpServer)) {
    const text = 'answers DHCP'
    claims.push(deduced({ ...router, source: 'lease', text, confidence: DHCP_SERVER_CONFIDENCE }))
  }
  return claims
}

/** The device's part in industrial traffic; undefined when it has none. */
export function industrialOf(
  services: Services,
  endpoints: readonly number[],
  entries: readonly Entry[],
): Industrial | undefined {
  const answers = new Set<string>()
  const asks = new Set<string>()
  for (const { source, text } of entries) if (source === 'industrial-answer') answers.add(text)
  for (const endpoint of endpoints) {
    for (const service of services.of(endpoint)) {
      if (INDUSTRIAL.has(service.protocol)) answers.add(service.protocol)
    }
    for (const protocol of services.askedBy(endpoint)) asks.add(protocol)
  }
  if (answers.size === 0 && asks.size === 0) return undefined
  const role = answers.size === 0 ? 'client' : asks.size === 0 ? 'server' : 'both'
  return { role, answers: [...answers].toSorted(), asks: [...asks].toSorted() }
}

/** What mostly plays such a part. */
export function industrialClaims(industrial: Industrial | undefined): Claim[] {
  if (!industrial) return []
  const claims: Claim[] = []
  const claim = (text: string, value: string, confidence: number) =>
    claims.push(deduced({ attribute: 'type', source: 'industrial', text, value, confidence }))
  for (const protocol of industrial.answers) {
    const row = INDUSTRIAL.get(protocol)
    if (row) claim(`answers ${protocol}`, row.server, row.serverConfidence)
  }
  if (industrial.role !== 'client') return claims
  for (const protocol of industrial.asks) {
    const row = INDUSTRIAL.get(protocol)
    if (row?.client) claim(`asks ${protocol}`, row.client, CLIENT_CONFIDENCE)
  }
  return claims
}
