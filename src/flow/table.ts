// Packets in, Flows out: finds or makes the record of each packet, counts, follows TCP far enough
// for the parsers, ends flows by packet time. The hottest code of the product: no allocation per
// packet.
import { SECOND } from '../core/clock.ts'
import type { AnomalyTable } from '../core/anomaly.ts'
import type { Packet } from '../decode/index.ts'
import { Application } from './application.ts'
import { isBackwards } from './direction.ts'
import { Duplicates } from './duplicates.ts'
import type { EndpointTable } from './endpoint.ts'
import type { FlowEnd, FlowObserver } from './flow.ts'
import type { NameTable } from './names.ts'
import { OtherTag } from './other-tag.ts'
import { GIVEN_UP, UNKNOWN, type Recognition } from './recognition.ts'
import { F, FLAG, FlowSlab, W } from './slab.ts'
import { TcpFollower } from './tcp-follower.ts'
import { lettersOf } from './tcp-state.ts'
import { FlowView } from './view.ts'
import { TimingWheel } from './wheel.ts'

/** Inactivity after which a flow is over, as Zeek has them; µs. */
const IDLE_TCP = 300 * SECOND
const IDLE_OTHER = 60 * SECOND
const IDLE_CLOSING = 5 * SECOND
const IDLE_ATTEMPT = 5 * SECOND
/** A flow is looked at this often at most, so that closed ones do not linger. */
const LOOK = 60 * SECOND

/** Bit 23 of a key: the sender had no address yet, so its MAC stands in its place. */
const UNADDRESSED = 1 << 23

/** What a flow table works with; `capacity` is flows alive at one time. */
export interface FlowTableParts {
  readonly capacity: number
  readonly endpoints: EndpointTable
  readonly names: NameTable
  readonly anomalies: AnomalyTable
  readonly recognition: Recognition
  readonly observer: FlowObserver
}

/** Packets in, flows and transactions out to the observer; bounded by its capacity. */
export class FlowTable {
  /** Flows started, and flows evicted because the table was full. */
  started = 0
  evicted = 0
  readonly duplicates = new Duplicates()
  readonly application: Application
  private readonly parts: FlowTableParts
  private readonly slab: FlowSlab
  private readonly wheel: TimingWheel
  private readonly follower: TcpFollower
  private readonly view: FlowView
  private readonly otherTag: OtherTag
  private now = 0
  /** End of the second that the wheel stands at; packet time leaves it about once a second. */
  private secondEnd = -Infinity
  private readonly due = (slot: number): void => this.look(slot)

  constructor(parts: FlowTableParts) {
    this.parts = parts
    this.slab = new FlowSlab(parts.capacity)
    this.wheel = new TimingWheel(this.slab)
    this.application = new Application(parts.recognition, { ...parts, slab: this.slab })
    this.otherTag = new OtherTag(this.slab, parts.endpoints)
    this.view = new FlowView(this.slab, parts.recognition, parts.names)
    this.follower = new TcpFollower(this.slab, this.application, parts.anomalies)
  }

  /** Flows alive now. */
  get alive(): number {
    return this.slab.size
  }

  /** Takes one decoded packet. */
  packet(packet: Packet): void {
    const { time } = packet
    if (time >= this.secondEnd || time < this.secondEnd - SECOND) this.clock(time)
    this.now = time
    if (packet.family === 2) return this.frame(packet)
    if (this.duplicates.isCopy(packet)) return
    let kind = packet.family | (packet.ipProtocol << 2) | (packet.vlan << 10)
    if (packet.tunnelDepth > 0) kind |= packet.tunnelDepth << 24
    let source = packet.source
    if (source === 0 && packet.hasMac) {
      source = packet.sourceMacLow
      kind |= UNADDRESSED
    }
    this.count(packet, source, packet.destination, kind)
  }

  /** A frame without IP: its flow is between two MACs. */
  private frame(packet: Packet): void {
    const { endpoints } = this.parts
    const { sourceMacHigh, sourceMacLow, destinationMacHigh, destinationMacLow, vlan } = packet
    const source = endpoints.intern(sourceMacHigh, sourceMacLow, 2, 0, vlan)
    const destination = endpoints.intern(destinationMacHigh, destinationMacLow, 2, 0, vlan)
    packet.sourcePort = packet.etherType
    packet.destinationPort = packet.etherType
    this.count(packet, source, destination, 2 | (vlan << 10) | (packet.tunnelDepth << 24))
  }

  private count(packet: Packet, source: number, destination: number, kind: number): void {
    const sourcePort = packet.sourcePort
    const destinationPort = packet.destinationPort
    let a = source
    let b = destination
    let ports = (sourcePort << 16) | destinationPort
    let side = 0
    if (a > b || (a === b && sourcePort > destinationPort)) {
      a = destination
      b = source
      ports = (destinationPort << 16) | sourcePort
      side = 1
    }
    let slot = this.slab.find(a, b, ports, kind)
    if (slot < 0) slot = this.otherTag.find(packet, a, b, ports, kind, side)
    if (slot < 0) slot = this.start(packet, a, b, ports, kind, side)
    else if (packet.time - this.slab.floats[(slot << 4) + F.last] > IDLE_CLOSING) {
      this.renewIfOver(slot, packet, side)
    } else if ((packet.tcpFlags & 0x12) === 2) this.renewIfClosing(slot, packet, side)
    const { words, floats } = this.slab
    const at = slot << 5
    const atFloat = slot << 4
    words[at + W.packetsA + side]++
    floats[atFloat + F.bytesA + side] += packet.wireLength
    floats[atFloat + F.last] = packet.time
    const payload = packet.payloadLength
    if (payload > 0) floats[atFloat + F.payloadA + side] += payload
    if (packet.ipProtocol === 6 && packet.family !== 2) this.tcp(slot, packet, side)
    else {
      if (packet.tcpFlags !== 0) this.association(packet, side, at)
      this.answered(at, side)
      const done = FLAG.parsed | (FLAG.parsedA << side)
      if ((words[at + W.flags] & done) === 0) this.message(slot, packet, side)
    }
  }

  private tcp(slot: number, packet: Packet, side: number): void {
    const words = this.slab.words
    const at = slot << 5
    const flags = packet.tcpFlags
    let flow = words[at + W.flags] | (flags << (8 + side * 8))
    if (flags & 5) flow |= FLAG.closing
    if (flow !== words[at + W.flags]) words[at + W.flags] = flow
    this.letters(at, side, lettersOf(flags, packet.payloadLength))
    this.answered(at, side)
    const trouble = this.follower.follow(slot, packet, side)
    if (trouble !== 0) this.letters(at, side, trouble)
  }

  /** SCTP: its life in TCP's words; no sequence is followed. */
  private association(packet: Packet, side: number, at: number): void {
    if (packet.tcpFlags & 5) this.slab.words[at + W.flags] |= FLAG.closing
    this.letters(at, side, lettersOf(packet.tcpFlags, packet.payloadLength))
  }

  /** Remembers each history letter when it first occurs: four bits each, up to sixteen. */
  private letters(at: number, side: number, seen: number): void {
    const words = this.slab.words
    const have = words[at + W.application] >>> 16
    const fresh = (seen << (side * 8)) & ~have
    if (fresh === 0) return
    let position = 0
    for (let bits = have; bits !== 0; bits &= bits - 1) position++
    for (let bit = 0; bit < 8; bit++) {
      if ((fresh & (1 << (bit + side * 8))) === 0) continue
      const code = bit | (side << 3)
      words[at + (position < 8 ? W.historyLow : W.historyHigh)] |= code << ((position & 7) * 4)
      position++
    }
    words[at + W.application] |= fresh << 16
  }

  private answered(at: number, side: number): void {
    const flags = this.slab.words[at + W.flags]
    if ((flags & FLAG.answered) === 0 && side !== (flags & FLAG.originatorB)) {
      this.slab.words[at + W.flags] = flags | FLAG.answered
    }
  }

  /** Datagrams, ICMP, frames without IP. */
  private message(slot: number, packet: Packet, side: number): void {
    if (packet.payloadEnd <= packet.payloadOffset) return
    if (packet.ipProtocol === 17 && packet.family !== 2) {
      return this.application.datagram(slot, packet, side)
    }
    const known = this.slab.words[(slot << 5) + W.application] & 255
    let number = known
    if (known === UNKNOWN) {
      const { recognition } = this.parts
      if (packet.family !== 2) number = recognition.ofIpProtocol(packet.ipProtocol)
      else if (packet.etherType !== 0) number = recognition.ofEtherType(packet.etherType)
      else number = recognition.ofSap(packet.bytes[packet.payloadOffset])
    }
    if (number !== UNKNOWN && number !== GIVEN_UP)
      this.application.typed(slot, packet, number, side)
    else this.slab.words[(slot << 5) + W.flags] |= FLAG.parsed
  }

  private start(
    packet: Packet,
    a: number,
    b: number,
    ports: number,
    kind: number,
    side: number,
  ): number {
    if (this.slab.size >= this.slab.capacity - 1) this.evict()
    const slot = this.slab.insert(a, b, ports, kind)
    this.wheel.add(slot, packet.time + IDLE_ATTEMPT)
    this.begin(slot, packet, side)
    this.otherTag.note(packet)
    return slot
  }

  /** Fills a fresh record: who started it, endpoints, name, times. */
  private begin(slot: number, packet: Packet, side: number): void {
    this.started++
    const words = this.slab.words
    const at = slot << 5
    const certain = (packet.tcpFlags & 2) !== 0 && packet.family !== 2
    const backwards = isBackwards(packet, certain, this.parts.recognition)
    const originatorB = (side === 1) !== backwards
    words[at + W.flags] =
      FLAG.live | (originatorB ? FLAG.originatorB : 0) | (certain ? FLAG.directionCertain : 0)
    words[at + W.frame] = packet.frame
    const { endpoints, names } = this.parts
    const depth = packet.tunnelDepth
    const high = packet.hasMac ? packet.sourceMacHigh : -1
    const highTo =
      packet.hasMac && (packet.destinationMacHigh | packet.destinationMacLow) !== 0
        ? packet.destinationMacHigh
        : -1
    const { family, vlan } = packet
    const from = endpoints.intern(
      depth ? -1 : high,
      packet.sourceMacLow,
      family,
      packet.source,
      vlan,
    )
    const to = endpoints.intern(
      depth ? -1 : highTo,
      packet.destinationMacLow,
      family,
      packet.destination,
      vlan,
    )
    words[at + W.endpointOriginator] = backwards ? to : from
    words[at + W.endpointResponder] = backwards ? from : to
    this.slab.floats[(slot << 4) + F.first] = packet.time
    this.slab.floats[(slot << 4) + F.last] = packet.time
    if (family !== 2 && names.answers.size > 0) {
      const name = names.nameOf(
        endpoints.address(words[at + W.endpointOriginator]),
        endpoints.address(words[at + W.endpointResponder]),
      )
      if (name !== 0) {
        words[at + W.name] = name
        words[at + W.flags] |= 1 << FLAG.nameSourceShift
      }
    }
    const { observer } = this.parts
    if (observer.flowStart) observer.flowStart(this.view.fill(slot, 'closed'))
  }

  /** A known key after a pause: the old flow may be over. */
  private renewIfOver(slot: number, packet: Packet, side: number): void {
    const last = this.slab.floats[(slot << 4) + F.last]
    if (packet.time - last > this.idleLimit(slot)) this.renew(slot, packet, side)
  }

  /** A SYN on a flow that has closed starts a new one at once. */
  private renewIfClosing(slot: number, packet: Packet, side: number): void {
    if (this.slab.words[(slot << 5) + W.flags] & FLAG.closing) this.renew(slot, packet, side)
  }

  private renew(slot: number, packet: Packet, side: number): void {
    this.end(slot, 'idle')
    const words = this.slab.words
    const at = slot << 5
    const next = words[at + W.next]
    words.fill(0, at + 4, at + 32)
    words[at + W.next] = next
    this.begin(slot, packet, side)
  }

  private idleLimit(slot: number): number {
    const words = this.slab.words
    const at = slot << 5
    const kind = words[at + W.kind]
    const protocol = (kind >> 2) & 255
    if ((kind & 3) === 2 || (protocol !== 6 && protocol !== 132)) return IDLE_OTHER
    const flags = words[at + W.flags]
    if (flags & FLAG.closing) return IDLE_CLOSING
    return flags & FLAG.answered ? IDLE_TCP : IDLE_ATTEMPT
  }

  private clock(time: number): void {
    this.now = time
    this.secondEnd = (Math.floor(time / SECOND) + 1) * SECOND
    if (this.wheel.advance(time, this.due)) this.parts.observer.tick?.(time)
  }

  /** The wheel says this slot could be over. */
  private look(slot: number): void {
    const flags = this.slab.words[(slot << 5) + W.flags]
    const expiry = this.slab.floats[(slot << 4) + F.last] + this.idleLimit(slot)
    if (expiry > this.now) return this.wheel.add(slot, Math.min(expiry, this.now + LOOK))
    this.end(slot, flags & FLAG.closing ? 'closed' : 'idle')
    this.slab.remove(slot)
  }

  /** Makes room: the flow that would be looked at next goes first. */
  private evict(): void {
    const slot = this.wheel.soonest()
    this.evicted++
    this.end(slot, 'evicted')
    this.slab.remove(slot)
  }

  /** Source time has moved without a packet (an idle live link). */
  advanceTo(time: number): void {
    if (time > this.now) this.clock(time)
  }

  /** The source has ended: every flow alive is reported. */
  finish(): void {
    for (let slot = 0; slot < this.slab.touched; slot++) {
      if (this.slab.words[(slot << 5) + W.flags] & FLAG.live) {
        this.end(slot, 'end-of-source')
        this.slab.remove(slot)
      }
    }
  }

  private end(slot: number, reason: FlowEnd): void {
    const flow = this.view.fill(slot, reason)
    const { endpoints } = this.parts
    endpoints.add(flow.originator, flow)
    endpoints.addAnswer(flow.responder, flow)
    this.parts.observer.flowEnd?.(flow)
    this.application.release(slot)
  }
}
