// Permits → the sets and chains of one profile. They are named after their content, so devices of
// the same permits share them, and what stands in the kernel is known by its name.
import { createHash } from 'node:crypto'
import type { PortRange } from '../policy/index.ts'
import { isHost, nftText } from './peers.ts'
import type { Permit } from './permits.ts'

/** How a profile is held. */
export type Hold = 'enforce' | 'dry-run'

/** One profile's part of the ruleset. */
export interface ProfileText {
  /** `p` and 12 hex digits of its content. */
  readonly name: string
  /** Declarations of sets; of chains, by how they hold. Lines inside `table inet thingward`. */
  readonly sets: readonly { readonly name: string; readonly text: string }[]
  readonly chains: { readonly [hold in Hold]: readonly { name: string; text: string }[] }
}

/** The chains of a profile for packets from and to its devices. */
export const chainName = (profile: string, hold: Hold, way: 'from' | 'to') =>
  `${profile}_${hold === 'enforce' ? 'e' : 't'}_${way}`

/** Single ports of a rule that are listed one by one. */
const LISTED_PORTS_MAX = 16
const TCP = 6
const UDP = 17

/** Hash keys of single addresses and ports, and what has to be tried one by one. */
interface Sorted {
  /** `out4` → elements */
  readonly exact: ReadonlyMap<string, readonly string[]>
  /** `peers4` → addresses */
  readonly known: ReadonlyMap<string, readonly string[]>
  readonly wide: readonly Permit[]
}

/** Makes the text; `isExpired` only changes which reason refused packets get. */
export function profileText(permits: readonly Permit[], isExpired: boolean): ProfileText {
  const { exact, known, wide } = sort(permits)
  const sets = [...exact, ...known].map(([kind, elements]) => ({
    kind,
    body: `{ type ${setType(kind)}; elements = { ${elements.join(', ')} }; }`,
  }))
  const kinds = new Set(sets.map(({ kind }) => kind))
  const bodies = (name: string) => {
    const lines = (way: 'from' | 'to') => wayLines({ name, way, kinds, wide, isExpired })
    return { from: lines('from'), to: lines('to') }
  }
  const content = JSON.stringify([sets, bodies('')])
  const name = `p${createHash('sha256').update(content).digest('hex').slice(0, 12)}`
  const { from, to } = bodies(name)
  const chains = (hold: Hold) =>
    [
      { name: chainName(name, hold, 'from'), lines: [...learnt(hold), ...from] },
      { name: chainName(name, hold, 'to'), lines: to },
    ].map((chain) => ({ name: chain.name, text: chainText(chain, hold) }))
  return {
    name,
    sets: sets.map(({ kind, body }) => ({
      name: `${name}_${kind}`,
      text: ` set ${name}_${kind} ${body}`,
    })),
    chains: { enforce: chains('enforce'), 'dry-run': chains('dry-run') },
  }
}

/** `{would}` stands for the prefix of the counting chains. */
const chainText = ({ name, lines }: { name: string; lines: readonly string[] }, hold: Hold) => {
  const prefix = hold === 'enforce' ? 'refuse' : 'would'
  const body = lines.map((line) => `  ${line.replaceAll('{hold}', prefix)}\n`)
  return ` chain ${name} {\n${body.join('')} }`
}

/**
 * IPv6 addresses change: who speaks from one we have not been told of may not be reached there by
 * others either.
 */
const learnt = (hold: Hold) =>
  hold === 'enforce' ? ['ct state new ip6 saddr != fe80::/10 update @spoken6 { ip6 saddr }'] : []

interface Way {
  readonly name: string
  readonly way: 'from' | 'to'
  readonly kinds: ReadonlySet<string>
  readonly wide: readonly Permit[]
  readonly isExpired: boolean
}

/**
 * Every packet is judged, also of established flows: connection tracking only says which side
 * began. So what a new profile forbids ends with the next packet.
 */
function wayLines({ name, way, kinds, wide, isExpired }: Way): string[] {
  const lines: string[] = []
  const peer = way === 'from' ? 'daddr' : 'saddr'
  for (const side of ['out', 'in'] as const) {
    const original = (side === 'out') === (way === 'from')
    for (const [version, ip] of IP_NAMES) {
      if (!kinds.has(`${side}${version}`)) continue
      const port = original ? 'dport' : 'sport'
      const key = `${ip} ${peer} . meta l4proto . th ${port}`
      lines.push(`${direction(original)} ${key} @${name}_${side}${version} accept`)
    }
  }
  for (const permit of wide) lines.push(`${wideText(permit, way)} accept`)
  if (isExpired) return [...lines, `goto {hold}_${way}_expired`]
  for (const [version, ip] of IP_NAMES) {
    if (!kinds.has(`peers${version}`)) continue
    lines.push(`${ip} ${peer} @${name}_peers${version} goto {hold}_${way}_unknown-service`)
  }
  return [...lines, `goto {hold}_${way}_unknown-peer`]
}

const IP_NAMES = [
  [4, 'ip'],
  [6, 'ip6'],
] as const

const direction = (original: boolean) => `ct direction ${original ? 'original' : 'reply'}`

function wideText(permit: Permit, way: 'from' | 'to'): string {
  const { side, family, peers, ipProtocol, serverPorts, clientPorts, icmp } = permit
  const ip = family === 0 ? 'ip' : 'ip6'
  const original = (side === 'out') === (way === 'from')
  const words = [direction(original)]
  if (peers === 'any') words.push(`meta nfproto ${family === 0 ? 'ipv4' : 'ipv6'}`)
  else words.push(`${ip} ${way === 'from' ? 'daddr' : 'saddr'} ${listText(peers.map(nftText))}`)
  if (ipProtocol !== undefined) words.push(`meta l4proto ${ipProtocol}`)
  const icmpName = family === 0 ? 'icmp' : 'icmpv6'
  // Only the question has the type that the rule names.
  if (original && icmp?.type !== undefined) words.push(`${icmpName} type ${icmp.type}`)
  if (original && icmp?.code !== undefined) words.push(`${icmpName} code ${icmp.code}`)
  if (serverPorts) words.push(`th ${original ? 'dport' : 'sport'} ${portsText(serverPorts)}`)
  if (clientPorts) words.push(`th ${original ? 'sport' : 'dport'} ${portsText(clientPorts)}`)
  return words.join(' ')
}

const listText = (words: readonly string[]) =>
  words.length === 1 ? words[0] : `{ ${words.join(', ')} }`

/** nft refuses ranges that overlap. */
function portsText(ports: readonly PortRange[]): string {
  const joined: { from: number; to: number }[] = []
  for (const { from, to } of ports.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last && from <= last.to + 1) last.to = Math.max(last.to, to)
    else joined.push({ from, to })
  }
  return listText(joined.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)))
}

const setType = (kind: string) => {
  const address = kind.endsWith('4') ? 'ipv4_addr' : 'ipv6_addr'
  return kind.startsWith('peers') ? address : `${address} . inet_proto . inet_service`
}

function sort(permits: readonly Permit[]): Sorted {
  const exact = new Map<string, Set<string>>()
  const known = new Map<string, Set<string>>()
  const wide = new Map<string, Permit>()
  const add = (to: Map<string, Set<string>>, kind: string, element: string) => {
    if (!to.has(kind)) to.set(kind, new Set())
    to.get(kind)!.add(element)
  }
  for (const permit of permits) {
    const { side, family, peers } = permit
    const version = family === 0 ? 4 : 6
    const hosts = peers === 'any' ? [] : peers.filter(isHost).map(nftText)
    for (const host of hosts) add(known, `peers${version}`, host)
    const ports = exactPorts(permit)
    if (!ports) {
      wide.set(JSON.stringify(permit), permit)
      continue
    }
    for (const host of hosts) {
      for (const port of ports) {
        add(exact, `${side}${version}`, `${host} . ${permit.ipProtocol} . ${port}`)
      }
    }
    const networks = peers === 'any' ? peers : peers.filter((one) => !isHost(one))
    if (networks === 'any' || networks.length > 0) {
      const rest = { ...permit, peers: networks }
      wide.set(JSON.stringify(rest), rest)
    }
  }
  const sorted = (kinds: Map<string, Set<string>>) =>
    new Map(
      [...kinds]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([kind, elements]) => [kind, [...elements].toSorted()]),
    )
  const ordered = [...wide].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { exact: sorted(exact), known: sorted(known), wide: ordered.map(([, permit]) => permit) }
}

/** Single ports of TCP or UDP, few enough to be listed; undefined for everything else. */
function exactPorts({ ipProtocol, serverPorts, clientPorts }: Permit): number[] | undefined {
  if ((ipProtocol !== TCP && ipProtocol !== UDP) || !serverPorts || clientPorts) return undefined
  const ports: number[] = []
  for (const { from, to } of serverPorts) {
    if (ports.length + to - from >= LISTED_PORTS_MAX) return undefined
    for (let port = from; port <= to; port++) ports.push(port)
  }
  return ports
}
