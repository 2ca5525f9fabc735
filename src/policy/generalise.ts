// Many exchanges → few permissions, each no wider than it has to be. The thresholds are counts of
// distinct peers, names and ports, so the outcome is the same whatever the order of traffic.
import { namePatterns } from './domain.ts'
import { entryOf, joined, peerKey, type Entry } from './entry.ts'
import type { Exchange } from './exchange.ts'
import type { Peer, PeerClass, PortRange } from './form.ts'
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
  const device = exchanges[0]?.device ?? ''
  let entries = exchanges.map(entryOf)
  entries = perGroup(entries, portsOfPeerKey, widenPorts)
  entries = perGroup(entries, portsOfKindKey, widenPortsAcross)
  entries = perGroup(entries, serviceKey, (group) => generalisePeers(group, device, site))
  entries = perGroup(entries, portsOfPeerKey, widenPorts)
  return perGroup(entries, sameRuleKey, (group) => [joined(group)])
}

const perGroup = (
  entries: readonly Entry[],
  key: (entry: Entry) => string,
  change: (group: Entry[]) => Entry[],
): Entry[] => [...Map.groupBy(entries, key).values()].flatMap(change)

const base = (entry: Entry) =>
  `${entry.initiated} ${entry.families === 4} ${entry.ipProtocol} ${entry.icmp}`
const portsKey = (ports: PortRange | undefined) => (ports ? `${ports.from}-${ports.to}` : '')
const portsOfPeerKey = (entry: Entry) => `${base(entry)} ${peerKey(entry.peer)}`
const portsOfKindKey = (entry: Entry) =>
  `${base(entry)} ${entry.peer.kind === 'name' ? '' : entry.seen[0].kind}`
const serviceKey = (entry: Entry) => `${base(entry)} ${portsKey(entry.ports)} ${entry.application}`
const sameRuleKey = (entry: Entry) => `${serviceKey(entry)} ${peerKey(entry.peer)}`

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
  const least = Math.min(...entries.map((entry) => entry.ports!.from))
  return { from: least >= 49152 ? 49152 : least >= EPHEMERAL ? EPHEMERAL : 1024, to: 65535 }
}

/** All entries of one peer: RTP, passive FTP, TFTP choose ports at random. */
function widenPorts(entries: Entry[]): Entry[] {
  const ephemeral = entries.filter(isEphemeral)
  const registered = entries.filter(isRegistered)
  const wide =
    portCount(registered) > REGISTERED_PORTS_MAX
      ? [...registered, ...ephemeral]
      : portCount(ephemeral) > EPHEMERAL_PORTS_MAX
        ? ephemeral
        : []
  if (wide.length === 0) return entries
  const range = joined(wide, { ports: rangeOf(wide) })
  return [...entries.filter((entry) => !wide.includes(entry)), range]
}

/** All entries with one kind of peer: a port for every peer (discovered services, peer-to-peer). */
function widenPortsAcross(entries: Entry[]): Entry[] {
  const kind = entries[0].seen[0].kind
  if (entries[0].peer.kind === 'name' || kind === 'group' || kind === 'link') return entries
  const chosen = entries.filter((entry) => isEphemeral(entry) || isRegistered(entry))
  const ports = portCount(chosen)
  const peers = new Set(chosen.map((entry) => peerKey(entry.peer))).size
  const ephemeral = chosen.filter(isEphemeral)
  const wide =
    ports > REGISTERED_PORTS_MAX && peers >= LOCAL_PEERS_MIN
      ? chosen
      : portCount(ephemeral) > EPHEMERAL_PORTS_MAX && peers >= LOCAL_PEERS_MIN
        ? ephemeral
        : []
  // Ports that several peers share are a service; only what is each peer's own is chance.
  const shared = Map.groupBy(wide, (entry) => entry.ports!.from)
  const own = wide.filter((entry) => {
    const sharers = shared.get(entry.ports!.from)!
    return new Set(sharers.map((one) => peerKey(one.peer))).size === 1
  })
  if (portCount(own) <= EPHEMERAL_PORTS_MAX) return entries
  const range = rangeOf(own)
  return [
    ...entries.filter((entry) => !own.includes(entry)),
    ...own.map((entry) => joined([entry], { ports: range, application: '' })),
  ]
}

/**
 * All entries of one service: classes, domains and networks instead of single peers where they fit.
 */
function generalisePeers(entries: Entry[], device: string, site: Site): Entry[] {
  const kinds = Map.groupBy(entries, (entry) => partOf(entry, site, device))
  const result: Entry[] = []
  const inside = [...(kinds.get('local') ?? []), ...(kinds.get('controller') ?? [])]
  result.push(...generaliseLocal(inside, device, site))
  for (const [part, group] of kinds) {
    if (part === 'dns' || part === 'ntp' || part === 'gateway') result.push(inClass(group, part))
    else if (part === 'name') result.push(...generaliseNames(group))
    else if (part === 'address') result.push(...generaliseAddresses(group))
    else if (part === 'group') result.push(...generaliseGroups(group))
    else if (part === 'link') result.push(...group)
  }
  return result
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
  const [peer] = entry.seen
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
  new Set(entries.map((entry) => peerKey(entry.peer))).size

function generaliseLocal(entries: Entry[], device: string, site: Site): Entry[] {
  if (entries.length === 0) return []
  const mine = entries.filter((entry) => partOf(entry, site, device) === 'controller')
  const others = entries.filter((entry) => !mine.includes(entry))
  // Phones and laptops come and go and change their addresses: they stand for whoever is at home.
  const personal = others.some((entry) => {
    const role = site.devices.get(entry.seen[0].device ?? '')?.role
    return role === 'personal' && entry.initiated === 'peer'
  })
  const alike = others.filter((entry) => site.sameManufacturer(device, entry.seen[0].device))
  const family = distinct(alike) >= SAME_MANUFACTURER_MIN
  const rest = family ? others.filter((entry) => !alike.includes(entry)) : others
  if (personal || distinct(rest) >= LOCAL_PEERS_MIN) return [inClass(entries, 'local-networks')]
  const result = [...rest]
  if (family) result.push(inClass(alike, 'same-manufacturer'))
  if (mine.length > 0) result.push(inClass(mine, 'my-controller'))
  return result
}

function generaliseNames(entries: Entry[]): Entry[] {
  const nameOf = (entry: Entry) => (entry.peer as { name: string }).name
  const patterns = namePatterns(entries.map(nameOf))
  const said = perGroup(
    entries,
    (entry) => patterns.get(nameOf(entry)) ?? nameOf(entry),
    (group) => {
      const name = patterns.get(nameOf(group[0])) ?? nameOf(group[0])
      return [joined(group, { peer: { kind: 'name', name } })]
    },
  )
  return said.length > NAMES_MAX ? [joined(said, { peer: { kind: 'any' } })] : said
}

function generaliseAddresses(entries: Entry[]): Entry[] {
  const networkOf = (entry: Entry) => {
    const prefix = prefixOf(entry.seen[0].address, { v4: 24, v6: 48 })
    return prefix ? prefixText(prefix) : ''
  }
  const said = perGroup(entries, networkOf, (group) => {
    const network = networkOf(group[0])
    if (network === '' || distinct(group) < NETWORK_ADDRESSES_MIN) return group
    return [joined(group, { peer: { kind: 'prefix', prefix: network } })]
  })
  return said.length > NETWORKS_MAX ? [joined(said, { peer: { kind: 'any' } })] : said
}

function generaliseGroups(entries: Entry[]): Entry[] {
  if (distinct(entries) <= GROUPS_MAX) return entries
  const perFamily = (entry: Entry) =>
    entry.seen[0].address.includes(':') ? 'ff00::/8' : '224.0.0.0/4'
  return perGroup(entries, perFamily, (group) => [
    joined(group, { peer: { kind: 'prefix', prefix: perFamily(group[0]) } }),
  ])
}
