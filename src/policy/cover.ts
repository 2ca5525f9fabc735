// Whether one permission includes another: for minimal profiles, for unused parts of a maker's MUD
// file, and for what an update would take away.
import { nameMatches } from './domain.ts'
import type { Peer, PortRange, RuleContent, Service } from './form.ts'
import { contains, isPrivate, parsePrefix } from './prefix.ts'
import type { Site } from './site.ts'
import { filterCovers } from './speech.ts'

/** Whether everything `narrow` permits is permitted by `broad`. False when that cannot be told. */
export function ruleCovers(broad: RuleContent, narrow: RuleContent, site?: Site): boolean {
  if (broad.initiated !== 'either' && broad.initiated !== narrow.initiated) return false
  if (broad.oneWay && !narrow.oneWay && !isGroupPeer(narrow.peer)) return false
  return (
    rateCovers(broad, narrow) &&
    serviceCovers(broad.service, narrow.service) &&
    peerCovers(broad.peer, narrow.peer, site)
  )
}

const isGroupPeer = (peer: Peer) => peer.kind === 'multicast'

function rateCovers(broad: RuleContent, narrow: RuleContent): boolean {
  const limits = Object.entries(broad.rate ?? {}) as [
    keyof NonNullable<RuleContent['rate']>,
    number,
  ][]
  return limits.every(([name, most]) => (narrow.rate?.[name] ?? Infinity) <= most)
}

/** The service part of `ruleCovers`. */
export function serviceCovers(broad: Service, narrow: Service): boolean {
  const families =
    broad.family === narrow.family || (broad.family === 'ip' && narrow.family !== 'ethernet')
  if (!families || !equalOrOpen(broad.etherType, narrow.etherType)) return false
  if (!equalOrOpen(broad.ipProtocol, narrow.ipProtocol)) return false
  if (!equalOrOpen(broad.icmp?.type, narrow.icmp?.type)) return false
  if (!equalOrOpen(broad.icmp?.code, narrow.icmp?.code)) return false
  if (!equalOrOpen(broad.application, narrow.application)) return false
  if (!portsCover(broad.devicePorts, narrow.devicePorts)) return false
  if (!portsCover(broad.peerPorts, narrow.peerPorts)) return false
  return saysCover(broad, narrow)
}

const equalOrOpen = <Value>(broad: Value | undefined, narrow: Value | undefined) =>
  broad === undefined || broad === narrow

function saysCover(broad: Service, narrow: Service): boolean {
  const operations = broad.operations
  if (operations && !narrow.operations?.every((one) => operations.includes(one))) return false
  const topics = broad.topics
  if (!topics) return true
  return (
    narrow.topics?.every((one) =>
      topics.some((other) => other.access === one.access && filterCovers(other.filter, one.filter)),
    ) ?? false
  )
}

/** Whether every port of `narrow` lies in one range of `broad`; absent means all ports. */
export function portsCover(
  broad: readonly PortRange[] | undefined,
  narrow: readonly PortRange[] | undefined,
): boolean {
  if (!broad) return true
  if (!narrow) return broad.some((range) => range.from <= 0 && range.to >= 65535)
  return narrow.every((one) => broad.some((range) => range.from <= one.from && range.to >= one.to))
}

/** The peer part of `ruleCovers`. */
export function peerCovers(broad: Peer, narrow: Peer, site?: Site): boolean {
  if (broad.kind === 'any') return true
  if (broad.kind === 'class') {
    if (narrow.kind === 'class' && narrow.class === broad.class) return true
    return broad.class === 'local-networks' && isLocalPeer(narrow, site)
  }
  switch (broad.kind) {
    case 'name':
      return (
        narrow.kind === 'name' &&
        (broad.name === narrow.name ||
          (broad.name.startsWith('*.') &&
            nameMatches(broad.name, narrow.name.replace(/^\*\./, ''))))
      )
    case 'prefix':
      return prefixCovers(broad.prefix, narrow, site)
    default:
      return samePeer(broad, narrow)
  }
}

const samePeer = (one: Peer, other: Peer): boolean => {
  if (one.kind === 'device') return other.kind === 'device' && other.device === one.device
  return one.kind === other.kind && Object.values(one).join(' ') === Object.values(other).join(' ')
}

function prefixCovers(prefix: string, narrow: Peer, site: Site | undefined): boolean {
  const parse = (text: string) => (site ? site.parsed(text) : parsePrefix(text))
  const outer = parse(prefix)
  const inside = (address: string) => {
    const inner = parse(address)
    return outer !== undefined && inner !== undefined && contains(outer, inner)
  }
  if (narrow.kind === 'prefix') return inside(narrow.prefix)
  if (narrow.kind === 'multicast') return inside(broadcastAddress(narrow.group))
  if (narrow.kind !== 'device' || !narrow.addresses || narrow.addresses.length === 0) return false
  return narrow.addresses.every(inside)
}

const broadcastAddress = (group: string) => (group === 'broadcast' ? '255.255.255.255' : group)

/**
 * Whether a peer is certainly on the local networks (RFC 8520 8.4 leaves to the site what these
 * are).
 */
function isLocalPeer(peer: Peer, site: Site | undefined): boolean {
  if (peer.kind === 'device' || peer.kind === 'multicast') return true
  if (peer.kind === 'class') return peer.class === 'gateway' || peer.class === 'same-manufacturer'
  if (peer.kind !== 'prefix') return false
  const prefix = site ? site.parsed(peer.prefix) : parsePrefix(peer.prefix)
  if (prefix && isPrivate(prefix)) return true
  return site?.isInside(peer.prefix) ?? false
}
