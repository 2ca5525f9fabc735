// CDP, Cisco's discovery protocol in LLC/SNAP frames: what a switch, phone or camera says of itself
// to its neighbour. Other protocols of Cisco's in the same frames (VTP, DTP, UDLD) are passed by.
import { v4Text, v6Text } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import { FOREIGN, MORE, NEXT, clip, llc } from '../protocol.ts'
import type { Message, Progress, Protocol } from '../protocol.ts'

export type CdpFields = {
  readonly kind: 'neighbour'
  /** Device id: a host name, a serial number or a MAC, as the device likes. */
  readonly chassis: string
  readonly port: string
  readonly systemName?: string
  /** Platform, e.g. 'cisco WS-C3560-24TS'. */
  readonly model?: string
  /** Version text of the operating system, first 256 characters. */
  readonly software?: string
  readonly capabilities: readonly string[]
  readonly managementAddress?: string
  /** Native VLAN, and the one for voice. */
  readonly vlan?: number
  readonly voiceVlan?: number
}

type Draft = { -readonly [Name in keyof CdpFields]: CdpFields[Name] }

const TYPE = {
  device: 1,
  addresses: 2,
  port: 3,
  capabilities: 4,
  version: 5,
  platform: 6,
  nativeVlan: 10,
  voiceVlan: 14,
  systemName: 20,
  managementAddresses: 22,
} as const
const CAPABILITIES = [
  'router',
  'bridge',
  'source-route-bridge',
  'switch',
  'station',
  'multicast-filter',
  'repeater',
  'telephone',
  'remotely-managed',
]
const VALUES_MAX = 64
const CDP = 0x2000
/** UDLD, VTP and DTP are sent to the same group address: they share CDP's flow. */
const NEIGHBOURS = new Set([0x0111, 0x2003, 0x2004])

const textOf = (value: Cursor) => clip(value.utf8(value.remaining).trim())

/**
 * The first IPv4 or IPv6 address of a list: protocol in NLPID (0xcc) or SNAP form, then the
 * address.
 */
function readAddress(value: Cursor): string | undefined {
  const count = Math.min(value.u32(), 8)
  for (let index = 0; index < count; index++) {
    value.skip(1)
    value.skip(value.u8())
    const address = value.sub(value.u16())
    if (value.overrun) return undefined
    const text = address.remaining === 4 ? v4Text(address.u32()) : ''
    if (text !== '' && text !== '0.0.0.0') return text
    if (address.remaining === 16) return v6Text(Array.from({ length: 8 }, () => address.u16()))
  }
  return undefined
}

function readValue(type: number, value: Cursor, fields: Draft): void {
  switch (type) {
    case TYPE.device:
      fields.chassis = textOf(value)
      return
    case TYPE.port:
      fields.port = textOf(value)
      return
    case TYPE.version:
      fields.software = textOf(value)
      return
    case TYPE.platform:
      fields.model = textOf(value)
      return
    case TYPE.systemName:
      fields.systemName = textOf(value)
      return
    case TYPE.capabilities: {
      const bits = value.u32()
      fields.capabilities = CAPABILITIES.filter((_, bit) => (bits & (1 << bit)) !== 0)
      return
    }
    case TYPE.nativeVlan:
      fields.vlan = value.u16()
      return
    case TYPE.voiceVlan:
      value.skip(1)
      if (value.has(2)) fields.voiceVlan = value.u16()
      return
    case TYPE.addresses:
      fields.managementAddress ??= readAddress(value)
      return
    case TYPE.managementAddresses:
      fields.managementAddress = readAddress(value) ?? fields.managementAddress
      return
    default:
  }
}

export const protocol: Protocol = {
  id: 'cdp',
  title: 'CDP',
  spec: 'Cisco Discovery Protocol version 2, as documented by Cisco',
  over: [llc(0xaa)],
  packets: Infinity,

  decode(cursor: Cursor, message: Message): Progress {
    // DSAP, SSAP, control, then SNAP: organisation 00-00-0c, protocol 0x2000.
    if (cursor.peek16(3) !== 0 || cursor.peek(5) !== 0x0c) return FOREIGN
    const kind = cursor.peek16(6)
    if (kind !== CDP) {
      cursor.seek(cursor.end)
      return NEIGHBOURS.has(kind) ? NEXT : FOREIGN
    }
    cursor.skip(8 + 4)
    const fields: Draft = { kind: 'neighbour', chassis: '', port: '', capabilities: [] }
    for (let count = 0; count < VALUES_MAX && cursor.has(4); count++) {
      const type = cursor.u16()
      const length = cursor.u16()
      if (length < 4) break
      const value = cursor.sub(length - 4)
      if (cursor.overrun) break
      readValue(type, value, fields)
    }
    const short = cursor.overrun
    cursor.overrun = false
    cursor.seek(cursor.end)
    if (fields.chassis !== '') message.emit(fields)
    if (!short) return NEXT
    if (message.packet.cut) return MORE
    message.anomaly('cdp-short')
    return NEXT
  },
}
