// A rule in the making: one exchange as a candidate permission, which generalising then joins with
// others.
import { ruleId, type Peer, type PortRange, type ReviewReason, type Rule } from './form.ts'
import type { Provenance, Service } from './form.ts'
import { ANY_HIGH_PORT, type Exchange, type ExchangePeer } from './exchange.ts'
import { groupsOf } from './prefix.ts'
import type { Site } from './site.ts'
import { operationNames, topicPermissions } from './speech.ts'

/** Peers named in a rule's evidence. */
const PEERS_SHOWN = 64

export interface Entry {
  readonly initiated: 'device' | 'peer'
  /** Whom it will name. Generalising replaces it. */
  peer: Peer
  /** Whom it was seen with; one until entries are joined. */
  readonly seen: readonly ExchangePeer[]
  /** Bit 0 IPv4, bit 1 IPv6, bit 2 link. */
  readonly families: number
  readonly ipProtocol: number
  /** Server ports; undefined where there are none (ICMP, link, other IP protocols). */
  ports: PortRange | undefined
  /** ICMP type × 256 + code; -1 for others. */
  readonly icmp: number
  /** '' when not recognised, or several. */
  readonly application: string
  readonly exchanges: readonly Exchange[]
}

/** The candidate permission that exactly this exchange needs. */
export function entryOf(one: Exchange): Entry {
  const ported = one.family !== 2 && [6, 17, 132, 33, 136].includes(one.ipProtocol)
  const icmp = one.family !== 2 && (one.ipProtocol === 1 || one.ipProtocol === 58)
  return {
    initiated: one.initiated,
    peer: exactPeer(one.peer),
    seen: [one.peer],
    families: 1 << one.family,
    ipProtocol: one.ipProtocol,
    ports: ported ? portsOf(one.port) : undefined,
    icmp: icmp ? one.port : -1,
    // ICMP says by its number what it is.
    application: icmp ? '' : one.service,
    exchanges: [one],
  }
}

const portsOf = (port: number): PortRange =>
  port === ANY_HIGH_PORT ? { from: 1024, to: 65535 } : { from: port, to: port }

/** Names rather than addresses; devices rather than either. */
function exactPeer(peer: ExchangePeer): Peer {
  switch (peer.kind) {
    case 'device':
      return { kind: 'device', device: peer.device! }
    case 'group':
      return { kind: 'multicast', group: peer.address }
    case 'link':
      return { kind: 'ethernet', mac: peer.address }
    case 'local':
    case 'outside':
      if (peer.name !== '') return { kind: 'name', name: peer.name }
      return { kind: 'prefix', prefix: hostPrefix(peer.address) }
  }
}

const hostPrefix = (address: string) =>
  address.includes('/') ? address : `${address}/${groupsOf(address)?.length === 2 ? 32 : 128}`

/** The peer as text, for grouping. */
export const peerKey = (peer: Peer): string =>
  peer.kind === 'device' ? `device ${peer.device}` : Object.values(peer).join(' ')

/** Joins entries of the same initiator and IP protocol into one for `peer` and `ports`. */
export function joined(
  entries: readonly Entry[],
  part: { peer?: Peer; ports?: PortRange | undefined; application?: string } = {},
): Entry {
  const [first] = entries
  const applications = new Set(entries.map((entry) => entry.application).filter(Boolean))
  const application = applications.size === 1 ? [...applications][0] : ''
  return {
    initiated: first.initiated,
    ipProtocol: first.ipProtocol,
    icmp: first.icmp,
    peer: part.peer ?? first.peer,
    ports: 'ports' in part ? part.ports : first.ports,
    application: part.application ?? application,
    families: entries.reduce((bits, entry) => bits | entry.families, 0),
    seen: entries.flatMap((entry) => entry.seen),
    exchanges: entries.flatMap((entry) => entry.exchanges),
  }
}

/**
 * The finished rule. The site gives device ids their names; it makes no difference to the rule's
 * id.
 */
export function ruleOf(entry: Entry, provenance: Provenance, site: Site): Rule {
  const service = serviceOf(entry)
  const peer = entry.peer.kind === 'device' ? site.devicePeer(entry.peer.device) : entry.peer
  const content = { initiated: entry.initiated, peer, service } as const
  const review = reviewOf(entry)
  return {
    id: ruleId(content),
    ...content,
    evidence: evidenceOf(entry),
    provenance,
    ...(review.length > 0 ? { review } : {}),
  }
}

/** What exactly one exchange is about, as a rule would say it; for words. */
export function contentOf(one: Exchange, site: Site): Pick<Rule, 'initiated' | 'peer' | 'service'> {
  const entry = entryOf(one)
  const peer = entry.peer.kind === 'device' ? site.devicePeer(entry.peer.device) : entry.peer
  return { initiated: entry.initiated, peer, service: serviceOf(entry) }
}

/** The rule that permits exactly one exchange. */
export const exactRule = (one: Exchange, provenance: Provenance, site: Site): Rule =>
  ruleOf(entryOf(one), provenance, site)

const FAMILIES = ['', 'ipv4', 'ipv6', 'ip', 'ethernet'] as const

/** What an entry would be permitted to speak. */
export function serviceOf(entry: Entry): Service {
  const { ipProtocol, ports, icmp, application } = entry
  const family = familyOf(entry)
  if (family === 'ethernet') return { family, etherType: ipProtocol, ...named(application) }
  // Of several applications, or an unknown one, nothing was said that could bind the others.
  const said = application === '' ? [] : entry.exchanges
  const operations = said.reduce((bits, one) => bits | one.operations, 0)
  const topics = topicPermissions(said.flatMap((one) => one.topics))
  return {
    family,
    ipProtocol,
    ...(ports && { [entry.initiated === 'device' ? 'peerPorts' : 'devicePorts']: [ports] }),
    ...(icmp >= 0 && { icmp: { type: icmp >>> 8, code: icmp & 255 } }),
    ...named(application),
    ...(operations > 0 && { operations: operationNames(operations) }),
    ...(topics.length > 0 && { topics }),
  }
}

/**
 * Whoever is known by more than an address is reached over IPv4 today and over IPv6 tomorrow, as
 * the resolver says.
 */
function familyOf({ families, peer, ipProtocol }: Entry): Service['family'] {
  const seen = FAMILIES[Math.min(families, 4)] || 'ip'
  if (seen === 'ethernet' || ipProtocol === 1 || ipProtocol === 58) return seen
  return peer.kind === 'name' || peer.kind === 'class' || peer.kind === 'device' ? 'ip' : seen
}

const named = (application: string) => (application === '' ? {} : { application })

function evidenceOf(entry: Entry) {
  const { exchanges } = entry
  const sum = (of: (one: Exchange) => number) =>
    exchanges.reduce((total, one) => total + of(one), 0)
  const earliest = exchanges.reduce((one, other) =>
    other.first < one.first || (other.first === one.first && other.frame < one.frame) ? other : one,
  )
  const peers = [...new Set(entry.seen.map((peer) => peer.name || peer.address))].toSorted()
  const bytesOut = sum((one) => one.bytesOut)
  const bytesIn = sum((one) => one.bytesIn)
  const nameSource = entry.peer.kind === 'name' ? weakestSource(entry) : ''
  return {
    flows: sum((one) => one.flows),
    packets: sum((one) => one.packets),
    bytes: bytesOut + bytesIn,
    bytesOut,
    bytesIn,
    first: earliest.first,
    last: Math.max(...exchanges.map((one) => one.last)),
    frame: earliest.frame,
    ...(nameSource !== '' && { nameSource }),
    ...(peers.length > 1 && { peers: peers.slice(0, PEERS_SHOWN) }),
    ...(peers.length > PEERS_SHOWN && { morePeers: peers.length - PEERS_SHOWN }),
  }
}

/** For several names: the source of the one that is confirmed least. */
function weakestSource(entry: Entry) {
  const order = ['tls', 'quic', 'http', 'dns'] as const
  const sources = new Set(entry.seen.map((peer) => peer.nameSource))
  return order.find((source) => sources.has(source)) ?? ''
}

function reviewOf(entry: Entry): ReviewReason[] {
  const { peer, ports, exchanges } = entry
  const reasons: ReviewReason[] = []
  if (peer.kind === 'any') reasons.push('any-peer')
  if (peer.kind === 'name' && peer.name.startsWith('*.')) reasons.push('name-suffix')
  if (ports && ports.to > ports.from) reasons.push('port-range')
  if (entry.initiated === 'peer' && entry.seen.some((one) => one.kind === 'outside')) {
    reasons.push('opened-from-outside')
  }
  const source = peer.kind === 'name' ? weakestSource(entry) : 'dns'
  if (source !== 'dns') reasons.push('name-unconfirmed')
  if (exchanges.length === 1 && exchanges[0].flows === 1) reasons.push('seen-once')
  const unicast = !entry.seen.every((one) => one.kind === 'group')
  if (unicast && !exchanges.some((one) => one.answered)) reasons.push('unanswered')
  return reasons
}
