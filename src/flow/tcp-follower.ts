// TCP sequence numbers: what is next, what came again, what is missing. Hands payload to the
// parsers in stream order as long as they want any, and only counts afterwards.
import type { AnomalyTable } from '../core/anomaly.ts'
import { TCP, type Packet } from '../decode/index.ts'
import type { Application } from './application.ts'
import { F, FLAG, W, type FlowSlab } from './slab.ts'
import type { StreamSide } from './stream.ts'
import { SEEN } from './tcp-state.ts'

const SYN_FIN = 3

export class TcpFollower {
  private readonly slab: FlowSlab
  private readonly application: Application
  private readonly anomalies: AnomalyTable

  constructor(slab: FlowSlab, application: Application, anomalies: AnomalyTable) {
    this.slab = slab
    this.application = application
    this.anomalies = anomalies
  }

  /** Takes one segment; answers SEEN.again or SEEN.gap when it was one, else 0. */
  follow(slot: number, packet: Packet, side: number): number {
    const words = this.slab.words
    const at = slot << 5
    const flags = packet.tcpFlags
    const length = packet.payloadLength + (flags & SYN_FIN ? 1 : 0)
    const sequence = flags & 2 ? (packet.sequence + 1) | 0 : packet.sequence
    if (words[at + W.packetsA + side] === 1) words[at + W.nextA + side] = sequence
    if (words[at + W.detail] !== 0 && (flags & 16) !== 0) this.acknowledged(slot, packet, 1 - side)
    if (length === 0) return 0
    if (flags & 2) {
      words[at + W.nextA + side] = (sequence + packet.payloadLength) | 0
      if (packet.payloadLength > 0) this.payload(slot, packet, side, 0)
      return 0
    }
    const ahead = (sequence - words[at + W.nextA + side]) | 0
    if (ahead === 0 || (ahead === 1 && this.isBehindKeepAlive(slot, packet, side))) {
      words[at + W.nextA + side] = (sequence + length) | 0
      if (packet.payloadLength > 0) this.payload(slot, packet, side, 0)
      if (words[at + W.detail] !== 0) this.drain(slot, packet, side, true)
      return 0
    }
    return ahead < 0
      ? this.again(slot, packet, side, sequence)
      : this.early(slot, packet, side, sequence)
  }

  /**
   * Whether the flow was found in its middle by an empty keep-alive, which stands one byte before
   * what comes next (RFC 9293 3.8.4), and this is the side's first payload.
   */
  private isBehindKeepAlive(slot: number, packet: Packet, side: number): boolean {
    const synSeen = this.slab.words[(slot << 5) + W.flags] & (TCP.syn << (8 + side * 8))
    return (
      synSeen === 0 && this.slab.floats[(slot << 4) + F.payloadA + side] === packet.payloadLength
    )
  }

  /** Old bytes, perhaps with new ones behind them. */
  private again(slot: number, packet: Packet, side: number, sequence: number): number {
    const words = this.slab.words
    const at = slot << 5
    const known = (words[at + W.nextA + side] - sequence) | 0
    const length = packet.payloadLength
    // Half the sequence space away is neither before nor behind: its negative is itself.
    if (known < 0) return 0
    // Keep-alives repeat one byte (RFC 9293 3.8.4); resets and FINs repeat none.
    if (length === 0 || (length === 1 && known === 1)) return 0
    this.trouble(at + W.troubleA + side, 1)
    const same = this.compare(slot, packet, side)
    if (length <= known) return SEEN.again
    // What is no longer held cannot be compared.
    if (same >= 0 && same < known) this.anomalies.count('tcp-overlap', packet.frame, packet.time)
    words[at + W.nextA + side] = (sequence + length) | 0
    this.payload(slot, packet, side, known)
    if (words[at + W.detail] !== 0) this.drain(slot, packet, side, false)
    return SEEN.again
  }

  /**
   * Whether the segment says again what is held: how many bytes before its new ones are the same,
   * -1 (counted) when bytes differ. Two contents for one place are how a monitor is misled.
   */
  private compare(slot: number, packet: Packet, side: number): number {
    const words = this.slab.words
    const at = slot << 5
    // A FIN has a place of its own in the sequence; a side that is not read holds old bytes.
    const over = FLAG.parsed | (FLAG.parsedA << side) | (TCP.fin << (8 + side * 8))
    if (words[at + W.detail] === 0 || (words[at + W.flags] & over) !== 0) return 0
    const { bytes, payloadOffset, payloadEnd, sequence } = packet
    const next = words[at + W.nextA + side]
    const stream = this.application.existingSide(slot, side)
    const same = stream?.compare(sequence, next, bytes, payloadOffset, payloadEnd) ?? 0
    if (same < 0) this.anomalies.count('tcp-overlap-conflict', packet.frame, packet.time)
    return same
  }

  /** Bytes ahead of a hole: kept while a parser waits for them, else the hole is counted. */
  private early(slot: number, packet: Packet, side: number, sequence: number): number {
    const words = this.slab.words
    const at = slot << 5
    const parsed = (words[at + W.flags] & (FLAG.parsed | (FLAG.parsedA << side))) !== 0
    const whole = packet.payloadEnd - packet.payloadOffset === packet.payloadLength
    if (!parsed && whole && packet.payloadLength > 0) {
      const stream = this.application.side(slot, side)
      if (stream && stream.later.length > 0) this.compare(slot, packet, side)
      if (stream?.defer(sequence, packet.bytes, packet.payloadOffset, packet.payloadEnd)) return 0
      if (stream && stream.later.length > 0) {
        this.skipHole(slot, packet, side)
        // What waited is read; this segment is next, old, or waits in turn (there is room again).
        this.follow(slot, packet, side)
        return SEEN.gap
      }
    }
    this.trouble(at + W.troubleA + side, 0x10000)
    words[at + W.nextA + side] = (sequence + packet.payloadLength) | 0
    if (!parsed && packet.payloadLength > 0) {
      this.application.hole(slot, packet, side)
      this.payload(slot, packet, side, 0)
    }
    return SEEN.gap
  }

  /**
   * Too much waits behind the hole: it is given up, what waits is read from the first segment on.
   */
  private skipHole(slot: number, packet: Packet, side: number): void {
    const words = this.slab.words
    const at = slot << 5
    this.trouble(at + W.troubleA + side, 0x10000)
    this.application.hole(slot, packet, side)
    const stream = this.application.existingSide(slot, side)
    if (stream?.later[0]) words[at + W.nextA + side] = stream.later[0].sequence
    this.drain(slot, packet, side, false)
  }

  /** The other side has got what we miss: the hole will never be filled. */
  private acknowledged(slot: number, packet: Packet, side: number): void {
    const stream = this.application.existingSide(slot, side)
    if (!stream || stream.later.length === 0) return
    const next = this.slab.words[(slot << 5) + W.nextA + side]
    if (((packet.acknowledgement - next) | 0) <= 0) return
    this.application.lately(() => this.skipHole(slot, packet, side))
  }

  /** Segments whose turn has come; `fresh`: the packet at hand was read just before them. */
  private drain(slot: number, packet: Packet, side: number, fresh: boolean): void {
    const words = this.slab.words
    const at = slot << 5
    const held = this.application.existingSide(slot, side)
    if (!held || held.later.length === 0) return
    if (fresh) this.compareLater(packet, held)
    for (;;) {
      const stream = this.application.existingSide(slot, side)
      if (!stream || stream.later.length === 0) return
      const segment = stream.takeLater(words[at + W.nextA + side])
      if (!segment) return
      const { sequence, bytes, length } = segment
      const known = (words[at + W.nextA + side] - sequence) | 0
      if (known >= 0 && known < length) {
        words[at + W.nextA + side] = (sequence + length) | 0
        if ((words[at + W.flags] & FLAG.parsed) === 0) {
          this.application.segment(slot, packet, side, bytes, known, length)
        }
      }
      stream.done(segment)
    }
  }

  /** The segment that fills a hole, with what waits behind it. */
  private compareLater(packet: Packet, held: StreamSide): void {
    const { bytes, payloadOffset, payloadEnd, sequence } = packet
    if (held.differs(sequence, bytes, payloadOffset, payloadEnd)) {
      this.anomalies.count('tcp-overlap-conflict', packet.frame, packet.time)
    }
  }

  private payload(slot: number, packet: Packet, side: number, skip: number): void {
    if (this.slab.words[(slot << 5) + W.flags] & (FLAG.parsed | (FLAG.parsedA << side))) return
    const from = packet.payloadOffset + skip
    const to = packet.payloadEnd
    if (from < to) this.application.segment(slot, packet, side, packet.bytes, from, to)
    if (to - packet.payloadOffset < packet.payloadLength) this.application.hole(slot, packet, side)
  }

  /** Adds to one of the two saturating counters in a word. */
  private trouble(place: number, unit: number): void {
    const words = this.slab.words
    const value = words[place]
    const full = unit === 1 ? (value & 0xffff) === 0xffff : value >>> 16 === 0xffff
    if (!full) words[place] = (value + unit) | 0
  }
}
