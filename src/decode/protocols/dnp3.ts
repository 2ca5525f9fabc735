// DNP3: what masters read, write, operate and restart at outstations, what outstations report, and
// the device attributes (group 0) they give. Link headers are checked by their CRC; data CRCs are
// only stepped over.
import type { Cursor } from '../../core/cursor.ts'
import { Cursor as Reader } from '../../core/cursor.ts'
import { ATTRIBUTES, dnp3Function, indicationNames } from '../dnp3-names.ts'
import { stand, stumble, type Footing } from '../footing.ts'
import type { Operation } from '../operation.ts'
import {
  MAYBE,
  MORE,
  NEXT,
  NO,
  YES,
  clip,
  tcp,
  udp,
  type Certainty,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'

export type Dnp3Fields = {
  readonly kind: 'request' | 'response' | 'unsolicited' | 'link'
  /** Link addresses. */
  readonly source: number
  readonly destination: number
  readonly function: number
  readonly name: string
  readonly operation: Operation
  /** Group and variation of the first object, e.g. 'g12v1'. */
  readonly object?: string
  readonly internalIndications?: readonly string[]
  /** Device attributes, by name. */
  readonly values?: { readonly [name: string]: string }
}

type State = Footing & {
  /** Outstation of the last link request: repeated ones are keep-alives. */
  asked: number
}

const PORT = 20000
const HEADER = 10
const CRC = Uint16Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >> 1) ^ 0xa6bc : value >> 1
  return value
})

/** Bytes of a frame whose header is at the cursor: every 16 bytes of user data carry a CRC. */
function frameLength(cursor: Cursor): number {
  const data = cursor.peek(2) - 5
  return HEADER + data + 2 * Math.ceil(data / 16)
}

/** Whether a header of 10 bytes at the cursor is one, by its CRC (clause 9.2.4.6). */
function isHeader(cursor: Cursor): boolean {
  if (cursor.peek16() !== 0x0564 || cursor.peek(2) < 5) return false
  const bytes = cursor.bytes
  const start = cursor.offset
  let crc = 0
  for (let at = start; at < start + 8; at++) crc = (crc >> 8) ^ CRC[(crc ^ bytes[at]) & 255]
  crc = ~crc & 0xffff
  return bytes[start + 8] === (crc & 255) && bytes[start + 9] === crc >> 8
}

const LINK_REQUESTS = new Map([
  [0, 'reset link'],
  [2, 'test link'],
  [9, 'request link status'],
])

/** A frame without user data: said when a station is asked that was not asked last. */
function sayLink(message: Message, state: State, frame: Cursor): void {
  const control = frame.peek(3)
  const code = control & 15
  const name = LINK_REQUESTS.get(code)
  frame.skip(4)
  const destination = frame.u16le()
  const source = frame.u16le()
  if ((control & 0x40) === 0 || !name || destination === state.asked) return
  state.asked = destination
  message.emit({ kind: 'link', source, destination, function: code, name, operation: 'diagnostic' })
}

/** User data without its CRCs. Only made for device attributes. */
function withoutChecks(frame: Cursor): Reader {
  const parts: Buffer[] = []
  for (let at = frame.offset; at < frame.end; at += 18) {
    parts.push(frame.bytes.subarray(at, Math.min(at + 16, frame.end - 2)))
  }
  return new Reader(Buffer.concat(parts))
}

/** Attributes of group 0 in a response; `data` stands on the first object header. */
function readAttributes(data: Reader): Record<string, string> | undefined {
  const values: Record<string, string> = {}
  while (data.has(5) && data.peek() === 0) {
    data.skip(1)
    const variation = data.u8()
    const qualifier = data.u8()
    if (qualifier === 0) data.skip(2)
    else if (qualifier === 0x17) data.skip(2)
    else break
    const type = data.u8()
    const length = data.u8()
    if (!data.has(length)) break
    const text = data.latin1(length)
    const name = ATTRIBUTES.get(variation)
    if (name && type === 1) values[name] = clip(text.replaceAll('\0', '').trim())
  }
  return Object.keys(values).length > 0 ? values : undefined
}

/**
 * The first fragment of an application message: transport byte, control, function, first object.
 */
function sayApplication(frame: Cursor, message: Message): void {
  const destination = frame.peek(4) | (frame.peek(5) << 8)
  const source = frame.peek(6) | (frame.peek(7) << 8)
  frame.skip(HEADER)
  const data = frame.offset
  if ((frame.u8() & 0x40) === 0) return
  frame.skip(1)
  const code = frame.u8()
  if (code === 0 || frame.overrun) return
  const [name, operation] = dnp3Function(code)
  const response = code >= 129
  const internalIndications = response ? indicationNames(frame.u16()) : undefined
  // Three more bytes and the last CRC: a first object header.
  const group = frame.has(5) ? frame.u8() : -1
  const object = group < 0 ? undefined : `g${group}v${frame.peek()}`
  if (!response) {
    message.emit({ kind: 'request', source, destination, function: code, name, operation, object })
    return
  }
  let values: Record<string, string> | undefined
  if (group === 0) {
    frame.seek(data)
    const whole = withoutChecks(frame)
    whole.skip(5)
    values = readAttributes(whole)
  }
  const kind = code === 130 ? 'unsolicited' : 'response'
  const fields = { kind, source, destination, function: code, name, operation, object } as const
  message.emit({ ...fields, internalIndications, values } satisfies Dnp3Fields)
}

export const protocol: Protocol = {
  id: 'dnp3',
  title: 'DNP3',
  spec: 'IEEE 1815-2012',
  over: [tcp(PORT), udp(PORT)],
  industrial: true,
  startsWith: [5],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    if (cursor.has(HEADER)) return isHeader(cursor) ? YES : NO
    return cursor.peek16() === 0x0564 ? MAYBE : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    if (!cursor.has(HEADER)) {
      const first = cursor.peek16()
      return first < 0 || first === 0x0564 ? MORE : stumble(cursor, message, 'dnp3-header')
    }
    if (!isHeader(cursor)) return stumble(cursor, message, 'dnp3-header')
    const length = frameLength(cursor)
    if (!cursor.has(length)) return MORE
    const state = stand(message, (): State => ({ misfits: 0, asked: -1 }))
    const frame = cursor.sub(length)
    const link = frame.peek(3) & 0x4f
    if (link === 0x43 || link === 0x44) sayApplication(frame, message)
    else if (length === HEADER) sayLink(message, state, frame)
    return NEXT
  },
}
