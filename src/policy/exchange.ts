// An Exchange: what one device started with whom, or what was started with it. Learning, verdicts,
// replay and difference all work on Exchanges, whether these were seen now or stored long ago.
import type { Microseconds } from '../core/clock.ts'
import type { NameSource } from '../flow/index.ts'
import { isImplied } from './implied.ts'

/**
 * What one device did with one peer over one service. Plain data; texts rather than table numbers.
 */
export interface Exchange {
  readonly device: string
  /** Endpoint ids of the device and of the peer where it was first seen; they hold for one run. */
  endpoint: number
  peerEndpoint: number
  initiated: 'device' | 'peer'
  peer: ExchangePeer
  /** FAMILY: 0 IPv4, 1 IPv6, 2 link. */
  readonly family: number
  readonly ipProtocol: number
  /** The server's port, or ANY_HIGH_PORT; for ICMP type × 256 + code. */
  port: number
  clientPortMin: number
  clientPortMax: number
  /** Protocol id; '' when not recognised. */
  service: string
  /** Bits as in `speech.ts`: what the initiator asked for; 0 when nothing was said. */
  operations: number
  /** MQTT topics of the client, as `publish a/b`, `subscribe a/#`. */
  topics: readonly string[]
  certain: boolean
  answered: boolean
  /** A finding flags it. */
  readonly flagged: boolean
  /** Attempts that nobody accepted. */
  readonly failed: boolean
  /** Stands for many peers that no longer fitted. */
  readonly overflowed: boolean
  flows: number
  packets: number
  bytesOut: number
  bytesIn: number
  first: Microseconds
  last: Microseconds
  frame: number
  /** Flows that began in the held-out time, and their share of the bytes. */
  flowsHeldOut: number
  bytesHeldOut: number
}

/** The other side of an exchange. */
export interface ExchangePeer {
  /**
   * group: multicast and broadcast; local: a host of the site that is no known device; link: only a
   * MAC.
   */
  readonly kind: 'device' | 'local' | 'outside' | 'group' | 'link'
  /** Device id, for a device. */
  readonly device?: string
  /** Address text; for a group 'broadcast' or the group's address; for a link peer its MAC. */
  readonly address: string
  /** DNS name of an outside peer; '' when unknown. */
  name: string
  nameSource: NameSource
}

/** In `port`: any of 1024 to 65535. */
export const ANY_HIGH_PORT = -1

const textOrder = (one: string, other: string) => (one === other ? 0 : one < other ? -1 : 1)
/** Numbers as their texts are ordered. */
const numberOrder = (one: number, other: number) =>
  one === other ? 0 : textOrder(String(one), String(other))
const flagOrder = (one: boolean, other: boolean) => Number(one) - Number(other)
const nameOf = ({ name, address }: ExchangePeer) => (name === '' ? address : name)

/**
 * A fixed order of one device's exchanges, by all that makes them different ones; 0 for two that
 * are the same, whatever address a named peer has.
 */
export function compareExchanges(one: Exchange, other: Exchange): number {
  return (
    textOrder(one.initiated, other.initiated) ||
    textOrder(nameOf(one.peer), nameOf(other.peer)) ||
    textOrder(one.peer.device ?? one.peer.kind, other.peer.device ?? other.peer.kind) ||
    numberOrder(one.family, other.family) ||
    numberOrder(one.ipProtocol, other.ipProtocol) ||
    numberOrder(one.port, other.port) ||
    textOrder(one.service, other.service) ||
    flagOrder(one.flagged, other.flagged) ||
    flagOrder(one.failed, other.failed) ||
    flagOrder(one.overflowed, other.overflowed)
  )
}

/** The same, named peers apart by address. */
export const compareByAddress = (one: Exchange, other: Exchange): number =>
  compareExchanges(one, other) || textOrder(one.peer.address, other.peer.address)

/** Joins neighbours that are the same, where they are; those without flows go. */
export function mergeNeighbours(
  sorted: Exchange[],
  compare: (one: Exchange, other: Exchange) => number,
): Exchange[] {
  let kept = 0
  for (let index = 0; index < sorted.length; index++) {
    const one = sorted[index]
    if (one.flows === 0) continue
    if (kept > 0 && compare(sorted[kept - 1], one) === 0) absorb(sorted[kept - 1], one)
    else sorted[kept++] = one
  }
  sorted.length = kept
  return sorted
}

/** Adds all that `other` counted to `one`. */
export function absorb(one: Exchange, other: Exchange): void {
  if (other.first < one.first || (other.first === one.first && other.frame < one.frame)) {
    one.first = other.first
    one.frame = other.frame
    one.endpoint = other.endpoint
    one.peerEndpoint = other.peerEndpoint
  }
  one.last = Math.max(one.last, other.last)
  one.clientPortMin = Math.min(one.clientPortMin, other.clientPortMin)
  one.clientPortMax = Math.max(one.clientPortMax, other.clientPortMax)
  if (NAME_TRUST.indexOf(other.peer.nameSource) > NAME_TRUST.indexOf(one.peer.nameSource)) {
    one.peer.nameSource = other.peer.nameSource
  }
  if (one.service === '') one.service = other.service
  one.operations |= other.operations
  if (other.topics.length > 0) one.topics = [...new Set([...one.topics, ...other.topics])]
  one.certain ||= other.certain
  one.answered ||= other.answered
  one.flows += other.flows
  one.packets += other.packets
  one.bytesOut += other.bytesOut
  one.bytesIn += other.bytesIn
  one.flowsHeldOut += other.flowsHeldOut
  one.bytesHeldOut += other.bytesHeldOut
}

const NAME_TRUST: readonly NameSource[] = ['', 'tls', 'quic', 'http', 'dns']

/** Too few unanswered packets to call a habit. */
const HABIT_PACKETS_MIN = 3
/** From here on unanswered datagrams are a stream: to a closed port nobody sends so many. */
const STREAM_PACKETS_MIN = 32

/** Why an exchange is, or is not, learnt. */
export type Standing = 'learnt' | 'failed' | 'flagged' | 'overflowed' | 'implied' | 'unanswered'

/**
 * An exchange's standing. Groups cannot answer; what is started from elsewhere counts once it is
 * answered, or where one of our devices streams (RTP to a recorder).
 */
export function standingOf(one: Exchange): Standing {
  if (one.failed) return 'failed'
  if (one.flagged) return 'flagged'
  if (one.overflowed) return 'overflowed'
  if (isImplied(one)) return 'implied'
  if (one.answered || one.peer.kind === 'group') return 'learnt'
  if (one.family === 2) return 'learnt'
  const isOwn = one.initiated === 'device' || isAnswerToGroup(one)
  const enough = isOwn ? HABIT_PACKETS_MIN : isFromOurs(one) ? STREAM_PACKETS_MIN : Infinity
  return one.packets >= enough ? 'learnt' : 'unanswered'
}

const UDP = 17
/** Only the device spoke, from the server's port: the question went to a group (SSDP). */
const isAnswerToGroup = ({ peer, bytesOut, bytesIn }: Exchange) =>
  peer.kind !== 'outside' && bytesOut > 0 && bytesIn === 0
const isFromOurs = ({ peer, ipProtocol }: Exchange) => peer.kind === 'device' && ipProtocol === UDP
