// The elements of IEEE 802.11 management frames: the network's name, channel and protection, and
// what Wi-Fi Protected Setup says of the device itself.
import type { Cursor } from '../core/cursor.ts'
import { clip } from './protocol.ts'

/** What the elements of a frame say; absent where they do not. */
export interface Elements {
  /** Network name; '' when it is hidden. */
  ssid?: string
  channel?: number
  country?: string
  /** e.g. ['wpa2-personal', 'wpa3-personal']; 'wpa' is the old one. */
  protection?: string[]
  /** Wi-Fi Protected Setup: the device in its maker's words. */
  manufacturer?: string
  model?: string
  modelNumber?: string
  serial?: string
  deviceName?: string
  /** Category of WPS 'Primary Device Type', e.g. 'printer'. */
  deviceType?: string
}

/** IEEE 802.11-2020 9.4.2.1. */
const ELEMENT = { ssid: 0, channel: 3, country: 7, rsn: 48, operation: 61, vendor: 221 } as const
export const TRAFFIC_MAP = 5
const ELEMENTS_MAX = 64
/** Organisation and type of elements made by Microsoft and the Wi-Fi Alliance. */
const WPA = 0x0050f201
const WPS = 0x0050f204
/** Table 9-151: authentication and key management suites of 00-0f-ac. */
const SUITES = new Map([
  [1, 'wpa2-enterprise'],
  [2, 'wpa2-personal'],
  [3, 'wpa2-enterprise'],
  [4, 'wpa2-personal'],
  [5, 'wpa2-enterprise'],
  [6, 'wpa2-personal'],
  [8, 'wpa3-personal'],
  [9, 'wpa3-personal'],
  [11, 'wpa3-enterprise'],
  [12, 'wpa3-enterprise'],
  [13, 'wpa3-enterprise'],
  [18, 'owe'],
  [24, 'wpa3-personal'],
  [25, 'wpa3-personal'],
])
/** Wi-Fi Simple Configuration 2.0.5 12: attributes, and categories of the primary device type. */
const ATTRIBUTE = new Map<
  number,
  'deviceName' | 'manufacturer' | 'model' | 'modelNumber' | 'serial'
>([
  [0x1011, 'deviceName'],
  [0x1021, 'manufacturer'],
  [0x1023, 'model'],
  [0x1024, 'modelNumber'],
  [0x1042, 'serial'],
])
const PRIMARY_TYPE = 0x1054
const CATEGORIES = [
  '',
  'computer',
  'input-device',
  'printer',
  'camera',
  'storage',
  'network-infrastructure',
  'display',
  'multimedia-device',
  'gaming-device',
  'telephone',
  'audio-device',
  'docking-device',
]

/** Reads elements to the cursor's end; false when one is longer than the frame. */
export function readElements(cursor: Cursor, elements: Elements): boolean {
  for (let count = 0; count < ELEMENTS_MAX && cursor.has(2); count++) {
    const id = cursor.u8()
    const length = cursor.u8()
    if (!cursor.has(length)) return false
    readElement(id, cursor.sub(length), elements)
  }
  return true
}

function readElement(id: number, value: Cursor, elements: Elements): void {
  const { remaining } = value
  switch (id) {
    case ELEMENT.ssid:
      // Hidden networks send no name, or as many zeros as it has letters.
      elements.ssid = clip(value.utf8(Math.min(remaining, 32))).replace(/^\.+$/, '')
      return
    case ELEMENT.channel:
    case ELEMENT.operation:
      if (remaining > 0) elements.channel = value.u8()
      return
    case ELEMENT.country:
      if (remaining >= 2) elements.country = clip(value.latin1(2))
      return
    case ELEMENT.rsn:
      return readSuites(value, elements)
    case ELEMENT.vendor: {
      const kind = remaining >= 4 ? value.u32() : 0
      if (kind === WPA) (elements.protection ??= []).push('wpa')
      else if (kind === WPS) readSetup(value, elements)
    }
  }
}

/** Robust security network (9.4.2.24): version, group cipher, pairwise ciphers, key management. */
function readSuites(value: Cursor, elements: Elements): void {
  const protection = (elements.protection ??= [])
  value.skip(2 + 4)
  value.skip(value.u16le() * 4)
  const count = Math.min(value.u16le(), 8)
  for (let index = 0; index < count && value.has(4); index++) {
    const suite = value.u32()
    const name = suite >>> 8 === 0x000fac ? SUITES.get(suite & 255) : undefined
    if (name !== undefined && !protection.includes(name)) protection.push(name)
  }
  if (protection.length === 0) protection.push('rsn')
}

function readSetup(value: Cursor, elements: Elements): void {
  for (let count = 0; count < ELEMENTS_MAX && value.has(4); count++) {
    const type = value.u16()
    const attribute = value.sub(value.u16())
    if (value.overrun) return
    const name = ATTRIBUTE.get(type)
    if (name) {
      const text = clip(attribute.utf8(Math.min(attribute.remaining, 64)).replace(/[\0 ]+$/, ''))
      if (text !== '') elements[name] = text
    } else if (type === PRIMARY_TYPE) {
      const category = CATEGORIES[attribute.u16()] ?? ''
      if (category !== '') elements.deviceType = category
    }
  }
}
