// Nodes → devices: nodes that tell the same identity are taken for one device. Every merge is a
// record with its reason and can be left out again by its key; a likely one never carries
// permissions.
import { macText, type MacNumber } from '../core/addresses.ts'
import type { Identity, Merge, Strength } from './device.ts'
import { macInAddresses } from './eui64.ts'
import type { Node } from './nodes.ts'
import type { Entry, Notes } from './notes.ts'

/**
 * Kinds of identity that join nodes, most telling first; the others only identify. Why each stays
 * with one device: a DUID and a DHCP client id are made once per client (RFC 8415 11, RFC 2132
 * 9.14); a UPnP UUID once per device (UPnP 1.1 1.1.4); serials and BACnet instances are unique by
 * their documents.
 */
const JOINING = new Map<string, string>([
  ['certificate-key', 'proves the same certificate key'],
  ['certificate', 'shows the same client certificate'],
  ['duid', 'uses the same DHCPv6 identifier'],
  ['dhcp-client-id', 'uses the same DHCP client id'],
  ['upnp-uuid', 'announces the same UPnP device'],
  ['serial', 'says the same serial number'],
  ['device-id', 'says the same device id'],
  ['bacnet-device', 'is the same BACnet device'],
  ['mdns-host', 'announces the same mDNS host and service'],
  ['eui64-mac', 'has the MAC that stands in the IPv6 address'],
])

const PLACEHOLDER =
  /^(0?1?2345?6?7?8?9?0?|na|none|null|unknown|default.*|tobefilled.*|serialnumber)$/

/** More than this many nodes with one likely identity: it is a factory default, not an identity. */
const SHARED_BY_MAX = 4

export interface Grouped {
  /** Nodes of one device, the first gives the device its place in the order. */
  readonly nodes: readonly Node[]
  readonly identities: readonly Identity[]
  readonly merges: readonly Merge[]
}

interface Holder {
  readonly node: number
  readonly identity: Identity
}

export function mergeNodes(
  nodes: readonly Node[],
  notes: Notes,
  without: ReadonlySet<string>,
): Grouped[] {
  const identities = nodes.map((node) => identitiesOf(node, notes))
  addMacsInAddresses(nodes, identities, notes)
  const parent = nodes.map((_, index) => index)
  const rootOf = (index: number): number => {
    let at = index
    while (parent[at] !== at) at = parent[at]
    return at
  }
  const merges: { root: number; merge: Merge }[] = []
  const holdersByKind = holdersOf(identities)
  for (const [kind, because] of JOINING) {
    for (const [value, holders] of holdersByKind.get(kind) ?? []) {
      const strong = holders.every((holder) => holder.identity.strength === 'strong')
      if (holders.length < 2 || (!strong && holders.length > mostOf(kind))) continue
      const into = holders[0].node
      for (const { node } of holders.slice(1)) {
        const key = `${kind}:${value}:${nodes[into].key}+${nodes[node].key}`
        if (without.has(key) || rootOf(node) === rootOf(into)) continue
        if (!strong && contradict(identities[into], identities[node], kind)) continue
        const strength: Strength = strong ? 'strong' : 'likely'
        parent[rootOf(node)] = rootOf(into)
        const merge = { key, into: nodes[into].key, from: nodes[node].key, because, strength }
        merges.push({ root: into, merge })
      }
    }
  }
  const groups = new Map<number, Grouping>()
  nodes.forEach((node, index) => {
    const root = rootOf(index)
    const group = groups.get(root)
    if (!group) {
      groups.set(root, { nodes: [node], identities: identities[index], merges: [] })
      return
    }
    group.nodes.push(node)
    for (const identity of identities[index]) {
      const told = group.identities.some(
        (other) => other.kind === identity.kind && other.value === identity.value,
      )
      if (!told) group.identities.push(identity)
    }
  })
  for (const { root, merge } of merges) groups.get(rootOf(root))?.merges.push(merge)
  return [...groups.values()]
}

interface Grouping {
  readonly nodes: Node[]
  /** The first node's own list, which the others add to. */
  readonly identities: Identity[]
  readonly merges: Merge[]
}

function identitiesOf(node: Node, notes: Notes): Identity[] {
  const found: Identity[] = []
  for (const endpoint of node.endpoints) {
    const entries = notes.of(endpoint)
    for (let at = 0; at < entries.length; at++) {
      const entry = entries[at]
      if (entry.identities.length === 0) continue
      for (const identity of entry.identities) addIdentity(found, identity, entry)
    }
  }
  return found
}

/** One host has any number of prefixes, and an address below each. */
const mostOf = (kind: string) => (kind === EUI64 ? Infinity : SHARED_BY_MAX)

const EUI64 = 'eui64-mac'

/** What IPv6 addresses without MACs tell of one, and whose MAC it is where both are seen. */
function addMacsInAddresses(
  nodes: readonly Node[],
  identities: readonly Identity[][],
  notes: Notes,
): void {
  const { endpoints } = notes.neighbourhood
  const told = new Map<MacNumber, number>()
  const add = (index: number, mac: MacNumber) => {
    const time = endpoints.first[nodes[index].endpoints[0] ?? 0]
    const value = macText(mac)
    identities[index].push({ kind: EUI64, value, strength: 'likely', frame: 0, time })
  }
  for (let index = 0; index < nodes.length; index++) {
    const mac = macInAddresses(nodes[index], endpoints.addresses)
    if (mac < 0) continue
    told.set(mac, index)
    add(index, mac)
  }
  if (told.size === 0) return
  for (let index = 0; index < nodes.length; index++) {
    if (told.has(nodes[index].mac)) add(index, nodes[index].mac)
  }
}

function addIdentity(
  found: Identity[],
  identity: { kind: string; value: string; strength: Strength },
  entry: Entry,
): void {
  const { kind, value, strength } = identity
  if (!isTelling(value)) return
  if (found.some((other) => other.kind === kind && other.value === value)) return
  found.push({ kind, value, strength, frame: entry.frame, time: entry.first })
}

/**
 * Factory defaults and placeholders identify nobody: 0, 123456, ffff…, 'unknown', 'To be filled …'.
 */
export function isTelling(value: string): boolean {
  const plain = value.toLowerCase().replace(/[^0-9a-z]/g, '')
  if (new Set(plain).size < 3) return false
  return !PLACEHOLDER.test(plain)
}

/** By kind and value, in the order of the nodes. */
function holdersOf(
  identities: readonly (readonly Identity[])[],
): ReadonlyMap<string, Map<string, Holder[]>> {
  const byKind = new Map<string, Map<string, Holder[]>>()
  for (let node = 0; node < identities.length; node++) {
    const list = identities[node]
    const several = list.length > 1 && list.filter(({ kind }) => kind === BACNET).length > 1
    for (const identity of list) {
      const { kind, value } = identity
      if (several && kind === BACNET) continue
      let holders = byKind.get(kind)
      if (!holders) byKind.set(kind, (holders = new Map()))
      const known = holders.get(value)
      if (known) known.push({ node, identity })
      else holders.set(value, [{ node, identity }])
    }
  }
  return byKind
}

/** A node with several of these is a router of BACnet networks, not any one of them. */
const BACNET = 'bacnet-device'

/** Two nodes with different values of a more telling identity are not one device. */
function contradict(one: readonly Identity[], other: readonly Identity[], kind: string): boolean {
  for (const stronger of JOINING.keys()) {
    if (stronger === kind) return false
    const mine = one.filter((identity) => identity.kind === stronger)
    const theirs = other.filter((identity) => identity.kind === stronger)
    if (mine.length === 0 || theirs.length === 0) continue
    if (!mine.some((identity) => theirs.some((next) => next.value === identity.value))) return true
  }
  return false
}
