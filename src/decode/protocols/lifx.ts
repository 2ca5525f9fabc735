// LIFX lamps on the LAN: discovery, what they are, and commands that anybody on the network may
// send.
import { macText } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import type { Operation } from '../operation.ts'
import { NEXT, NO, YES, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type LifxFields = {
  readonly kind: 'request' | 'state'
  readonly type: number
  readonly operation: Operation
  /** The lamp that is meant or speaks; absent when all are meant. */
  readonly mac?: string
  /** Numbers of the maker's product list. */
  readonly vendor?: number
  readonly product?: number
  /** e.g. '3.70'. */
  readonly firmware?: string
}

const HEADER = 36
const STATE_HOST_FIRMWARE = 15
const STATE_VERSION = 33
const GET_SERVICE = 2
/** Types that a lamp answers with. */
const STATES = new Set([3, 13, 15, 17, 19, 22, 25, 33, 35, 45, 50, 53, 59, 107, 118, 506, 512])
/** Types that change a lamp: power, label, colour, location, restart and the like. */
const SETS = new Set([21, 24, 38, 49, 52, 102, 103, 117, 119, 501, 508, 510, 715])

export const protocol: Protocol = {
  id: 'lifx',
  title: 'LIFX LAN protocol',
  spec: 'LIFX LAN protocol',
  over: [udp(56700)],
  // The length's low byte: header and the bodies that exist.
  startsWith: Array.from({ length: 220 }, (_, length) => length + HEADER),
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    return isLifx(cursor) ? YES : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    if (isLifx(cursor)) message.emit(read(cursor))
    else if (!message.packet.cut) message.anomaly('lifx-malformed')
    cursor.seek(cursor.end)
    return NEXT
  },
}

/** Length, protocol number 1024 and the addressable bit, little-endian; zeros where reserved. */
function isLifx(cursor: Cursor): boolean {
  const { bytes, offset } = cursor
  if (!cursor.has(HEADER) || bytes.readUInt16LE(offset) !== cursor.remaining) return false
  if ((bytes.readUInt16LE(offset + 2) & 0xdfff) !== 0x1400) return false
  return (
    bytes[offset + 34] === 0 && bytes[offset + 35] === 0 && bytes.readUInt16BE(offset + 14) === 0
  )
}

function read(cursor: Cursor): LifxFields {
  cursor.skip(8)
  const mac = cursor.u16() * 4294967296 + cursor.u32()
  cursor.skip(18)
  const type = cursor.u16le()
  cursor.skip(2)
  const state = STATES.has(type)
  let vendor: number | undefined
  let product: number | undefined
  let firmware: string | undefined
  if (type === STATE_VERSION && cursor.has(8)) {
    vendor = cursor.u32le()
    product = cursor.u32le()
  } else if (type === STATE_HOST_FIRMWARE && cursor.has(20)) {
    cursor.skip(16)
    const minor = cursor.u16le()
    firmware = `${cursor.u16le()}.${minor}`
  }
  return {
    kind: state ? 'state' : 'request',
    type,
    operation: SETS.has(type) ? 'control' : type === GET_SERVICE ? 'discovery' : 'read',
    mac: mac === 0 ? undefined : macText(mac),
    vendor,
    product,
    firmware,
  }
}
