// A rule in the making: one exchange as a candidate permission, which generalising then joins with
// others.
import { ANY_HIGH_PORT, type Exchange, type ExchangePeer } from './exchange.ts'
import type { Peer, PortRange, Rule, RuleContent, Service, TopicPermission } from './form.ts'
import type { Site } from './site.ts'
import { operationNames, topicPermissions } from './speech.ts'

export interface Entry {
  readonly initiated: 'device' | 'peer'
  /** Whom it will name. Generalising replaces it. */
  peer: Peer
  /** Bit 0 IPv4, bit 1 IPv6, bit 2 link. */
  readonly families: number
  readonly ipProtocol: number
  /** Server ports; undefined where there are none (ICMP, link, other IP protocols). */
  ports: PortRange | undefined
  /** ICMP type × 256 + code; -1 for others. */
  readonly icmp: number
  /** '' when not recognised, or several. */
  readonly application: string
  /** What it was seen in; one until entries are joined. */
  readonly exchanges: readonly Exchange[]
}

/** The candidate permission that exactly this exchange needs. */
export function entryOf(one: Exchange): Entry {
  const ported = one.family !== 2 && isPorted(one.ipProtocol)
  const icmp = one.family !== 2 && (one.ipProtocol === 1 || one.ipProtocol === 58)
  return {
    initiated: one.initiated,
    peer: exactPeer(one.peer),
    families: 1 << one.family,
    ipProtocol: one.ipProtocol,
    ports: ported ? portsOf(one.port) : undefined,
    icmp: icmp ? one.port : -1,
    // ICMP says by its number what it is.
    application: icmp ? '' : one.service,
    exchanges: [one],
  }
}

/** TCP, UDP, SCTP, DCCP, UDP-Lite. */
function isPorted(ipProtocol: number): boolean {
  switch (ipProtocol) {
    case 6:
    case 17:
    case 132:
    case 33:
    case 136:
      return true
    default:
      return false
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
  address.includes('/') ? address : `${address}/${address.includes(':') ? 128 : 32}`

/** What a peer is named by; with its kind it tells one peer from all others. */
export function peerValue(peer: Peer): string {
  switch (peer.kind) {
    case 'any':
      return ''
    case 'class':
      return peer.class
    case 'manufacturer':
      return peer.manufacturer
    case 'controller':
      return peer.controller
    case 'model':
      return peer.model
    case 'name':
      return peer.name
    case 'prefix':
      return peer.prefix
    case 'device':
      return peer.device
    case 'multicast':
      return peer.group
    case 'ethernet':
      return peer.mac
  }
}

/** Whether two rules name the same peer, whatever a device is called and where it is. */
export const isSamePeer = (one: Peer, other: Peer): boolean =>
  one.kind === other.kind && peerValue(one) === peerValue(other)

/** Joins entries of the same initiator and IP protocol into one for `peer` and `ports`. */
export function joined(
  entries: readonly Entry[],
  part: { peer?: Peer; ports?: PortRange | undefined; application?: string } = {},
): Entry {
  const first = entries[0]
  if (entries.length === 1) return { ...first, ...part }
  let families = 0
  let application = ''
  let differ = false
  const exchanges: Exchange[] = []
  for (const entry of entries) {
    families |= entry.families
    if (application === '') application = entry.application
    else if (entry.application !== '' && entry.application !== application) differ = true
    for (const one of entry.exchanges) exchanges.push(one)
  }
  return {
    initiated: first.initiated,
    peer: part.peer ?? first.peer,
    families,
    ipProtocol: first.ipProtocol,
    ports: 'ports' in part ? part.ports : first.ports,
    icmp: first.icmp,
    application: part.application ?? (differ ? '' : application),
    exchanges,
  }
}

/** Bits of all operations that were asked for; of several or unknown applications none is bound. */
export function operationsOf({ application, exchanges }: Entry): number {
  let bits = 0
  if (application === '') return bits
  for (let index = 0; index < exchanges.length; index++) bits |= exchanges[index].operations
  return bits
}

function topicsOf({ application, exchanges }: Entry): TopicPermission[] {
  if (application === '' || !hasTopics(exchanges)) return []
  return topicPermissions(exchanges.flatMap((one) => one.topics))
}

/** Whether anything was said about topics. */
export function hasTopics(exchanges: readonly Exchange[]): boolean {
  for (let index = 0; index < exchanges.length; index++) {
    if (exchanges[index].topics.length > 0) return true
  }
  return false
}

/** What makes an entry the rule it will be; a device is named by its id only. */
export const contentFrom = (entry: Entry): RuleContent => ({
  initiated: entry.initiated,
  peer: entry.peer,
  service: serviceOf(entry),
})

/** What exactly one exchange is about, as a rule would say it; for words. */
export function contentOf(one: Exchange, site: Site): Pick<Rule, 'initiated' | 'peer' | 'service'> {
  const { initiated, peer, service } = contentFrom(entryOf(one))
  return {
    initiated,
    peer: peer.kind === 'device' ? site.devicePeer(peer.device) : peer,
    service,
  }
}

const FAMILIES = ['', 'ipv4', 'ipv6', 'ip', 'ethernet'] as const

/** What an entry would be permitted to speak. */
export function serviceOf(entry: Entry): Service {
  const { ipProtocol, ports, icmp, application } = entry
  const family = familyOf(entry)
  if (family === 'ethernet') return { family, etherType: ipProtocol, ...named(application) }
  const operations = operationsOf(entry)
  const topics = topicsOf(entry)
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
export function familyOf({ families, peer, ipProtocol }: Entry): Service['family'] {
  const seen = FAMILIES[Math.min(families, 4)] || 'ip'
  if (seen === 'ethernet' || ipProtocol === 1 || ipProtocol === 58) return seen
  return peer.kind === 'name' || peer.kind === 'class' || peer.kind === 'device' ? 'ip' : seen
}

const named = (application: string) => (application === '' ? {} : { application })
