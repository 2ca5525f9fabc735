// From log records to Flows and Transactions in time order: joins records of one flow by its log's
// own id, gives addresses their endpoints when they are due, and tells an observer what a capture
// would have told.
import type { AnomalyTable } from '../../core/anomaly.ts'
import { SECOND } from '../../core/clock.ts'
import { LIMITS } from '../../core/limits.ts'
import { Flow, type EndpointTable, type FlowObserver, type NameTable } from '../../flow/index.ts'
import type { Fields, NameSource, Transaction } from '../../flow/index.ts'
import type { AddressTexts } from './address-texts.ts'
import type { Peer } from './peers.ts'
import { ReorderQueue } from './reorder.ts'
import { learnNames, nameSaid } from './server-names.ts'
import { StoryTable } from './story-table.ts'

/** What all records with one flow id of a log have in common. */
export interface Story {
  /** Flow id; 0 when the record belongs to no flow. */
  readonly id: number
  originator: Peer
  responder: Peer
  originatorPort: number
  responderPort: number
  /** The responder's name by DNS when the flow started, or by what was said in it. */
  serverName: string
  nameSource: NameSource
  /** Protocol of what was said, for flow records that do not name one. */
  service: string
}

/** Both ends of a flow as a log line names them. */
export type Ends = Pick<Story, 'originator' | 'responder' | 'originatorPort' | 'responderPort'>

/** One message of a flow, as a log line tells it. */
export interface Said {
  readonly protocol: string
  /** Line number. */
  readonly frame: number
  readonly fromOriginator: boolean
  readonly fields: Fields
  /**
   * The fields are as somebody wrote them, not as our own decoders would: they may be of any shape.
   */
  readonly foreign?: boolean
}

/** A message on its way. */
class SaidDue {
  readonly story: Story
  readonly said: Said

  constructor(story: Story, said: Said) {
    this.story = story
    this.said = said
  }
}

/** A flow on its way: first its start is due, then its end. */
class FlowDue {
  readonly story: Story
  readonly flow: Flow
  started = false

  constructor(story: Story, flow: Flow) {
    this.story = story
    this.flow = flow
  }
}

export interface FeedContext {
  readonly observer: FlowObserver
  readonly endpoints: EndpointTable
  readonly anomalies: AnomalyTable
  readonly names: NameTable
  readonly texts: AddressTexts
}

const START = 0
const SAY = 1
const OVER = 2

/** Flow ids of logs begin above those of packets (frame number × 8), and go on from log to log. */
const ID_BASE = 2 ** 36
const lastIds = new WeakMap<EndpointTable, number>()

/** Takes records in the order of a log; the observer hears them in the order of their times. */
export class LogFeed {
  /** Flows and Transactions handed on. */
  flows = 0
  transactions = 0
  /** Time of the first and last thing handed on. */
  first = Infinity
  last = -Infinity
  /**
   * Holds records back by at most this long (microseconds): those of a live stream must not wait.
   */
  window = Infinity
  private readonly context: FeedContext
  private readonly names: NameTable
  private readonly queue = new ReorderQueue<SaidDue | FlowDue>(LIMITS.logReorder.value)
  private readonly stories = new StoryTable(LIMITS.logFlows.value)
  /** All counters of a flow that has just begun stay 0. */
  private readonly started = new Flow()
  private lastTick = -Infinity

  constructor(context: FeedContext) {
    this.context = context
    this.names = context.names
  }

  /**
   * The story of a flow by the id its log gives it; undefined when this is the first record of it.
   */
  known(key: string | number): Story | undefined {
    return this.stories.get(key)
  }

  /** Begins a story. `id` becomes the flow's id when the log has numbers of its own. */
  begin(key: string | number, ends: Ends, id = 0): Story {
    const story = this.pair(ends, id || this.nextId())
    this.stories.set(key, story)
    return story
  }

  /** What belongs to no flow: ARP, a host that is merely known. */
  pair({ originator, responder, originatorPort, responderPort }: Ends, id = 0): Story {
    return {
      id,
      originator,
      responder,
      originatorPort,
      responderPort,
      serverName: '',
      nameSource: '',
      service: '',
    }
  }

  /** A flow's own record: its start and its end will be told. */
  flow(story: Story, flow: Flow): void {
    flow.id = story.id
    const due = new FlowDue(story, flow)
    this.put(due, flow.first, START)
    this.put(due, Math.max(flow.first, flow.last), OVER)
  }

  say(story: Story, time: number, said: Said): void {
    this.put(new SaidDue(story, said), time, SAY)
  }

  /** Tells everything that is left. */
  drain(): void {
    while (this.queue.count > 0) this.tell()
  }

  private nextId(): number {
    const id = (lastIds.get(this.context.endpoints) ?? ID_BASE) + 1
    lastIds.set(this.context.endpoints, id)
    return id
  }

  private put(due: SaidDue | FlowDue, time: number, rank: number): void {
    const { queue } = this
    if (queue.full) this.tell()
    queue.push(due, time, rank)
    if (this.window === Infinity) return
    while (queue.first < queue.newest - this.window) this.tell()
  }

  /** Tells what is first in the queue. */
  private tell(): void {
    const due = this.queue.pop()!
    const { time } = this.queue
    const { story } = due
    if (time < this.last) {
      const { frame } = due instanceof SaidDue ? due.said : due.flow
      this.context.anomalies.count('log-late-record', frame, time)
    } else this.last = time
    if (time < this.first) this.first = time
    const originator = this.endpoint(story.originator)
    const responder = this.endpoint(story.responder)
    if (due instanceof SaidDue) this.transaction(story, due.said, time)
    else if (due.started) this.end(story, due.flow, originator, responder)
    else {
      due.started = true
      this.start(story, due.flow, originator, responder)
    }
    if (time >= this.lastTick + SECOND) {
      this.lastTick = time
      this.context.observer.tick?.(time)
    }
  }

  private transaction(story: Story, said: Said, time: number): void {
    const { protocol, frame, fromOriginator, fields } = said
    const from = fromOriginator ? story.originator : story.responder
    const to = fromOriginator ? story.responder : story.originator
    const transaction: Transaction = {
      protocol,
      time,
      frame,
      flow: story.id,
      source: from.endpoint,
      destination: to.endpoint,
      sourcePort: fromOriginator ? story.originatorPort : story.responderPort,
      destinationPort: fromOriginator ? story.responderPort : story.originatorPort,
      fromOriginator,
      fields,
    }
    this.transactions++
    if (story.service === '') story.service = protocol
    nameSaid(story, transaction)
    if (protocol === 'dns') learnNames(this.names, transaction, to.address, this.context.texts)
    if (story.id === 0) this.seen(from.endpoint, time)
    if (said.foreign) this.tryTransaction(transaction)
    else this.context.observer.transaction?.(transaction)
  }

  /** Whoever trips over fields of a foreign shape must not stop the run. */
  private tryTransaction(transaction: Transaction): void {
    try {
      this.context.observer.transaction?.(transaction)
    } catch {
      this.context.anomalies.count('log-unusable-record', transaction.frame, transaction.time)
    }
  }

  private start(story: Story, flow: Flow, originator: number, responder: number): void {
    const { address } = story.responder
    if (story.nameSource === '' && address >= 0) {
      story.serverName = this.names.text(this.names.nameOf(story.originator.address, address))
      if (story.serverName !== '') story.nameSource = 'dns'
    }
    const started = this.started
    started.id = flow.id
    started.originator = originator
    started.responder = responder
    started.family = flow.family
    started.vlan = flow.vlan
    started.ipProtocol = flow.ipProtocol
    started.originatorPort = flow.originatorPort
    started.responderPort = flow.responderPort
    started.first = started.last = flow.first
    started.frame = flow.frame
    started.directionCertain = flow.directionCertain
    started.serverName = story.serverName
    started.nameSource = story.nameSource
    this.context.observer.flowStart?.(started)
  }

  private end(story: Story, flow: Flow, originator: number, responder: number): void {
    flow.originator = originator
    flow.responder = responder
    if (flow.service === '') flow.service = story.service
    flow.serverName = story.serverName
    flow.nameSource = story.nameSource
    this.flows++
    this.context.endpoints.add(originator, flow)
    this.context.endpoints.addAnswer(responder, flow)
    this.context.observer.flowEnd?.(flow)
  }

  /** A sender that no flow record will count: it was there at this time. */
  private seen(endpoint: number, time: number): void {
    const { first, last } = this.context.endpoints
    if (endpoint === 0) return
    if (first[endpoint] === 0 || time < first[endpoint]) first[endpoint] = time
    if (time > last[endpoint]) last[endpoint] = time
  }

  private endpoint(peer: Peer): number {
    if (peer.endpoint === 0) {
      peer.endpoint = this.context.endpoints.internKeys(peer.mac, peer.address, peer.vlan)
    }
    return peer.endpoint
  }
}
