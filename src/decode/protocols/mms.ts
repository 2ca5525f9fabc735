// MMS (ISO 9506), as IEC 61850 and ICCP use it on port 102: which variables are read, written and
// commanded, which programs are started, and what a server says of itself. Told from S7 by the
// bytes.
import type { Cursor } from '../../core/cursor.ts'
import { stand, stumble, type Footing } from '../footing.ts'
import { isSilent, isUnit, readUnit, type MmsUnit } from '../mms-units.ts'
import {
  FOREIGN,
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
import { BROKEN, COTP, PARTIAL, tpktLength } from '../tpkt.ts'

export type MmsFields = MmsUnit

type State = Footing & {
  sure: boolean
  /** The last data unit of each direction ended within a message. */
  open: [boolean, boolean]
}

const TPKT = 3
/** Session: connect, accept; give tokens, which stands before data (ISO 8327). */
const CONNECT = 0x0d
const ACCEPT = 0x0e
const TOKENS = 0x01
/** The object identifier 1.0.9506.2.1 or .3, MMS's own syntaxes, as its first bytes in BER. */
const SYNTAX = Buffer.from('28ca2202', 'hex')

const fresh = (): State => ({ misfits: 0, sure: false, open: [false, false] })

/** Whether the session connect in [from, to) names MMS as its syntax. */
function namesMms(cursor: Cursor, from: number, to: number): boolean {
  const at = cursor.bytes.indexOf(SYNTAX, cursor.offset + from)
  return at >= 0 && at < Math.min(cursor.offset + to, cursor.end)
}

/** Where the MMS unit begins behind session data and presentation, -1 when it does not. */
function unitOffset(packet: Cursor): number {
  const first = packet.peek()
  if (isUnit(first)) return packet.offset
  if (first !== TOKENS || packet.peek(2) !== 1 || packet.peek(3) !== 0) return -1
  // 01 00 01 00, then presentation: 61 { 30 { 02 01 context, a0 { unit } } }.
  let at = packet.offset + 4
  for (const tag of [0x61, 0x30]) {
    if (packet.bytes[at] !== tag) return -1
    at += 2 + (packet.bytes[at + 1] > 128 ? packet.bytes[at + 1] & 127 : 0)
  }
  if (packet.bytes[at] !== 2 || packet.bytes[at + 1] !== 1 || packet.bytes[at + 3] !== 0xa0)
    return -1
  const length = packet.bytes[at + 4]
  at += 5 + (length > 128 ? length & 127 : 0)
  return at < packet.end && isUnit(packet.bytes[at]) ? at : -1
}

/** One COTP data unit. */
function readData(packet: Cursor, message: Message): Progress {
  const state = stand(message, fresh)
  const side = message.fromOriginator ? 0 : 1
  const continues = state.open[side]
  packet.seek(packet.offset + 4 + packet.peek(4))
  const last = (packet.u8() & 0x80) !== 0
  const first = packet.peek()
  if (first < 0) return NEXT
  state.open[side] = !last
  if (continues) return NEXT
  if (first === CONNECT || first === ACCEPT) {
    if (namesMms(packet, 0, packet.remaining)) {
      state.sure = true
      if (first === CONNECT) message.emit({ kind: 'initiate', operation: 'other' })
      else message.emit({ kind: 'initiate', operation: 'other', response: true })
    } else if (!state.sure) return FOREIGN
    return NEXT
  }
  const at = unitOffset(packet)
  if (at < 0) {
    if (!state.sure) return FOREIGN
    // Finish, disconnect and abort end a session in their own ways.
    return NEXT
  }
  state.sure = true
  packet.seek(at)
  const tag = packet.peek()
  const unit = readUnit(packet)
  if (unit) message.emit(unit)
  else if (!isSilent(tag)) message.anomaly('mms-unit')
  return NEXT
}

export const protocol: Protocol = {
  id: 'mms',
  title: 'MMS',
  spec: 'ISO 9506-2, IEC 61850-8-1',
  over: [tcp(102)],
  industrial: true,
  startsWith: [TPKT],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    const length = tpktLength(cursor)
    // A connect request names nobody: the first data unit tells.
    if (length === BROKEN || length === PARTIAL || cursor.peek(5) !== COTP.data) return NO
    const first = cursor.peek(7)
    if (first === CONNECT || first === ACCEPT) return namesMms(cursor, 7, length) ? YES : NO
    const packet = cursor.sub(length)
    packet.skip(7)
    if (unitOffset(packet) < 0) return NO
    return YES
  },

  decode(cursor: Cursor, message: Message): Progress {
    const length = tpktLength(cursor)
    if (length === BROKEN) return stumble(cursor, message, 'mms-header')
    if (length === PARTIAL) return MORE
    const packet = cursor.sub(length)
    if ((packet.peek(5) & 0xf0) === COTP.data) return readData(packet, message)
    stand(message, fresh)
    return NEXT
  },
}
