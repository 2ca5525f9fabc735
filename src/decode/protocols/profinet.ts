// PROFINET on the wire without IP: DCP, by which devices are found, named and addressed, and the
// first frame of each real-time exchange. Cyclic frames come a thousand times a second: each frame
// id is said once per flow.
import { macText, v4Text } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import type { Operation } from '../operation.ts'
import {
  MORE,
  NEXT,
  clip,
  ethernet,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'

export type ProfinetFields = {
  readonly kind: 'dcp' | 'rt'
  readonly operation: Operation
  readonly service?: 'get' | 'set' | 'identify' | 'hello'
  readonly response?: true
  readonly stationName?: string
  /** 'Type of station': the vendor's own words, e.g. 'S7-1200'. */
  readonly deviceVendor?: string
  readonly vendorId?: number
  readonly deviceId?: number
  /** 'device', 'controller', 'multidevice', 'supervisor', joined by '+'. */
  readonly role?: string
  readonly address?: string
  readonly netmask?: string
  readonly gateway?: string
  readonly mac?: string
  readonly alias?: string
  /** What a set does besides naming and addressing. */
  readonly command?: 'factory-reset' | 'signal'
  /** Error of a set's answer; 0 is not said. */
  readonly error?: number
  readonly frameId?: number
  readonly cyclic?: true
  readonly alarm?: 'high' | 'low'
}

type Draft = { -readonly [Name in keyof ProfinetFields]: ProfinetFields[Name] }

/** Frame ids said in this flow. */
type State = { readonly said: number[] }

const SERVICES = new Map([
  [3, 'get'],
  [4, 'set'],
  [5, 'identify'],
  [6, 'hello'],
] as const)
const OPERATIONS = {
  get: 'read',
  set: 'write',
  identify: 'discovery',
  hello: 'discovery',
} as const
const ROLES = ['device', 'controller', 'multidevice', 'supervisor']
const SAID_MAX = 32
const BLOCKS_MAX = 64
const ALARM_HIGH = 0xfc01
const ALARM_LOW = 0xfe01

/** A name ends at its length or, in sloppy stacks, at a zero byte. */
const blockText = (block: Cursor) => clip(block.latin1(block.remaining).split('\0', 1)[0])

/**
 * One DCP block's value by option and suboption; `prefix` says that two bytes of status stand
 * before it.
 */
function readBlock(kind: number, block: Cursor, prefix: boolean, fields: Draft): void {
  if (kind === 0x0504) {
    block.skip(2)
    const error = block.u8()
    if (error !== 0) fields.error = error
    return
  }
  if (prefix) block.skip(2)
  switch (kind) {
    case 0x0101:
      fields.mac = macText(block.u16() * 4294967296 + block.u32())
      return
    case 0x0102:
    case 0x0103:
      fields.address = v4Text(block.u32())
      fields.netmask = v4Text(block.u32())
      fields.gateway = v4Text(block.u32())
      return
    case 0x0201:
      fields.deviceVendor = blockText(block)
      return
    case 0x0202:
      fields.stationName = blockText(block)
      return
    case 0x0203:
      fields.vendorId = block.u16()
      fields.deviceId = block.u16()
      return
    case 0x0204: {
      const bits = block.u8()
      fields.role = ROLES.filter((_, bit) => (bits & (1 << bit)) !== 0).join('+')
      return
    }
    case 0x0206:
      fields.alias = blockText(block)
      return
    case 0x0503:
      fields.command = 'signal'
      return
    case 0x0505:
    case 0x0506:
      fields.command = 'factory-reset'
      return
    default:
  }
}

/** DCP (IEC 61158-6-10 clause 4.3): header, then blocks padded to even length. */
function sayDcp(cursor: Cursor, message: Message): Progress {
  const service = SERVICES.get(cursor.u8() as 3 | 4 | 5 | 6)
  const type = cursor.u8()
  cursor.skip(6)
  const length = cursor.u16()
  if (cursor.overrun || !cursor.has(length)) {
    if (!message.packet.cut) message.anomaly('profinet-short')
    return MORE
  }
  if (!service) {
    message.anomaly('profinet-service')
    return NEXT
  }
  const response = (type & 3) === 1
  const fields: Draft = { kind: 'dcp', operation: OPERATIONS[service], service }
  if (response) fields.response = true
  const body = cursor.sub(length)
  // A get names its blocks by two bytes each; filters of identify have no status before the value.
  if (service === 'get' && !response) body.seek(body.end)
  const prefix = response || service === 'set' || service === 'hello'
  for (let count = 0; count < BLOCKS_MAX && body.has(4); count++) {
    const kind = body.u16()
    const size = body.u16()
    const block = body.sub(size)
    if (!body.overrun) readBlock(kind, block, prefix, fields)
    if (block.overrun) message.anomaly('profinet-block')
    if ((size & 1) === 1 && body.has(1)) body.skip(1)
  }
  if (body.overrun) message.anomaly('profinet-block')
  if (fields.command && service === 'set') fields.operation = 'control'
  message.emit(fields)
  return NEXT
}

export const protocol: Protocol = {
  id: 'profinet',
  title: 'PROFINET DCP and real time',
  spec: 'IEC 61158-6-10',
  over: [ethernet(0x8892)],
  industrial: true,
  packets: Infinity,

  decode(cursor: Cursor, message: Message): Progress {
    const frameId = cursor.peek16()
    if (frameId < 0) return MORE
    if (frameId >= 0xfefc && frameId <= 0xfeff) {
      cursor.skip(2)
      const progress = sayDcp(cursor, message)
      cursor.seek(cursor.end)
      return progress
    }
    cursor.seek(cursor.end)
    if (frameId === ALARM_HIGH || frameId === ALARM_LOW) {
      const alarm = frameId === ALARM_HIGH ? 'high' : 'low'
      message.emit({ kind: 'rt', operation: 'monitor', frameId, alarm } satisfies ProfinetFields)
      return NEXT
    }
    const state = (message.state ??= { said: [] }) as State
    if (state.said.length < SAID_MAX && !state.said.includes(frameId)) {
      state.said.push(frameId)
      message.emit({ kind: 'rt', operation: 'monitor', frameId, cyclic: true })
    }
    return NEXT
  },
}
