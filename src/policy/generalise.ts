// Many exchanges → few permissions, each no wider than it has to be. The thresholds are counts of
// distinct peers, names and ports, so the outcome is the same whatever the order of traffic.
import { namePatterns } from './domain.ts'
import { entryOf, isSamePeer, joined, peerValue, type Entry } from './entry.ts'
import type { Exchange } from './exchange.ts'
import type { Peer, PeerClass, PortRange } from './form.ts'
import { byText, eachKind, perKind, together, type Likeness } from './likeness.ts'
import { prefixOf, prefixText } from './prefix.ts'
import type { Site } from './site.ts'

/**
 * Distinct local peers of one service from which the local networks are meant rather than these
 * peers.
 */
export const LOCAL_PEERS_MIN = 4
/** Distinct devices of the same manufacturer from which the manufacturer is meant. */
export const SAME_MANUFACTURER_MIN = 2
/** Ports of one peer: more ephemeral ones, or more registered ones, than this become a range. */
export const EPHEMERAL_PORTS_MAX = 3
export const REGISTERED_PORTS_MAX = 8
/**
 * Nameless addresses in one /24 (/48) from which the network is meant; and networks until
 * 'anybody'.
 */
export const NETWORK_ADDRESSES_MIN = 4
export const NETWORKS_MAX = 16
/** Names on one service until 'anybody' (a browser); groups on one service until all multicast. */
export const NAMES_MAX = 256
export const GROUPS_MAX = 8

const EPHEMERAL = 32768

/**
 * The permissions a device's exchanges need, generalised. Exchanges must be settled and learnable.
 */
export function generalise(exchanges: readonly Exchange[], site: Site): Entry[] {
  if (exchanges.length === 0) return []
  const [{ device }] = exchanges
  if (exchanges.length === 1) return [generaliseOne(entryOf(exchanges[0]), device, site)]
  const all = exchanges.map(entryOf)
  // Few devices use so many high ports that any of them could be a range: most are only put in
  // order.
  let high = 0
  for (const entry of all) if (isEphemeral(entry) || isRegistered(entry)) high++
  const isHigh = high > EPHEMERAL_PORTS_MAX
  const ported = isHigh ? perKind(all, PORTS_OF_PEER, widenPorts) : together(all, PORTS_OF_PEER)
  const spread = isHigh
    ? perKind(ported, PORTS_OF_KIND, widenPortsAcross)
    : together(ported, PORTS_OF_KIND)
  const services: Entry[] = []
  eachKind(spread, SERVICE, (list, from, to) => {
    if (to - from === 1) services.push(generaliseOne(list[from], device, site))
    else {
      const group = list.slice(from, to)
      for (const entry of generalisePeers(group, device, site)) services.push(entry)
    }
  })
  const ranges = isHigh
    ? perKind(services, PORTS_OF_PEER, widenPorts)
    : together(services, PORTS_OF_PEER)
  const rules: Entry[] = []
  eachKind(ranges, SAME_RULE, (list, from, to) => {
    rules.push(to - from === 1 ? list[from] : joined(list.slice(from, to)))
  })
  return rules
}

const isSameBase = (one: Entry, other: Entry) =>
  one.ipProtocol === other.ipProtocol &&
  one.icmp === other.icmp &&
  one.initiated === other.initiated &&
  (one.families === LINK) === (other.families === LINK)
const isSameService = (one: Entry, other: Entry) =>
  one.ports?.from === other.ports?.from &&
  one.ports?.to === other.ports?.to &&
  one.application === other.application &&
  isSameBase(one, other)

const LINK = 4
const base = (entry: Entry) =>
  `${entry.initiated} ${entry.families === LINK} ${entry.ipProtocol} ${entry.icmp}`
const portsKey = (ports: PortRange | undefined) => (ports ? `${ports.from}-${ports.to}` : '')
const peerKey = (peer: Peer) => `${peer.kind} ${peerValue(peer)}`
const serviceKey = (entry: Entry) => `${base(entry)} ${portsKey(entry.ports)} ${entry.application}`
const kindOf = ({ peer, exchanges }: Entry) => (peer.kind === 'name' ? '' : exchanges[0].peer.kind)

/** All ports of one peer; of one kind of peer; all peers of one service; what is one rule. */
const PORTS_OF_PEER: Likeness<Entry> = {
  same: (one, other) => isSameBase(one, other) && isSamePeer(one.peer, other.peer),
  key: (entry) => `${base(entry)} ${peerKey(entry.peer)}`,
}
const PORTS_OF_KIND: Likeness<Entry> = {
  same: (one, other) => isSameBase(one, other) && kindOf(one) === kindOf(other),
  key: (entry) => `${base(entry)} ${kindOf(entry)}`,
}
const SERVICE: Likeness<Entry> = { same: isSameService, key: serviceKey }
const SAME_RULE: Likeness<Entry> = {
  same: (one, other) => isSameService(one, other) && isSamePeer(one.peer, other.peer),
  key: (entry) => `${serviceKey(entry)} ${peerKey(entry.peer)}`,
}

const isSingle = (entry: Entry) => entry.ports !== undefined && entry.ports.from === entry.ports.to
const isEphemeral = (entry: Entry) => isSingle(entry) && entry.ports!.from >= EPHEMERAL
const isRegistered = (entry: Entry) =>
  isSingle(entry) && entry.ports!.from >= 1024 && entry.ports!.from < EPHEMERAL

const portCount = (entries: readonly Entry[]) =>
  new Set(entries.map((entry) => entry.ports!.from)).size

/**
 * The range that stands for ports chosen at random; one of three, so that another port changes
 * nothing.
 */
function rangeOf(entries: readonly Entry[]): PortRange {
  let least = Infinity
  for (const { ports } of entries) least = Math.min(least, ports!.from)
  return { from: least >= 49152 ? 49152 : least >= EPHEMERAL ? EPHEMERAL : 1024, to: 65535 }
}

const without = (entries: readonly Entry[], gone: readonly Entry[]): Entry[] => {
  const set = new Set(gone)
  return entries.filter((entry) => !set.has(entry))
}

/** All entries of one peer: RTP, passive FTP, TFTP choose ports at random. */
function widenPorts(entries: Entry[]): Entry[] {
  if (entries.length <= EPHEMERAL_PORTS_MAX) return entries
  const ephemeral = entries.filter(isEphemeral)
  const registered = entries.filter(isRegistered)
  const wide =
    portCount(registered) > REGISTERED_PORTS_MAX
      ? [...registered, ...ephemeral]
      : portCount(ephemeral) > EPHEMERAL_PORTS_MAX
        ? ephemeral
        : []
  if (wide.length === 0) return entries
  return [...without(entries, wide), joined(wide, { ports: rangeOf(wide) })]
}

/** All entries with one kind of peer: a port for every peer (discovered services, peer-to-peer). */
function widenPortsAcross(entries: Entry[]): Entry[] {
  if (entries.length <= EPHEMERAL_PORTS_MAX) return entries
  const { kind } = entries[0].exchanges[0].peer
  if (entries[0].peer.kind === 'name' || kind === 'group' || kind === 'link') return entries
  const chosen = entries.filter((entry) => isEphemeral(entry) || isRegistered(entry))
  const ports = portCount(chosen)
  const peers = distinct(chosen)
  const ephemeral = chosen.filter(isEphemeral)
  const wide =
    ports > REGISTERED_PORTS_MAX && peers >= LOCAL_PEERS_MIN
      ? chosen
      : portCount(ephemeral) > EPHEMERAL_PORTS_MAX && peers >= LOCAL_PEERS_MIN
        ? ephemeral
        : []
  // Ports that several peers share are a service; only what is each peer's own is chance.
  const sharers = Map.groupBy(wide, (entry) => entry.ports!.from)
  const shared = new Set([...sharers].filter(([, all]) => distinct(all) > 1).map(([port]) => port))
  const own = wide.filter((entry) => !shared.has(entry.ports!.from))
  if (portCount(own) <= EPHEMERAL_PORTS_MAX) return entries
  const range = rangeOf(own)
  return [
    ...without(entries, own),
    ...own.map((entry) => joined([entry], { ports: range, application: '' })),
  ]
}

/**
 * All entries of one service: classes, domains and networks instead of single peers where they fit.
 */
function generalisePeers(entries: readonly Entry[], device: string, site: Site): Entry[] {
  const parts = new Map<Part, Entry[]>()
  for (const entry of entries) {
    const part = partOf(entry, site, device)
    const group = parts.get(part)
    if (group) group.push(entry)
    else parts.set(part, [entry])
  }
  const inside = { device, others: parts.get('local') ?? [], mine: parts.get('controller') ?? [] }
  const result = generaliseLocal(inside, site)
  for (const [part, group] of parts) {
    for (const entry of generalisePart(part, group)) result.push(entry)
  }
  return result
}

/** The only entry of its service, which is what most are: by itself it stands for no network. */
function generaliseOne(entry: Entry, device: string, site: Site): Entry {
  const part = partOf(entry, site, device)
  switch (part) {
    case 'dns':
    case 'ntp':
    case 'gateway':
      return inClass([entry], part)
    case 'controller':
      return inClass([entry], 'my-controller')
    case 'local':
      return isFromPersonal(entry, site) ? inClass([entry], 'local-networks') : entry
    default:
      return entry
  }
}

function generalisePart(part: Part, group: Entry[]): readonly Entry[] {
  switch (part) {
    case 'dns':
    case 'ntp':
    case 'gateway':
      return [inClass(group, part)]
    case 'name':
      return generaliseNames(group)
    case 'address':
      return generaliseAddresses(group)
    case 'group':
      return generaliseGroups(group)
    case 'link':
      return group
    // What is inside is generalised as a whole.
    case 'local':
    case 'controller':
      return []
  }
}

type Part =
  | 'local'
  | 'controller'
  | 'dns'
  | 'ntp'
  | 'gateway'
  | 'name'
  | 'address'
  | 'group'
  | 'link'

/** Which way of generalising an entry falls under. */
function partOf(entry: Entry, site: Site, device: string): Part {
  const { peer } = entry.exchanges[0]
  if (peer.kind === 'group') return 'group'
  if (peer.kind === 'link') return 'link'
  if (entry.initiated === 'device' && isSingle(entry)) {
    const port = entry.ports!.from
    if (port === 53 && site.serves(peer, site.context.resolvers)) return 'dns'
    if (port === 123 && site.serves(peer, site.context.timeServers)) return 'ntp'
  }
  if (peer.kind === 'device') {
    if (site.devices.get(peer.device!)?.role === 'infrastructure') return 'gateway'
    return site.onlyControllerOf(device) === peer.device ? 'controller' : 'local'
  }
  if (peer.kind === 'local') return 'local'
  return entry.peer.kind === 'name' ? 'name' : 'address'
}

const classPeer = (name: PeerClass): Peer => ({ kind: 'class', class: name })
const inClass = (entries: readonly Entry[], name: PeerClass): Entry =>
  joined(entries, { peer: classPeer(name) })
const distinct = (entries: readonly Entry[]) =>
  entries.length < 2 ? entries.length : new Set(entries.map(({ peer }) => peerKey(peer))).size

/** Peers on the site: the device's one controller, and all others. */
interface Inside {
  readonly device: string
  readonly mine: readonly Entry[]
  readonly others: readonly Entry[]
}

function generaliseLocal({ device, mine, others }: Inside, site: Site): Entry[] {
  const personal = others.some((entry) => isFromPersonal(entry, site))
  const alike = others.filter((entry) =>
    site.sameManufacturer(device, entry.exchanges[0].peer.device),
  )
  const family = distinct(alike) >= SAME_MANUFACTURER_MIN
  const rest = family ? without(others, alike) : others
  if (personal || distinct(rest) >= LOCAL_PEERS_MIN) {
    return [inClass([...others, ...mine], 'local-networks')]
  }
  const result = [...rest]
  if (family) result.push(inClass(alike, 'same-manufacturer'))
  if (mine.length > 0) result.push(inClass(mine, 'my-controller'))
  return result
}

/** Phones and laptops come and go and change their addresses: they stand for whoever is at home. */
const isFromPersonal = ({ exchanges, initiated }: Entry, site: Site): boolean =>
  initiated === 'peer' && site.devices.get(exchanges[0].peer.device ?? '')?.role === 'personal'

function generaliseNames(entries: Entry[]): Entry[] {
  if (entries.length === 1) return entries
  const nameOf = (entry: Entry) => (entry.peer as { name: string }).name
  const patterns = namePatterns(entries.map(nameOf))
  const patternOf = (entry: Entry) => patterns.get(nameOf(entry)) ?? nameOf(entry)
  const said = perKind(entries, byText(patternOf), (group) => [
    joined(group, { peer: { kind: 'name', name: patternOf(group[0]) } }),
  ])
  return said.length > NAMES_MAX ? [joined(said, { peer: { kind: 'any' } })] : said
}

function generaliseAddresses(entries: Entry[]): Entry[] {
  if (entries.length < NETWORK_ADDRESSES_MIN) return entries
  const networks = new Map(entries.map((entry) => [entry, networkOf(entry)]))
  const said = perKind(
    entries,
    byText((entry) => networks.get(entry)!),
    (group) => {
      const network = networks.get(group[0])!
      if (network === '' || distinct(group) < NETWORK_ADDRESSES_MIN) return group
      return [joined(group, { peer: { kind: 'prefix', prefix: network } })]
    },
  )
  return said.length > NETWORKS_MAX ? [joined(said, { peer: { kind: 'any' } })] : said
}

function networkOf({ exchanges }: Entry): string {
  const prefix = prefixOf(exchanges[0].peer.address, { v4: 24, v6: 48 })
  return prefix ? prefixText(prefix) : ''
}

function generaliseGroups(entries: Entry[]): Entry[] {
  if (entries.length <= GROUPS_MAX || distinct(entries) <= GROUPS_MAX) return entries
  const perFamily = ({ exchanges }: Entry) =>
    exchanges[0].peer.address.includes(':') ? 'ff00::/8' : '224.0.0.0/4'
  return perKind(entries, byText(perFamily), (group) => [
    joined(group, { peer: { kind: 'prefix', prefix: perFamily(group[0]) } }),
  ])
}
