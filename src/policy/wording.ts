// Rules in words: what tables, reports and findings print. One wording everywhere.
import type { Initiated, Peer, PortRange, Rule, Service, Subject } from './form.ts'

const PROTOCOL_NAMES = new Map([
  [1, 'icmp'],
  [2, 'igmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [47, 'gre'],
  [50, 'esp'],
  [58, 'icmpv6'],
  [132, 'sctp'],
])

/** `tcp`, `udp`, …; `ip protocol 99` for those without a name here. */
export const protocolText = (ipProtocol: number): string =>
  PROTOCOL_NAMES.get(ipProtocol) ?? `ip protocol ${ipProtocol}`

/** `443`, `5000-5010`, `80,443`. */
export const portsText = (ports: readonly PortRange[]): string =>
  ports.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',')

/** `the local networks`, `api.example.com`, `192.0.2.7`, … */
export function peerText(peer: Peer): string {
  switch (peer.kind) {
    case 'any':
      return 'anybody'
    case 'class':
      return CLASS_NAMES[peer.class]
    case 'manufacturer':
      return `devices of ${peer.manufacturer}`
    case 'controller':
      return `controller ${peer.controller}`
    case 'model':
      return `devices of model ${peer.model}`
    case 'name':
      return peer.name
    case 'prefix':
      return peer.prefix.replace(/(^[^:]*)\/32$|\/128$/, '$1')
    case 'device':
      return peer.name ?? peer.device
    case 'multicast':
      return peer.group === 'broadcast' ? 'broadcast' : `group ${peer.group}`
    case 'ethernet':
      return peer.mac
  }
}

const CLASS_NAMES = {
  'local-networks': 'the local networks',
  'same-manufacturer': 'devices of the same manufacturer',
  'my-controller': 'its controller',
  dns: "the network's DNS service",
  ntp: "the network's time service",
  gateway: 'its gateway',
} as const

/** `tcp/443 (tls)`, `udp/49152-65535`, `icmp type 8`, `ethertype 0x8892`; the server's port. */
export function serviceText(service: Service): string {
  const parts: string[] = []
  if (service.family === 'ethernet') {
    const type = service.etherType
    parts.push(
      type === undefined ? 'any frame' : `ethertype 0x${type.toString(16).padStart(4, '0')}`,
    )
  } else {
    parts.push(service.ipProtocol === undefined ? 'any ip' : protocolText(service.ipProtocol))
  }
  if (service.peerPorts) parts[0] += `/${portsText(service.peerPorts)}`
  if (service.devicePorts) {
    parts[0] += service.peerPorts ? '' : `/${portsText(service.devicePorts)}`
    if (service.peerPorts) parts.push(`from port ${portsText(service.devicePorts)}`)
  }
  if (service.icmp?.type !== undefined) parts.push(`type ${service.icmp.type}`)
  if (service.icmp?.code !== undefined) parts.push(`code ${service.icmp.code}`)
  if (service.application) parts.push(`(${service.application})`)
  if (service.operations) parts.push(service.operations.join('+'))
  if (service.topics) parts.push(`${service.topics.length} topics`)
  if (service.family === 'ipv6') parts.push('over IPv6')
  return parts.join(' ')
}

/** `to` what the device starts, `from` what is started with it, `with` where either may. */
export const directionText = (initiated: Initiated): string =>
  ({ device: 'to', peer: 'from', either: 'with' })[initiated]

/** One line: `to api.example.com tcp/443 (tls)`, `from the local networks tcp/80 (http)`. */
export function ruleText(rule: Pick<Rule, 'initiated' | 'peer' | 'service'>): string {
  return `${directionText(rule.initiated)} ${peerText(rule.peer)} ${serviceText(rule.service)}`
}

/**
 * Rules in the order people read them: what it starts, what is started with it; peers and ports
 * sorted.
 */
export function readingOrder<Listed extends Rule>(rules: readonly Listed[]): Listed[] {
  const order = ['device', 'either', 'peer']
  const keys = new Map(
    rules.map((rule) => [rule, `${order.indexOf(rule.initiated)} ${ruleText(rule)}`]),
  )
  return rules.toSorted((a, b) => (keys.get(a)! < keys.get(b)! ? -1 : 1))
}

/** Whom a profile is about, in a few words. */
export function subjectText(subject: Subject): string {
  if (subject.kind === 'device') return subject.name ?? subject.device
  if (subject.kind === 'zone') return `zone ${subject.zone}`
  const parts = [subject.manufacturer, subject.model, subject.firmware].filter(Boolean)
  return parts.join(' ') || 'any device'
}
