// The one policy form: what a subject may do on the network, whoever said so: its maker (MUD), what
// was learnt from its traffic, or a person. Plain JSON throughout. MUD, nftables, DNS and MQTT are
// compiled from it, each with a report of what it could not express.
import { hash } from 'node:crypto'
import type { Microseconds } from '../core/clock.ts'
import type { Reopened } from './device.ts'
import type { NameSource } from '../flow/index.ts'
import { inOrder } from './order.ts'

/** Rises when a stored Profile of an older version can no longer be read as it stands. */
export const PROFILE_SCHEMA_VERSION = 1

/** A permission list: whatever no rule allows (and is not implied, see `implied.ts`) is denied. */
export interface Profile {
  readonly schemaVersion: typeof PROFILE_SCHEMA_VERSION
  readonly subject: Subject
  /** How far the profile has come; only 'enforce' blocks, 'dry-run' says what it would block. */
  readonly phase: Phase
  /** Sorted by id; no two have the same id. */
  readonly rules: readonly Rule[]
  /** Present on learnt profiles. */
  readonly maturity?: Maturity
  readonly provenance: Provenance
  /** Traffic that was seen and kept out of the rules, by cause. Present on learnt profiles. */
  readonly notLearnt?: NotLearnt
  /** Where the maker's MUD file is, when the device or a person said. */
  readonly mudUrl?: string
  /** After this packet time the profile as a whole no longer permits anything. */
  readonly expires?: Microseconds
}

/** Whom a profile is about. A type's profile holds for all of it; a device's own comes first. */
export type Subject =
  /** The id holds within one inventory; by MACs and addresses a stored profile finds back. */
  | {
      readonly kind: 'device'
      readonly device: string
      readonly name?: string
      readonly macs?: readonly string[]
      readonly addresses?: readonly string[]
    }
  | {
      readonly kind: 'type'
      readonly manufacturer?: string
      readonly model?: string
      readonly firmware?: string
    }
  | { readonly kind: 'zone'; readonly zone: string }

/** From watching to blocking; only 'enforce' blocks. */
export type Phase = 'learn' | 'review' | 'dry-run' | 'enforce'

/** One permission. Everything in `peer`, `service` and `initiated` must hold at once. */
export interface Rule {
  /**
   * 16 hex digits: SHA-256 of initiated, oneWay, peer, service and rate, so equal rules have equal
   * ids.
   */
  readonly id: string
  /** Who may start the exchange; answers are always permitted unless `oneWay`. */
  readonly initiated: Initiated
  /** True: the other side may not answer (a MUD file that lists one direction only). */
  readonly oneWay?: true
  readonly peer: Peer
  readonly service: Service
  /** The most that is permitted; absent: no limit. */
  readonly rate?: Rate
  /** What was seen of it; absent for a permission nobody has used yet. */
  readonly evidence?: RuleEvidence
  readonly provenance: Provenance
  /** Why a person should look at this rule before it is enforced. */
  readonly review?: readonly ReviewReason[]
  readonly expires?: Microseconds
}

/** Which side may start the exchange. */
export type Initiated = 'device' | 'peer' | 'either'

/**
 * With whom. Names are lower case without trailing dot; addresses as RFC 5952 / dotted quad text.
 */
export type Peer =
  | { readonly kind: 'any' }
  | { readonly kind: 'class'; readonly class: PeerClass }
  /**
   * Devices whose MUD URL has this authority (RFC 8520 8.1 `manufacturer`), or of this maker's
   * name.
   */
  | { readonly kind: 'manufacturer'; readonly manufacturer: string }
  /** Whatever a person has assigned to this class (RFC 8520 8.6 `controller`). */
  | { readonly kind: 'controller'; readonly controller: string }
  /** Devices of exactly this MUD URL (RFC 8520 8.3 `model`). */
  | { readonly kind: 'model'; readonly model: string }
  /** A DNS name; `*.example.com` stands for every name below example.com, not for itself. */
  | { readonly kind: 'name'; readonly name: string }
  /** An address or network: `192.0.2.7/32`, `2001:db8::/48`. */
  | { readonly kind: 'prefix'; readonly prefix: string }
  /** One device of the inventory by its id; the rest is for readers and compilers. */
  | {
      readonly kind: 'device'
      readonly device: string
      readonly name?: string
      readonly addresses?: readonly string[]
      readonly macs?: readonly string[]
    }
  /** A group address, IPv4, IPv6 or MAC; `broadcast` for the limited and the subnet's broadcast. */
  | { readonly kind: 'multicast'; readonly group: string }
  /** A station on the same link by its MAC. */
  | { readonly kind: 'ethernet'; readonly mac: string }

/**
 * Classes of peers, resolved from the inventory. local-networks, same-manufacturer and
 * my-controller are RFC 8520 8.4, 8.2, 8.5; dns and ntp the services of this network
 * (urn:ietf:params:mud:dns, :ntp); gateway the device that routes for the subject (no RFC has a
 * name for it).
 */
export type PeerClass =
  | 'local-networks'
  | 'same-manufacturer'
  | 'my-controller'
  | 'dns'
  | 'ntp'
  | 'gateway'

/** What is spoken. An absent part is not restricted. */
export interface Service {
  /** 'ip': IPv4 and IPv6 alike; 'ethernet': frames without IP. */
  readonly family: 'ipv4' | 'ipv6' | 'ip' | 'ethernet'
  /** IP protocol number (6 TCP, 17 UDP, 1 ICMP, 58 ICMPv6). Absent for 'ethernet'. */
  readonly ipProtocol?: number
  /** For 'ethernet'. */
  readonly etherType?: number
  /** TCP or UDP ports on the device's and on the peer's side; sorted, not overlapping. */
  readonly devicePorts?: readonly PortRange[]
  readonly peerPorts?: readonly PortRange[]
  readonly icmp?: { readonly type?: number; readonly code?: number }
  /** Protocol id as recognised by content, e.g. 'mqtt'; see docs/reference/protocols. */
  readonly application?: string
  /** Industrial protocols: what the initiator may ask for. */
  readonly operations?: readonly Operation[]
  /** MQTT: what the client may publish and subscribe to. */
  readonly topics?: readonly TopicPermission[]
}

/** Inclusive; `{ from: 443, to: 443 }` is one port. */
export interface PortRange {
  readonly from: number
  readonly to: number
}

/** What an industrial request does, whatever the protocol calls it. */
export type Operation =
  | 'read'
  | 'write'
  | 'control'
  | 'diagnostic'
  | 'discovery'
  | 'monitor'
  | 'other'

/** One permission over MQTT topics. */
export interface TopicPermission {
  readonly access: 'publish' | 'subscribe'
  /** A topic filter as MQTT writes it (`+`, `#`). */
  readonly filter: string
}

/** The most that is permitted; a part that is absent is not limited. */
export interface Rate {
  readonly flowsPerHour?: number
  readonly packetsPerSecond?: number
  readonly bytesPerHour?: number
}

/** What was seen of a rule's traffic, both directions together. */
export interface RuleEvidence {
  readonly flows: number
  readonly packets: number
  /** Bytes on the wire, link header included; sent by the device, and received by it. */
  readonly bytes: number
  readonly bytesOut: number
  readonly bytesIn: number
  readonly first: Microseconds
  readonly last: Microseconds
  /** First frame (or log line) in its source that showed it; 0 when the source numbers nothing. */
  readonly frame: number
  /** For a name: the best source that told it. */
  readonly nameSource?: NameSource
  /**
   * For a rule that stands for several: the names or addresses seen, at most 64, and how many more.
   */
  readonly peers?: readonly string[]
  readonly morePeers?: number
}

/** Why a rule wants a look: it is wide, or rests on what the peer itself claimed. */
export type ReviewReason =
  /** The peers were too many to list: any address is permitted. */
  | 'any-peer'
  /** All names below a domain. */
  | 'name-suffix'
  /** A range of ports instead of single ones. */
  | 'port-range'
  /** A peer outside the site may start it. */
  | 'opened-from-outside'
  /** The name came from the client's own words (SNI, Host), no DNS answer confirmed it. */
  | 'name-unconfirmed'
  /** A packet or two, once. */
  | 'seen-once'
  /** Nothing ever answered. */
  | 'unanswered'

/** Who says so. */
export interface Provenance {
  readonly kind: 'learnt' | 'maker' | 'person' | 'type'
  /** What it was taken from: the MUD URL, the name of a capture, a person. */
  readonly source?: string
  /** Packet times between which it was learnt. */
  readonly from?: Microseconds
  readonly to?: Microseconds
}

/**
 * How much of tomorrow's traffic the profile would have let through, measured: learnt on the first
 * part of what was seen, tried on the rest.
 */
export interface Maturity {
  /** Microseconds learnt from, and held out. */
  readonly learnedSpan: Microseconds
  readonly heldOutSpan: Microseconds
  /**
   * Flows and bytes of the held-out part; how many of them the first part's rules would have
   * blocked.
   */
  readonly totalFlows: number
  readonly lostFlows: number
  readonly totalBytes: number
  readonly lostBytes: number
  /** 0 … 1: a cautious estimate of the share of flows the rules let through (lower bound, 95 %). */
  readonly estimate: number
  readonly verdict: 'immature' | 'settling' | 'mature'
  /** One sentence for people. */
  readonly why: string
  /** Learning began anew during the run; all of the above counts from then. */
  readonly reopened?: Reopened
}

/** Flows (or messages) kept out of a learnt profile. */
export interface NotLearnt {
  /** Flows that findings flag. */
  readonly flagged: number
  /** Attempts of the device that nobody accepted, and attempts on the device that it did not. */
  readonly failedOut: number
  readonly failedIn: number
  /** Unanswered datagrams, too few to call a habit. */
  readonly unanswered: number
  /** ARP, EAPOL, neighbour discovery, DHCP and the like: permitted to everybody, never a rule. */
  readonly implied: number
  /** Flows whose peer no longer fitted into the tables. */
  readonly overflowed: number
}

/** What makes a rule the rule it is; evidence, provenance and review notes do not. */
export type RuleContent = Pick<Rule, 'initiated' | 'oneWay' | 'peer' | 'service' | 'rate'>

/** The id of a rule of this content: the same on every machine, in every order of keys. */
export function ruleId(content: RuleContent): string {
  const { initiated, oneWay, service, rate } = content
  const peer =
    content.peer.kind === 'device' ? { kind: 'device', device: content.peer.device } : content.peer
  return idOfText(canonicalText({ initiated, oneWay, peer, service, rate }))
}

/** The id of a rule by its canonical text, for whoever has written that already (`ruleId`). */
export const idOfText = (text: string): string => hash('sha256', text, 'hex').slice(0, 16)

/** Rules in the order profiles keep them: by id, each once. */
export function sortedRules(rules: readonly Rule[]): Rule[] {
  const sorted = inOrder([...rules], (a, b) => (a.id === b.id ? 0 : a.id < b.id ? -1 : 1))
  let kept = 0
  for (const rule of sorted) {
    if (kept === 0 || sorted[kept - 1].id !== rule.id) sorted[kept++] = rule
  }
  sorted.length = kept
  return sorted
}

/** JSON with sorted keys and without what is undefined: equal values give equal text. */
export function canonicalText(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  let text = ''
  for (const key of Object.keys(value).sort()) {
    const part = (value as { readonly [key: string]: unknown })[key]
    if (part === undefined) continue
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalText(part)}`
  }
  return `{${text}}`
}
