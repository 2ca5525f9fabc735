// Modbus/TCP: who reads and who writes which registers of which unit, exceptions, and what a device
// says of itself (function 43/14). Schneider's UMAS (function 90) starts, stops and reprograms
// PLCs: it is named.
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
  type Certainty,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'

export type ModbusDevice = {
  readonly vendor?: string
  readonly product?: string
  readonly revision?: string
  readonly url?: string
  readonly productName?: string
  readonly model?: string
  readonly application?: string
  /** Answer to function 17, printable part: what it says is up to the maker. */
  readonly server?: string
}

export type ModbusFields = {
  readonly kind: 'request' | 'response' | 'exception'
  readonly unit: number
  readonly function: number
  readonly operation: Operation
  readonly name: string
  /** First coil or register as it is on the wire (from 0), and how many; requests only. */
  readonly address?: number
  readonly count?: number
  /** Function 23 reads other registers than it writes. */
  readonly readAddress?: number
  readonly readCount?: number
  /** Sub-function of 8, MEI type of 43, UMAS function of 90. */
  readonly subfunction?: number
  readonly exception?: number
  readonly exceptionName?: string
  readonly device?: ModbusDevice
}

const PORT = 502
const HEADER = 8
const IDENTIFICATION = 43
const MEI_IDENTIFICATION = 14
const UMAS = 90
const PDU_MAX = 254

const FUNCTIONS: readonly (readonly [number, string, Operation])[] = [
  [1, 'read coils', 'read'],
  [2, 'read discrete inputs', 'read'],
  [3, 'read holding registers', 'read'],
  [4, 'read input registers', 'read'],
  [5, 'write single coil', 'write'],
  [6, 'write single register', 'write'],
  [7, 'read exception status', 'diagnostic'],
  [8, 'diagnostics', 'diagnostic'],
  [11, 'get event counter', 'diagnostic'],
  [12, 'get event log', 'diagnostic'],
  [15, 'write multiple coils', 'write'],
  [16, 'write multiple registers', 'write'],
  [17, 'report server id', 'discovery'],
  [20, 'read file record', 'read'],
  [21, 'write file record', 'write'],
  [22, 'mask write register', 'write'],
  [23, 'read/write registers', 'write'],
  [24, 'read FIFO queue', 'read'],
  [43, 'encapsulated interface', 'discovery'],
  [90, 'UMAS', 'other'],
]
const NAMES: string[] = Array.from({ length: 128 }, (_, code) => `function ${code}`)
const OPERATIONS: Operation[] = Array.from({ length: 128 }, () => 'other')
const KNOWN: boolean[] = Array.from({ length: 128 }, () => false)
for (const [code, name, operation] of FUNCTIONS) {
  NAMES[code] = name
  OPERATIONS[code] = operation
  KNOWN[code] = true
}

/**
 * UMAS function codes as public research names them; what is not listed reads or keeps a session.
 */
const UMAS_FUNCTIONS = new Map<number, readonly [string, Operation]>([
  [0x02, ['UMAS read id', 'discovery']],
  [0x10, ['UMAS reserve PLC', 'control']],
  [0x11, ['UMAS release PLC', 'control']],
  [0x20, ['UMAS read memory', 'read']],
  [0x21, ['UMAS write memory', 'write']],
  [0x22, ['UMAS read variables', 'read']],
  [0x23, ['UMAS write variables', 'write']],
  [0x24, ['UMAS read coils or registers', 'read']],
  [0x25, ['UMAS write coils or registers', 'write']],
  [0x30, ['UMAS upload', 'control']],
  [0x33, ['UMAS download', 'control']],
  [0x34, ['UMAS download block', 'control']],
  [0x35, ['UMAS end download', 'control']],
  [0x40, ['UMAS start PLC', 'control']],
  [0x41, ['UMAS stop PLC', 'control']],
  [0x71, ['UMAS write input or output', 'write']],
])

const EXCEPTIONS = new Map([
  [1, 'illegal function'],
  [2, 'illegal data address'],
  [3, 'illegal data value'],
  [4, 'server device failure'],
  [5, 'acknowledge'],
  [6, 'server device busy'],
  [8, 'memory parity error'],
  [10, 'gateway path unavailable'],
  [11, 'gateway target failed to respond'],
])

/** Diagnostics that change what the device does: restart communications, force listen only. */
const isForcing = (subfunction: number) => subfunction === 1 || subfunction === 4

const OBJECTS = ['vendor', 'product', 'revision', 'url', 'productName', 'model', 'application']

/** Whether the PDU at `at` is a request whose lengths and counts all agree. */
function isExactRequest(cursor: Cursor, length: number): boolean {
  const code = cursor.peek(7)
  const count = cursor.peek16(10)
  if (code >= 1 && code <= 4) {
    return length === 6 && count >= 1 && count <= (code <= 2 ? 2000 : 125)
  }
  if (code === 15 || code === 16) {
    const bytes = code === 15 ? (count + 7) >> 3 : count * 2
    return count >= 1 && bytes <= 246 && cursor.peek(12) === bytes && length === 7 + bytes
  }
  if (code === IDENTIFICATION) {
    const level = cursor.peek(9)
    return cursor.peek(8) === MEI_IDENTIFICATION && length === 5 && level >= 1 && level <= 4
  }
  return code === 5 && length === 6 && (count === 0 || count === 0xff00)
}

/** Says a request: the cursor stands behind the function code. */
function sayRequest(cursor: Cursor, message: Message, unit: number, code: number): void {
  const kind = 'request'
  const name = NAMES[code]
  const operation = OPERATIONS[code]
  const fields = { kind, unit, function: code, operation, name } as const
  switch (code) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 15:
    case 16: {
      const address = cursor.u16()
      const count = cursor.u16()
      message.emit({ kind, unit, function: code, operation, name, address, count })
      return
    }
    case 5:
    case 6:
    case 22: {
      const address = cursor.u16()
      message.emit({ kind, unit, function: code, operation, name, address, count: 1 })
      return
    }
    case 23: {
      const readAddress = cursor.u16()
      const readCount = cursor.u16()
      const address = cursor.u16()
      message.emit({ ...fields, address, count: cursor.u16(), readAddress, readCount })
      return
    }
    case 8: {
      const subfunction = cursor.u16()
      message.emit({
        ...fields,
        operation: isForcing(subfunction) ? 'control' : operation,
        subfunction,
      })
      return
    }
    case IDENTIFICATION:
      message.emit({ ...fields, subfunction: cursor.u8() })
      return
    case UMAS: {
      cursor.skip(1)
      const subfunction = cursor.u8()
      const row = UMAS_FUNCTIONS.get(subfunction)
      message.emit({
        ...fields,
        name: row?.[0] ?? name,
        operation: row?.[1] ?? 'other',
        subfunction,
      })
      return
    }
    default:
      message.emit(fields)
  }
}

function sayResponse(cursor: Cursor, message: Message, unit: number, code: number): void {
  const name = NAMES[code]
  const operation = OPERATIONS[code]
  if (code === IDENTIFICATION && cursor.peek() === MEI_IDENTIFICATION) {
    const device = readObjects(cursor)
    message.emit({ kind: 'response', unit, function: code, operation, name, device })
  } else if (code === 17) {
    const length = cursor.u8()
    const text = cursor.latin1(Math.min(length, cursor.remaining))
    const server = clip(text.replace(/[^ -~]+/g, ' ').trim(), 128)
    message.emit({ kind: 'response', unit, function: code, operation, name, device: { server } })
  } else message.emit({ kind: 'response', unit, function: code, operation, name })
}

/**
 * The object list of a Read Device Identification answer; what lies beyond the message is left out.
 */
function readObjects(cursor: Cursor): ModbusDevice {
  cursor.skip(5)
  const device: Record<string, string> = {}
  for (let left = cursor.u8(); left > 0 && cursor.has(2); left--) {
    const id = cursor.u8()
    const length = cursor.u8()
    if (!cursor.has(length)) break
    const text = cursor.latin1(length)
    if (id < OBJECTS.length) device[OBJECTS[id]] = clip(text.trim())
  }
  return device
}

/** The server's port says who answers; only without it does the flow's direction decide. */
function isRequest(message: Message): boolean {
  if (message.destinationPort === PORT) return true
  return message.sourcePort === PORT ? false : message.fromOriginator
}

export const protocol: Protocol = {
  id: 'modbus',
  title: 'Modbus/TCP',
  spec: 'Modbus Application Protocol V1.1b3',
  over: [tcp(PORT)],
  industrial: true,
  // Messages begin with a transaction number: any byte will do.
  startsWith: Array.from({ length: 256 }, (_, byte) => byte),
  packets: Infinity,

  recognise(cursor: Cursor, message: Message): Certainty {
    const length = cursor.peek16(4)
    const code = cursor.peek(7)
    if (cursor.peek16(2) !== 0 || length < 2 || length > PDU_MAX || code < 1) return NO
    if (cursor.remaining !== length + 6) return MAYBE
    return isRequest(message) && isExactRequest(cursor, length) ? YES : MAYBE
  },

  decode(cursor: Cursor, message: Message): Progress {
    if (!cursor.has(HEADER)) return MORE
    const length = cursor.peek16(4)
    const code = cursor.peek(7)
    if (cursor.peek16(2) !== 0 || length < 2 || length > PDU_MAX || code === 0) {
      return stumble(cursor, message, 'modbus-header')
    }
    if (!cursor.has(length + 6)) return MORE
    stand(message, footing)
    const unit = cursor.peek(6)
    cursor.skip(HEADER)
    const pdu = cursor.sub(length - 2)
    if (code >= 128) {
      const exception = pdu.u8()
      message.emit({
        kind: 'exception',
        unit,
        function: code & 127,
        operation: OPERATIONS[code & 127],
        name: NAMES[code & 127],
        exception,
        exceptionName: EXCEPTIONS.get(exception),
      } satisfies ModbusFields)
    } else if (isRequest(message)) sayRequest(pdu, message, unit, code)
    else sayResponse(pdu, message, unit, code)
    if (pdu.overrun) message.anomaly('modbus-short')
    else if (!KNOWN[code & 127]) message.anomaly('modbus-function')
    return NEXT
  },
}
