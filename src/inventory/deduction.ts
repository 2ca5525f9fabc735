// Notes, MAC prefixes, routing and industrial protocols → Claims about one device.
import { parseMac, type MacNumber } from '../core/addresses.ts'
import type { AttributeName, Identity, Industrial } from './device.ts'
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
  if (entries.length === 1) return claimsOfEntry(entries[0])
  const claims: Claim[] = []
  /** Where the claims of a text stand: others with the same text may be the same. */
  const byText = new Map<string, number[]>()
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index]
    if (entry.conclusions.length === 0) continue
    let places = byText.get(entry.text)
    if (!places) byText.set(entry.text, (places = []))
    for (const claim of claimsOfEntry(entry)) {
      const place = places.find((at) => isSame(claims[at], claim))
      if (place === undefined) places.push(claims.push(claim) - 1)
      else claims[place] = together(claims[place], claim)
    }
  }
  return claims
}

/** Of two rows that conclude the same, the surer one. */
function claimsOfEntry(entry: Entry): Claim[] {
  const claims: Claim[] = []
  const { text, frame, first: time, last, count } = entry
  const source = plainSource(entry.source)
  for (let index = 0; index < entry.conclusions.length; index++) {
    const { attribute, value: said, confidence } = entry.conclusions[index]
    const value = attribute === 'manufacturer' ? makerOf(said).name : said
    const observation = { source, text, value, confidence, frame, time, last, count }
    const claim = { attribute, observation }
    const place = claims.findIndex((other) => isSame(other, claim))
    if (place < 0) claims.push(claim)
    else if (claims[place].observation.confidence < confidence) claims[place] = claim
  }
  return claims
}

/** The same conclusion from the same words. */
const isSame = (one: Claim, other: Claim) =>
  one.attribute === other.attribute &&
  one.observation.value === other.observation.value &&
  one.observation.source === other.observation.source &&
  one.observation.text === other.observation.text

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
export function prefixClaims(registry: MacRegistry, mac: MacNumber): readonly Claim[] {
  const source = 'mac-prefix'
  const software = softwareMac(mac)
  if (software !== '') {
    const claim = { attribute: 'type', source, text: software, value: 'computer' } as const
    return [deduced({ ...claim, confidence: VIRTUAL_CONFIDENCE })]
  }
  const text = registry.organisation(mac)
  let claims = organisations.get(text)
  if (claims === undefined) {
    claims = organisationClaims(text)
    if (organisations.size < ORGANISATIONS_KEPT) organisations.set(text, claims)
  }
  return claims
}

const ORGANISATIONS_KEPT = 4096
/** Claims are values that nobody changes: devices of one maker share them. */
const organisations = new Map<string, readonly Claim[]>()

function organisationClaims(text: string): Claim[] {
  const source = 'mac-prefix'
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

/** A host may choose an address with any MAC in it; most that look so are made from their own. */
const ADDRESS_SHARE = 0.8

/** What the IEEE's list says of the MAC that stands in an IPv6 address. */
export function addressClaims(
  registry: MacRegistry,
  identities: readonly Identity[],
): readonly Claim[] {
  const identity = identities.find(({ kind }) => kind === 'eui64-mac')
  if (!identity) return NO_CLAIMS
  return prefixClaims(registry, parseMac(identity.value)).map(({ attribute, observation }) => ({
    attribute,
    observation: {
      ...observation,
      source: 'eui64-prefix',
      confidence: observation.confidence * ADDRESS_SHARE,
    },
  }))
}

const NO_CLAIMS: readonly Claim[] = Object.freeze([])

/** Routers by what they relay; DHCP servers. */
export function routerClaims(
  nodes: readonly Node[],
  endpoints: readonly number[],
  notes: Notes,
): readonly Claim[] {
  const { marks } = notes.neighbourhood
  const isServer = endpoints.some((endpoint) => marks[endpoint] & MARK.dhcpServer)
  if (!isServer && nodes.every((node) => node.routerBecause === '')) return NO_CLAIMS
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
  if (isServer) {
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
  let answers = NO_NAMES
  let asks = NO_NAMES
  for (let index = 0; index < entries.length; index++) {
    const { source, text } = entries[index]
    if (source === 'industrial-answer') answers = withName(answers, text)
  }
  for (const endpoint of endpoints) {
    for (const { protocol } of services.of(endpoint)) {
      if (INDUSTRIAL.has(protocol)) answers = withName(answers, protocol)
    }
    for (const protocol of services.askedBy(endpoint)) asks = withName(asks, protocol)
  }
  if (answers.size === 0 && asks.size === 0) return undefined
  const role = answers.size === 0 ? 'client' : asks.size === 0 ? 'server' : 'both'
  return { role, answers: [...answers].toSorted(), asks: [...asks].toSorted() }
}

const NO_NAMES: ReadonlySet<string> = new Set()

/** Most devices have no name in such a set: the first makes one. */
const withName = (names: ReadonlySet<string>, name: string): ReadonlySet<string> =>
  names.has(name) ? names : new Set([...names, name])

/** What mostly plays such a part. */
export function industrialClaims(industrial: Industrial | undefined): readonly Claim[] {
  if (!industrial) return NO_CLAIMS
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
