// LLDP (IEEE 802.1AB): what a device says of itself to its neighbour on the cable, with LLDP-MED's
// inventory, the MUD URL of RFC 8520 and what PROFINET devices add.
import { macText, v4Text, v6Text } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import {
  MORE,
  NEXT,
  clip,
  ethernet,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'

export type LldpFields = {
  readonly kind: 'neighbour'
  readonly chassis: string
  readonly port: string
  /** MAC of the chassis, when it is named by one. */
  readonly mac?: string
  readonly portDescription?: string
  readonly systemName?: string
  readonly description?: string
  /** Capabilities that are switched on, e.g. 'bridge', 'telephone'. */
  readonly capabilities: readonly string[]
  readonly managementAddress?: string
  readonly vlan?: number
  readonly mudUrl?: string
  /** LLDP-MED inventory (ANSI/TIA-1057 clause 10.2.6). */
  readonly hardware?: string
  readonly firmware?: string
  readonly software?: string
  readonly serial?: string
  readonly manufacturer?: string
  readonly model?: string
  readonly asset?: string
  /** LLDP-MED device class: 1 to 3 are end points, 4 is network equipment. */
  readonly deviceClass?: number
  /** The device speaks PROFINET: its name of station, from chassis or port id. */
  readonly stationName?: string
}

type Draft = { -readonly [Name in keyof LldpFields]: LldpFields[Name] }

/** By bit of the capabilities value (clause 8.5.8). */
const CAPABILITIES = [
  'other',
  'repeater',
  'bridge',
  'access-point',
  'router',
  'telephone',
  'docsis',
  'station',
  'c-vlan',
  's-vlan',
  'two-port-relay',
]
const INVENTORY = new Map([
  [5, 'hardware'],
  [6, 'firmware'],
  [7, 'software'],
  [8, 'serial'],
  [9, 'manufacturer'],
  [10, 'model'],
  [11, 'asset'],
] as const)

const OUI = { bridging: 0x0080c2, med: 0x0012bb, iana: 0x00005e, profinet: 0x000ecf } as const
const TYPE = {
  end: 0,
  chassis: 1,
  port: 2,
  portDescription: 4,
  systemName: 5,
  description: 6,
  capabilities: 7,
  address: 8,
  organisation: 127,
} as const
const VALUES_MAX = 128

const textOf = (value: Cursor) => clip(value.utf8(value.remaining).replace(/\0+$/, '').trim())

const readMac = (value: Cursor) => macText(value.u16() * 4294967296 + value.u32())

/** An address with its IANA family number in front; '' for families that are not IP. */
function readAddress(value: Cursor): string {
  const family = value.u8()
  if (family === 1 && value.has(4)) return v4Text(value.u32())
  if (family === 2 && value.has(16)) return v6Text(Array.from({ length: 8 }, () => value.u16()))
  return ''
}

/** Chassis or port id; `mac` and `network` are the subtypes that are no text. */
function readId(value: Cursor, mac: number, network: number): { text: string; mac?: string } {
  const subtype = value.u8()
  if (subtype === mac && value.remaining === 6) {
    const text = readMac(value)
    return { text, mac: text }
  }
  if (subtype === network) return { text: readAddress(value) }
  return { text: textOf(value) }
}

function readOrganisation(value: Cursor, fields: Draft): boolean {
  const organisation = value.u24()
  const subtype = value.u8()
  if (organisation === OUI.iana && subtype === 1) fields.mudUrl = textOf(value)
  else if (organisation === OUI.bridging && subtype === 1 && value.has(2)) {
    const vlan = value.u16()
    if (vlan !== 0) fields.vlan = vlan
  } else if (organisation === OUI.med) {
    const name = INVENTORY.get(subtype as 5)
    if (name) fields[name] = textOf(value)
    else if (subtype === 1 && value.has(3)) {
      value.skip(2)
      fields.deviceClass = value.u8()
    }
  } else if (organisation === OUI.profinet) {
    if (subtype === 5 && value.remaining === 6) fields.mac = readMac(value)
    return true
  }
  return false
}

function readValue(type: number, value: Cursor, fields: Draft): void {
  if (type === TYPE.portDescription) fields.portDescription = textOf(value)
  else if (type === TYPE.systemName) fields.systemName = textOf(value)
  else if (type === TYPE.description) fields.description = textOf(value)
  else if (type === TYPE.capabilities) {
    value.skip(2)
    const enabled = value.u16()
    fields.capabilities = CAPABILITIES.filter((_, bit) => (enabled & (1 << bit)) !== 0)
  } else if (type === TYPE.address && fields.managementAddress === undefined) {
    value.skip(1)
    const text = readAddress(value)
    if (text !== '' && text !== '0.0.0.0') fields.managementAddress = text
  }
}

/** 'port-001.press-3' and 'port-001' are how PROFINET devices name ports. */
function stationOf(fields: Draft): string | undefined {
  const dot = fields.port.indexOf('.')
  if (fields.port.startsWith('port-') && dot > 0) return fields.port.slice(dot + 1)
  return fields.mac === fields.chassis || fields.chassis === '' ? undefined : fields.chassis
}

export const protocol: Protocol = {
  id: 'lldp',
  title: 'LLDP',
  spec: 'IEEE 802.1AB-2016, ANSI/TIA-1057, RFC 8520 section 12',
  over: [ethernet(0x88cc)],
  packets: Infinity,

  decode(cursor: Cursor, message: Message): Progress {
    const fields: Draft = { kind: 'neighbour', chassis: '', port: '', capabilities: [] }
    let profinet = false
    let whole = false
    for (let count = 0; count < VALUES_MAX && cursor.has(2); count++) {
      const head = cursor.u16()
      const type = head >> 9
      whole = type === TYPE.end
      if (whole || !cursor.has(head & 511)) break
      const value = cursor.sub(head & 511)
      if (type === TYPE.chassis) {
        const id = readId(value, 4, 5)
        fields.chassis = id.text
        fields.mac ??= id.mac
      } else if (type === TYPE.port) fields.port = readId(value, 3, 4).text
      else if (type === TYPE.organisation) profinet = readOrganisation(value, fields) || profinet
      else readValue(type, value, fields)
    }
    cursor.seek(cursor.end)
    if (profinet) fields.stationName = stationOf(fields)
    if (fields.chassis !== '' && fields.port !== '') message.emit(fields)
    if (whole) return NEXT
    if (message.packet.cut) return MORE
    message.anomaly('lldp-short')
    return NEXT
  },
}
