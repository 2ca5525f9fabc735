// Feeds payload to the protocols: recognition on the first payload, datagrams as they are, TCP in
// stream order. What a protocol says becomes a Transaction with the endpoints of its sender and
// receiver.
import { Cursor } from '../core/cursor.ts'
import type { AnomalyTable } from '../core/anomaly.ts'
import { LIMITS } from '../core/limits.ts'
import { END, FOREIGN, MORE, NEXT, SECURE, type Fields, type Packet } from '../decode/index.ts'
import type { EndpointTable } from './endpoint.ts'
import type { FlowObserver } from './flow.ts'
import { LiveMessage } from './message.ts'
import type { NameTable } from './names.ts'
import { GIVEN_UP, UNKNOWN, type Recognition, type Transport } from './recognition.ts'
import { Repeats } from './repeats.ts'
import { FLAG, W, type FlowSlab } from './slab.ts'
import { StreamMemory, StreamSide } from './stream.ts'

/**
 * How often an unknown flow's payloads are looked at before it stays unknown: mail, chat and
 * database protocols turn to TLS after a short talk.
 */
const TRIES = 8
/** First bytes of a stream that come in smaller pieces are gathered up to this many. */
const LOOK_BYTES = 16
/** Messages read of one datagram or segment before the rest is left. */
const MESSAGES_MAX = 256

/** What a followed flow holds beside its record. */
export interface Detail {
  state: unknown
  readonly sides: [StreamSide | undefined, StreamSide | undefined]
}

/** Everything the application layer shares with the flow table. */
export interface ApplicationContext {
  readonly slab: FlowSlab
  readonly endpoints: EndpointTable
  readonly names: NameTable
  readonly anomalies: AnomalyTable
  readonly observer: FlowObserver
}

export class Application {
  readonly recognition: Recognition
  readonly memory = new StreamMemory()
  /** Flows that could not be followed because too many were. */
  unfollowed = 0
  readonly repeats = new Repeats()
  private readonly context: ApplicationContext
  private readonly slab: FlowSlab
  private readonly cursor = new Cursor(Buffer.alloc(0))
  private readonly message: LiveMessage
  private readonly details: (Detail | undefined)[] = [undefined]
  private readonly freeDetails: number[] = []
  private followed = 0
  private late = false
  /** Number of TLS, which flows turn to; UNKNOWN when it is not loaded. */
  private readonly tls: number

  constructor(recognition: Recognition, context: ApplicationContext) {
    this.recognition = recognition
    this.context = context
    this.slab = context.slab
    this.message = new LiveMessage(context, recognition)
    this.tls = Math.max(
      UNKNOWN,
      recognition.protocols.findIndex((one) => one?.id === 'tls'),
    )
  }

  /** A whole datagram, or a frame without IP. `side` is 0 when the sender is side A. */
  datagram(slot: number, packet: Packet, side: number): void {
    const cursor = this.cursor.reset(packet.bytes, packet.payloadOffset, packet.payloadEnd)
    const number = this.numberOf(slot, packet, side, 'udp')
    if (number === UNKNOWN) return void this.isGivenUp(slot)
    if (!this.wanted(slot, number, side)) return
    if (this.recognition.protocols[number]!.repeats && this.repeats.isKnown(packet)) return
    this.read(slot, number, cursor)
  }

  /**
   * Bytes of a TCP stream in order: [from, to) of `bytes`; `cut` when the snap length took the
   * rest.
   */
  segment(
    slot: number,
    packet: Packet,
    side: number,
    bytes: Buffer,
    from: number,
    to: number,
  ): void {
    const place = (slot << 5) + W.detail
    const detail = this.details[this.slab.words[place]]
    const stream = detail?.sides[side]
    if (stream && stream.length > 0) {
      if (!stream.keep(bytes, from, to)) return this.lost(slot, packet)
      const cursor = this.cursor.reset(stream.pending!, 0, stream.length)
      const number = this.numberOf(slot, packet, side, 'tcp')
      if (number !== UNKNOWN) {
        if (!this.wanted(slot, number, side)) return
        this.read(slot, number, cursor)
        if (this.slab.words[(slot << 5) + W.flags] & FLAG.parsed) return
        stream.consume(cursor.offset)
        return
      }
      if (stream.length < LOOK_BYTES) return
      stream.drop()
      if (this.isGivenUp(slot)) return
      // Perhaps only what came before was noise: this segment is looked at alone.
    }
    const cursor = this.cursor.reset(bytes, from, to)
    const number = this.numberOf(slot, packet, side, 'tcp')
    if (number === UNKNOWN) {
      const waits = to - from < LOOK_BYTES && this.side(slot, side)?.keep(bytes, from, to)
      if (!waits) this.isGivenUp(slot)
      return
    }
    if (!this.wanted(slot, number, side)) return
    this.read(slot, number, cursor)
    if (this.slab.words[(slot << 5) + W.flags] & FLAG.parsed) return
    if (cursor.offset < to) {
      const side1 = this.side(slot, side)
      if (!side1?.keep(bytes, cursor.offset, to)) this.lost(slot, packet)
    }
  }

  /** Runs `read`, which reads bytes of the side that did not send the packet at hand. */
  lately(read: () => void): void {
    this.late = true
    read()
    this.late = false
  }

  /** A hole in the stream: what was pending is gone; the next segment may start in mid-message. */
  hole(slot: number, packet: Packet, side: number): void {
    const stream = this.details[this.slab.words[(slot << 5) + W.detail]]?.sides[side]
    if (stream && stream.length > 0) {
      stream.drop()
      if ((this.slab.words[(slot << 5) + W.application] & 255) === UNKNOWN) return
      this.context.anomalies.count('stream-message-cut', packet.frame, packet.time)
    }
  }

  /** The stream side of a followed flow, made at need; undefined when too many are followed. */
  side(slot: number, side: number): StreamSide | undefined {
    const detail = this.detail(slot)
    if (!detail) return undefined
    detail.sides[side] ??= new StreamSide(this.memory)
    return detail.sides[side]
  }

  /** The stream side if there is one. */
  existingSide(slot: number, side: number): StreamSide | undefined {
    return this.details[this.slab.words[(slot << 5) + W.detail]]?.sides[side]
  }

  /** Frees what a flow held. */
  release(slot: number): void {
    const place = (slot << 5) + W.detail
    const number = this.slab.words[place]
    if (number === 0) return
    const detail = this.details[number]
    detail?.sides[0]?.free()
    detail?.sides[1]?.free()
    this.details[number] = undefined
    this.freeDetails.push(number)
    this.slab.words[place] = 0
    this.followed--
  }

  /** Gives the tables back after the last flow has ended: no packet will come any more. */
  releaseAll(): void {
    this.slab.release()
    this.memory.trim()
    this.details.length = 1
    this.freeDetails.length = 0
  }

  private detail(slot: number): Detail | undefined {
    const words = this.slab.words
    const place = (slot << 5) + W.detail
    if (words[place] !== 0) return this.details[words[place]]
    if (this.followed >= LIMITS.streamsFollowed.value) {
      this.unfollowed++
      return undefined
    }
    this.followed++
    const number = this.freeDetails.pop() ?? this.details.length
    const detail: Detail = { state: undefined, sides: [undefined, undefined] }
    this.details[number] = detail
    words[place] = number
    return detail
  }

  /** Points the message at this packet's sender and receiver. */
  private point(slot: number, packet: Packet, side: number): void {
    const words = this.slab.words
    const originatorB = words[(slot << 5) + W.flags] & FLAG.originatorB
    this.message.aim(slot, packet, (side === 1) === (originatorB !== 0), this.late)
  }

  /**
   * The protocol's number, recognising it first if need be, from the bytes the cursor stands on.
   * Leaves the message pointed and the cursor where it was.
   */
  private numberOf(slot: number, packet: Packet, side: number, transport: Transport): number {
    this.point(slot, packet, side)
    const place = (slot << 5) + W.application
    const words = this.slab.words
    const known = words[place] & 255
    if (known !== UNKNOWN) {
      return words[(slot << 5) + W.flags] & FLAG.secured ? this.tls : known
    }
    const found = this.recognition.recognise(transport, this.cursor, this.message)
    if (found !== UNKNOWN) words[place] = (words[place] & ~0xffff) | found
    return found
  }

  /** Counts a look that nobody knew anything from; true when it was the last. */
  private isGivenUp(slot: number): boolean {
    const place = (slot << 5) + W.application
    const words = this.slab.words
    const tries = ((words[place] >> 8) & 255) + 1
    words[place] = (words[place] & ~0xff00) | (tries << 8)
    if (tries < TRIES) return false
    this.giveUp(slot, GIVEN_UP)
    return true
  }

  /** Counts a payload packet of this side; false when the protocol wants no more of it. */
  private wanted(slot: number, number: number, side: number): boolean {
    const place = (slot << 5) + W.application
    const words = this.slab.words
    const limit = this.recognition.packets[number]
    if (limit === 15) return true
    const shift = 8 + side * 4
    const count = (words[place] >> shift) & 15
    if (count < limit) {
      words[place] += 1 << shift
      return true
    }
    const other = (words[place] >> (12 - side * 4)) & 15
    const done = other >= limit ? FLAG.parsed : FLAG.parsedA << side
    words[(slot << 5) + W.flags] |= done
    return false
  }

  private giveUp(slot: number, number: number): void {
    const words = this.slab.words
    const place = (slot << 5) + W.application
    const flags = (slot << 5) + W.flags
    // A flow that turned to TLS keeps the protocol it began with.
    if ((words[flags] & FLAG.secured) === 0) words[place] = (words[place] & ~255) | number
    else if (number === GIVEN_UP) words[flags] &= ~FLAG.secured
    words[flags] |= FLAG.parsed
    this.release(slot)
  }

  /** From here on the flow speaks TLS; the first protocol's state goes, its name stays. */
  private secure(slot: number): void {
    const words = this.slab.words
    const detail = this.details[words[(slot << 5) + W.detail]]
    if (detail) detail.state = undefined
    words[(slot << 5) + W.flags] |= FLAG.secured
    words[(slot << 5) + W.application] &= ~0xff00
  }

  private lost(slot: number, packet: Packet): void {
    this.context.anomalies.count('stream-bound', packet.frame, packet.time)
    this.slab.words[(slot << 5) + W.flags] |= FLAG.parsed
    this.release(slot)
  }

  /** Lets the protocol read message after message; the cursor ends where unread bytes begin. */
  private read(slot: number, number: number, cursor: Cursor): void {
    const protocol = this.recognition.protocols[number]!
    const message = this.message
    const words = this.slab.words
    const place = (slot << 5) + W.detail
    const before = words[place] === 0 ? undefined : this.details[words[place]]!.state
    message.protocol = number
    message.state = before
    for (let count = 0; count < MESSAGES_MAX && cursor.offset < cursor.end; count++) {
      const start = cursor.offset
      const progress = protocol.decode(cursor, message)
      if (progress === NEXT && cursor.offset > start) {
        cursor.overrun = false
        continue
      }
      if (progress === MORE) cursor.reset(cursor.bytes, start, cursor.end)
      else if (progress === SECURE && this.tls !== UNKNOWN) {
        this.secure(slot)
        return this.read(slot, this.tls, cursor)
      } else if (progress === FOREIGN) this.giveUp(slot, GIVEN_UP)
      else {
        if (progress === NEXT) message.anomaly(`${protocol.id}-stuck`)
        this.giveUp(slot, number)
      }
      if (progress === END || progress !== MORE) return
      break
    }
    if (message.state !== before) {
      const detail = this.detail(slot)
      if (detail) detail.state = message.state
    }
  }

  /** A frame without IP, or an IP protocol without ports: the number comes from its type. */
  typed(slot: number, packet: Packet, number: number, side: number): void {
    const words = this.slab.words
    const place = (slot << 5) + W.application
    words[place] = (words[place] & ~255) | number
    this.point(slot, packet, side)
    if (!this.wanted(slot, number, side)) return
    this.read(
      slot,
      number,
      this.cursor.reset(packet.bytes, packet.payloadOffset, packet.payloadEnd),
    )
  }
}

export type { Fields }
