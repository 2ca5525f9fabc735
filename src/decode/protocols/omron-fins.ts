// Omron FINS over UDP and TCP: who reads, writes, starts, stops and reprograms Omron PLCs, and the
// model a PLC gives when its controller data is read.
import type { Cursor } from '../../core/cursor.ts'
import { footing, stand, stumble } from '../footing.ts'
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

export type FinsFields = {
  readonly kind: 'request' | 'response'
  readonly operation: Operation
  /** Main * 256 + sub request code, e.g. 0x0101. */
  readonly command: number
  readonly name: string
  /** Network.node.unit, both ends. */
  readonly source: string
  readonly destination: string
  /** Memory requests: area code, first word, how many. */
  readonly area?: number
  readonly address?: number
  readonly count?: number
  /** End code of an answer that is not normal. */
  readonly status?: number
  readonly device?: { readonly model: string; readonly version: string }
}

type Row = readonly [name: string, operation: Operation]

const PORT = 9600
const MAGIC = 'FINS'
/** Header of a FINS/TCP frame, and of a FINS message with its request code. */
const ENVELOPE = 16
const HEADER = 12
const LENGTH_MAX = 4096
const SEND = 2
const IDENTIFY = 0x0501

/** SYSMAC W342 and W227, communications commands. */
const COMMANDS = new Map<number, Row>([
  [0x0101, ['memory read', 'read']],
  [0x0102, ['memory write', 'write']],
  [0x0103, ['memory fill', 'write']],
  [0x0104, ['multiple memory read', 'read']],
  [0x0105, ['memory transfer', 'write']],
  [0x0201, ['parameter read', 'read']],
  [0x0202, ['parameter write', 'control']],
  [0x0203, ['parameter clear', 'control']],
  [0x0304, ['program protect', 'control']],
  [0x0305, ['program protect clear', 'control']],
  [0x0306, ['program read', 'control']],
  [0x0307, ['program write', 'control']],
  [0x0308, ['program clear', 'control']],
  [0x0401, ['run', 'control']],
  [0x0402, ['stop', 'control']],
  [0x0403, ['reset', 'control']],
  [0x0501, ['controller data read', 'discovery']],
  [0x0502, ['connection data read', 'discovery']],
  [0x0601, ['controller status read', 'diagnostic']],
  [0x0602, ['network status read', 'diagnostic']],
  [0x0603, ['data link status read', 'diagnostic']],
  [0x0620, ['cycle time read', 'diagnostic']],
  [0x0701, ['clock read', 'read']],
  [0x0702, ['clock write', 'control']],
  [0x0801, ['loop-back test', 'diagnostic']],
  [0x0802, ['broadcast test results read', 'diagnostic']],
  [0x0803, ['broadcast test data send', 'diagnostic']],
  [0x0920, ['message read', 'read']],
  [0x0c01, ['access right acquire', 'control']],
  [0x0c02, ['access right forced acquire', 'control']],
  [0x0c03, ['access right release', 'control']],
  [0x2101, ['error clear', 'control']],
  [0x2102, ['error log read', 'diagnostic']],
  [0x2103, ['error log clear', 'control']],
  [0x2140, ['access log read', 'diagnostic']],
  [0x2141, ['access log clear', 'control']],
  [0x2201, ['file name read', 'read']],
  [0x2202, ['file read', 'read']],
  [0x2203, ['file write', 'write']],
  [0x2204, ['memory card format', 'control']],
  [0x2205, ['file delete', 'write']],
  [0x2206, ['volume label write', 'write']],
  [0x2207, ['file copy', 'write']],
  [0x2208, ['file name change', 'write']],
  [0x2209, ['file data check', 'read']],
  [0x220a, ['memory file transfer', 'control']],
  [0x220b, ['parameter file transfer', 'control']],
  [0x220c, ['program file transfer', 'control']],
  [0x2215, ['directory create or delete', 'write']],
  [0x2301, ['forced set or reset', 'control']],
  [0x2302, ['forced set or reset cancel', 'control']],
  [0x230a, ['forced status read', 'read']],
])

/** Command bits: gateway used, response, none wanted; reserved byte 0; at most seven gateways. */
function isHeader(cursor: Cursor, at: number): boolean {
  const control = cursor.peek(at)
  if ((control & 0xbe) !== 0x80 || cursor.peek(at + 1) !== 0) return false
  return cursor.peek(at + 2) <= 7 && cursor.peek(at + HEADER - 1) >= 0
}

function sayMessage(body: Cursor, message: Message): void {
  const response = (body.u8() & 0x40) !== 0
  body.skip(2)
  const destination = `${body.u8()}.${body.u8()}.${body.u8()}`
  const source = `${body.u8()}.${body.u8()}.${body.u8()}`
  body.skip(1)
  const command = body.u16()
  const [name, operation] = COMMANDS.get(command) ?? [`command ${command.toString(16)}`, 'other']
  const kind = response ? 'response' : 'request'
  const fields = { kind, operation, command, name, source, destination } as const
  if (!response) {
    if (command < 0x0101 || command > 0x0103) message.emit(fields)
    else {
      const area = body.u8()
      const address = body.u16()
      body.skip(1)
      message.emit({ ...fields, area, address, count: body.u16() } satisfies FinsFields)
    }
    return
  }
  // The upper bits say that a relay failed, or that the PLC has an error; 0x0040 is such a flag.
  const status = body.u16() & 0x7f3f
  if (status !== 0) message.emit({ ...fields, status })
  else if (command === IDENTIFY && body.has(40)) {
    const textOf = () => clip(body.latin1(20).replaceAll('\0', ' ').trim())
    message.emit({ ...fields, device: { model: textOf(), version: textOf() } })
  } else message.emit(fields)
}

/** A FINS/TCP frame: magic, length, command, error, then a message. */
function readEnvelope(cursor: Cursor, message: Message): Progress {
  if (!cursor.has(8)) return MORE
  const length = cursor.peek16(6)
  if (cursor.peek16(4) !== 0 || length < 8 || length > LENGTH_MAX) {
    return stumble(cursor, message, 'omron-fins-header')
  }
  if (!cursor.has(8 + length)) return MORE
  stand(message, footing)
  const frame = cursor.sub(8 + length)
  const sends = frame.peek16(10) === SEND
  if (!sends || !isHeader(frame, ENVELOPE)) return NEXT
  frame.skip(ENVELOPE)
  sayMessage(frame, message)
  if (frame.overrun) message.anomaly('omron-fins-short')
  return NEXT
}

export const protocol: Protocol = {
  id: 'omron-fins',
  title: 'Omron FINS',
  spec: 'Omron W342, W227, W421',
  over: [udp(PORT), tcp(PORT)],
  industrial: true,
  startsWith: [0x46, 0x80, 0x81, 0xc0, 0xc1],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    if (cursor.startsWith(MAGIC)) return cursor.peek16(4) === 0 ? YES : NO
    // RTP begins with the same byte: without the magic only the port tells.
    if (!isHeader(cursor, 0)) return NO
    return COMMANDS.has(cursor.peek16(10)) ? MAYBE : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const first = cursor.peek()
    if (first === 0x46 && (cursor.startsWith(MAGIC) || cursor.remaining < 4)) {
      return readEnvelope(cursor, message)
    }
    if (cursor.remaining >= HEADER && !isHeader(cursor, 0)) {
      return stumble(cursor, message, 'omron-fins-header')
    }
    if (!cursor.has(HEADER)) return MORE
    stand(message, footing)
    const body = cursor.sub(cursor.remaining)
    sayMessage(body, message)
    if (body.overrun) message.anomaly('omron-fins-short')
    return NEXT
  },
}
