// Notes, MAC prefixes, routing and industrial protocols → Claims about one device.
import type { MacNumber } from '../core/addresses.ts'
import type { AttributeName, Industrial } from './device.ts'
import { MARK } from './identifier.ts'
import type { Claim } from './judgement.ts'
import type { MacRegistry } from './mac-registry.ts'
import type { Node } from './nodes.ts'
import type { Entry, Notes } from './notes.ts'
import type { Services } from './services.ts'
import { INDUSTRIAL } from './tables/industrial.ts'
import { makerOf } from './tables/makers.ts'
import { moduleMaker } from './tables/module-makers.ts'

/** How often a MAC prefix names the maker of the thing; and when it is a module maker's. */
const PREFIX_CONFIDENCE = 0.8
const MODULE_CONFIDENCE = 0.15
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
  const text = registry.organisation(mac)
  if (text === '') return []
  const source = 'mac-prefix'
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
): Industrial | undefined {
  const answers = new Set<string>()
  const asks = new Set<string>()
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
    if (row) claim(`asks ${protocol}`, row.client, CLIENT_CONFIDENCE)
  }
  return claims
}
