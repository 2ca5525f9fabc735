// One rule → its access list entries: from and to the device, per family, per pair of port ranges.
import type { PortRange, Rule, Service } from '../form.ts'
import type { Loss } from './loss.ts'
import { peerMatches, type PeerMatch } from './write-peer.ts'
import type { MudWriteOptions } from './write.ts'

export type Direction = 'from' | 'to'
export type ListFamily = 'ipv4' | 'ipv6' | 'eth'

/** An entry, and the list that it belongs to. */
export interface WrittenAce {
  readonly direction: Direction
  readonly family: ListFamily
  readonly ace: { readonly [name: string]: unknown }
}

/** The entries of a rule; what they cannot say is added to `loss`. */
export function acesOf(rule: Rule, options: MudWriteOptions, loss: Loss[]): WrittenAce[] {
  noteLoss(rule, loss)
  const peers = peerMatches({ rule, options, loss })
  const shapes = peers.flatMap((peer) =>
    familiesOf(rule.service, peer).flatMap((family) =>
      portPairs(rule.service).map((ports) => ({ peer, family, ports })),
    ),
  )
  return shapes.flatMap((shape, index) =>
    directionsOf(rule).map((direction) => ({
      direction,
      family: shape.family,
      ace: {
        name: `${rule.id}-${index}-${direction === 'from' ? 'frdev' : 'todev'}`,
        matches: matchesOf(rule, shape, direction),
        actions: { forwarding: 'accept' },
      },
    })),
  )
}

interface Shape {
  readonly peer: PeerMatch
  readonly family: ListFamily
  readonly ports: PortPair
}

interface PortPair {
  readonly device?: PortRange
  readonly peer?: PortRange
}

/** Groups do not answer; a one-way rule has no way back. */
function directionsOf(rule: Rule): Direction[] {
  const oneWay = rule.oneWay === true || rule.peer.kind === 'multicast'
  if (!oneWay) return ['from', 'to']
  return rule.initiated === 'peer' ? ['to'] : ['from']
}

function familiesOf(service: Service, peer: PeerMatch): ListFamily[] {
  if (service.family === 'ethernet' || peer.mac !== undefined) return ['eth']
  const network = peer.network === undefined ? '' : peer.network.includes(':') ? 'ipv6' : 'ipv4'
  const protocol = service.ipProtocol === 1 ? 'ipv4' : service.ipProtocol === 58 ? 'ipv6' : ''
  return (['ipv4', 'ipv6'] as const).filter(
    (family) =>
      (service.family === 'ip' || service.family === family) &&
      (network === '' || network === family) &&
      (protocol === '' || protocol === family),
  )
}

/** Every combination of the two sides' ranges; one without ports when there are none. */
function portPairs({ ipProtocol, devicePorts, peerPorts }: Service): PortPair[] {
  if (ipProtocol !== 6 && ipProtocol !== 17) return [{}]
  return (devicePorts ?? [undefined]).flatMap((device) =>
    (peerPorts ?? [undefined]).map((peer) => ({
      ...(device && { device }),
      ...(peer && { peer }),
    })),
  )
}

type Json = { [name: string]: unknown }

function matchesOf(rule: Rule, { peer, family, ports }: Shape, direction: Direction): Json {
  const { service, initiated } = rule
  const far = direction === 'from' ? 'destination' : 'source'
  const near = direction === 'from' ? 'source' : 'destination'
  const matches: Json = {}
  if (peer.mud) matches['ietf-mud:mud'] = peer.mud
  if (family === 'eth') {
    const eth: Json = {}
    if (peer.mac !== undefined) eth[`${far}-mac-address`] = peer.mac
    if (service.etherType !== undefined) eth.ethertype = service.etherType
    return { ...matches, eth }
  }
  const ip: Json = {}
  if (service.ipProtocol !== undefined) ip.protocol = service.ipProtocol
  if (peer.name !== undefined) {
    ip[`ietf-acldns:${direction === 'from' ? 'dst' : 'src'}-dnsname`] = peer.name
  }
  if (peer.network !== undefined) ip[`${far}-${family}-network`] = peer.network
  if (Object.keys(ip).length > 0) matches[family] = ip
  if (service.ipProtocol === 6 || service.ipProtocol === 17) {
    const transport: Json = {}
    if (service.ipProtocol === 6 && initiated !== 'either') {
      const from = initiated === 'device' ? 'from-device' : 'to-device'
      transport['ietf-mud:direction-initiated'] = from
    }
    if (ports.peer) transport[`${far}-port`] = portMatch(ports.peer)
    if (ports.device) transport[`${near}-port`] = portMatch(ports.device)
    if (Object.keys(transport).length > 0) {
      matches[service.ipProtocol === 6 ? 'tcp' : 'udp'] = transport
    }
  }
  if (service.icmp && Object.keys(service.icmp).length > 0) matches.icmp = service.icmp
  return matches
}

const portMatch = ({ from, to }: PortRange): Json =>
  from === to ? { operator: 'eq', port: from } : { 'lower-port': from, 'upper-port': to }

/** What the service part loses; the peer's losses are noted where it is written. */
function noteLoss(rule: Rule, loss: Loss[]): void {
  const { service } = rule
  const note = (kind: Loss['kind'], what: string) =>
    loss.push({ kind, effect: 'widened', rule: rule.id, what })
  if (service.application !== undefined) {
    note('application', `any application is permitted on the port, not only ${service.application}`)
  }
  if (service.operations) {
    note('operations', `all operations are permitted, not only ${service.operations.join(', ')}`)
  }
  if (service.topics) note('topics', `all topics are permitted, not only ${service.topics.length}`)
  if (rule.rate) note('rate', 'any rate is permitted')
  if (rule.expires !== undefined) note('expiry', 'the permission does not end')
  const ported = service.ipProtocol === 6 || service.ipProtocol === 17
  if (!ported && (service.devicePorts ?? service.peerPorts)) {
    note('ports', 'ports of other protocols than TCP and UDP are not held')
  }
  const tcp = service.ipProtocol === 6
  if (rule.initiated !== 'either' && !tcp && !rule.oneWay && rule.peer.kind !== 'multicast') {
    note('direction', `either side may begin: MUD says who only for TCP`)
  }
}
