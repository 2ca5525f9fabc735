// Conversations seen from one device: what it started with whom, and what was started with it.
// Learning, verdicts, replay and difference all work on Exchanges, whether these were seen now or
// stored long ago.
import type { Microseconds } from '../core/clock.ts'
import type { NameSource } from '../flow/index.ts'
import type { Conversation, ConversationTable } from './conversation.ts'
import { isProfiled, type PolicyContext, type PolicyDevice } from './device.ts'
import { Site } from './site.ts'
import { isImplied } from './implied.ts'
import { prefixOf, prefixText } from './prefix.ts'
import type { SpeechTable } from './speech.ts'

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

/**
 * Everything deriving needs; `cut` is where held-out time begins (Infinity: nothing is held out).
 */
export interface ExchangeSource {
  readonly conversations: ConversationTable
  readonly speech?: SpeechTable
  readonly devices: readonly PolicyDevice[]
  readonly context: PolicyContext
  readonly cut: Microseconds
  /** True for traffic that findings flag: it is kept apart and never learnt. */
  readonly excluded?: (conversation: Conversation) => boolean
  /** The rows are attempts that nobody accepted. */
  readonly failed?: boolean
}

/** Every profiled device's exchanges, by device id. Devices without any have an empty list. */
export function exchangesOf(source: ExchangeSource): Map<string, Exchange[]> {
  const { conversations, devices, context } = source
  const site = new Site(devices, context, conversations.endpoints)
  const merged = new Map<string, Map<string, Exchange>>()
  for (const device of devices) {
    if (isProfiled(device, context)) merged.set(device.id, new Map())
  }
  const crowded = crowdedDevices(source, site)
  for (let row = 0; row < conversations.size; row++) {
    const originator = site.deviceAt(conversations.originatorOf(row))
    const responder = site.deviceAt(conversations.responderOf(row))
    const one = originator && merged.get(originator.id)
    const other = responder && merged.get(responder.id)
    if ((!one && !other) || originator === responder) continue
    const conversation = conversations.at(row)
    for (const turned of [false, true]) {
      const [device, exchanges] = turned ? [responder, other] : [originator, one]
      if (!device || !exchanges) continue
      const exact = exchange(source, site, { conversation, device, turned })
      put(exchanges, crowded.has(device) ? coarse(exact) : exact)
    }
  }
  const result = new Map<string, Exchange[]>()
  for (const [device, exchanges] of merged) result.set(device, [...exchanges.values()])
  return result
}

/**
 * Conversations of one device beyond which nameless outside peers are told apart by their network
 * only.
 */
const CROWD_MIN = 16_384

/**
 * Devices with so many conversations (a flood, a scan, file sharing) that each cannot be kept by
 * itself.
 */
function crowdedDevices({ conversations }: ExchangeSource, site: Site): Set<PolicyDevice> {
  const counts = new Map<PolicyDevice, number>()
  for (let row = 0; row < conversations.size; row++) {
    for (const endpoint of [conversations.originatorOf(row), conversations.responderOf(row)]) {
      const device = site.deviceAt(endpoint)
      if (device) counts.set(device, (counts.get(device) ?? 0) + 1)
    }
  }
  return new Set([...counts].filter(([, count]) => count > CROWD_MIN).map(([device]) => device))
}

/**
 * Nameless outside peers by network (/8, /16 for IPv6), their ports from 1024 on as ANY_HIGH_PORT.
 */
function coarse(one: Exchange): Exchange {
  if (one.peer.kind !== 'outside' || one.peer.name !== '') return one
  const network = prefixOf(one.peer.address, { v4: 8, v6: 16 })
  const ported = one.ipProtocol === 6 || one.ipProtocol === 17
  return {
    ...one,
    peer: { ...one.peer, address: network ? prefixText(network) : one.peer.address },
    port: ported && one.port >= 1024 ? ANY_HIGH_PORT : one.port,
  }
}

const ICMP = 1
const ICMPV6 = 58

/** In `port`: any of 1024 to 65535. */
export const ANY_HIGH_PORT = -1

interface Side {
  readonly conversation: Conversation
  readonly device: PolicyDevice
  /** The device is the responder. */
  readonly turned: boolean
}

function exchange(source: ExchangeSource, site: Site, side: Side): Exchange {
  const { conversation: row, device, turned } = side
  const peerEndpoint = turned ? row.originator : row.responder
  const peer = site.peer(peerEndpoint, turned ? '' : row.name, row.nameSource)
  const initiator = turned ? peerEndpoint : row.originator
  const acceptor = turned ? row.responder : peerEndpoint
  // Nothing is ever started by a group: the answer to a datagram that was sent before the capture
  // began.
  const fromGroup = turned && peer.kind === 'group'
  const swapped = fromGroup && row.ipProtocol !== ICMP && row.ipProtocol !== ICMPV6
  const since = source.conversations.flowsSince(row.row, source.cut)
  const bytes = row.bytesOriginator + row.bytesResponder
  return {
    device: device.id,
    endpoint: turned ? row.responder : row.originator,
    peerEndpoint,
    initiated: turned && !fromGroup ? 'peer' : 'device',
    peer,
    family: row.family,
    ipProtocol: row.ipProtocol,
    port: swapped ? row.clientPortMin : row.port,
    clientPortMin: swapped ? row.port : row.clientPortMin,
    clientPortMax: swapped ? row.port : row.clientPortMax,
    service: row.service,
    operations: source.speech?.operations(initiator, acceptor, row.service) ?? 0,
    topics: (row.service === 'mqtt' && source.speech?.topics(initiator, acceptor)) || [],
    certain: row.certain,
    answered: row.answered,
    flagged: source.excluded?.(row) ?? false,
    failed: source.failed ?? false,
    // Some links carry neither MAC nor address: such a peer is nobody that a rule could name.
    overflowed:
      row.collapsed || peerEndpoint === 0 || (peer.kind === 'link' && peer.address === ''),
    flows: row.flows,
    packets: row.packetsOriginator + row.packetsResponder,
    bytesOut: turned ? row.bytesResponder : row.bytesOriginator,
    bytesIn: turned ? row.bytesOriginator : row.bytesResponder,
    first: row.first,
    last: row.last,
    frame: row.frame,
    flowsHeldOut: since,
    bytesHeldOut: row.flows > 0 ? (bytes * since) / row.flows : 0,
  }
}

/** What makes two exchanges of one device the same. */
export const exchangeKey = (one: Exchange): string =>
  [
    one.initiated,
    one.peer.name === '' ? one.peer.address : one.peer.name,
    one.peer.device ?? one.peer.kind,
    one.family,
    one.ipProtocol,
    one.port,
    one.service,
    one.flagged,
    one.failed,
    one.overflowed,
  ].join(' ')

function put(exchanges: Map<string, Exchange>, fresh: Exchange): void {
  // Before names are settled each address stays apart: names are adopted by address.
  const key = `${exchangeKey(fresh)} ${fresh.peer.address}`
  const found = exchanges.get(key)
  if (found) absorb(found, fresh)
  else exchanges.set(key, fresh)
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
