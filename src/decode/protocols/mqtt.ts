// MQTT 3.1, 3.1.1 and 5: who connects as whom, which topics it publishes and subscribes to. Several
// packets may lie in one segment; the payload of a publish is stepped over by its length, never
// waited for.
import type { Cursor } from '../../core/cursor.ts'
import { END, FOREIGN, MAYBE, MORE, NEXT, NO, YES, tcp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'
import { readConnack, readConnect, readDisconnect, readPublish } from '../mqtt-packet.ts'
import { readSuback, readSubscribe, type MqttFields, type MqttState } from '../mqtt-packet.ts'

export type { MqttFields }

const CONNECT = 1
const CONNACK = 2
const PUBLISH = 3
const SUBSCRIBE = 8
const SUBACK = 9
const DISCONNECT = 14
/** Low four bits of each type's first byte; -1: they mean something, -2: there is no such type. */
const FLAGS = [-2, 0, 0, -1, 0, 0, 2, 0, 2, 0, 2, 0, 0, 0, 0, 0]
/** Packets that have to be whole are not waited for beyond this; it is below the stream bound. */
const WHOLE_BYTES = 24_576
/** Segments that make no sense before the flow is left alone. */
const MALFORMED_MAX = 8

export const protocol: Protocol = {
  id: 'mqtt',
  title: 'MQTT',
  spec: 'OASIS MQTT 5.0',
  over: [tcp(1883)],
  startsWith: Array.from({ length: 256 }, (_, byte) => byte).filter(fits),
  packets: Infinity,

  recognise(cursor: Cursor, message: Message): Certainty {
    const first = cursor.u8()
    const own = message.destinationPort === 1883 || message.sourcePort === 1883
    if (first !== CONNECT << 4 && (!own || !fits(first))) return NO
    const length = remainingLength(cursor)
    if (length === -2) return NO
    if (first === CONNECT << 4) {
      if (cursor.startsWith('\0\u0004MQTT')) return YES
      if (cursor.startsWith('\0\u0006MQIsdp')) return YES
      return NO
    }
    return own && (length <= cursor.remaining || first >> 4 === PUBLISH) ? MAYBE : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const side = message.fromOriginator ? 0 : 1
    const state = message.state as MqttState | undefined
    if (state && state.skip[side] > 0) {
      const count = Math.min(state.skip[side], cursor.remaining)
      cursor.skip(count)
      state.skip[side] -= count
      return NEXT
    }
    const first = cursor.u8()
    const type = first >> 4
    const length = remainingLength(cursor)
    if (length === -1) return MORE
    if (length === -2 || !fits(first)) return malformed(cursor, message)
    const known = state ?? fresh()
    message.state = known
    return type === PUBLISH
      ? publish(first, length, cursor, message)
      : other(type, length, cursor, message)
  },
}

/** Whether a packet can start with this byte. */
function fits(first: number): boolean {
  const flags = FLAGS[first >> 4]
  return flags === -1 ? (first & 6) !== 6 : flags === (first & 15)
}

const fresh = (): MqttState => ({
  version: 4,
  skip: [0, 0],
  malformed: 0,
  aliases: [undefined, undefined],
})

/** The variable byte integer behind the first byte; -1 not all there, -2 none. */
function remainingLength(cursor: Cursor): number {
  let length = 0
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = cursor.peek()
    if (byte < 0) return -1
    cursor.skip(1)
    length += (byte & 127) << shift
    if (byte < 128) return length
  }
  return -2
}

/** Leaves the rest of the segment: the next one may begin with a packet again. */
function malformed(cursor: Cursor, message: Message): Progress {
  const state = message.state as MqttState | undefined
  if (!state) return FOREIGN
  message.anomaly('mqtt-malformed')
  cursor.seek(cursor.end)
  return ++state.malformed < MALFORMED_MAX ? NEXT : END
}

function publish(first: number, length: number, cursor: Cursor, message: Message): Progress {
  const state = message.state as MqttState
  const side = message.fromOriginator ? 0 : 1
  const from = cursor.offset
  const whole = cursor.has(length)
  const end = cursor.end
  if (whole) cursor.end = from + length
  const fields = readPublish(first, length, cursor, state, side)
  const broken = cursor.overrun
  cursor.end = end
  if (broken && !whole && cursor.end - from < WHOLE_BYTES) return MORE
  cursor.overrun = false
  cursor.offset = from
  if (broken && whole) message.anomaly('mqtt-malformed')
  else if (!broken) message.emit(fields)
  const present = Math.min(length, cursor.remaining)
  cursor.skip(present)
  state.skip[side] = length - present
  return NEXT
}

function other(type: number, length: number, cursor: Cursor, message: Message): Progress {
  const state = message.state as MqttState
  const side = message.fromOriginator ? 0 : 1
  if (!cursor.has(length)) {
    if (length < WHOLE_BYTES) return MORE
    message.anomaly('mqtt-long-packet')
    state.skip[side] = length - cursor.remaining
    cursor.seek(cursor.end)
    return NEXT
  }
  const body = cursor.sub(length)
  const fields = read(type, body, state)
  if (body.overrun) message.anomaly('mqtt-malformed')
  else if (fields) message.emit(fields)
  return NEXT
}

/** undefined: acknowledgements and pings, which nobody needs. */
function read(type: number, body: Cursor, state: MqttState): MqttFields | undefined {
  switch (type) {
    case CONNECT:
      return readConnect(body, state)
    case CONNACK:
      return readConnack(body, state.version)
    case SUBSCRIBE:
      return readSubscribe(body, state.version)
    case SUBACK:
      return readSuback(body, state.version)
    case DISCONNECT:
      return readDisconnect(body)
    default:
      return undefined
  }
}
