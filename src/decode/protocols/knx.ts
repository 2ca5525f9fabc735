// KNXnet/IP: building automation over IP. Who searches and what devices say of themselves, who
// opens tunnels, and which telegrams pass to which groups. Acknowledgements and keep-alives are not
// said.
import { macText, v4Text } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import { footing, stand, stumble } from '../footing.ts'
import { individualText, readTelegram } from '../knx-frames.ts'
import type { Operation } from '../operation.ts'
import {
  MORE,
  NEXT,
  NO,
  YES,
  clip,
  udp,
  type Certainty,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'

export type KnxDevice = {
  readonly name: string
  /** Serial number as twelve hexadecimal digits; the first four are the maker's. */
  readonly serial: string
  readonly mac: string
  readonly individualAddress: string
  readonly medium: string
  readonly multicast: string
  /** True while the device is in programming mode. */
  readonly programming: boolean
}

export type KnxFields = {
  readonly kind:
    | 'search'
    | 'description'
    | 'connect'
    | 'disconnect'
    | 'configuration'
    | 'tunnel'
    | 'routing'
    | 'secure'
  readonly operation: Operation
  readonly response?: true
  readonly device?: KnxDevice
  /** What the device serves, e.g. ['core', 'tunnelling']. */
  readonly families?: readonly string[]
  /** Where it wants to be spoken to. */
  readonly address?: string
  /** Connect: 'tunnel', 'management', …; its answer's status. */
  readonly connection?: string
  readonly status?: number
  /** Telegram inside. */
  readonly name?: string
  readonly sender?: string
  readonly target?: string
}

type Draft = { -readonly [Name in keyof KnxFields]: KnxFields[Name] }

const HEADER = 6
const SERVICE = {
  searchRequest: 0x0201,
  searchResponse: 0x0202,
  descriptionRequest: 0x0203,
  descriptionResponse: 0x0204,
  connectRequest: 0x0205,
  connectResponse: 0x0206,
  disconnectRequest: 0x0209,
  searchExtended: 0x020b,
  searchExtendedResponse: 0x020c,
  configuration: 0x0310,
  tunnelling: 0x0420,
  routing: 0x0530,
  secure: 0x0950,
} as const
/** Services that exist but say nothing: states, acknowledgements, lost and busy routing, secure. */
const SILENT = new Set([
  0x0207, 0x0208, 0x020a, 0x0311, 0x0421, 0x0422, 0x0423, 0x0424, 0x0425, 0x0531, 0x0532, 0x0533,
  0x0740, 0x0741, 0x0742, 0x0743, 0x0744, 0x0951, 0x0952, 0x0953, 0x0954, 0x0955,
])
const SAID = new Set<number>(Object.values(SERVICE))
const MEDIA = new Map([
  [0x02, 'TP'],
  [0x04, 'PL'],
  [0x10, 'RF'],
  [0x20, 'IP'],
])
const FAMILIES = new Map([
  [2, 'core'],
  [3, 'management'],
  [4, 'tunnelling'],
  [5, 'routing'],
  [6, 'remote-logging'],
  [7, 'remote-configuration'],
  [8, 'object-server'],
  [9, 'security'],
])
const CONNECTIONS = new Map([
  [3, 'management'],
  [4, 'tunnel'],
  [6, 'remote-logging'],
  [7, 'remote-configuration'],
  [8, 'object-server'],
])
const BLOCKS_MAX = 16

function readDevice(block: Cursor): KnxDevice {
  const medium = block.u8()
  const programming = (block.u8() & 1) === 1
  const individualAddress = individualText(block.u16())
  block.skip(2)
  const serial = block.hex(6)
  const multicast = v4Text(block.u32())
  const mac = macText(block.u16() * 4294967296 + block.u32())
  const name = clip(block.latin1(Math.min(30, block.remaining)).split('\0', 1)[0])
  const mediumName = MEDIA.get(medium) ?? `medium ${medium}`
  return { name, serial, mac, individualAddress, medium: mediumName, multicast, programming }
}

/** Description blocks: length, kind, value. */
function readBlocks(body: Cursor, fields: Draft): void {
  for (let count = 0; count < BLOCKS_MAX && body.has(2); count++) {
    const length = body.u8()
    const kind = body.u8()
    if (length < 2) break
    const block = body.sub(length - 2)
    if (kind === 1 && block.remaining >= 22) fields.device = readDevice(block)
    else if (kind === 2) {
      const families: string[] = []
      while (block.has(2) && families.length < 16) {
        const family = block.u8()
        block.skip(1)
        families.push(FAMILIES.get(family) ?? `family ${family}`)
      }
      fields.families = families
    }
  }
}

/** Host protocol address information: where to answer to. */
function readPlace(body: Cursor): string | undefined {
  if (body.u8() !== 8) return undefined
  body.skip(1)
  const address = body.u32()
  const port = body.u16()
  return body.overrun ? undefined : `${v4Text(address)}:${port}`
}

function sayTelegram(body: Cursor, message: Message, kind: 'tunnel' | 'routing'): void {
  if (kind === 'tunnel') body.skip(4)
  const telegram = readTelegram(body)
  if (telegram) message.emit({ kind, ...telegram } satisfies KnxFields)
}

function sayService(service: number, body: Cursor, message: Message): void {
  switch (service) {
    case SERVICE.searchRequest:
    case SERVICE.searchExtended:
      message.emit({ kind: 'search', operation: 'discovery', address: readPlace(body) })
      return
    case SERVICE.searchResponse:
    case SERVICE.searchExtendedResponse: {
      const address = readPlace(body)
      const fields: Draft = { kind: 'search', operation: 'discovery', response: true, address }
      readBlocks(body, fields)
      message.emit(fields)
      return
    }
    case SERVICE.descriptionRequest:
      message.emit({ kind: 'description', operation: 'discovery' })
      return
    case SERVICE.descriptionResponse: {
      const fields: Draft = { kind: 'description', operation: 'discovery', response: true }
      readBlocks(body, fields)
      message.emit(fields)
      return
    }
    case SERVICE.connectRequest: {
      body.skip(16 + 1)
      const type = body.u8()
      const connection = CONNECTIONS.get(type) ?? `connection ${type}`
      message.emit({ kind: 'connect', operation: 'other', connection })
      return
    }
    case SERVICE.connectResponse: {
      body.skip(1)
      message.emit({ kind: 'connect', operation: 'other', response: true, status: body.u8() })
      return
    }
    case SERVICE.disconnectRequest:
      message.emit({ kind: 'disconnect', operation: 'other' })
      return
    case SERVICE.configuration:
      body.skip(4)
      // 0xf6 writes a property, 0xf1 resets; the rest reads or confirms.
      if (body.peek() === 0xf6) message.emit({ kind: 'configuration', operation: 'write' })
      else if (body.peek() === 0xf1) message.emit({ kind: 'configuration', operation: 'control' })
      else if (body.peek() === 0xfc) message.emit({ kind: 'configuration', operation: 'read' })
      return
    case SERVICE.tunnelling:
      sayTelegram(body, message, 'tunnel')
      return
    case SERVICE.routing:
      sayTelegram(body, message, 'routing')
      return
    default:
  }
}

export const protocol: Protocol = {
  id: 'knx',
  title: 'KNXnet/IP',
  spec: 'KNX system specifications 3/8, EN ISO 22510',
  over: [udp(3671)],
  industrial: true,
  startsWith: [HEADER],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    const service = cursor.peek16(2)
    if (cursor.peek16() !== 0x0610 || cursor.peek16(4) !== cursor.remaining) return NO
    return SAID.has(service) || SILENT.has(service) ? YES : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const length = cursor.peek16(4)
    if (cursor.peek16() !== 0x0610 || length < HEADER) {
      return stumble(cursor, message, 'knx-header')
    }
    if (!cursor.has(length)) return MORE
    const state = stand(message, () => ({ ...footing(), secure: false }))
    const service = cursor.peek16(2)
    const body = cursor.sub(length)
    body.skip(HEADER)
    if (service === SERVICE.secure) {
      if (!state.secure) message.emit({ kind: 'secure', operation: 'other' })
      state.secure = true
    } else sayService(service, body, message)
    if (body.overrun) message.anomaly('knx-short')
    return NEXT
  },
}
