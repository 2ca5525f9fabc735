// Who speaks what with whom: one row per originator, responder, name and service, with counters and
// a coarse history. Fed with every flow that ends: numbers only, nothing is allocated for a row
// that is there.
import { hash4 } from '../core/addresses.ts'
import { LIMITS } from '../core/limits.ts'
import type { Microseconds } from '../core/clock.ts'
import type { EndpointTable, Flow, NameSource } from '../flow/index.ts'
import { History } from './history.ts'
import { isFailed, isReversed } from './orientation.ts'

const KEY_WORDS = 4
const WORDS = 6
/** Places in a row's words after the key. */
const W = { flags: 4, clientPorts: 5 } as const
const FLOATS = 8
const F = {
  first: 0,
  last: 1,
  flows: 2,
  packetsOriginator: 3,
  packetsResponder: 4,
  bytesOriginator: 5,
  bytesResponder: 6,
  frame: 7,
} as const

const FLAG = { certain: 1, answered: 2, collapsed: 4, nameSourceShift: 3 } as const
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
  /** When each row's flows began. */
  readonly history: History
  /** The key that is looked for: originator, responder, service, speech. */
  private readonly key = new Int32Array(4)
  private readonly words: Int32Array
  private readonly floats: Float64Array
  private index = new Int32Array(1 << 12).fill(-1)
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
    this.words = new Int32Array(capacity * WORDS)
    this.floats = new Float64Array(capacity * FLOATS)
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
    const { words, index } = this
    const a = this.key[0]
    const b = this.key[1]
    const c = this.key[2]
    const d = this.key[3]
    const mask = index.length - 1
    let slot = hash4(a, b, c, d) & mask
    for (;;) {
      const row = index[slot]
      if (row < 0) return -1
      const at = row * WORDS
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) {
        return row
      }
      slot = (slot + 1) & mask
    }
  }

  private insert(): number {
    const row = this.size++
    const at = row * WORDS
    this.words.set(this.key, at)
    this.words[at + W.clientPorts] = 0xffff
    this.floats[row * FLOATS + F.first] = Infinity
    this.floats[row * FLOATS + F.last] = -Infinity
    if (this.size * 2 > this.index.length) this.grow()
    else this.place(row)
    return row
  }

  private place(row: number): void {
    const { words, index } = this
    const at = row * WORDS
    const mask = index.length - 1
    let slot = hash4(words[at], words[at + 1], words[at + 2], words[at + 3]) & mask
    while (index[slot] >= 0) slot = (slot + 1) & mask
    index[slot] = row
  }

  private grow(): void {
    this.index = new Int32Array(this.index.length * 2).fill(-1)
    for (let row = 0; row < this.size; row++) this.place(row)
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
    const source = turned ? 0 : NAME_SOURCES.indexOf(flow.nameSource)
    if (source > flags >>> FLAG.nameSourceShift) {
      flags = (flags & ((1 << FLAG.nameSourceShift) - 1)) | (source << FLAG.nameSourceShift)
    }
    words[at + W.flags] = flags
    const first = floats[floatsAt + F.first]
    this.history.add(row, flow.first)
    if (flow.first < first || (flow.first === first && flow.frame < floats[floatsAt + F.frame])) {
      floats[floatsAt + F.first] = flow.first
      floats[floatsAt + F.frame] = flow.frame
    }
    if (flow.last > floats[floatsAt + F.last]) floats[floatsAt + F.last] = flow.last
    floats[floatsAt + F.flows]++
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
    const floatsAt = row * FLOATS
    const flows = this.floats[floatsAt + F.flows]
    if (this.floats[floatsAt + F.first] >= time) return flows
    return Math.min(flows, this.history.since(row, time))
  }

  /** Endpoint ids of a row, without making an object. */
  originatorOf(row: number): number {
    return this.words[row * WORDS]
  }

  responderOf(row: number): number {
    return this.words[row * WORDS + 1]
  }

  /** A row as an object. */
  at(row: number): Conversation {
    const words = this.words.subarray(row * WORDS, (row + 1) * WORDS)
    const floats = this.floats.subarray(row * FLOATS, (row + 1) * FLOATS)
    const flags = words[W.flags]
    return {
      row,
      originator: words[0],
      responder: words[1],
      family: (words[KEY_WORDS - 1] >>> 9) & 3,
      ipProtocol: words[2] & 0xffff,
      port: words[2] >>> 16,
      clientPortMin: words[W.clientPorts] & 0xffff,
      clientPortMax: words[W.clientPorts] >>> 16,
      service: this.services[words[3] & 511],
      name: this.names[words[3] >>> 11],
      nameSource: NAME_SOURCES[flags >>> FLAG.nameSourceShift],
      flows: floats[F.flows],
      packetsOriginator: floats[F.packetsOriginator],
      packetsResponder: floats[F.packetsResponder],
      bytesOriginator: floats[F.bytesOriginator],
      bytesResponder: floats[F.bytesResponder],
      first: floats[F.first],
      last: floats[F.last],
      frame: floats[F.frame],
      certain: (flags & FLAG.certain) !== 0,
      answered: (flags & FLAG.answered) !== 0,
      collapsed: (flags & FLAG.collapsed) !== 0,
    }
  }
}
