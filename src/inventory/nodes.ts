// Interfaces → nodes: what will be a device unless a merge joins it to another. A node is a MAC
// with its own addresses, or a bare address (behind a router, or from a source without MACs).
import { isLocalMac, macText, type AddressKey, type MacNumber } from '../core/addresses.ts'
import type { DeviceLimit } from './device.ts'
import { MARK } from './identifier.ts'
import { findInterfaces, isAlive, type AddressSeen, type Interface } from './interfaces.ts'
import { PLACE } from './neighbourhood.ts'
import type { Notes } from './notes.ts'

export interface Node {
  /** The MAC's or the address's text: stable, unique among nodes. */
  readonly key: string
  readonly mac: MacNumber
  /** Endpoints whose counters, notes and services are this node's. */
  readonly endpoints: number[]
  readonly addresses: Set<AddressKey>
  readonly limits: Set<DeviceLimit>
  placement: 'adjacent' | 'routed'
  /** MAC text of the router in front, '' when unknown or adjacent. */
  behind: string
  /** Why it is a router, '' when it is none. */
  routerBecause: string
}

export interface Nodes {
  readonly list: readonly Node[]
  /** Node index by endpoint, -1: none (outside, group, never sent anything). */
  readonly ofEndpoint: Int32Array
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

  constructor(notes: Notes) {
    this.notes = notes
    this.ofEndpoint = new Int32Array(notes.neighbourhood.endpoints.size).fill(-1)
  }

  find(): Nodes {
    const { byMac, bare } = findInterfaces(this.notes)
    const interfaces = [...byMac.values()]
    for (const found of interfaces) this.addInterface(found)
    for (const found of interfaces) this.addRelayed(found)
    for (const seen of bare.values()) this.addBare(seen)
    return { list: this.list, ofEndpoint: this.ofEndpoint }
  }

  private make(key: string, mac: MacNumber): number {
    const node: Node = {
      key,
      mac,
      endpoints: [],
      addresses: new Set(),
      limits: new Set(),
      placement: mac < 0 ? 'routed' : 'adjacent',
      behind: '',
      routerBecause: '',
    }
    return this.list.push(node) - 1
  }

  private attach(index: number, seen: AddressSeen): void {
    this.list[index].addresses.add(seen.address)
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
    if (isLocalMac(found.mac)) node.limits.add('randomised-mac')
    if (found.packetsOut === 0) node.limits.add('only-announced')
    this.attachEndpoints(index, found.bare)
    for (const address of found.own) {
      if (address < 0) continue
      const seen = found.addresses.get(address)
      if (seen) this.attach(index, seen)
      else node.addresses.add(address)
      if (seen?.place === PLACE.outside && found.routerBecause === '') {
        if (!(seen.marks & (MARK.adjacent | MARK.sameNetwork)) && !found.claims.has(address)) {
          node.limits.add('public-address')
        }
      }
      const owners = this.owners.get(address)
      if (owners) owners.push(index)
      else this.owners.set(address, [index])
    }
    if (found.routerBecause === '' && severalAtOnce(found)) node.limits.add('several-addresses')
  }

  /** The one node that owns an address; routers only when nobody else does. */
  private ownerOf(address: AddressKey, not: number): number {
    const owners = (this.owners.get(address) ?? []).filter((index) => index !== not)
    const hosts = owners.filter((index) => this.list[index].routerBecause === '')
    const found = hosts.length > 0 ? hosts : owners
    return found.length === 1 ? found[0] : -1
  }

  private addRelayed(found: Interface): void {
    const index = this.byMac.get(found.mac) ?? -1
    const many = found.routerBecause !== ''
    for (const seen of found.addresses.values()) {
      if (found.own.has(seen.address) || !isAlive(seen)) continue
      const owner = this.ownerOf(seen.address, index)
      if (owner >= 0) this.attach(owner, seen)
      else if (many && seen.place === PLACE.local) this.addRouted(seen, found)
    }
  }

  private addRouted(seen: AddressSeen, found: Interface): void {
    const index = this.routedNode(seen.address)
    this.list[index].limits.add('weak-identity')
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
    this.list[index].limits.add('no-mac')
    this.attach(index, seen)
  }
}

/** Two own IPv4 addresses with answered traffic whose times of use overlap. */
function severalAtOnce(found: Interface): boolean {
  const used = [...found.own]
    .filter((address) => address < 4294967296)
    .map((address) => found.addresses.get(address))
    .filter(
      (seen) => seen !== undefined && seen.packetsOut > 0 && seen.packetsIn > 0,
    ) as AddressSeen[]
  return used.some((one) =>
    used.some((other) => one !== other && one.first < other.last && other.first < one.last),
  )
}
