// MQTT-SN: MQTT for sensors over UDP. Gateways, who connects, which topics get which short number.
import type { Cursor } from '../../core/cursor.ts'
import { MAYBE, NEXT, NO, YES, clip, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type MqttSnFields =
  | { readonly kind: 'search' }
  | { readonly kind: 'gateway'; readonly gateway: number }
  | {
      readonly kind: 'connect'
      readonly clientId: string
      readonly keepAliveSeconds: number
      readonly cleanStart: boolean
      readonly will: boolean
    }
  | { readonly kind: 'connack'; readonly code: number; readonly accepted: boolean }
  | { readonly kind: 'register'; readonly topic: string; readonly topicId: number }
  | {
      readonly kind: 'publish'
      /** The number from a register or agreed on beforehand; a short name has two letters. */
      readonly topicId?: number
      readonly topic?: string
      readonly qos: number
      readonly retain: boolean
      /** Bytes of payload. */
      readonly length: number
    }
  | { readonly kind: 'subscribe'; readonly filter?: string; readonly topicId?: number }
  | { readonly kind: 'disconnect' }

const TYPES = new Set([
  0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24, 26, 27, 28, 29,
  0xfe,
])
const CONNECT = 4
const SHORT_NAME = 2

export const protocol: Protocol = {
  id: 'mqtt-sn',
  title: 'MQTT-SN',
  spec: 'MQTT-SN 1.2',
  over: [udp(1884, 1883, 10000)],
  // The length comes first.
  startsWith: Array.from({ length: 255 }, (_, length) => length + 1),
  packets: Infinity,

  recognise(cursor: Cursor, message: Message): Certainty {
    const length = cursor.peek()
    const type = cursor.peek(1)
    const whole = length === 1 ? cursor.peek16(1) : length
    if (whole !== cursor.remaining || (length > 1 && !TYPES.has(type))) return NO
    if (protocol.over.some((carrier) => isOwn(carrier, message))) return MAYBE
    if (type !== CONNECT || cursor.peek(3) !== 1 || (cursor.peek(2) & 0xf3) !== 0) return NO
    for (let at = 6; at < length; at++) {
      if (cursor.peek(at) < 0x21 || cursor.peek(at) > 0x7e) return NO
    }
    return YES
  },

  decode(cursor: Cursor, message: Message): Progress {
    const start = cursor.offset
    let length = cursor.u8()
    if (length === 1) length = cursor.u16()
    const body = cursor.sub(length - (cursor.offset - start))
    const type = body.u8()
    const fields = cursor.overrun ? undefined : read(type, body)
    const odd = cursor.overrun || body.overrun || !TYPES.has(type)
    cursor.overrun = false
    cursor.seek(cursor.end)
    if (odd) {
      if (!message.packet.cut) message.anomaly('mqtt-sn-malformed')
    } else if (fields) message.emit(fields)
    return NEXT
  },
}

const isOwn = (carrier: { ports?: readonly number[] } | object, message: Message): boolean =>
  'ports' in carrier &&
  carrier.ports !== undefined &&
  (carrier.ports.includes(message.destinationPort) || carrier.ports.includes(message.sourcePort))

/** undefined: acknowledgements and pings. */
function read(type: number, body: Cursor): MqttSnFields | undefined {
  switch (type) {
    case 0:
    case 2:
      return { kind: 'gateway', gateway: body.u8() }
    case 1:
      return { kind: 'search' }
    case CONNECT:
      return readConnect(body)
    case 5: {
      const code = body.u8()
      return { kind: 'connack', code, accepted: code === 0 }
    }
    case 10: {
      const topicId = body.u16()
      body.skip(2)
      return { kind: 'register', topic: rest(body), topicId }
    }
    case 12:
      return readPublish(body)
    case 18: {
      const named = (body.u8() & 3) !== 1
      body.skip(2)
      return named
        ? { kind: 'subscribe', filter: rest(body) }
        : { kind: 'subscribe', topicId: body.u16() }
    }
    case 24:
      return { kind: 'disconnect' }
    default:
      return undefined
  }
}

function readConnect(body: Cursor): MqttSnFields {
  const flags = body.u8()
  body.skip(1)
  const keepAliveSeconds = body.u16()
  const cleanStart = (flags & 4) !== 0
  const will = (flags & 8) !== 0
  return { kind: 'connect', clientId: rest(body), keepAliveSeconds, cleanStart, will }
}

function readPublish(body: Cursor): MqttSnFields {
  const flags = body.u8()
  const short = (flags & 3) === SHORT_NAME
  const topic = short ? clip(body.latin1(2)) : undefined
  const topicId = short ? undefined : body.u16()
  body.skip(2)
  const qos = (flags >> 5) & 3
  const retain = (flags & 16) !== 0
  return { kind: 'publish', topicId, topic, qos, retain, length: body.remaining }
}

const rest = (body: Cursor): string => clip(body.utf8(body.remaining))
