// What every host on a network has to do before it can do anything: never learnt, never a rule,
// always permitted, in learning, verdicts and replay alike. Whoever enforces a profile has to let
// it through. A device that *serves* addresses (DHCP, router advertisements) is no such thing: that
// needs a rule.
import type { RuleContent, Service } from './form.ts'

/**
 * ARP, EAPOL (802.1X, also its pre-authentication), LLDP, pause frames, LLC (spanning tree), Wi-Fi
 * management (link type 105).
 */
const IMPLIED_ETHER_TYPES = new Set([0x0806, 0x888e, 0x88c7, 0x88cc, 0x8808, 0, 105])
/** Errors, which answer other packets, and neighbour and router discovery, multicast membership. */
const IMPLIED_ICMPV6 = new Set([1, 2, 3, 4, 130, 131, 132, 133, 134, 135, 136, 137, 143, 151, 152])
const IMPLIED_ICMP = new Set([3, 9, 10, 11, 12])
const IGMP = 2
const UDP = 17

/** The parts of an exchange this is decided by. */
export interface ImpliedFacts {
  readonly initiated: 'device' | 'peer'
  /** FAMILY: 0 IPv4, 1 IPv6, 2 link. */
  readonly family: number
  readonly ipProtocol: number
  /** The server's port; for ICMP type × 256 + code. */
  readonly port: number
  readonly peer: { readonly kind: string }
}

/** Whether this is permitted to everybody without a rule. */
export function isImplied(facts: ImpliedFacts): boolean {
  if (facts.family === 2) return IMPLIED_ETHER_TYPES.has(facts.ipProtocol)
  switch (facts.ipProtocol) {
    case 1:
      return IMPLIED_ICMP.has(facts.port >>> 8)
    case 58:
      return isImpliedIcmpv6(facts.port >>> 8, facts.initiated)
    case IGMP:
      return true
    case UDP:
      return isAddressAssignment(facts)
    default:
      return false
  }
}

/** A device's own router advertisements (134) and redirects (137) are not everybody's business. */
const isImpliedIcmpv6 = (type: number, initiated: string): boolean =>
  IMPLIED_ICMPV6.has(type) && !(initiated === 'device' && (type === 134 || type === 137))

/** DHCP (RFC 2131) and DHCPv6 (RFC 8415), as a client, with somebody on this network. */
function isAddressAssignment(facts: ImpliedFacts): boolean {
  if (facts.peer.kind === 'outside') return false
  const [client, server] = facts.family === 0 ? [68, 67] : [546, 547]
  return facts.port === (facts.initiated === 'device' ? server : client)
}

/** Whether a rule permits only what is implied (makers list 802.1X, ARP and DHCP). */
export function isImpliedService({ initiated, peer, service }: RuleContent): boolean {
  if (service.family === 'ethernet') return IMPLIED_ETHER_TYPES.has(service.etherType ?? -1)
  const { ipProtocol, icmp } = service
  if (ipProtocol === undefined) return false
  const family = service.family === 'ipv6' ? 1 : 0
  const kind = peer.kind === 'any' || peer.kind === 'name' ? 'outside' : 'local'
  const facts = { family, ipProtocol, peer: { kind } }
  if (icmp?.type !== undefined)
    return isImplied({ ...facts, initiated: 'peer', port: icmp.type << 8 })
  if (ipProtocol === IGMP) return true
  const single = (ports: Service['peerPorts']) =>
    ports?.length === 1 && ports[0].from === ports[0].to ? ports[0].from : -1
  const { peerPorts, devicePorts } = service
  return (
    (initiated !== 'peer' &&
      isImplied({ ...facts, initiated: 'device', port: single(peerPorts) })) ||
    (initiated !== 'device' &&
      isImplied({ ...facts, initiated: 'peer', port: single(devicePorts) }))
  )
}
