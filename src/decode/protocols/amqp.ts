// AMQP 0-9-1 (RabbitMQ) and the opening of AMQP 1.0: which broker, which client, who logs in how,
// which virtual host, and what is published where. Passwords and message bodies are skipped.
import type { Cursor } from '../../core/cursor.ts'
import { longText, openList, readTable, readValue, shortText } from '../amqp-tables.ts'
import {
  END,
  FOREIGN,
  MAYBE,
  MORE,
  NEXT,
  NO,
  YES,
  clip,
  tcp,
  type FieldValue,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'

export type AmqpFields =
  /** `version` '0-9-1', '0-9', '0-10', '1.0'; 1.0 says which layer it opens. */
  | { readonly kind: 'header'; readonly version: string; readonly layer?: 'sasl' | 'tls' }
  | {
      readonly kind: 'server'
      readonly product?: string
      readonly version?: string
      readonly platform?: string
      readonly mechanisms: readonly string[]
    }
  | {
      readonly kind: 'login'
      readonly method: string
      readonly user?: string
      readonly product?: string
      readonly version?: string
      readonly platform?: string
    }
  | { readonly kind: 'login-result'; readonly accepted: boolean }
  /** 0-9-1: a virtual host; 1.0: the client's container and the host it wants. */
  | {
      readonly kind: 'open'
      readonly virtualHost?: string
      readonly container?: string
      readonly host?: string
    }
  | { readonly kind: 'publish'; readonly exchange: string; readonly routingKey: string }
  | { readonly kind: 'consume'; readonly queue: string }

interface AmqpState {
  /** Frames are those of 1.0. */
  readonly one: boolean
  /** Octets of a frame to skip, by side. */
  readonly left: [number, number]
  /** A login waits for its answer. */
  waiting: boolean
}

const METHOD = 1
const FRAME_END = 0xce
/** Longer frames are skipped without being kept. */
const FRAME_MAX = 16_384

/** Class and method of 0-9-1, as they lie in a method frame. */
const START = 0x000a000a
const START_OK = 0x000a000b
const TUNE = 0x000a001e
const OPEN = 0x000a0028
const CLOSE = 0x000a0032
const CONSUME = 0x003c0014
const PUBLISH = 0x003c0028

/** Descriptors of 1.0 (part 2, 2.7.1; part 5, 5.3.3). */
const ONE_OPEN = 0x10
const ONE_INIT = 0x41
const ONE_OUTCOME = 0x44

export const protocol: Protocol = {
  id: 'amqp',
  title: 'AMQP',
  spec: 'AMQP 0-9-1, AMQP 1.0 (ISO/IEC 19464)',
  over: [tcp(5672, 5671)],
  // 'AMQP', or a method frame of a connection whose opening was missed.
  startsWith: [0x41, METHOD],
  packets: Infinity,

  recognise(cursor: Cursor) {
    if (cursor.peek() === METHOD) return isMethodFrame(cursor) ? MAYBE : NO
    return versionAt(cursor) === '' ? NO : YES
  },

  decode(cursor: Cursor, message: Message) {
    const state = message.state as AmqpState | undefined
    const side = message.fromOriginator ? 0 : 1
    if (state && state.left[side] > 0) return skip(cursor, state, side, state.left[side])
    if (cursor.remaining < 8) return MORE
    if (cursor.startsWith('AMQP')) return readHeader(cursor, message)
    if (!state) {
      if (!isMethodFrame(cursor)) return FOREIGN
      const missed: AmqpState = { one: false, left: [0, 0], waiting: false }
      message.state = missed
      return readFrame(cursor, message, missed)
    }
    return state.one ? readFrameOne(cursor, message, state) : readFrame(cursor, message, state)
  },
}

/** A method frame of 0-9-1 with its end, of a class that there is. */
function isMethodFrame(cursor: Cursor): boolean {
  if (cursor.peek() !== METHOD || !cursor.has(12)) return false
  const { bytes, offset } = cursor
  const size = bytes.readUInt32BE(offset + 3)
  const group = bytes.readUInt16BE(offset + 7)
  return cursor.peek(7 + size) === FRAME_END && group >= 10 && group <= 90 && group % 5 === 0
}

/** Skips as much of `length` octets as is there; the rest is skipped in later segments. */
function skip(cursor: Cursor, state: AmqpState, side: 0 | 1, length: number): Progress {
  const count = Math.min(length, cursor.remaining)
  cursor.skip(count)
  state.left[side] = length - count
  return NEXT
}

/** The version of a protocol header; '' when there is none. */
function versionAt(cursor: Cursor): string {
  if (!cursor.startsWith('AMQP') || !cursor.has(8)) return ''
  switch (cursor.bytes.readUInt32BE(cursor.offset + 4)) {
    case 0x00000901:
      return '0-9-1'
    case 0x01010009:
    case 0x01010900:
      return '0-9'
    case 0x0101000a:
      return '0-10'
    case 0x00010000:
    case 0x02010000:
    case 0x03010000:
      return '1.0'
    default:
      return ''
  }
}

function readHeader(cursor: Cursor, message: Message): Progress {
  const version = versionAt(cursor)
  if (version === '') return message.state === undefined ? FOREIGN : END
  const layer = cursor.peek(4)
  cursor.skip(8)
  const one = version === '1.0'
  const state = message.state as AmqpState | undefined
  if (state?.one !== one) message.state = { one, left: [0, 0], waiting: false } satisfies AmqpState
  if (message.fromOriginator && !(one && layer === 0 && state)) {
    const name = layer === 3 ? 'sasl' : 'tls'
    message.emit({ kind: 'header', version, ...(one && layer > 0 ? { layer: name } : undefined) })
  }
  return one && layer === 2 ? END : version === '0-10' ? END : NEXT
}

/** A frame of 0-9-1 (4.2.3); only method frames are kept until they are whole. */
function readFrame(cursor: Cursor, message: Message, state: AmqpState): Progress {
  const type = cursor.peek()
  const size = cursor.bytes.readUInt32BE(cursor.offset + 3)
  if ((type !== METHOD && type !== 2 && type !== 3 && type !== 8) || size > 0x7fffffff) {
    message.anomaly('amqp-frame-odd')
    return END
  }
  if (type !== METHOD || size > FRAME_MAX || size < 4) {
    return skip(cursor, state, message.fromOriginator ? 0 : 1, 7 + size + 1)
  }
  if (!cursor.has(7 + size + 1)) return MORE
  if (cursor.peek(7 + size) !== FRAME_END) {
    message.anomaly('amqp-frame-odd')
    return END
  }
  cursor.skip(7)
  const method = cursor.sub(size)
  cursor.skip(1)
  return readMethod(method, message, state)
}

type Draft = Record<string, FieldValue>

function readMethod(method: Cursor, message: Message, state: AmqpState): Progress {
  switch (method.u32()) {
    case START: {
      method.skip(2)
      const fields = programFields('server', readTable(method))
      fields.mechanisms = longText(method).split(' ', 16)
      message.emit(fields)
      break
    }
    case START_OK: {
      const fields = programFields('login', readTable(method))
      const name = shortText(method)
      fields.method = name.toLowerCase()
      const user = userOf(name, method.sub(method.u32()))
      if (user !== '') fields.user = user
      state.waiting = true
      message.emit(fields)
      break
    }
    case TUNE:
      if (state.waiting) message.emit({ kind: 'login-result', accepted: true })
      state.waiting = false
      break
    case OPEN:
      message.emit({ kind: 'open', virtualHost: shortText(method) })
      break
    case CLOSE:
      if (state.waiting && method.u16() === 403) {
        message.emit({ kind: 'login-result', accepted: false })
      }
      return END
    case PUBLISH:
      method.skip(2)
      message.emit({ kind: 'publish', exchange: shortText(method), routingKey: shortText(method) })
      break
    case CONSUME:
      method.skip(2)
      message.emit({ kind: 'consume', queue: shortText(method) })
      break
  }
  return NEXT
}

function programFields(kind: string, table: ReadonlyMap<string, string>): Draft {
  const fields: Draft = { kind }
  for (const name of ['product', 'version', 'platform']) {
    const value = table.get(name)
    if (value) fields[name] = value
  }
  return fields
}

/** PLAIN is identity, name and password apart by NUL; AMQPLAIN a table without its length. */
function userOf(method: string, response: Cursor): string {
  if (method === 'PLAIN') {
    const parts = response.utf8(Math.min(response.remaining, 512)).split('\0')
    return parts.length >= 3 ? clip(parts[1], 64) : ''
  }
  if (method !== 'AMQPLAIN') return ''
  const name = response.latin1(response.u8())
  return name === 'LOGIN' && response.u8() === 0x53 ? clip(longText(response), 64) : ''
}

/** A frame of 1.0 (part 2, 2.3): the opening performatives are read, the rest is skipped. */
function readFrameOne(cursor: Cursor, message: Message, state: AmqpState): Progress {
  const { bytes, offset } = cursor
  const size = bytes.readUInt32BE(offset)
  const dataOffset = bytes[offset + 4] * 4
  if (size < 8 || size > 0x7fffffff || dataOffset < 8 || bytes[offset + 5] > 1) {
    message.anomaly('amqp-frame-odd')
    return END
  }
  if (size > FRAME_MAX) return skip(cursor, state, message.fromOriginator ? 0 : 1, size)
  if (!cursor.has(size)) return MORE
  const frame = cursor.sub(size)
  frame.skip(dataOffset)
  if (frame.u8() !== 0 || frame.u8() !== 0x53) return NEXT
  const descriptor = frame.u8()
  const count = openList(frame)
  if (descriptor === ONE_INIT && count > 0) {
    const method = readValue(frame)
    const plain = count > 1 && method === 'PLAIN' ? readValue(frame).split('\0') : []
    const user = plain.length >= 3 ? { user: clip(plain[1], 64) } : undefined
    message.emit({ kind: 'login', method: clip(method.toLowerCase(), 32), ...user })
  } else if (descriptor === ONE_OUTCOME && frame.peek() === 0x50) {
    message.emit({ kind: 'login-result', accepted: frame.peek(1) === 0 })
  } else if (descriptor === ONE_OPEN && count > 0 && message.fromOriginator) {
    const container = clip(readValue(frame))
    const host = count > 1 ? clip(readValue(frame)) : ''
    message.emit({ kind: 'open', container, ...(host === '' ? undefined : { host }) })
    return END
  }
  return NEXT
}
