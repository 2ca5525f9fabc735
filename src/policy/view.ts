// Conversations seen from one device: what it started with whom, and what was started with it, as
// Exchanges. Rows are put in order by device first, so that each device is derived by itself.
import type { Microseconds } from '../core/clock.ts'
import { blankConversation, type Conversation, type ConversationTable } from './conversation.ts'
import { isProfiled, type PolicyContext, type PolicyDevice } from './device.ts'
import { ANY_HIGH_PORT, compareByAddress, mergeNeighbours, type Exchange } from './exchange.ts'
import { inOrder } from './order.ts'
import { prefixOf, prefixText } from './prefix.ts'
import { Site } from './site.ts'
import type { SpeechTable } from './speech.ts'

/**
 * Everything deriving needs; `cut` is where held-out time begins (Infinity: nothing is held out).
 */
export interface ExchangeSource {
  readonly conversations: ConversationTable
  readonly speech?: SpeechTable
  readonly devices: readonly PolicyDevice[]
  readonly context: PolicyContext
  /** Of the same devices and context, where there is one already. */
  readonly site?: Site
  readonly cut: Microseconds
  /** Where it begins for single devices, by id. */
  readonly cuts?: ReadonlyMap<string, Microseconds>
  /**
   * True for traffic that findings flag: it is kept apart and never learnt. The object is the same
   * one every time.
   */
  readonly excluded?: (conversation: Conversation) => boolean
  /** The rows are attempts that nobody accepted. */
  readonly failed?: boolean
}

/**
 * Every profiled device's exchanges, by device id, in a fixed order (`compareByAddress`). Devices
 * without any have an empty list.
 */
export function exchangesOf(source: ExchangeSource): Map<string, Exchange[]> {
  const { conversations, devices, context } = source
  const site = source.site ?? new Site(devices, context, conversations.endpoints)
  const ends = new Ends(conversations, site)
  const conversation = blankConversation()
  const result = new Map<string, Exchange[]>()
  for (let number = 1; number < site.numbered.length; number++) {
    const device = site.numbered[number]!
    if (isProfiled(device, context))
      result.set(device.id, viewOf(source, site, { ends, number, conversation }))
  }
  return result
}

/** Both ends of all conversations, by device. One end is the row × 2, + 1 for the responder. */
class Ends {
  /** Conversations by device number; those of a device with itself count twice. */
  readonly counts: Int32Array
  readonly list: Int32Array
  /** Where a device's part of the list begins, and where it ends. */
  readonly from: Int32Array
  readonly to: Int32Array

  constructor(conversations: ConversationTable, site: Site) {
    const devices = site.numbered.length
    this.counts = new Int32Array(devices)
    this.from = new Int32Array(devices)
    const { counts, from } = this
    for (let row = 0; row < conversations.size; row++) {
      counts[site.numberAt(conversations.originatorOf(row))]++
      counts[site.numberAt(conversations.responderOf(row))]++
    }
    // Number 0 stands for everybody else: nobody asks for their view.
    for (let number = 2; number < devices; number++) {
      from[number] = from[number - 1] + counts[number - 1]
    }
    this.to = from.slice()
    this.list = new Int32Array(from[devices - 1] + counts[devices - 1])
    for (let row = 0; row < conversations.size; row++) {
      const originator = site.numberAt(conversations.originatorOf(row))
      const responder = site.numberAt(conversations.responderOf(row))
      if (originator === responder) continue
      if (originator > 0) this.list[this.to[originator]++] = row * 2
      if (responder > 0) this.list[this.to[responder]++] = row * 2 + 1
    }
  }
}

/**
 * Conversations of one device (a flood, a scan, file sharing) beyond which nameless outside peers
 * are told apart by their network only.
 */
const CROWD_MIN = 16_384

interface Viewer {
  readonly ends: Ends
  readonly number: number
  /** Read into, again and again. */
  readonly conversation: ReturnType<typeof blankConversation>
}

function viewOf(
  source: ExchangeSource,
  site: Site,
  { ends, number, conversation }: Viewer,
): Exchange[] {
  const device = site.numbered[number]!.id
  const isCrowded = ends.counts[number] > CROWD_MIN
  const exchanges: Exchange[] = []
  const { conversations } = source
  const cut = source.cuts?.get(device) ?? source.cut
  let most = CROWD_MIN
  for (let at = ends.from[number]; at < ends.to[number]; at++) {
    const end = ends.list[at]
    conversations.read(end >>> 1, conversation)
    const one = exchange(source, site, { conversation, device, cut, turned: (end & 1) === 1 })
    if (isCrowded) coarsen(one)
    exchanges.push(one)
    // Of a crowd few exchanges remain, so it is never held as a whole.
    if (isCrowded && exchanges.length >= most) most = CROWD_MIN + merged(exchanges).length * 2
  }
  return merged(exchanges)
}

/** Rows become the same where a device or its peer has several endpoints. */
function merged(exchanges: Exchange[]): Exchange[] {
  if (exchanges.length < 2) return exchanges
  // Before names are settled each address stays apart: names are adopted by address.
  return mergeNeighbours(inOrder(exchanges, compareByAddress), compareByAddress)
}

/**
 * Nameless outside peers by network (/8, /16 for IPv6), their ports from 1024 on as ANY_HIGH_PORT.
 */
function coarsen(one: Exchange): void {
  const { peer } = one
  if (peer.kind !== 'outside' || peer.name !== '') return
  const network = prefixOf(peer.address, { v4: 8, v6: 16 })
  if (network) one.peer = { ...peer, address: prefixText(network) }
  if ((one.ipProtocol === TCP || one.ipProtocol === UDP) && one.port >= 1024) {
    one.port = ANY_HIGH_PORT
  }
}

const ICMP = 1
const TCP = 6
const UDP = 17
const ICMPV6 = 58
const NO_TOPICS: readonly string[] = []

interface Side {
  readonly conversation: Conversation
  readonly device: string
  readonly cut: Microseconds
  /** The device is the responder. */
  readonly turned: boolean
}

function exchange(source: ExchangeSource, site: Site, side: Side): Exchange {
  const { conversation: row, device, cut, turned } = side
  const peerEndpoint = turned ? row.originator : row.responder
  const peer = site.peer(peerEndpoint, turned ? '' : row.name, row.nameSource)
  const initiator = turned ? peerEndpoint : row.originator
  const acceptor = turned ? row.responder : peerEndpoint
  // Nothing is ever started by a group: the answer to a datagram that was sent before the capture
  // began.
  const fromGroup = turned && peer.kind === 'group'
  const swapped = fromGroup && row.ipProtocol !== ICMP && row.ipProtocol !== ICMPV6
  const since = source.conversations.flowsSince(row.row, cut)
  const bytes = row.bytesOriginator + row.bytesResponder
  return {
    device,
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
    topics: (row.service === 'mqtt' && source.speech?.topics(initiator, acceptor)) || NO_TOPICS,
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
