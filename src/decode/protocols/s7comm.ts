// S7comm and S7comm-plus, Siemens' PLC protocols over COTP: reads, writes, starts, stops, program
// transfers, and what a PLC's system status lists say of its hardware.
import type { Cursor } from '../../core/cursor.ts'
import { stand, stumble, type Footing } from '../footing.ts'
import type { Operation } from '../operation.ts'
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
  type Certainty,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'
import { AREAS, COMPONENTS, PI_SERVICES, jobName, plusName, userdataName } from '../s7-names.ts'
import { BROKEN, COTP, PARTIAL, readConnect, tpktLength } from '../tpkt.ts'

export type S7Values = {
  readonly orderNumber?: string
  readonly hardware?: string
  readonly firmware?: string
  readonly plantName?: string
  readonly moduleName?: string
  readonly plantId?: string
  readonly serial?: string
  readonly moduleType?: string
  readonly cardSerial?: string
  readonly location?: string
}

export type S7Fields = {
  readonly kind: 'job' | 'ack' | 'ack-data' | 'userdata'
  /** Job: parameter byte. User data: group * 256 + sub-function. Plus: 16-bit function. */
  readonly function: number
  readonly name: string
  readonly operation: Operation
  /** User data that answers. */
  readonly reply?: true
  /** Of the PLC's CPU, from the connection's called selector; said with the set-up. */
  readonly rack?: number
  readonly slot?: number
  /** Read and write jobs: how many variables, and where the first one lies. */
  readonly items?: number
  readonly area?: string
  readonly database?: number
  /** PI service text or file name of a block, e.g. 'P_PROGRAM', '_0A00001P'. */
  readonly block?: string
  /** System status list and what it says. */
  readonly szl?: number
  readonly values?: S7Values
  /** Error class * 256 + code of an acknowledgement. */
  readonly error?: number
  readonly plus?: true
}

type State = Footing & {
  called: string
  /** An S7 message was seen: this is not another protocol on port 102. */
  sure: boolean
  /** The last data unit of each direction ended within a message. */
  open: [boolean, boolean]
}

const S7 = 0x32
const PLUS = 0x72
const TPKT = 3
const JOB = 1
const USERDATA = 7
const SZL = 0x401

const fresh = (): State => ({ misfits: 0, called: '', sure: false, open: [false, false] })

/** How selectors of S7comm-plus begin. */
const TIA = 'SIMATIC-ROOT'

/** Selectors of two bytes that Siemens' tools use: connection type 1 to 3 and rack/slot, LOGO's. */
function isSiemens(selector: string): boolean {
  const type = selector.charCodeAt(0)
  return selector.length === 2 && ((type >= 1 && type <= 3) || type === 0x10 || selector === 'MW')
}

function sayJob(
  body: Cursor,
  message: Message,
  kind: 'job' | 'ack' | 'ack-data',
  error: number,
): void {
  const code = body.u8()
  const [name, operation] = jobName(code)
  const fields = { kind, function: code, name, operation } as const
  if (kind !== 'job') {
    if (error === 0) message.emit(fields)
    else message.emit({ ...fields, error })
  } else if (code === 4 || code === 5) {
    const items = body.u8()
    // One variable: specification 0x12, length, syntax 0x10 (any), type, count, block, area,
    // address.
    if (body.peek(2) === 0x10) {
      body.skip(6)
      const database = body.u16()
      const area = AREAS.get(body.u8())
      message.emit({ kind, function: code, name, operation, items, area, database })
    } else message.emit({ kind, function: code, name, operation, items })
  } else if (code === 0xf0) {
    const selector = (message.state as State).called
    const place = selector.length === 2 ? selector.charCodeAt(1) : -1
    if (place < 0) message.emit(fields)
    else message.emit({ ...fields, rack: place >> 5, slot: place & 31 })
  } else if (code === 0x28) {
    body.skip(7)
    body.skip(body.u16())
    const block = readBlock(body)
    message.emit({ ...fields, name: PI_SERVICES.get(block) ?? name, block })
  } else if (code === 0x1a || code === 0x1b || code === 0x1c || code === 0x1d) {
    body.skip(7)
    message.emit({ ...fields, block: readBlock(body) })
  } else message.emit(fields)
}

const readBlock = (body: Cursor) => clip(body.latin1(body.u8()), 32)

function sayUserdata(body: Cursor, data: Cursor, message: Message): void {
  body.skip(5)
  const typeAndGroup = body.u8()
  const code = ((typeAndGroup & 15) << 8) | body.u8()
  const [name, operation] = userdataName(code)
  const type = typeAndGroup >> 4
  const fields = {
    kind: 'userdata',
    function: code,
    name,
    operation: type === 0 ? 'monitor' : operation,
  } as const
  if (code === SZL && (type === 4 || type === 8)) {
    const success = data.u8() === 0xff
    data.skip(3)
    const szl = data.u16()
    data.skip(2)
    if (type === 4) message.emit({ ...fields, szl })
    else if (success) message.emit({ ...fields, reply: true, szl, values: readList(data, szl) })
    else message.emit({ ...fields, reply: true })
  } else if (type === 8) message.emit({ ...fields, reply: true })
  else message.emit(fields)
}

/** Records of the lists that identify a module; records cut by the message's end are left out. */
function readList(data: Cursor, szl: number): S7Values | undefined {
  const kind = szl & 0xff
  if (kind !== 0x11 && kind !== 0x1c) return undefined
  const length = data.u16()
  const count = Math.min(data.u16(), 32)
  const values: Record<string, string> = {}
  for (let record = 0; record < count && length >= 4 && data.has(length); record++) {
    const row = data.sub(length)
    const index = row.u16()
    if (kind === 0x1c) {
      const name = COMPONENTS.get(index)
      const text = clip(row.latin1(row.remaining).replace(/\0.*$/s, '').trim(), 64)
      if (name && text) values[name] = text
    } else if (length >= 28) readModule(row, index, values)
  }
  return values
}

/** A record of list 0x0011: order number, then the version as 'V' and three bytes. */
function readModule(row: Cursor, index: number, values: Record<string, string>): void {
  const order = clip(row.latin1(20).replaceAll('\0', ' ').trim(), 20)
  row.skip(2)
  const letter = row.u8()
  const version = `${row.u8()}.${row.u8()}.${row.u8()}`
  if (index === 1) values.orderNumber = order
  else if (index === 6) values.hardware = order
  else if (index === 7 && letter === 0x56) values.firmware = `V${version}`
}

/** Reads an S7comm header and says its message; false when the header does not fit. */
function sayClassic(body: Cursor, message: Message): boolean {
  body.skip(1)
  const type = body.u8()
  body.skip(4)
  const parameterLength = body.u16()
  const dataLength = body.u16()
  const error = type === 2 || type === 3 ? body.u16() : 0
  if (type !== JOB && type !== 2 && type !== 3 && type !== USERDATA) return false
  if (body.overrun || parameterLength > body.remaining) return false
  const parameter = body.sub(parameterLength)
  const data = body.sub(Math.min(dataLength, body.remaining))
  if (type === USERDATA) sayUserdata(parameter, data, message)
  else if (parameterLength > 0) {
    sayJob(parameter, message, type === JOB ? 'job' : type === 2 ? 'ack' : 'ack-data', error)
  }
  if (parameter.overrun) message.anomaly('s7comm-short')
  return true
}

const REQUEST = 0x31
const RESPONSE = 0x32
const NOTIFICATION = 0x33
const CREATE_OBJECT = 0x04ca

/** Reads an S7comm-plus telegram's head; version 3 carries a digest before it. */
function sayPlus(body: Cursor, message: Message): void {
  body.skip(1)
  const version = body.u8()
  if (version < 1 || version > 3) return
  body.skip(2)
  if (version === 3) body.skip(body.u8())
  const opcode = body.u8()
  if (opcode === NOTIFICATION) {
    const fields = {
      kind: 'userdata',
      function: 0,
      name: 'notification',
      operation: 'monitor',
    } as const
    message.emit({ ...fields, plus: true })
    return
  }
  if (opcode !== REQUEST && opcode !== RESPONSE) return
  body.skip(2)
  const code = body.u16()
  if (body.overrun) return
  const kind = opcode === REQUEST ? 'job' : 'ack-data'
  const object = opcode === REQUEST && isSet(code) ? readTarget(body) : undefined
  const [name, operation] = object ?? plusName(code)
  const values = opcode === RESPONSE && code === CREATE_OBJECT ? readStation(body) : undefined
  if (values) message.emit({ kind, function: code, name, operation, values, plus: true })
  else message.emit({ kind, function: code, name, operation, plus: true })
}

const isSet = (code: number) => code === 0x04f2 || code === 0x0542
/** Object that holds the CPU's operating state. */
const EXECUTION_UNIT = 0x34

/**
 * Whom a set request changes, when that is no process variable: the session itself and objects it
 * made (subscriptions) are its own housekeeping, the execution unit is start and stop.
 */
function readTarget(body: Cursor): readonly [string, Operation] | undefined {
  body.skip(4)
  const session = body.u32()
  body.skip(1)
  const object = body.u32()
  if (body.overrun) return undefined
  if (object === EXECUTION_UNIT) return ['set operating state', 'control']
  const own = object === session || (object >= 0x1000_0000 && object < 0x8000_0000)
  return own ? ['set session', 'other'] : undefined
}

/** The text `1;6ES7 211-1BE31-0XB0 ;V3.0` in the answer that opens a session. */
function readStation(body: Cursor): S7Values | undefined {
  const text = body.latin1(Math.min(body.remaining, 1024))
  const match = /\d;([\dA-Z]{4} [\dA-Z-]{10,16}) *;V([\d.]{1,16})/.exec(text)
  return match ? { orderNumber: match[1], firmware: `V${match[2]}` } : undefined
}

/** One data unit: its user data, unless it continues the one before. */
function readData(packet: Cursor, message: Message): Progress {
  const state = stand(message, fresh)
  const side = message.fromOriginator ? 0 : 1
  const continues = state.open[side]
  packet.seek(packet.offset + 5 + packet.peek(4) - 1)
  const last = (packet.u8() & 0x80) !== 0
  const first = packet.peek()
  // Siemens' tools acknowledge with an empty data unit that is not marked as last.
  if (first < 0) return NEXT
  state.open[side] = !last
  if (continues) return NEXT
  if (first === S7 && sayClassic(packet, message)) state.sure = true
  else if (first === PLUS) {
    state.sure = true
    sayPlus(packet, message)
  } else if (!state.sure) return FOREIGN
  else if (first >= 0x14 && first <= 0x17 && packet.peek(1) === 3) return END
  else message.anomaly('s7comm-payload')
  return NEXT
}

export const protocol: Protocol = {
  id: 's7comm',
  title: 'S7comm',
  spec: 'RFC 1006, ISO 8073; S7comm as observed',
  over: [tcp(102)],
  industrial: true,
  startsWith: [TPKT],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    const length = tpktLength(cursor)
    if (length === BROKEN) return NO
    if (length === PARTIAL) return cursor.has(8) && cursor.peek(7) === S7 ? MAYBE : NO
    const type = cursor.peek(5)
    if (type === COTP.data) {
      const first = cursor.peek(7)
      return first === S7 || first === PLUS ? YES : length === 7 ? MAYBE : NO
    }
    if (type !== COTP.connectRequest && type !== COTP.connectConfirm) return NO
    const { called, calling } = readConnect(cursor)
    if (called.startsWith(TIA)) return YES
    return isSiemens(called) && isSiemens(calling) ? YES : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const length = tpktLength(cursor)
    if (length === BROKEN) return stumble(cursor, message, 's7comm-header')
    if (length === PARTIAL) return MORE
    const packet = cursor.sub(length)
    const type = packet.peek(5) & 0xf0
    if (type === COTP.data) return readData(packet, message)
    const state = stand(message, fresh)
    if (type === COTP.connectRequest) state.called = readConnect(packet).called
    return NEXT
  },
}
