// Endpoints → network interfaces: one per MAC, with the addresses it sends from and those it owns
// by ARP, ND or DHCP. Decides which interfaces are routers. A view: computed afresh, nothing is
// lost.
import { isGroupMac, isV6, type AddressKey, type MacNumber } from '../core/addresses.ts'
import type { EndpointTable } from '../flow/index.ts'
import { claim, NO_CLAIMS, toldOwners, type Claims } from './claims.ts'
import { MARK } from './identifier.ts'
import { PLACE } from './neighbourhood.ts'
import type { Notes } from './notes.ts'

const V6_BASE = 4294967296

export interface AddressSeen {
  readonly address: AddressKey
  readonly endpoints: number[]
  first: number
  last: number
  packetsOut: number
  packetsIn: number
  marks: number
  place: number
}

/** One MAC (all VLANs) and what it sends from. */
export class Interface {
  readonly mac: MacNumber
  /** Endpoints without an address of their own: frames without IP, and 0.0.0.0. */
  readonly bare: number[] = []
  readonly addresses = new Map<AddressKey, AddressSeen>()
  /** Addresses that ARP, ND or DHCP say are this MAC's. */
  claims: Claims = NO_CLAIMS
  marks = 0
  packetsOut = 0
  /** How many sender addresses were taken for made up. */
  forged = 0
  /** Why it is a router; '' when it is none. */
  routerBecause = ''
  /** Addresses that are its own; the rest of `addresses` is relayed. */
  readonly own = new Set<AddressKey>()

  constructor(mac: MacNumber) {
    this.mac = mac
  }
}

export interface Interfaces {
  readonly byMac: Map<MacNumber, Interface>
  /** Addresses of endpoints without MAC. */
  readonly bare: Map<AddressKey, AddressSeen>
}

/** Reads the endpoint table and the notes. */
export function findInterfaces(notes: Notes): Interfaces {
  const { neighbourhood } = notes
  const { endpoints } = neighbourhood
  const byMac = new Map<MacNumber, Interface>()
  const bare = new Map<AddressKey, AddressSeen>()
  for (let endpoint = 1; endpoint < endpoints.size; endpoint++) {
    const place = neighbourhood.place(endpoint)
    if (place >= PLACE.group) continue
    const mac = endpoints.mac(endpoint)
    if (mac < 0) {
      if (place !== PLACE.mac) see(bare, notes, endpoint)
      continue
    }
    if (isGroupMac(mac) || mac === 0) continue
    let found = byMac.get(mac)
    if (!found) byMac.set(mac, (found = new Interface(mac)))
    found.marks |= neighbourhood.marks[endpoint]
    found.packetsOut += endpoints.packetsOut[endpoint]
    if (place === PLACE.mac) found.bare.push(endpoint)
    else see(found.addresses, notes, endpoint)
    // By index: an iterator's results are garbage where this runs a million times.
    const entries = notes.of(endpoint)
    for (let at = 0; at < entries.length; at++) {
      const entry = entries[at]
      if (entry.addresses.length === 0) continue
      for (const text of entry.addresses) {
        const address = endpoints.addresses.parse(text)
        if (!OWNABLE.has(endpoints.addresses.scope(address))) continue
        found.claims = claim(found.claims, address, entry)
      }
    }
  }
  const lan = adjacentNetworks(byMac)
  const told = toldOwners([...byMac.values()])
  for (const found of byMac.values()) judge(found, endpoints, { lan, told })
  return { byMac, bare }
}

/** Nobody owns broadcast, groups, loopback or nothing, whatever a message says. */
const OWNABLE: ReadonlySet<string> = new Set(['private', 'link-local', 'global'])

function see(seen: Map<AddressKey, AddressSeen>, notes: Notes, endpoint: number): void {
  const place = notes.neighbourhood.place(endpoint)
  const { endpoints, marks } = notes.neighbourhood
  const address = endpoints.address(endpoint)
  const out = endpoints.packetsOut[endpoint]
  const known = seen.get(address)
  const first = endpoints.first[endpoint]
  const last = endpoints.last[endpoint]
  if (!known) {
    seen.set(address, {
      address,
      endpoints: [endpoint],
      first,
      last,
      packetsOut: out,
      packetsIn: endpoints.packetsIn[endpoint],
      marks: marks[endpoint],
      place,
    })
    return
  }
  known.endpoints.push(endpoint)
  if (out > 0) {
    known.first = known.packetsOut > 0 ? Math.min(known.first, first) : first
    known.last = Math.max(known.last, last)
  }
  known.packetsOut += out
  known.packetsIn += endpoints.packetsIn[endpoint]
  known.marks |= marks[endpoint]
}

/** Sent something, or was proved alive. */
export const isAlive = (seen: AddressSeen) => seen.packetsOut > 0 || (seen.marks & MARK.alive) !== 0

const network24 = (address: AddressKey) => address >>> 8

/** The /24 networks in which some MAC owns an address beyond doubt. */
function adjacentNetworks(byMac: Map<MacNumber, Interface>): Set<number> {
  const networks = new Set<number>()
  for (const found of byMac.values()) {
    for (const [address, { told }] of found.claims) {
      if (address >= 0 && !isV6(address) && !told) networks.add(network24(address))
    }
    for (const seen of found.addresses.values()) {
      if (seen.marks & MARK.adjacent && !isV6(seen.address)) networks.add(network24(seen.address))
    }
  }
  return networks
}

interface Site {
  /** Networks that are adjacent beyond doubt. */
  readonly lan: ReadonlySet<number>
  readonly told: ReadonlySet<AddressKey>
}

function judge(found: Interface, endpoints: EndpointTable, { lan, told }: Site): void {
  dropForged(found)
  for (const address of found.claims.keys()) if (address > 0) found.own.add(address)
  const outside: AddressSeen[] = []
  const privates: AddressSeen[] = []
  const others: AddressSeen[] = []
  let foreign6: Map<string, AddressSeen[]> | undefined
  for (const seen of found.addresses.values()) {
    if (found.own.has(seen.address) || !isAlive(seen)) continue
    if (seen.marks & (MARK.adjacent | MARK.router)) found.own.add(seen.address)
    else if (told.has(seen.address)) others.push(seen)
    else if (!isV6(seen.address)) (seen.place === PLACE.outside ? outside : privates).push(seen)
    else if (isOwn6(seen, found.mac, endpoints)) found.own.add(seen.address)
    else {
      const network = network6(seen.address, endpoints)
      foreign6 ??= new Map()
      const known = foreign6.get(network)
      if (known) known.push(seen)
      else foreign6.set(network, [seen])
    }
  }
  // One address and no other: its own, whatever an old table says.
  const isLone = others.length === 1 && privates.length + outside.length + found.own.size === 0
  if (isLone) privates.push(...others.splice(0))
  const inside = [...settlePrivate(found, privates, lan), ...others]
  const networks6 = foreign6?.size ?? 0
  found.routerBecause = routerReason(found, { outside, inside, networks6 })
  if (found.routerBecause !== '') return
  for (const seen of outside) found.own.add(seen.address)
  for (const seen of privates) found.own.add(seen.address)
  for (const list of foreign6?.values() ?? []) for (const seen of list) found.own.add(seen.address)
}

/** More senders than this that nobody knows, behind one MAC, are made up. */
const FORGED_MIN = 64
const FORGED_SHARE = 0.9
const FORGED_PACKETS_MAX = 2

/** One or two packets out, none in, and nothing else to show for it. */
export const isFleeting = (seen: AddressSeen) =>
  seen.packetsOut > 0 &&
  seen.packetsOut <= FORGED_PACKETS_MAX &&
  seen.packetsIn === 0 &&
  (seen.marks & (MARK.adjacent | MARK.alive | MARK.router)) === 0

/**
 * Takes forged senders from an interface: hosts that flood under made-up addresses are no routers,
 * and those addresses are nobody's. Their packets stay with the MAC that sent them. Outside senders
 * are left where the MAC has nothing of its own: then it is a router under a flood from outside.
 */
function dropForged(found: Interface): void {
  if (found.addresses.size < FORGED_MIN) return
  const unclaimed = [...found.addresses.values()].filter(
    (seen) => !found.claims.has(seen.address) && isAlive(seen),
  )
  const fleeting = unclaimed.filter(isFleeting)
  if (fleeting.length < Math.max(FORGED_MIN, unclaimed.length * FORGED_SHARE)) return
  const isHost =
    found.claims.size > 0 ||
    unclaimed.some((seen) => seen.place === PLACE.local && !isFleeting(seen))
  for (const seen of fleeting) {
    if (seen.place === PLACE.outside && !isHost) continue
    found.addresses.delete(seen.address)
    for (const endpoint of seen.endpoints) found.bare.push(endpoint)
    found.forged++
  }
}

interface Relayed {
  readonly outside: readonly AddressSeen[]
  readonly inside: readonly AddressSeen[]
  readonly networks6: number
}

function routerReason(found: Interface, { outside, inside, networks6 }: Relayed): string {
  if (isVirtualRouterMac(found.mac)) return 'its MAC is that of a virtual router (VRRP, HSRP)'
  const apart =
    outside.length === 0 ? outside : outside.filter((seen) => !(seen.marks & MARK.sameNetwork))
  if (apart.length >= 2) return `sends for ${apart.length} addresses outside the site`
  if (apart.some((seen) => seen.marks & MARK.facesPrivate)) return 'relays an address from outside'
  if (networks6 >= 3) return `sends for ${networks6} IPv6 networks`
  if (inside.length >= 1) return `sends for ${inside.length} addresses that are not its own`
  if (found.marks & MARK.router) return 'says that it is a router'
  return ''
}

/** RFC 9568 7.3 (VRRP); HSRP versions 1 and 2 by Cisco's own documents. */
function isVirtualRouterMac(mac: MacNumber): boolean {
  const top40 = Math.floor(mac / 256)
  return (
    top40 === 0x00005e0001 ||
    top40 === 0x00005e0002 ||
    top40 === 0x00000c07ac ||
    Math.floor(mac / 4096) === 0x00000c9ff
  )
}

/** Link-local, or made from the MAC (RFC 4291 appendix A), or in a prefix the site announced. */
function isOwn6(seen: AddressSeen, mac: MacNumber, endpoints: EndpointTable): boolean {
  const index = seen.address - V6_BASE
  const { addresses } = endpoints
  if (addresses.scope(seen.address) === 'link-local') return true
  const low = addresses.word(index, 3) >>> 0
  const high = addresses.word(index, 2) >>> 0
  const macHigh = Math.floor(mac / 2 ** 24)
  const macLow = mac % 2 ** 24
  const eui64 =
    (high ^ 0x02000000) >>> 8 === macHigh && (high & 0xff) === 0xff && low === 0xfe000000 + macLow
  return eui64 || seen.place === PLACE.local
}

function network6(address: AddressKey, endpoints: EndpointTable): string {
  const { addresses } = endpoints
  return `${addresses.word(address - V6_BASE, 0)} ${addresses.word(address - V6_BASE, 1)}`
}

/**
 * Which private IPv4 addresses without ARP or DHCP are the interface's own, and which it relays.
 * Own: one used at another time (a lease before or after), one that never got an answer (a stale
 * address), one beside its own in the same /24, or the only one there is. Returns what is relayed.
 */
function settlePrivate(
  found: Interface,
  privates: readonly AddressSeen[],
  lan: ReadonlySet<number>,
): readonly AddressSeen[] {
  if (privates.length === 0) return privates
  const proved = [...found.addresses.values()].filter(
    (seen) => found.own.has(seen.address) && !isV6(seen.address) && isAlive(seen),
  )
  const known = new Set([...found.own].filter((address) => !isV6(address)).map(network24))
  if (known.size > 0) {
    const busy = new Spans(proved)
    return privates.filter((seen) => {
      const beside = known.has(network24(seen.address))
      const apart = proved.length > 0 && !busy.overlap(seen)
      const isOwn = beside || apart || seen.packetsIn === 0
      if (isOwn) found.own.add(seen.address)
      return !isOwn
    })
  }
  if (privates.length <= 1) {
    for (const seen of privates) {
      if (lan.size === 0 || lan.has(network24(seen.address))) found.own.add(seen.address)
    }
    return []
  }
  const here = privates.filter((seen) => lan.has(network24(seen.address)))
  const networks = new Set(privates.map((seen) => network24(seen.address)))
  if (networks.size < 2 && privates.length < 3) return []
  if (here.length === 1) found.own.add(here[0].address)
  return new Spans(privates).joined ? privates.filter((seen) => !found.own.has(seen.address)) : []
}

/** When addresses were used, as spans that do not touch: a flood brings a hundred thousand. */
class Spans {
  /** Some of them were used at the same time. */
  joined = false
  private readonly firsts: number[] = []
  private readonly lasts: number[] = []

  constructor(seen: readonly AddressSeen[]) {
    for (const { first, last } of seen.toSorted((one, other) => one.first - other.first)) {
      const at = this.lasts.length - 1
      if (at < 0 || first > this.lasts[at]) {
        this.firsts.push(first)
        this.lasts.push(last)
      } else {
        this.joined = true
        if (last > this.lasts[at]) this.lasts[at] = last
      }
    }
  }

  /** Whether an address was used while one of these was. */
  overlap({ first, last }: AddressSeen): boolean {
    let low = 0
    let high = this.lasts.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.lasts[middle] < first) low = middle + 1
      else high = middle
    }
    return low < this.firsts.length && this.firsts[low] <= last
  }
}
