// One entry's matches, in any of the dialects, as RFC 8519 4.2 and RFC 8520 8 would have written
// them.
import { macText, parseMac } from '../../core/addresses.ts'
import { parsePrefix, prefixText } from '../prefix.ts'
import type { EthMatch, IpMatch, Matches, MudMatch, PortMatch, TransportMatch } from './mud-file.ts'
import { asInteger, asObject, asText, node, type RawObject } from './raw.ts'
import type { Reading } from './reading.ts'

type Mutable<Shape> = { -readonly [Name in keyof Shape]: Shape[Name] }
type Draft = Mutable<Matches> & { preserved: Record<string, unknown> }

/** One `matches` on its way; `where` names it in notes. */
interface Part {
  readonly raw: RawObject
  readonly where: string
  readonly reading: Reading
  readonly into: Draft
}

/** Reads `matches`; undefined when it contradicts itself and the entry has to go. */
export function readMatches(raw: RawObject, where: string, reading: Reading): Matches | undefined {
  const into: Draft = { preserved: {} }
  const classes: Record<string, unknown> = {}
  let sound = true
  for (const [key, value] of Object.entries(raw).slice(0, 64)) {
    const name = key.slice(key.indexOf(':') + 1)
    const short = name.replace(/-acl$/, '')
    const inner = asObject(value)
    const part = { raw: inner ?? {}, where, reading, into }
    if (short !== name && PARTS.has(short)) reading.repaired('match-renamed', where)
    if (MUD_LEAVES.has(name)) {
      reading.repaired('class-moved', where)
      classes[name] = value
    } else if (!PARTS.has(short) || !inner) into.preserved[key] = value
    else if (short === 'mud') {
      if (key === 'mud') reading.repaired('prefix-added', where)
      Object.assign(classes, inner)
    } else if (short === 'eth') into.eth = readEth(part)
    else if (short === 'ipv4' || short === 'ipv6') sound = readIp(part, short) && sound
    else if (short === 'icmp') into.icmp = readIcmp(part)
    else
      into[short as 'tcp' | 'udp'] = {
        ...into[short as 'tcp' | 'udp'],
        ...readTransport(part, short),
      }
  }
  if (Object.keys(classes).length > 0) {
    into.mud = readMud({ raw: classes, where, reading, into })
  }
  return sound ? into : undefined
}

const PARTS = new Set(['eth', 'ipv4', 'ipv6', 'tcp', 'udp', 'icmp', 'mud'])
const MUD_LEAVES = new Set([
  'manufacturer',
  'same-manufacturer',
  'model',
  'local-networks',
  'controller',
  'my-controller',
])

function readMud({ raw, where, reading, into }: Part): MudMatch {
  const match: Mutable<MudMatch> = {}
  for (const [key, value] of Object.entries(raw)) {
    const name = key.slice(key.indexOf(':') + 1)
    const text = asText(value)
    switch (name) {
      case 'manufacturer':
      case 'model':
      case 'controller':
        if (text === undefined) reading.error(where, `${name} is not a text`)
        else match[name] = name === 'manufacturer' ? text.toLowerCase() : text
        break
      case 'same-manufacturer':
        match.sameManufacturer = emptyLeaf(value, where, reading)
        break
      case 'local-networks':
        match.localNetworks = emptyLeaf(value, where, reading)
        break
      case 'my-controller':
        match.myController = emptyLeaf(value, where, reading)
        break
      default:
        into.preserved[`ietf-mud:mud/${key}`] = value
    }
  }
  return match
}

/** RFC 7951 6.9: an empty leaf is [null]. */
function emptyLeaf(value: unknown, where: string, reading: Reading): true {
  if (!Array.isArray(value) || value.length !== 1 || value[0] !== null) {
    reading.repaired('empty-leaf', where)
  }
  return true
}

function readEth({ raw, where, reading, into }: Part): EthMatch {
  const match: Mutable<EthMatch> = {}
  for (const [key, value] of Object.entries(raw)) {
    const name = key.slice(key.indexOf(':') + 1)
    if (name === 'ethertype') {
      match.etherType = readEtherType(value, where, reading)
    } else if (name === 'source-mac-address' || name === 'destination-mac-address') {
      const mac = macText(parseMac(asText(value) ?? ''))
      if (mac === '') reading.error(where, `${name} is not a MAC address`)
      else match[name === 'source-mac-address' ? 'sourceMac' : 'destinationMac'] = mac
    } else into.preserved[`eth/${key}`] = value
  }
  return match
}

/** The names that `ietf-ethertypes` has for numbers, as far as they occur. */
const ETHER_TYPES = new Map([
  ['ipv4', 0x0800],
  ['arp', 0x0806],
  ['vlan', 0x8100],
  ['ipv6', 0x86dd],
  ['lldp', 0x88cc],
  ['macsec', 0x88e5],
])

function readEtherType(value: unknown, where: string, reading: Reading): number | undefined {
  const number = asInteger(value, 65535) ?? ETHER_TYPES.get(asText(value) ?? '')
  if (number !== undefined) return number
  const text = asText(value) ?? ''
  if (!/^(0x[0-9a-f]{1,4}|\d{1,5})$/i.test(text) || Number(text) > 65535) {
    reading.error(where, 'ethertype is not a number')
    return undefined
  }
  reading.repaired('ethertype-number', where)
  return Number(text)
}

/** False when the entry can match nothing: an address of the other family. */
function readIp({ raw, where, reading, into }: Part, family: 'ipv4' | 'ipv6'): boolean {
  const match: Mutable<IpMatch> = { ...into[family] }
  let sound = true
  const network = (value: unknown) => {
    const text = asText(value) ?? ''
    const prefix = parsePrefix(text)
    if (!prefix) reading.error(where, 'a network is not a prefix')
    else if ((prefix.family === 0) !== (family === 'ipv4')) {
      reading.repaired('family-mismatch', where)
      sound = false
    } else {
      if (!text.includes('/')) reading.repaired('prefix-length-added', where)
      return prefixText(prefix)
    }
    return undefined
  }
  for (const [key, value] of Object.entries(raw)) {
    const name = key.slice(key.indexOf(':') + 1)
    const ports = /^(source|destination)-port(-range)?(-or-operator)?$/.exec(name)
    if (name === 'protocol') match.protocol = numberOf(value, 255, { where, reading })
    else if (/^destination-ipv[46]-network$/.test(name)) match.destinationNetwork = network(value)
    else if (/^source-ipv[46]-network$/.test(name)) match.sourceNetwork = network(value)
    else if (name === 'dst-dnsname' || name === 'src-dnsname') {
      if (!key.includes(':')) reading.repaired('prefix-added', where)
      match[name === 'dst-dnsname' ? 'destinationName' : 'sourceName'] = dnsName(value)
    } else if (ports) {
      reading.repaired('ports-moved', where)
      const side = ports[1] === 'source' ? 'sourcePort' : 'destinationPort'
      const transport = raw.protocol === 17 ? 'udp' : 'tcp'
      into[transport] = { ...into[transport], [side]: readPorts(value, where, reading) }
    } else into.preserved[`${family}/${key}`] = value
  }
  into[family] = dropAbsent(match)
  return sound
}

const dnsName = (value: unknown) => asText(value, 254)?.toLowerCase().replace(/\.$/, '')

/** Without names that have no value, so that two equal matches look the same. */
const dropAbsent = <Shape extends object>(match: Shape): Shape =>
  Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined)) as Shape

function numberOf(
  value: unknown,
  most: number,
  note: { readonly where: string; readonly reading: Reading },
): number | undefined {
  const plain = asInteger(value, most)
  if (plain !== undefined) return plain
  const text = asText(value)
  const number =
    text !== undefined && /^\d{1,10}$/.test(text) ? asInteger(Number(text), most) : undefined
  if (number === undefined) note.reading.error(note.where, 'a number is missing or out of range')
  else note.reading.repaired('number-text', note.where)
  return number
}

function readIcmp({ raw, where, reading, into }: Part): { type?: number; code?: number } {
  const match: { type?: number; code?: number } = {}
  for (const [key, value] of Object.entries(raw)) {
    if (key === 'type' || key === 'code') match[key] = numberOf(value, 255, { where, reading })
    else into.preserved[`icmp/${key}`] = value
  }
  return dropAbsent(match)
}

function readTransport(part: Part, transport: string): TransportMatch {
  const { raw, where, reading, into } = part
  const match: Mutable<TransportMatch> = {}
  for (const [key, value] of Object.entries(raw)) {
    const name = key.slice(key.indexOf(':') + 1)
    if (/^(source|destination)-port(-range)?(-or-operator)?$/.test(name)) {
      if (!name.endsWith('-port')) reading.repaired('match-renamed', where)
      const side = name.startsWith('source') ? 'sourcePort' : 'destinationPort'
      match[side] = readPorts(value, where, reading)
    } else if (name === 'direction-initiated') {
      if (!key.includes(':')) reading.repaired('prefix-added', where)
      if (value === 'from-device' || value === 'to-device') match.directionInitiated = value
      else reading.error(where, 'direction-initiated is neither from-device nor to-device')
    } else into.preserved[`${transport}/${key}`] = value
  }
  return dropAbsent(match)
}

/** RFC 8519 `port-range-or-operator`: a range, or a port with an operator, not both. */
function readPorts(value: unknown, where: string, reading: Reading): PortMatch | undefined {
  const raw = asObject(value)
  if (!raw) {
    reading.error(where, 'ports are not an object')
    return undefined
  }
  const port = (name: string) => {
    const found = node(raw, name)
    return found ? numberOf(found.value, 65535, { where, reading }) : undefined
  }
  const lowerPort = port('lower-port')
  const operator = node(raw, 'operator')?.value
  if (lowerPort !== undefined) {
    const upperPort = port('upper-port')
    // A draft allowed lower-port alone, with an operator.
    if (upperPort === undefined) return operated(operator, lowerPort, { where, reading })
    if (operator !== undefined) reading.repaired('operator-dropped', where)
    if (upperPort >= lowerPort) return { lowerPort, upperPort }
    reading.error(where, 'upper-port is below lower-port')
    return undefined
  }
  const single = port('port')
  return single === undefined ? undefined : operated(operator, single, { where, reading })
}

function operated(
  operator: unknown,
  port: number,
  note: { readonly where: string; readonly reading: Reading },
): PortMatch | undefined {
  if (operator === undefined || operator === 'eq') return { operator: 'eq', port }
  if (operator === 'neq' || operator === 'lte' || operator === 'gte') return { operator, port }
  note.reading.error(note.where, 'an operator is not one of eq, neq, lte, gte')
  return undefined
}
