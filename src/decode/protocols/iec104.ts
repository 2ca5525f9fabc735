// IEC 60870-5-104, telecontrol of substations over TCP: which types and causes pass, what is
// commanded, when data transfer starts and stops. Acknowledgements (S) and link tests are not said.
import type { Cursor } from '../../core/cursor.ts'
import { footing, stand, stumble } from '../footing.ts'
import { iec104Cause, iec104Type } from '../iec104-names.ts'
import type { Operation } from '../operation.ts'
import {
  MAYBE,
  MORE,
  NEXT,
  NO,
  YES,
  tcp,
  type Certainty,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'

export type Iec104Fields = {
  /** Format of the frame: information or unnumbered control. */
  readonly kind: 'i' | 'u'
  readonly operation: Operation
  readonly type?: number
  /** Type as the standard writes it, e.g. 'C_SC_NA_1'. */
  readonly name?: string
  readonly cause?: string
  /** The station said no to a command (P/N bit). */
  readonly negative?: true
  readonly test?: true
  readonly originatorAddress?: number
  readonly commonAddress?: number
  /** First information object, and how many. */
  readonly address?: number
  readonly count?: number
  readonly control?: string
}

const START = 0x68
const HEADER = 6
const CONTROLS = new Map([
  [0x07, 'STARTDT act'],
  [0x0b, 'STARTDT con'],
  [0x13, 'STOPDT act'],
  [0x23, 'STOPDT con'],
  [0x43, 'TESTFR act'],
  [0x83, 'TESTFR con'],
])
const TEST = 0x43
const TEST_CONFIRMED = 0x83
/** Bytes of an ASDU before its objects, and of the smallest object. */
const UNIT_MIN = 9

/** Whether length and control field of a frame agree (clause 5). */
function isFrame(cursor: Cursor): boolean {
  const length = cursor.peek(1)
  const first = cursor.peek(2)
  if (cursor.peek() !== START || length < 4 || length > 253) return false
  if ((first & 1) === 0) return length >= 4 + UNIT_MIN && (cursor.peek(4) & 1) === 0
  if (length !== 4 || (cursor.peek(4) & 1) !== 0) return false
  if ((first & 3) === 1) return first === 1 && cursor.peek(3) === 0
  const rest = cursor.peek(3) | cursor.peek(4) | cursor.peek(5)
  return rest === 0 && CONTROLS.has(first)
}

function sayUnit(frame: Cursor, message: Message): void {
  const type = frame.u8()
  const qualifier = frame.u8()
  const cause = frame.u8()
  const originatorAddress = frame.u8()
  const commonAddress = frame.u16le()
  const address = frame.u16le() | (frame.u8() << 16)
  const known = iec104Type(type)
  if (!known) message.anomaly('iec104-type')
  const fields = {
    kind: 'i',
    operation: known?.[1] ?? 'other',
    type,
    name: known?.[0],
    cause: iec104Cause(cause & 63),
    commonAddress,
    address,
    count: qualifier & 127,
  } as const
  if ((cause & 0xc0) === 0 && originatorAddress === 0) message.emit(fields)
  else {
    message.emit({
      ...fields,
      negative: (cause & 0x40) === 0 ? undefined : true,
      test: (cause & 0x80) === 0 ? undefined : true,
      originatorAddress,
    } satisfies Iec104Fields)
  }
}

export const protocol: Protocol = {
  id: 'iec104',
  title: 'IEC 60870-5-104',
  spec: 'IEC 60870-5-104:2006',
  over: [tcp(2404)],
  industrial: true,
  startsWith: [START],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    if (!cursor.has(HEADER)) return cursor.peek() === START ? MAYBE : NO
    if (!isFrame(cursor)) return NO
    const length = cursor.peek(1) + 2
    const next = cursor.peek(length)
    if (next >= 0 && next !== START) return NO
    if (length > HEADER) {
      const cause = cursor.peek(8) & 63
      const known = iec104Type(cursor.peek(6)) !== undefined && cause > 0 && cause <= 47
      return known && cursor.remaining >= length ? YES : MAYBE
    }
    return (cursor.peek(2) & 3) === 3 ? YES : MAYBE
  },

  decode(cursor: Cursor, message: Message): Progress {
    const first = cursor.peek()
    if (first !== START && first >= 0) return stumble(cursor, message, 'iec104-header')
    if (!cursor.has(HEADER)) return MORE
    if (!isFrame(cursor)) return stumble(cursor, message, 'iec104-header')
    const length = cursor.peek(1) + 2
    if (!cursor.has(length)) return MORE
    stand(message, footing)
    const frame = cursor.sub(length)
    const control = frame.peek(2)
    if ((control & 1) === 0) {
      frame.skip(HEADER)
      sayUnit(frame, message)
    } else if ((control & 3) === 3 && control !== TEST && control !== TEST_CONFIRMED) {
      message.emit({ kind: 'u', operation: 'other', control: CONTROLS.get(control) })
    }
    return NEXT
  },
}
