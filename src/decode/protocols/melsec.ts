// Mitsubishi's MELSEC communication protocol, also called SLMP (binary 3E and 4E frames): who
// reads, writes, runs, stops and resets PLCs, and the type name a PLC gives. MELSOFT's own frames,
// which have no public description, are only recognised.
import type { Cursor } from '../../core/cursor.ts'
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

export type MelsecFields = {
  readonly kind: 'request' | 'response' | 'melsoft'
  readonly operation: Operation
  /** Command as the manual writes it in hexadecimal, e.g. 0x0401. */
  readonly command?: number
  readonly name?: string
  /** Network and station number of the PLC. */
  readonly network?: number
  readonly station?: number
  /** Device reads and writes: device code, first device, how many points. */
  readonly area?: number
  readonly address?: number
  readonly count?: number
  /** End code of an answer that is not normal. */
  readonly status?: number
  readonly device?: { readonly model: string; readonly code: number }
}

type State = Footing & {
  /** Command of the last request: an answer does not repeat it. */
  asked: number
  melsoft: boolean
}
type Row = readonly [name: string, operation: Operation]

const TYPE_NAME = 0x0101
const LENGTH_MAX = 8192
const FRAME = { request3: 0x50, request4: 0x54, response3: 0xd0, response4: 0xd4 } as const
const MELSOFT_REQUEST = 0x57
const MELSOFT_RESPONSE = 0xd7

/** SH-080008, MELSEC Communication Protocol Reference Manual. */
const COMMANDS = new Map<number, Row>([
  [0x0101, ['read type name', 'discovery']],
  [0x0401, ['device read', 'read']],
  [0x0403, ['device read random', 'read']],
  [0x0406, ['device read block', 'read']],
  [0x0601, ['extend unit read', 'read']],
  [0x0613, ['memory read', 'read']],
  [0x0619, ['loop-back test', 'diagnostic']],
  [0x0801, ['monitor entry', 'read']],
  [0x0802, ['monitor', 'read']],
  [0x0e30, ['node search', 'discovery']],
  [0x0e31, ['address set', 'control']],
  [0x1001, ['remote run', 'control']],
  [0x1002, ['remote stop', 'control']],
  [0x1003, ['remote pause', 'control']],
  [0x1005, ['remote latch clear', 'control']],
  [0x1006, ['remote reset', 'control']],
  [0x1401, ['device write', 'write']],
  [0x1402, ['device write random', 'write']],
  [0x1406, ['device write block', 'write']],
  [0x1601, ['extend unit write', 'write']],
  [0x1613, ['memory write', 'write']],
  [0x1617, ['clear error', 'control']],
  [0x1630, ['unlock', 'control']],
  [0x1631, ['lock', 'control']],
  [0x1810, ['directory read', 'read']],
  [0x1811, ['file search', 'read']],
  [0x1820, ['file create', 'write']],
  [0x1822, ['file delete', 'write']],
  [0x1824, ['file copy', 'write']],
  [0x1825, ['file attribute change', 'write']],
  [0x1826, ['file date change', 'write']],
  [0x1827, ['file open', 'other']],
  [0x1828, ['file read', 'read']],
  [0x1829, ['file write', 'write']],
  [0x182a, ['file close', 'other']],
])

const isFourth = (first: number) => first === FRAME.request4 || first === FRAME.response4
const isRequest = (first: number) => first === FRAME.request3 || first === FRAME.request4

/** Where the network number stands: behind the subheader, and in 4E frames a serial number. */
const routeOffset = (first: number) => (isFourth(first) ? 6 : 2)

const le16 = (cursor: Cursor, at: number) => {
  const value = cursor.peek16(at)
  return value < 0 ? -1 : ((value & 255) << 8) | (value >> 8)
}

/** Bytes of the frame at the cursor, 0 while its length is not there yet, -1 when it is none. */
function frameLength(cursor: Cursor): number {
  const first = cursor.peek()
  if (!isRequest(first) && first !== FRAME.response3 && first !== FRAME.response4) return -1
  if (cursor.peek(1) > 0 || (isFourth(first) && cursor.peek16(4) > 0)) return -1
  const route = routeOffset(first)
  const length = le16(cursor, route + 5)
  if (length < 0) return 0
  return length >= (isRequest(first) ? 6 : 2) && length <= LENGTH_MAX ? route + 7 + length : -1
}

/** MELSOFT: 0x57 or 0xd7, a running number, zeros, then 11 11. Seen on ports 5560 and 5562. */
function isMelsoft(cursor: Cursor): boolean {
  const first = cursor.peek()
  if (first !== MELSOFT_REQUEST && first !== MELSOFT_RESPONSE) return false
  return cursor.peek16(2) === 0 && cursor.peek16(5) === 0x1111 && cursor.has(20)
}

function sayRequest(body: Cursor, message: Message, network: number, station: number): void {
  body.skip(2)
  const command = body.u16le()
  body.skip(2)
  const state = message.state as State
  state.asked = command
  const known = COMMANDS.get(command)
  const name = known?.[0] ?? `command ${command.toString(16).padStart(4, '0')}`
  const fields = {
    kind: 'request',
    operation: known?.[1] ?? 'other',
    command,
    name,
    network,
    station,
  } as const
  if ((command === 0x0401 || command === 0x1401) && body.has(6)) {
    const address = body.u16le() | (body.u8() << 16)
    const area = body.u8()
    message.emit({ ...fields, area, address, count: body.u16le() } satisfies MelsecFields)
  } else message.emit(fields)
}

function sayResponse(body: Cursor, message: Message): void {
  const state = message.state as State
  const command = state.asked
  const status = body.u16le()
  const known = COMMANDS.get(command)
  const fields = { kind: 'response', operation: known?.[1] ?? 'other', name: known?.[0] } as const
  if (status !== 0) message.emit({ ...fields, status })
  else if (command === TYPE_NAME && body.has(16)) {
    const model = clip(body.latin1(16).replaceAll('\0', ' ').trim())
    message.emit({ ...fields, device: { model, code: body.u16le() } })
  } else message.emit(fields)
}

export const protocol: Protocol = {
  id: 'melsec',
  title: 'MELSEC / SLMP',
  spec: 'Mitsubishi SH-080008, CLPA BAP-C3002',
  over: [tcp(5007, 5562), udp(5006, 5560)],
  industrial: true,
  startsWith: [...Object.values(FRAME), MELSOFT_REQUEST, MELSOFT_RESPONSE],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    if (isMelsoft(cursor)) return MAYBE
    const length = frameLength(cursor)
    if (length <= 0 || length !== cursor.remaining) return NO
    const first = cursor.peek()
    const route = routeOffset(first)
    // Module number 0x03ff is the CPU itself; other values address multi-drop stations.
    if (le16(cursor, route + 2) !== 0x03ff) return NO
    if (!isRequest(first)) return MAYBE
    return COMMANDS.has(le16(cursor, route + 9)) ? YES : MAYBE
  },

  decode(cursor: Cursor, message: Message): Progress {
    const fresh = (): State => ({ misfits: 0, asked: -1, melsoft: false })
    if (isMelsoft(cursor)) {
      const state = stand(message, fresh)
      if (!state.melsoft) message.emit({ kind: 'melsoft', operation: 'other' })
      state.melsoft = true
      cursor.seek(cursor.end)
      return NEXT
    }
    const length = frameLength(cursor)
    if (length < 0) {
      if ((message.state as State | undefined)?.melsoft === true) {
        cursor.seek(cursor.end)
        return NEXT
      }
      return stumble(cursor, message, 'melsec-header')
    }
    if (length === 0 || !cursor.has(length)) return MORE
    stand(message, fresh)
    const frame = cursor.sub(length)
    const first = frame.peek()
    frame.skip(routeOffset(first))
    const network = frame.u8()
    frame.skip(3)
    const station = frame.u8()
    frame.skip(2)
    if (isRequest(first)) sayRequest(frame, message, network, station)
    else sayResponse(frame, message)
    if (frame.overrun) message.anomaly('melsec-short')
    return NEXT
  },
}
