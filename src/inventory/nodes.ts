// Interfaces → nodes: what will be a device unless a merge joins it to another. A node is a MAC
// with its own addresses, or a bare address (behind a router, or from a source without MACs).
import { isV6, macText, type AddressKey, type MacNumber } from '../core/addresses.ts'
import { isOnlyTold, type Claimed } from './claims.ts'
import type { Contradiction, DeviceLimit } from './device.ts'
import { MARK } from './identifier.ts'
import {
  findInterfaces,
  isAlive,
  isFleeting,
  type AddressSeen,
  type Interface,
} from './interfaces.ts'
import { INVENTORY_LIMITS } from './limits.ts'
import { PLACE } from './neighbourhood.ts'
import type { Notes } from './notes.ts'
import { isRandomMac } from './tables/local-macs.ts'

export interface Node {
  /** The MAC's or the address's text: stable, unique among nodes. */
  readonly key: string
  readonly mac: MacNumber
  /** Endpoints whose counters, notes and services are this node's. */
  readonly endpoints: number[]
  readonly addresses: Set<AddressKey>
  limits: ReadonlySet<DeviceLimit>
  placement: 'adjacent' | 'routed'
  /** MAC text of the router in front, '' when unknown or adjacent. */
  behind: string
  /** Why it is a router, '' when it is none. */
  routerBecause: string
  /** Addresses that it claimed while they were another's. */
  disputes: Contradiction[]
}

/** Most nodes have neither: what is shared is never added to. */
const NO_LIMITS: ReadonlySet<DeviceLimit> = new Set()
const NO_DISPUTES: Contradiction[] = []

function limit(node: Node, name: DeviceLimit): void {
  if (!node.limits.has(name)) node.limits = new Set([...node.limits, name])
}

export interface Nodes {
  readonly list: readonly Node[]
  /** Node index by endpoint, -1: none (outside, group, never sent anything). */
  readonly ofEndpoint: Int32Array
  /** Senders left out because a flood of made-up ones has no end; those with foreign addresses. */
  readonly fleeting: number
  readonly fleetingForeign: number
}

export function findNodes(notes: Notes): Nodes {
  return new NodeFinder(notes).find()
}

class NodeFinder {
  private readonly notes: Notes
  private readonly list: Node[] = []
  private readonly ofEndpoint: Int32Array
  /** Index of the nodes that own an address by proof; more than one is a conflict. */
  private readonly owners = new Map<AddressKey, number[]>()
  private readonly byAddress = new Map<AddressKey, number>()
  private readonly byMac = new Map<MacNumber, number>()
  private interfaces: ReadonlyMap<MacNumber, Interface> = new Map()

  constructor(notes: Notes) {
    this.notes = notes
    this.ofEndpoint = new Int32Array(notes.neighbourhood.endpoints.size).fill(-1)
  }

  find(): Nodes {
    const { byMac, bare } = findInterfaces(this.notes)
    this.interfaces = byMac
    const interfaces = [...byMac.values()]
    const { near, foreign } = this.made(interfaces)
    const dropped = new Set([...near, ...foreign])
    for (const found of interfaces) if (!dropped.has(found)) this.addInterface(found)
    for (const [address, owners] of this.owners) this.settle(address, owners)
    const passing = this.passing(interfaces, bare)
    for (const found of interfaces) {
      this.addRelayed(found, passing)
      const node = this.list[this.byMac.get(found.mac) ?? -1]
      if (node?.routerBecause === '' && severalAtOnce(found, node)) {
        limit(node, 'several-addresses')
      }
    }
    for (const seen of bare.values()) if (!passing.has(seen)) this.addBare(seen)
    return {
      list: this.list,
      ofEndpoint: this.ofEndpoint,
      fleeting: near.length + passing.size,
      fleetingForeign: foreign.length,
    }
  }

  /**
   * Interfaces that a flood of made-up MACs left behind: many fleeting ones. Those with addresses
   * of nobody's network are doubted sooner than those with addresses of ours, or with none yet.
   */
  private made(interfaces: readonly Interface[]): { near: Interface[]; foreign: Interface[] } {
    const fleeting = interfaces.filter((found) => this.isFleeting(found))
    const isForeign = (found: Interface) =>
      found.addresses.size > 0 &&
      [...found.addresses.values()].every((seen) => seen.place === PLACE.outside)
    const { foreign = [], near = [] } = Object.groupBy(fleeting, (found) =>
      isForeign(found) ? 'foreign' : 'near',
    )
    return {
      near: near.length > INVENTORY_LIMITS.fleeting.value ? near : [],
      foreign: foreign.length > INVENTORY_LIMITS.fleetingForeign.value ? foreign : [],
    }
  }

  /**
   * One or two packets sent, nothing received, nothing claimed and nothing said but DHCP's first
   * words: what floods with made-up MACs leave behind, and now and then a real device.
   */
  private isFleeting(found: Interface): boolean {
    if (found.claims.size > 0 || found.packetsOut > 2 || found.packetsOut === 0) return false
    if ((found.marks & MARK.alive) !== 0) return false
    for (const seen of found.addresses.values()) {
      if (seen.packetsIn > 0 || !this.isMute(seen.endpoints)) return false
    }
    return this.isMute(found.bare)
  }

  private isMute(endpoints: readonly number[]): boolean {
    return endpoints.every((endpoint) =>
      this.notes.of(endpoint).every(({ source }) => source.startsWith('dhcp-')),
    )
  }

  private make(key: string, mac: MacNumber): number {
    const node: Node = {
      key,
      mac,
      endpoints: [],
      addresses: new Set(),
      limits: NO_LIMITS,
      placement: mac < 0 ? 'routed' : 'adjacent',
      behind: '',
      routerBecause: '',
      disputes: NO_DISPUTES,
    }
    return this.list.push(node) - 1
  }

  private attach(index: number, seen: AddressSeen): void {
    this.list[index].addresses.add(seen.address)
    const node = this.list[index]
    if (seen.packetsOut > 0 && node.limits.has('only-announced')) {
      node.limits = new Set([...node.limits].filter((name) => name !== 'only-announced'))
    }
    this.attachEndpoints(index, seen.endpoints)
  }

  private attachEndpoints(index: number, endpoints: readonly number[]): void {
    for (const endpoint of endpoints) {
      this.list[index].endpoints.push(endpoint)
      this.ofEndpoint[endpoint] = index
    }
  }

  private addInterface(found: Interface): void {
    const alive = found.packetsOut > 0 || (found.marks & MARK.alive) !== 0 || found.claims.size > 0
    if (!alive) return
    const index = this.make(macText(found.mac), found.mac)
    const node = this.list[index]
    this.byMac.set(found.mac, index)
    node.routerBecause = found.routerBecause
    if (isRandomMac(found.mac)) limit(node, 'randomised-mac')
    if (found.packetsOut === 0) limit(node, 'only-announced')
    if (found.packetsOut === 0 && isOnlyTold(found.claims)) node.placement = 'routed'
    if (found.forged > 0) limit(node, 'forged-addresses')
    this.attachEndpoints(index, found.bare)
    for (const address of found.own) {
      if (address < 0) continue
      const seen = found.addresses.get(address)
      if (seen) this.attach(index, seen)
      else node.addresses.add(address)
      if (seen?.place === PLACE.outside && found.routerBecause === '') {
        if (!(seen.marks & (MARK.adjacent | MARK.sameNetwork)) && !found.claims.has(address)) {
          limit(node, 'public-address')
        }
      }
      const owners = this.owners.get(address)
      if (owners) owners.push(index)
      else this.owners.set(address, [index])
    }
  }

  /**
   * Two MACs that claim one address at the same time: it stays with the one that has the lease,
   * else with the one that claimed it first. The other keeps its frames, and the dispute is
   * recorded; whether it is an attack or a fail-over is for a detector to say. One after the other
   * is no dispute.
   */
  private settle(address: AddressKey, owners: number[]): void {
    if (owners.length < 2) return
    const claims = owners.map((index) => ({ index, claim: this.claimOf(index, address) }))
    claims.sort(
      (one, other) =>
        Number(one.claim.told) - Number(other.claim.told) ||
        Number(other.claim.lease) - Number(one.claim.lease) ||
        one.claim.first - other.claim.first,
    )
    const [winner, ...others] = claims
    const silent = this.interfaces.get(this.list[winner.index].mac)?.packetsOut === 0
    for (const { index, claim } of others) {
      if (winner.claim.lease && silent) {
        this.handOver(address, index, winner.index)
        owners.splice(owners.indexOf(index), 1)
        continue
      }
      if (claim.first > winner.claim.last || claim.last < winner.claim.first) continue
      const node = this.list[index]
      node.addresses.delete(address)
      limit(node, 'disputed-address')
      // Who relays with an address that is another's stands in between: no router of ours.
      if (node.routerBecause !== '') limit(node, 'relays-disputed')
      node.routerBecause = ''
      const dispute: Contradiction = {
        endpoint: node.endpoints[0] ?? 0,
        attribute: 'address',
        source: 'arp',
        before: `${this.textOf(address)} at ${this.list[winner.index].key}`,
        after: `${this.textOf(address)} at ${node.key}`,
        time: claim.first,
        frame: claim.frame,
      }
      if (node.disputes.length === 0) node.disputes = [dispute]
      else node.disputes.push(dispute)
      owners.splice(owners.indexOf(index), 1)
    }
  }

  /**
   * A leaseholder whose own MAC never sends: its frames come under another's MAC (a repeater, a
   * wireless bridge). They are its own all the same.
   */
  private handOver(address: AddressKey, from: number, to: number): void {
    const node = this.list[from]
    const seen = this.interfaces.get(node.mac)?.addresses.get(address)
    node.addresses.delete(address)
    limit(this.list[to], 'shared-mac')
    if (!seen) return
    for (const endpoint of seen.endpoints) {
      const at = node.endpoints.indexOf(endpoint)
      if (at >= 0) node.endpoints.splice(at, 1)
    }
    this.attach(to, seen)
  }

  private textOf(address: AddressKey): string {
    return this.notes.neighbourhood.endpoints.addresses.text(address)
  }

  /** The claim, widened by when the address was used. */
  private claimOf(index: number, address: AddressKey): Claimed {
    const found = this.interfaces.get(this.list[index].mac)
    const claim = found?.claims.get(address)
    const seen = found?.addresses.get(address)
    const used = seen && seen.packetsOut > 0 ? seen : undefined
    return {
      first: Math.min(claim?.first ?? Infinity, used?.first ?? Infinity),
      last: Math.max(claim?.last ?? 0, used?.last ?? 0),
      lease: claim?.lease ?? false,
      told: claim?.told ?? false,
      frame: claim?.frame ?? 0,
    }
  }

  /** The one node that owns an address; routers only when nobody else does. */
  private ownerOf(address: AddressKey, not: number): number {
    const all = this.owners.get(address)
    if (all === undefined) return -1
    const owners = all.filter((index) => index !== not)
    const hosts = owners.filter((index) => this.list[index].routerBecause === '')
    const found = hosts.length > 0 ? hosts : owners
    return found.length === 1 ? found[0] : -1
  }

  /** Fleeting addresses without a MAC of their own; empty while they are few. */
  private passing(
    interfaces: readonly Interface[],
    bare: ReadonlyMap<AddressKey, AddressSeen>,
  ): ReadonlySet<AddressSeen> {
    const found = [
      ...[...bare.values()].filter((seen) => this.isPassing(seen)),
      ...interfaces.flatMap((one) =>
        one.routerBecause === ''
          ? []
          : [...one.addresses.values()].filter(
              (seen) => !one.own.has(seen.address) && this.isPassing(seen),
            ),
      ),
    ]
    return new Set(found.length > INVENTORY_LIMITS.fleeting.value ? found : [])
  }

  private isPassing(seen: AddressSeen): boolean {
    return seen.place === PLACE.local && isFleeting(seen) && this.isMute(seen.endpoints)
  }

  private addRelayed(found: Interface, passing: ReadonlySet<AddressSeen>): void {
    const index = this.byMac.get(found.mac) ?? -1
    const many = found.routerBecause !== ''
    for (const seen of found.addresses.values()) {
      if (found.own.has(seen.address) || !isAlive(seen) || passing.has(seen)) continue
      const owner = this.ownerOf(seen.address, index)
      if (owner >= 0) {
        this.attach(owner, seen)
        if (this.list[owner].placement === 'routed') this.list[owner].behind ||= macText(found.mac)
      } else if (many && seen.place === PLACE.local) this.addRouted(seen, found)
    }
  }

  private addRouted(seen: AddressSeen, found: Interface): void {
    const index = this.routedNode(seen.address)
    limit(this.list[index], 'weak-identity')
    this.list[index].behind ||= macText(found.mac)
    this.attach(index, seen)
  }

  private routedNode(address: AddressKey): number {
    const known = this.byAddress.get(address)
    if (known !== undefined) return known
    const index = this.make(this.notes.neighbourhood.endpoints.addresses.text(address), -1)
    this.byAddress.set(address, index)
    return index
  }

  private addBare(seen: AddressSeen): void {
    if (!isAlive(seen)) return
    const owner = this.ownerOf(seen.address, -1)
    if (owner >= 0) {
      this.attach(owner, seen)
      return
    }
    if (seen.place !== PLACE.local) return
    const index = this.routedNode(seen.address)
    limit(this.list[index], 'no-mac')
    this.attach(index, seen)
  }
}

/** Two own IPv4 addresses with answered traffic whose times of use overlap. */
function severalAtOnce(found: Interface, node: Node): boolean {
  if (found.addresses.size < 2) return false
  const used = [...found.addresses.values()]
    .filter(
      (seen) =>
        !isV6(seen.address) &&
        node.addresses.has(seen.address) &&
        seen.packetsOut > 0 &&
        seen.packetsIn > 0,
    )
    .toSorted((one, other) => one.first - other.first)
  return used.some((one, index) => index > 0 && one.first < used[index - 1].last)
}
