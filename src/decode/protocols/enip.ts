// EtherNet/IP: who lists identities, opens sessions, reads, writes, resets and reprograms CIP
// devices; and the identity they give. Cyclic input and output (port 2222) is said once per flow.
import { v4Text } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import { CLASS } from '../cip-names.ts'
import { readIdentity, readRequest, type CipIdentity, type CipRequest } from '../cip.ts'
import { stand, stumble, type Footing } from '../footing.ts'
import type { Operation } from '../operation.ts'
import {
  END,
  MAYBE,
  MORE,
  NEXT,
  NO,
  YES,
  tcp,
  udp,
  type Certainty,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'

export type EnipFields = {
  readonly kind: 'list-identity' | 'list-services' | 'register' | 'send' | 'reply' | 'io'
  readonly operation: Operation
  readonly identity?: CipIdentity
  /** Where the identity's owner says it listens. */
  readonly address?: string
  /** Service with the reply bit taken off. */
  readonly service?: number
  readonly name?: string
  readonly class?: number
  readonly instance?: number
  readonly attribute?: number
  readonly tag?: string
  readonly route?: string
  /** General status of a reply; 0 is success. */
  readonly status?: number
  readonly originatorVendorId?: number
  readonly originatorSerial?: string
  readonly expected?: CipIdentity
}

type State = Footing & {
  /** The last request read the identity object: its answer has an identity in it. */
  identityAsked: boolean
}

const COMMAND = {
  noOperation: 0,
  listServices: 0x04,
  listIdentity: 0x63,
  listInterfaces: 0x64,
  register: 0x65,
  unregister: 0x66,
  sendRequest: 0x6f,
  sendUnit: 0x70,
} as const
const COMMANDS = new Set<number>(Object.values(COMMAND))

const ITEM = { identity: 0x0c, connected: 0xb1, unconnected: 0xb2, sequenced: 0x8002 } as const
const HEADER = 24
const ITEMS_MAX = 8

const fresh = (): State => ({ misfits: 0, identityAsked: false })

/** Sequenced address item of 8 bytes, then connected data: cyclic input and output. */
const isCyclic = (cursor: Cursor) =>
  cursor.peek16(0) === 0x0200 && cursor.peek16(2) === 0x0280 && cursor.peek16(4) === 0x0800

const swap = (value: number) => ((value & 255) << 8) | (value >> 8)

/** Length of the encapsulated data when the header fits, -1 when it does not. */
function headerLength(cursor: Cursor): number {
  const command = cursor.peek16(0)
  const length = cursor.peek16(2)
  if (command < 0 || length < 0 || !COMMANDS.has(swap(command))) return -1
  // Options must be zero; statuses are small numbers.
  if (cursor.peek16(20) > 0 || cursor.peek16(22) > 0 || cursor.peek16(10) > 0) return -1
  return swap(length)
}

/** Hands each item of the common packet format to `read`. */
function eachItem(body: Cursor, read: (type: number, item: Cursor) => void): void {
  const count = Math.min(body.u16le(), ITEMS_MAX)
  for (let index = 0; index < count && body.has(4); index++) {
    const type = body.u16le()
    read(type, body.sub(body.u16le()))
  }
}

function sayIdentities(body: Cursor, message: Message): void {
  if (body.remaining === 0) {
    message.emit({ kind: 'list-identity', operation: 'discovery' })
    return
  }
  eachItem(body, (type, item) => {
    if (type !== ITEM.identity) return
    item.skip(2 + 4)
    const address = v4Text(item.u32())
    item.skip(8)
    const identity = readIdentity(item)
    if (item.overrun) {
      message.anomaly('enip-short')
      return
    }
    const state = item.has(1) ? item.u8() : undefined
    const fields = { kind: 'list-identity', operation: 'discovery', address } as const
    message.emit({ ...fields, identity: { ...identity, state } } satisfies EnipFields)
  })
}

function sayReply(item: Cursor, message: Message, state: State): void {
  const service = item.u8() & 127
  item.skip(1)
  const status = item.u8()
  item.skip(item.u8() * 2)
  if (item.overrun) {
    message.anomaly('enip-short')
  } else if (status === 0 && state.identityAsked && service === 1 && item.remaining >= 15) {
    state.identityAsked = false
    const identity = readIdentity(item)
    if (item.overrun) return
    message.emit({
      kind: 'reply',
      operation: 'read',
      service,
      class: CLASS.identity,
      identity,
      status,
    })
  } else if (status !== 0) message.emit({ kind: 'reply', operation: 'other', service, status })
}

/** A CIP message in an unconnected or connected data item. */
function sayCip(item: Cursor, message: Message, state: State): void {
  const service = item.peek()
  if (service < 0) return
  if (service >= 128) {
    sayReply(item, message, state)
    return
  }
  readRequest(item, (request: CipRequest) => {
    if (request.class === CLASS.identity && request.service === 1) state.identityAsked = true
    message.emit({ kind: 'send', ...request } satisfies EnipFields)
  })
  if (item.overrun) message.anomaly('enip-short')
}

function sayCyclic(cursor: Cursor, message: Message): Progress {
  cursor.seek(cursor.end)
  message.emit({ kind: 'io', operation: 'monitor' })
  return END
}

export const protocol: Protocol = {
  id: 'enip',
  title: 'EtherNet/IP',
  spec: 'ODVA, The CIP Networks Library volumes 1 and 2',
  over: [udp(44818, 2222), tcp(44818)],
  industrial: true,
  // 2 is cyclic input and output.
  startsWith: [...COMMANDS, 2],
  packets: Infinity,

  recognise(cursor: Cursor, message: Message): Certainty {
    if (isCyclic(cursor)) return YES
    const length = headerLength(cursor)
    if (length < 0 || cursor.remaining < HEADER) return NO
    const command = swap(cursor.peek16(0))
    if (command === COMMAND.register && length === 4) {
      return cursor.remaining === 28 && cursor.peek16(24) === 0x0100 ? YES : MAYBE
    }
    if (command === COMMAND.sendRequest || command === COMMAND.sendUnit) {
      // Interface handle 0 is CIP; at least an address item and a data item.
      const handle = cursor.peek16(24) | cursor.peek16(26)
      return handle === 0 && swap(cursor.peek16(30)) >= 2 && length >= 16 ? YES : MAYBE
    }
    if (command === COMMAND.listIdentity && length === cursor.remaining - HEADER) {
      // Nearly all zeros: over TCP too many others begin so.
      return message.packet.ipProtocol === 6 ? MAYBE : YES
    }
    return MAYBE
  },

  decode(cursor: Cursor, message: Message): Progress {
    if (isCyclic(cursor)) return sayCyclic(cursor, message)
    const length = headerLength(cursor)
    if (length < 0 && cursor.remaining >= 4) return stumble(cursor, message, 'enip-header')
    if (!cursor.has(HEADER) || !cursor.has(HEADER + length)) return MORE
    const state = stand(message, fresh)
    const command = cursor.u16le()
    cursor.skip(HEADER - 2)
    const body = cursor.sub(length)
    switch (command) {
      case COMMAND.listIdentity:
        sayIdentities(body, message)
        break
      case COMMAND.listServices:
        if (length === 0) message.emit({ kind: 'list-services', operation: 'discovery' })
        break
      case COMMAND.register:
        if (message.fromOriginator) message.emit({ kind: 'register', operation: 'other' })
        break
      case COMMAND.sendRequest:
      case COMMAND.sendUnit:
        body.skip(6)
        eachItem(body, (type, item) => {
          if (type === ITEM.connected) item.skip(2)
          else if (type !== ITEM.unconnected) return
          sayCip(item, message, state)
        })
        break
      default:
    }
    return NEXT
  },
}
