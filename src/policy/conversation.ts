// Who speaks what with whom: one row per originator, responder, name and service, with counters and
// a coarse history. Fed with every flow that ends: numbers only, nothing is allocated for a row
// that is there.
import { hash4 } from '../core/addresses.ts'
import { LIMITS } from '../core/limits.ts'
import type { Microseconds } from '../core/clock.ts'
import { TaggedIndex } from '../core/tagged-index.ts'
import type { EndpointTable, Flow, NameSource } from '../flow/index.ts'
import { History, shareSince } from './history.ts'
import { isFailed, isReversed } from './orientation.ts'

/**
 * A row is eleven floats long, so that a flow touches one place in memory; the first three are six
 * words instead.
 */
const FLOATS = 11
const WORDS = FLOATS * 2
/** Places in a row's words: the key, then what is gathered. */
const W = { originator: 0, responder: 1, service: 2, speech: 3, flags: 4, clientPorts: 5 } as const
const F = {
  first: 3,
  last: 4,
  flows: 5,
  packetsOriginator: 6,
  packetsResponder: 7,
  bytesOriginator: 8,
  bytesResponder: 9,
  frame: 10,
} as const

/** Bits of a row's flags; above them 1 + the number of its history, 0 for none. */
const FLAG = { certain: 1, answered: 2, collapsed: 4 } as const
const NAME_SOURCE_SHIFT = 3
const NAME_SOURCE_MASK = 7 << NAME_SOURCE_SHIFT
const HISTORY_SHIFT = 6
const NAME_SOURCES: readonly NameSource[] = ['', 'tls', 'quic', 'http', 'dns']
/** Service ids stand in 9 bits, name ids in the 17 above the family's two. */
const SERVICES_MAX = 511

/** One row as an object: what both sides did, first seen from the one that started it. */
export interface Conversation {
  readonly row: number
  /** Endpoint ids; 0 stands for peers that no longer fitted. */
  readonly originator: number
  readonly responder: number
  /** FAMILY: 0 IPv4, 1 IPv6, 2 link. */
  readonly family: number
  /** IP protocol number, or the EtherType where family is 2. */
  readonly ipProtocol: number
  /** The server's port; for ICMP type × 256 + code. */
  readonly port: number
  /** Least and largest port of the client's side. */
  readonly clientPortMin: number
  readonly clientPortMax: number
  /** Protocol id; '' when not recognised. */
  readonly service: string
  /** The responder's name; '' when unknown. */
  readonly name: string
  readonly nameSource: NameSource
  readonly flows: number
  readonly packetsOriginator: number
  readonly packetsResponder: number
  readonly bytesOriginator: number
  readonly bytesResponder: number
  readonly first: Microseconds
  readonly last: Microseconds
  readonly frame: number
  /** A handshake proved the direction at least once. */
  readonly certain: boolean
  /** The responder has answered at least once. */
  readonly answered: boolean
  /** Stands for many peers that no longer fitted. */
  readonly collapsed: boolean
}

/**
 * Bounded table of conversations. Rows are kept by flow, once; each side's view is derived
 * afterwards.
 */
export class ConversationTable {
  readonly endpoints: EndpointTable
  readonly capacity: number
  /** Rows held, 0 … size-1. */
  size = 0
  /** Flows that found no row, and flows put on a row that stands for many peers. */
  overflow = 0
  collapsed = 0
  /** Times between which flows began. */
  first: Microseconds = Infinity
  last: Microseconds = -Infinity
  /** When the flows of those rows began that have more than one, and how many rows that are. */
  private readonly history: History
  private histories = 0
  /** The key that is looked for: originator, responder, service, speech. */
  private readonly key = new Int32Array(4)
  private readonly words: Int32Array
  private readonly floats: Float64Array
  private readonly index = new TaggedIndex()
  private readonly serviceIds = new Map<string, number>([['', 0]])
  private readonly services: string[] = ['']
  private readonly nameIds = new Map<string, number>([['', 0]])
  private readonly names: string[] = ['']
  private failures = { out: new Uint32Array(1 << 10), in: new Uint32Array(1 << 10) }
  private readonly ofFailed: boolean

  /** `ofFailed`: a table for attempts that nobody accepted; otherwise these are only counted. */
  constructor(capacity: number, endpoints: EndpointTable, ofFailed = false) {
    this.ofFailed = ofFailed
    this.capacity = capacity
    this.endpoints = endpoints
    // Rows that are never used are never touched: they cost no memory.
    this.floats = new Float64Array(capacity * FLOATS)
    this.words = new Int32Array(this.floats.buffer)
    this.history = new History(capacity)
  }

  /** Counts a flow that has ended. Reads the reused Flow object, keeps nothing of it. */
  add(flow: Flow): void {
    if (!Number.isFinite(flow.first)) return
    if (flow.first < this.first) this.first = flow.first
    if (flow.first > this.last) this.last = flow.first
    if (isFailed(flow) && !this.ofFailed) {
      this.fail(flow.originator, flow.responder)
      return
    }
    const turned = isReversed(flow)
    const icmp = flow.ipProtocol === 1 || flow.ipProtocol === 58
    const clientPort = turned ? flow.responderPort : flow.originatorPort
    const serverPort = turned ? flow.originatorPort : flow.responderPort
    const port = icmp ? ((clientPort & 255) << 8) | (serverPort & 255) : serverPort
    const { key } = this
    key[0] = turned ? flow.responder : flow.originator
    key[1] = turned ? flow.originator : flow.responder
    key[2] = (port << 16) | (flow.ipProtocol & 0xffff)
    // A name told for the responder of a reversed flow is the client's: it says nothing.
    key[3] = this.speech(flow.family, flow.service, turned ? '' : flow.serverName)
    const row = this.rowOfKey()
    if (row < 0) this.overflow++
    else this.count(row, flow, turned)
  }

  private speech(family: number, service: string, name: string): number {
    const serviceId = this.serviceIds.get(service) ?? this.newService(service)
    const nameId = name === '' ? 0 : (this.nameIds.get(name) ?? this.newName(name))
    return serviceId | (family << 9) | (nameId << 11)
  }

  private newService(service: string): number {
    if (this.services.length > SERVICES_MAX) return 0
    this.serviceIds.set(service, this.services.length)
    return this.services.push(service) - 1
  }

  private newName(name: string): number {
    if (this.names.length >= LIMITS.names.value) return 0
    this.nameIds.set(name, this.names.length)
    return this.names.push(name) - 1
  }

  /**
   * The row of `key`, made when it is new; when the table is nearly full, that of all such peers.
   */
  private rowOfKey(): number {
    const found = this.find()
    if (found >= 0) return found
    const { key } = this
    if (this.size >= this.capacity - (this.capacity >> 3)) {
      // Nearly full: a flood. New peers outside share one row, so that what happens inside still
      // fits.
      const far = this.isOutside(key[1]) ? 1 : 0
      if (far === 1 || this.isOutside(key[0])) return this.sharedRow(far)
    }
    return this.size < this.capacity ? this.insert() : -1
  }

  /**
   * The row of all peers on side `far` (0 originator, 1 responder), without port, service and name.
   */
  private sharedRow(far: 0 | 1): number {
    const { key } = this
    this.collapsed++
    key[far] = 0
    key[2] &= 0xffff
    key[3] &= 0x600
    const shared = this.find()
    if (shared >= 0 || this.size >= this.capacity) return shared
    const row = this.insert()
    this.words[row * WORDS + W.flags] |= FLAG.collapsed
    return row
  }

  private isOutside(endpoint: number): boolean {
    return this.endpoints.addresses.scope(this.endpoints.address(endpoint)) === 'global'
  }

  private find(): number {
    const { words, index, key } = this
    const a = key[0]
    const b = key[1]
    const c = key[2]
    const d = key[3]
    const hash = hash4(a, b, c, d)
    for (let position = index.first(hash); position >= 0; position = index.next(hash, position)) {
      const row = index.slot(position)
      const at = row * WORDS
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) {
        return row
      }
    }
    return -1
  }

  private insert(): number {
    const { words, floats, key } = this
    const row = this.size++
    const at = row * WORDS
    words[at + W.originator] = key[0]
    words[at + W.responder] = key[1]
    words[at + W.service] = key[2]
    words[at + W.speech] = key[3]
    words[at + W.clientPorts] = 0xffff
    floats[row * FLOATS + F.first] = Infinity
    floats[row * FLOATS + F.last] = -Infinity
    this.index.insert(hash4(key[0], key[1], key[2], key[3]), row)
    return row
  }

  private count(row: number, flow: Flow, turned: boolean): void {
    const { words, floats } = this
    const clientPort = turned ? flow.responderPort : flow.originatorPort
    const at = row * WORDS
    const floatsAt = row * FLOATS
    const ports = words[at + W.clientPorts]
    // Least port in the lower half, largest in the upper; both start at the far end.
    const least = Math.min(ports & 0xffff, clientPort)
    words[at + W.clientPorts] = (Math.max(ports >>> 16, clientPort) << 16) | least
    let flags = words[at + W.flags]
    if (flow.directionCertain) flags |= FLAG.certain
    if (flow.originatorPackets > 0 && flow.responderPackets > 0) flags |= FLAG.answered
    const source = turned ? 0 : NAME_SOURCES.indexOf(flow.nameSource) << NAME_SOURCE_SHIFT
    if (source > (flags & NAME_SOURCE_MASK)) flags = (flags & ~NAME_SOURCE_MASK) | source
    const first = floats[floatsAt + F.first]
    const flows = floats[floatsAt + F.flows]
    if (flows > 0) {
      // A row's first flow waits for a second one: most rows have no other.
      if (flows === 1) {
        this.history.add(this.histories, first)
        flags |= ++this.histories << HISTORY_SHIFT
      }
      this.history.add((flags >>> HISTORY_SHIFT) - 1, flow.first)
    }
    words[at + W.flags] = flags
    if (flow.first < first || (flow.first === first && flow.frame < floats[floatsAt + F.frame])) {
      floats[floatsAt + F.first] = flow.first
      floats[floatsAt + F.frame] = flow.frame
    }
    if (flow.last > floats[floatsAt + F.last]) floats[floatsAt + F.last] = flow.last
    floats[floatsAt + F.flows] = flows + 1
    const swap = turned ? 1 : 0
    floats[floatsAt + F.packetsOriginator + swap] += flow.originatorPackets
    floats[floatsAt + F.packetsResponder - swap] += flow.responderPackets
    floats[floatsAt + F.bytesOriginator + swap] += flow.originatorBytes
    floats[floatsAt + F.bytesResponder - swap] += flow.responderBytes
  }

  private fail(originator: number, responder: number): void {
    const most = Math.max(originator, responder)
    if (most >= this.failures.out.length) {
      const length = 2 ** Math.ceil(Math.log2(most + 1))
      const longer = (old: Uint32Array) => {
        const fresh = new Uint32Array(length)
        fresh.set(old)
        return fresh
      }
      this.failures = { out: longer(this.failures.out), in: longer(this.failures.in) }
    }
    this.failures.out[originator]++
    this.failures.in[responder]++
  }

  /** Attempts of this endpoint that nobody accepted. */
  failedOut(endpoint: number): number {
    return this.failures.out[endpoint] ?? 0
  }

  /** Attempts on this endpoint that it did not accept. */
  failedIn(endpoint: number): number {
    return this.failures.in[endpoint] ?? 0
  }

  /** How many of a row's flows began at or after `time`, see History. */
  flowsSince(row: number, time: Microseconds): number {
    const flows = this.floats[row * FLOATS + F.flows]
    const first = this.floats[row * FLOATS + F.first]
    if (first >= time) return flows
    if (flows === 1) return shareSince(first, time)
    const history = (this.words[row * WORDS + W.flags] >>> HISTORY_SHIFT) - 1
    return Math.min(flows, this.history.since(history, time))
  }

  /** Endpoint ids of a row, without making an object. */
  originatorOf(row: number): number {
    return this.words[row * WORDS + W.originator]
  }

  responderOf(row: number): number {
    return this.words[row * WORDS + W.responder]
  }

  /** A row as an object. */
  at(row: number): Conversation {
    return this.read(row, blankConversation())
  }

  /** The same into an object that is there, for those who look at many and keep none. */
  read(row: number, into: Writable<Conversation>): Conversation {
    const { words, floats } = this
    const at = row * WORDS
    const floatsAt = row * FLOATS
    const flags = words[at + W.flags]
    const service = words[at + W.service]
    const speech = words[at + W.speech]
    const clientPorts = words[at + W.clientPorts]
    into.row = row
    into.originator = words[at + W.originator]
    into.responder = words[at + W.responder]
    into.family = (speech >>> 9) & 3
    into.ipProtocol = service & 0xffff
    into.port = service >>> 16
    into.clientPortMin = clientPorts & 0xffff
    into.clientPortMax = clientPorts >>> 16
    into.service = this.services[speech & 511]
    into.name = this.names[speech >>> 11]
    into.nameSource = NAME_SOURCES[(flags & NAME_SOURCE_MASK) >>> NAME_SOURCE_SHIFT]
    into.flows = small(floats[floatsAt + F.flows])
    into.packetsOriginator = small(floats[floatsAt + F.packetsOriginator])
    into.packetsResponder = small(floats[floatsAt + F.packetsResponder])
    into.bytesOriginator = small(floats[floatsAt + F.bytesOriginator])
    into.bytesResponder = small(floats[floatsAt + F.bytesResponder])
    into.first = floats[floatsAt + F.first]
    into.last = floats[floatsAt + F.last]
    into.frame = small(floats[floatsAt + F.frame])
    into.certain = (flags & FLAG.certain) !== 0
    into.answered = (flags & FLAG.answered) !== 0
    into.collapsed = (flags & FLAG.collapsed) !== 0
    return into
  }
}

type Writable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] }

/** A conversation to read rows into. */
export const blankConversation = (): Writable<Conversation> => ({
  row: 0,
  originator: 0,
  responder: 0,
  family: 0,
  ipProtocol: 0,
  port: 0,
  clientPortMin: 0,
  clientPortMax: 0,
  service: '',
  name: '',
  nameSource: '',
  flows: 0,
  packetsOriginator: 0,
  packetsResponder: 0,
  bytesOriginator: 0,
  bytesResponder: 0,
  first: 0.5,
  last: 0.5,
  frame: 0,
  certain: false,
  answered: false,
  collapsed: false,
})

/** A count as V8 keeps small numbers: what is read as a float would be an object of its own. */
const small = (count: number): number => ((count | 0) === count ? count | 0 : count)
