// HART-IP: HART field devices behind gateways and multiplexers. Who opens sessions, which commands
// pass, and the identity devices give (command 0 and its kin) with their long tag.
import type { Cursor } from '../../core/cursor.ts'
import { footing, stand, stumble } from '../footing.ts'
import { hartCommand } from '../hart-commands.ts'
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

export type HartDevice = {
  /** Manufacturer as HART registers it (HCF_SPEC-183, table 8), and the device type. */
  readonly manufacturerId?: number
  readonly deviceType: number
  /** Universal command revision (5, 6, 7), device and software revision. */
  readonly protocolRevision: number
  readonly revision: number
  readonly softwareRevision: number
  /** Unique within manufacturer and type, six hexadecimal digits. */
  readonly serial: string
}

export type HartFields = {
  readonly kind: 'session' | 'request' | 'response' | 'publish' | 'error'
  readonly operation: Operation
  readonly command?: number
  readonly name?: string
  /** Five-byte address as ten hexadecimal digits, or the polling address. */
  readonly address?: string
  readonly device?: HartDevice
  readonly longTag?: string
  /** Response code of the device, when it is not 0. */
  readonly status?: number
}

const PORT = 5094
const HEADER = 8
const TYPE = { request: 0, response: 1, publish: 2, error: 3, refused: 15 } as const
const ID = { initiate: 0, tokenPassing: 3, direct: 4 } as const
const ID_MAX = 6
const KINDS = ['request', 'response', 'publish'] as const
/** Commands whose answer is the device's identity. */
const IDENTIFYING = new Set([0, 11, 21])

/** Whether version, type, id and length of a header fit each other. */
function isHeader(cursor: Cursor): boolean {
  const version = cursor.peek()
  const type = cursor.peek(1)
  if (version !== 1 && version !== 2) return false
  if (type < 0 || (type > TYPE.error && type !== TYPE.refused)) return false
  return cursor.peek(2) <= ID_MAX && cursor.peek16(6) >= HEADER
}

/** Whether the token-passing frame that starts at `at` has the length it states. */
function isFrame(cursor: Cursor, at: number): boolean {
  const delimiter = cursor.peek(at)
  const kind = delimiter & 7
  if (kind !== 1 && kind !== 2 && kind !== 6) return false
  const head = at + 1 + ((delimiter & 0x80) === 0 ? 1 : 5) + ((delimiter >> 5) & 3)
  return cursor.peek(head + 1) === cursor.remaining - head - 3
}

/** Answer to command 0 (HCF_SPEC-127 6.1): 254, type, revisions, flags, device id, manufacturer. */
function readDevice(data: Cursor): HartDevice | undefined {
  data.skip(1)
  const expanded = data.u16()
  data.skip(1)
  const protocolRevision = data.u8()
  const revision = data.u8()
  const softwareRevision = data.u8()
  data.skip(2)
  const serial = data.hex(3)
  if (data.overrun) return undefined
  // Before revision 7 the first byte is the manufacturer; then it follows behind.
  let manufacturerId: number | undefined
  if (protocolRevision < 7) manufacturerId = expanded >> 8
  else {
    data.skip(5)
    if (data.has(2)) manufacturerId = data.u16()
  }
  const deviceType = protocolRevision < 7 ? expanded & 255 : expanded
  return { manufacturerId, deviceType, protocolRevision, revision, softwareRevision, serial }
}

/** A token-passing frame: delimiter, address, command, length, data. */
function sayFrame(body: Cursor, message: Message, kind: 'request' | 'response' | 'publish'): void {
  const delimiter = body.u8()
  // The two upper bits say which master speaks and whether the device bursts.
  const first = (body.u8() & 0x3f).toString(16).padStart(2, '0')
  const address = first + body.hex((delimiter & 0x80) === 0 ? 0 : 4)
  body.skip((delimiter >> 5) & 3)
  const command = body.u8()
  const data = body.sub(body.u8())
  if (body.overrun) {
    message.anomaly('hart-ip-short')
    return
  }
  const [name, operation] = hartCommand(command)
  if (kind === 'request') {
    message.emit({ kind, operation, command, name, address })
    return
  }
  const status = data.u8()
  data.skip(1)
  const said = kind === 'publish' ? 'monitor' : operation
  const fields = { kind, operation: said, command, name, address } as const
  if (status !== 0 && (status & 0x80) === 0 && data.remaining === 0) {
    message.emit({ ...fields, status })
  } else if (IDENTIFYING.has(command)) message.emit({ ...fields, device: readDevice(data) })
  else if (command === 20 && data.has(32)) {
    message.emit({ ...fields, longTag: clip(data.latin1(32).replaceAll('\0', '').trim()) })
  } else message.emit(fields)
}

export const protocol: Protocol = {
  id: 'hart-ip',
  title: 'HART-IP',
  spec: 'FieldComm Group HCF_SPEC-085',
  over: [udp(PORT), tcp(PORT)],
  industrial: true,
  startsWith: [1, 2],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    if (!cursor.has(HEADER) || !isHeader(cursor)) return NO
    const length = cursor.peek16(6)
    const id = cursor.peek(2)
    if (length !== cursor.remaining) return length > cursor.remaining ? NO : MAYBE
    if (id === ID.initiate && length === HEADER + 5) {
      // Master type, then the inactivity time in milliseconds.
      return cursor.peek(8) <= 1 && cursor.peek(1) <= TYPE.response ? YES : MAYBE
    }
    return id === ID.tokenPassing && isFrame(cursor, HEADER) ? YES : MAYBE
  },

  decode(cursor: Cursor, message: Message): Progress {
    if (!cursor.has(HEADER)) return MORE
    if (!isHeader(cursor)) return stumble(cursor, message, 'hart-ip-header')
    const length = cursor.peek16(6)
    if (!cursor.has(length)) return MORE
    stand(message, footing)
    const type = cursor.peek(1)
    const id = cursor.peek(2)
    const status = cursor.peek(3)
    const body = cursor.sub(length)
    body.skip(HEADER)
    if (type === TYPE.error || type === TYPE.refused) {
      message.emit({ kind: 'error', operation: 'other', status } satisfies HartFields)
    } else if (id === ID.initiate && type === TYPE.request) {
      message.emit({ kind: 'session', operation: 'other' })
    } else if (id === ID.tokenPassing && body.remaining > 0) sayFrame(body, message, KINDS[type])
    else if (id === ID.direct && body.has(5)) {
      // Two bytes of status, then the first of the commands for the server itself.
      const command = body.peek16(2)
      const [name, operation] = hartCommand(command)
      message.emit({ kind: KINDS[type], operation, command, name })
    }
    return NEXT
  },
}
