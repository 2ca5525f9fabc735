// MudFile → Profile: the maker's permissions in our form. A from-device entry and its to-device
// twin become one rule; what has only one direction becomes a rule without a way back.
import { isGroupMac, parseMac } from '../../core/addresses.ts'
import { PROFILE_SCHEMA_VERSION, ruleId, sortedRules } from '../form.ts'
import type { Initiated, Peer, PortRange, Profile, Provenance, Rule, Service } from '../form.ts'
import { contains, isPrivate, parsePrefix } from '../prefix.ts'
import type { Loss } from './loss.ts'
import { MUD_URN, type Ace, type Matches, type MudFile, type PortMatch } from './mud-file.ts'

/** Reads a file's permissions. The loss names what our form does not say. */
export function profileFromMud(file: MudFile): { profile: Profile; loss: Loss[] } {
  const loss: Loss[] = []
  const halves = [
    ...halvesOf(file, file.fromDevicePolicy, { fromDevice: true, loss }),
    ...halvesOf(file, file.toDevicePolicy, { fromDevice: false, loss }),
  ]
  const provenance: Provenance = { kind: 'maker', source: file.mudUrl }
  const pairs = Map.groupBy(halves, ({ key }) => key)
  const rules = withoutFamilies([...pairs.values()].map((pair) => ruleOf(pair, provenance)))
  for (const name of Object.keys(file.preserved)) {
    loss.push({ kind: 'extension', effect: 'none', what: `${name} is kept, not interpreted` })
  }
  const model = file.modelName ?? file.systeminfo
  const profile: Profile = {
    schemaVersion: PROFILE_SCHEMA_VERSION,
    subject: {
      kind: 'type',
      ...(file.mfgName !== undefined && { manufacturer: file.mfgName }),
      ...(model !== undefined && { model }),
      ...(file.firmwareRev !== undefined && { firmware: file.firmwareRev }),
    },
    phase: 'review',
    rules: sortedRules(rules),
    provenance,
    mudUrl: file.mudUrl,
  }
  return { profile, loss }
}

/** What is permitted over IPv4 and over IPv6 alike is one rule. */
function withoutFamilies(rules: readonly Rule[]): Rule[] {
  const alike = Map.groupBy(rules, ({ initiated, oneWay, peer, service }) =>
    JSON.stringify([initiated, oneWay, peer, { ...service, family: '' }]),
  )
  return [...alike.values()].flatMap((group) => {
    const families = new Set(group.map(({ service }) => service.family))
    if (!families.has('ipv4') || !families.has('ipv6')) return group
    const service: Service = { ...group[0].service, family: 'ip' }
    return [{ ...group[0], service, id: ruleId({ ...group[0], service }) }]
  })
}

/** One direction of a permission. */
interface Half {
  readonly key: string
  readonly fromDevice: boolean
  readonly initiated: Initiated
  readonly peer: Peer
  readonly service: Service
}

interface Policy {
  readonly fromDevice: boolean
  readonly loss: Loss[]
}

function halvesOf(file: MudFile, names: readonly string[], policy: Policy): Half[] {
  const wanted = new Set(names)
  const lists = file.accessLists.filter(({ name }) => wanted.has(name))
  return lists.flatMap((list) => {
    const family = list.type.includes('ipv4') ? 'ipv4' : list.type.includes('ipv6') ? 'ipv6' : ''
    const mixed = list.type.startsWith('mixed') || family === ''
    return list.aces.flatMap((ace) => {
      const where = `${list.name}/${ace.name}`
      return halfOf(ace, mixed ? '' : family, { ...policy, where })
    })
  })
}

interface Place extends Policy {
  readonly where: string
}

function halfOf(ace: Ace, listFamily: '' | 'ipv4' | 'ipv6', place: Place): Half[] {
  const { matches } = ace
  if (ace.forwarding !== 'accept') {
    const what = `${place.where}: what is not permitted is denied anyhow`
    place.loss.push({ kind: 'denial', effect: 'none', what })
    return []
  }
  noteIgnored(matches, place)
  const peer = peerOf(matches, place)
  const initiated = matches.tcp?.directionInitiated
  return servicesOf(matches, listFamily, place.fromDevice).map((service) => ({
    key: JSON.stringify([peer, service]),
    fromDevice: place.fromDevice,
    initiated: initiated === undefined ? 'either' : initiated === 'from-device' ? 'device' : 'peer',
    peer,
    service,
  }))
}

function ruleOf(pair: readonly Half[], provenance: Provenance): Rule {
  const directions = new Set(pair.map(({ initiated }) => initiated))
  const out = pair.some(({ fromDevice }) => fromDevice)
  const back = pair.some(({ fromDevice }) => !fromDevice)
  const { peer, service } = pair[0]
  const said: Initiated = directions.size === 1 ? [...directions][0] : 'either'
  // With one direction only, nobody can answer, so only the sender can start it.
  const oneWay = out !== back
  const initiated = said === 'either' && oneWay ? (out ? 'device' : 'peer') : said
  const content = {
    initiated,
    ...(oneWay && peer.kind !== 'multicast' && { oneWay: true as const }),
    peer,
    service,
  }
  return { id: ruleId(content), ...content, provenance }
}

/**
 * What is matched on the device's own side, and leaves we do not know, cannot be said here: it
 * widens.
 */
function noteIgnored(matches: Matches, place: Place): void {
  const { ipv4, ipv6, eth } = matches
  const ignored = Object.keys(matches.preserved)
  const own = place.fromDevice
    ? [ipv4?.sourceNetwork, ipv6?.sourceNetwork, ipv4?.sourceName, ipv6?.sourceName, eth?.sourceMac]
    : [
        ipv4?.destinationNetwork,
        ipv6?.destinationNetwork,
        ipv4?.destinationName,
        ipv6?.destinationName,
        eth?.destinationMac,
      ]
  if (own.some((one) => one !== undefined)) ignored.push("the device's own address")
  for (const name of ignored) {
    place.loss.push({
      kind: 'match',
      effect: 'widened',
      what: `${place.where}: ${name} is not held`,
    })
  }
}

/** The one peer an entry names: of several matches the narrowest. */
function peerOf(matches: Matches, place: Place): Peer {
  const { fromDevice } = place
  const ip = matches.ipv4 ?? matches.ipv6
  const name = fromDevice ? ip?.destinationName : ip?.sourceName
  const network = fromDevice ? ip?.destinationNetwork : ip?.sourceNetwork
  const mac = fromDevice ? matches.eth?.destinationMac : matches.eth?.sourceMac
  const peers: Peer[] = []
  if (network !== undefined) peers.push(networkPeer(network))
  if (name !== undefined) peers.push({ kind: 'name', name })
  // A group's MAC beside the group's address, or beside any other address, is that address's frame.
  if (mac !== undefined && (peers.length === 0 || !isGroupMac(parseMac(mac)))) {
    peers.push(macPeer(mac))
  }
  peers.push(...classPeers(matches))
  if (peers.length === 0) return { kind: 'any' }
  const [first, ...rest] = peers
  const dropped = rest.filter((peer) => !(isLocalClass(peer) && isLocalPeer(first)))
  if (dropped.length > 0) {
    const what = `${place.where}: only the narrowest of several peers that must all match is held`
    place.loss.push({ kind: 'peers-combined', effect: 'widened', what })
  }
  return first
}

const isLocalClass = (peer: Peer) => peer.kind === 'class' && peer.class === 'local-networks'

/**
 * A group, or an address that is local by itself: saying 'local-networks' beside it adds nothing.
 */
function isLocalPeer(peer: Peer): boolean {
  if (peer.kind === 'multicast' || peer.kind === 'class') return true
  const prefix = peer.kind === 'prefix' ? parsePrefix(peer.prefix) : undefined
  return prefix !== undefined && isPrivate(prefix)
}

const GROUPS = ['224.0.0.0/4', 'ff00::/8'].map((text) => parsePrefix(text)!)

function networkPeer(network: string): Peer {
  if (network === '255.255.255.255/32') return { kind: 'multicast', group: 'broadcast' }
  const prefix = parsePrefix(network)!
  const whole = prefix.length === prefix.groups.length * 16
  if (whole && GROUPS.some((group) => contains(group, prefix))) {
    return { kind: 'multicast', group: network.split('/')[0] }
  }
  return prefix.length === 0 ? { kind: 'any' } : { kind: 'prefix', prefix: network }
}

function macPeer(mac: string): Peer {
  if (mac === 'ff:ff:ff:ff:ff:ff') return { kind: 'multicast', group: 'broadcast' }
  return isGroupMac(parseMac(mac)) ? { kind: 'multicast', group: mac } : { kind: 'ethernet', mac }
}

function classPeers({ mud }: Matches): Peer[] {
  const peers: Peer[] = []
  if (mud?.model !== undefined) peers.push({ kind: 'model', model: mud.model })
  if (mud?.myController) peers.push({ kind: 'class', class: 'my-controller' })
  if (mud?.controller !== undefined) peers.push(controllerPeer(mud.controller))
  if (mud?.sameManufacturer) peers.push({ kind: 'class', class: 'same-manufacturer' })
  if (mud?.manufacturer !== undefined) {
    peers.push({ kind: 'manufacturer', manufacturer: mud.manufacturer })
  }
  if (mud?.localNetworks) peers.push({ kind: 'class', class: 'local-networks' })
  return peers
}

function controllerPeer(controller: string): Peer {
  switch (controller) {
    case MUD_URN.dns:
      return { kind: 'class', class: 'dns' }
    case MUD_URN.ntp:
      return { kind: 'class', class: 'ntp' }
    case MUD_URN.gateway:
      return { kind: 'class', class: 'gateway' }
    default:
      return { kind: 'controller', controller }
  }
}

/** What is spoken. One service, or none when the ports exclude each other. */
function servicesOf(
  matches: Matches,
  listFamily: '' | 'ipv4' | 'ipv6',
  fromDevice: boolean,
): Service[] {
  const { eth, ipv4, ipv6, tcp, udp, icmp } = matches
  const transport = tcp ?? udp
  const ip = ipv4 ?? ipv6
  if (eth && !ip && !transport && !icmp) {
    const etherType = eth.etherType
    return [{ family: 'ethernet', ...(etherType !== undefined && { etherType }) }]
  }
  const family = ipv4 ? 'ipv4' : ipv6 ? 'ipv6' : listFamily || 'ip'
  const implied = tcp ? 6 : udp ? 17 : icmp ? (family === 'ipv6' ? 58 : 1) : undefined
  const ipProtocol = ip?.protocol ?? implied
  const own = fromDevice ? transport?.sourcePort : transport?.destinationPort
  const other = fromDevice ? transport?.destinationPort : transport?.sourcePort
  return [
    {
      family,
      ...(ipProtocol !== undefined && { ipProtocol }),
      ...(own && { devicePorts: rangesOf(own) }),
      ...(other && { peerPorts: rangesOf(other) }),
      ...(icmp && { icmp }),
    },
  ]
}

/** RFC 8519 `port-range-or-operator` as ranges. */
export function rangesOf(match: PortMatch): PortRange[] {
  if ('lowerPort' in match) return [{ from: match.lowerPort, to: match.upperPort }]
  const { operator, port } = match
  switch (operator) {
    case 'eq':
      return [{ from: port, to: port }]
    case 'lte':
      return [{ from: 0, to: port }]
    case 'gte':
      return [{ from: port, to: 65535 }]
    case 'neq':
      return [
        ...(port > 0 ? [{ from: 0, to: port - 1 }] : []),
        ...(port < 65535 ? [{ from: port + 1, to: 65535 }] : []),
      ]
  }
}
