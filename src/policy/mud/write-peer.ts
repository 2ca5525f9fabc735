// A rule's peer as MUD can say it: a class, a name, a network, a MAC; or several entries, or none
// at all.
import { nameMatches } from '../domain.ts'
import type { Rule } from '../form.ts'
import { groupsOf } from '../prefix.ts'
import type { Loss } from './loss.ts'
import { MUD_URN } from './mud-file.ts'
import type { MudWriteOptions } from './write.ts'

/** One way of matching the peer; without any part it matches everybody. */
export interface PeerMatch {
  /** Leaves of `ietf-mud:mud`. */
  readonly mud?: { readonly [leaf: string]: unknown }
  readonly name?: string
  /** A prefix; it decides the family. */
  readonly network?: string
  readonly mac?: string
}

interface Writing {
  readonly rule: Rule
  readonly options: MudWriteOptions
  readonly loss: Loss[]
}

/** RFC 6991 `host`: a name as `ietf-inet-types` takes it. */
const HOST =
  /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i

/** The ways to match a rule's peer; none when MUD cannot say it (noted as loss). */
export function peerMatches(writing: Writing): PeerMatch[] {
  const { rule, loss } = writing
  const { peer } = rule
  const omitted = (what: string): PeerMatch[] => {
    loss.push({ kind: 'peer', effect: 'omitted', rule: rule.id, what })
    return []
  }
  switch (peer.kind) {
    case 'any':
      return [{}]
    case 'class':
      return [{ mud: classLeaves(writing) }]
    case 'manufacturer':
      if (HOST.test(peer.manufacturer)) return [{ mud: { manufacturer: peer.manufacturer } }]
      return omitted(
        `'${peer.manufacturer}' is no domain: MUD knows makers by the domain of their URLs`,
      )
    case 'controller':
      return [{ mud: { controller: peer.controller } }]
    case 'model':
      return [{ mud: { model: peer.model } }]
    case 'name':
      return nameMatch(writing, peer.name)
    case 'prefix':
      return [{ network: peer.prefix }]
    case 'device':
      return deviceMatch(writing, peer)
    case 'multicast':
      return groupMatch(writing, peer.group)
    case 'ethernet':
      return [{ mac: peer.mac }]
  }
}

function classLeaves({ rule, loss }: Writing): { [leaf: string]: unknown } {
  const name = rule.peer.kind === 'class' ? rule.peer.class : 'local-networks'
  switch (name) {
    case 'dns':
    case 'ntp':
      return { controller: MUD_URN[name] }
    case 'gateway': {
      const what = `${MUD_URN.gateway} is in use, but not registered: a MUD manager may not know it`
      loss.push({ kind: 'gateway-class', effect: 'none', rule: rule.id, what })
      return { controller: MUD_URN.gateway }
    }
    default:
      return { [name]: [null] }
  }
}

function nameMatch({ rule, loss }: Writing, name: string): PeerMatch[] {
  if (!name.startsWith('*.')) {
    if (HOST.test(name)) return [{ name }]
    loss.push({ kind: 'peer', effect: 'omitted', rule: rule.id, what: `'${name}' is no host name` })
    return []
  }
  const seen = (rule.evidence?.peers ?? []).filter(
    (one) => nameMatches(name, one) && HOST.test(one),
  )
  const what = `MUD has no wildcards: ${name} is written as the ${seen.length} names that were seen`
  loss.push({
    kind: 'name-suffix',
    effect: seen.length > 0 ? 'narrowed' : 'omitted',
    rule: rule.id,
    what,
  })
  return seen.map((one) => ({ name: one }))
}

type DevicePeer = Rule['peer'] & { kind: 'device' }

function deviceMatch({ rule, options, loss }: Writing, peer: DevicePeer): PeerMatch[] {
  const called = peer.name ?? peer.device
  const note = (effect: Loss['effect'], what: string) =>
    loss.push({ kind: 'device-peer', effect, rule: rule.id, what: `${called}: ${what}` })
  if (rule.service.family === 'ethernet') {
    const macs = peer.macs ?? []
    if (macs.length === 0) note('omitted', 'MUD names no single devices, and its MAC is unknown')
    return macs.map((mac) => ({ mac }))
  }
  if (options.sameManufacturer?.(peer.device)) {
    note('widened', 'written as every device of the same manufacturer')
    return [{ mud: { 'same-manufacturer': [null] } }]
  }
  const addresses = (peer.addresses ?? []).filter((address) => groupsOf(address))
  if (addresses.length === 0) {
    note('omitted', 'MUD names no single devices, and its address is unknown')
    return []
  }
  note('narrowed', `written as its address ${addresses.join(', ')}, which may change`)
  return addresses.map((address) => ({
    network: `${address}/${groupsOf(address)!.length === 2 ? 32 : 128}`,
  }))
}

function groupMatch({ rule, loss }: Writing, group: string): PeerMatch[] {
  const link = rule.service.family === 'ethernet'
  if (group !== 'broadcast') {
    const groups = groupsOf(group)
    if (!groups) return [{ mac: group }]
    return [{ network: `${group}/${groups.length === 2 ? 32 : 128}` }]
  }
  if (link) return [{ mac: 'ff:ff:ff:ff:ff:ff' }]
  const what =
    "the subnet's own broadcast address is not known to a MUD file, only 255.255.255.255 is"
  loss.push({ kind: 'broadcast', effect: 'narrowed', rule: rule.id, what })
  return [{ network: '255.255.255.255/32' }]
}
