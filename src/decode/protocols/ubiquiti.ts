// Ubiquiti's discovery: access points, cameras and radios say what they are to everybody who asks.
import { macText, v4Text } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import { MORE, NEXT, NO, YES, clip, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type UbiquitiFields = {
  readonly kind: 'request' | 'device'
  readonly mac?: string
  readonly addresses?: readonly string[]
  readonly hostname?: string
  /** Short and long name of the model, e.g. 'UGW3', 'UniFiSecurityGateway'. */
  readonly model?: string
  readonly product?: string
  readonly firmware?: string
  /** Network name of a radio. */
  readonly ssid?: string
  readonly uptimeSeconds?: number
}

type Writable = { -readonly [Name in keyof UbiquitiFields]: UbiquitiFields[Name] }

const VALUES_MAX = 64
const ADDRESSES_MAX = 8

export const protocol: Protocol = {
  id: 'ubiquiti',
  title: 'Ubiquiti discovery',
  spec: 'none published; versions 1 and 2 as devices send them',
  over: [udp(10001)],
  startsWith: [1, 2],

  recognise(cursor: Cursor): Certainty {
    const version = cursor.peek()
    const length = cursor.peek16(2)
    if (length !== cursor.remaining - 4) return NO
    if (length === 0) return version === 1 && cursor.peek(1) === 0 ? YES : NO
    // The first value is a MAC, alone or with an address.
    const size = cursor.peek16(5)
    const type = cursor.peek(4)
    return (type === 2 && size === 10) || (type === 1 && size === 6) ? YES : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    cursor.skip(2)
    const length = cursor.u16()
    if (cursor.overrun || length === 0) {
      cursor.seek(cursor.end)
      if (!cursor.overrun) message.emit({ kind: 'request' })
      return NEXT
    }
    const fields: Writable = { kind: 'device' }
    for (let count = 0; count < VALUES_MAX && cursor.has(3); count++) {
      const type = cursor.u8()
      const size = cursor.u16()
      if (!cursor.has(size)) {
        cursor.overrun = true
        break
      }
      readValue(type, cursor.sub(size), fields)
    }
    const short = cursor.overrun
    cursor.overrun = false
    cursor.seek(cursor.end)
    if (Object.keys(fields).length > 1) message.emit(fields)
    if (!short) return NEXT
    if (message.packet.cut) return MORE
    message.anomaly('ubiquiti-short')
    return NEXT
  },
}

function readValue(type: number, value: Cursor, fields: Writable): void {
  const text = () => clip(value.utf8(Math.min(value.remaining, 256)).replace(/\0+$/, ''), 128)
  switch (type) {
    case 0x01:
    case 0x13:
      if (value.remaining === 6) fields.mac ??= macText(value.u16() * 2 ** 32 + value.u32())
      return
    case 0x02: {
      if (value.remaining !== 10) return
      const mac = macText(value.u16() * 2 ** 32 + value.u32())
      fields.mac ??= mac
      const address = v4Text(value.u32())
      const known = fields.addresses ?? []
      if (known.length < ADDRESSES_MAX) fields.addresses = [...known, address]
      return
    }
    case 0x03: {
      // e.g. 'UniFiSecurityGateway.ER-e120.v4.3.33.4936086.161203.2031'
      const whole = text()
      fields.product ??= whole.replace(/\..*/, '')
      fields.firmware ??= /\.v(\d+(?:\.\d+){1,3})/.exec(whole)?.[1]
      return
    }
    case 0x0a:
      if (value.remaining === 4) fields.uptimeSeconds = value.u32()
      return
    case 0x0b:
      fields.hostname = text()
      return
    case 0x0c:
    case 0x15:
      fields.model ??= text()
      return
    case 0x0d:
      fields.ssid = text()
      return
    case 0x14:
      fields.product = text()
      return
    case 0x16:
      fields.firmware = text()
  }
}
