// EAPOL (IEEE 802.1X): who logs on to the network and how, WPA key handshakes, and what a device
// says of itself when it is set up by Wi-Fi Protected Setup. Keys and challenges are never read.
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

export type EapolFields = {
  readonly kind: 'start' | 'logoff' | 'key' | 'eap' | 'key-agreement'
  /** EAP method, e.g. 'identity', 'tls', 'peap'. */
  readonly eap?: string
  readonly direction?: 'request' | 'response' | 'success' | 'failure'
  /** What the device calls itself when it logs on. */
  readonly identity?: string
  /** Which of the four messages of a WPA handshake. */
  readonly message?: number
  readonly device?: EapolDevice
}

/** Wi-Fi Protected Setup: what the enrolling device says of itself. */
export type EapolDevice = {
  readonly manufacturer?: string
  readonly model?: string
  readonly modelNumber?: string
  readonly serial?: string
  readonly name?: string
}

const DIRECTIONS = [undefined, 'request', 'response', 'success', 'failure'] as const
const METHODS = new Map([
  [1, 'identity'],
  [2, 'notification'],
  [3, 'nak'],
  [4, 'md5'],
  [6, 'gtc'],
  [13, 'tls'],
  [17, 'leap'],
  [18, 'sim'],
  [21, 'ttls'],
  [23, 'aka'],
  [25, 'peap'],
  [26, 'mschapv2'],
  [43, 'fast'],
  [50, 'aka-prime'],
  [52, 'pwd'],
  [55, 'teap'],
  [254, 'expanded'],
])
const IDENTITY = 1
const EXPANDED = 254
const RESPONSE = 2
/** Wi-Fi Alliance, Simple Configuration, operation 'message'. */
const SETUP_VENDOR = 0x00372a
const SETUP_MESSAGE = 4
const SETUP_ATTRIBUTES = new Map([
  [0x1011, 'name'],
  [0x1021, 'manufacturer'],
  [0x1023, 'model'],
  [0x1024, 'modelNumber'],
  [0x1042, 'serial'],
])
const ATTRIBUTES_MAX = 64

/**
 * Attributes of a Wi-Fi Protected Setup message that identify a device; undefined when there are
 * none.
 */
function readSetup(body: Cursor): EapolDevice | undefined {
  if (body.u24() !== SETUP_VENDOR || body.u32() !== 1 || body.u8() !== SETUP_MESSAGE)
    return undefined
  if ((body.u8() & 2) !== 0) body.skip(2)
  const device: Record<string, string> = {}
  for (let count = 0; count < ATTRIBUTES_MAX && body.has(4); count++) {
    const name = SETUP_ATTRIBUTES.get(body.u16())
    const length = body.u16()
    if (!body.has(length)) break
    const text = body.utf8(length)
    if (name) device[name] = clip(text.replace(/\0+$/, '').trim(), 64)
  }
  return Object.keys(device).length > 0 ? device : undefined
}

/** EAP (RFC 3748 clause 4). */
function sayEap(body: Cursor, message: Message): void {
  const code = body.u8()
  body.skip(1)
  const length = body.u16()
  const direction = DIRECTIONS[code]
  if (body.overrun || !direction || length < 4) {
    message.anomaly('eapol-eap')
    return
  }
  if (code > RESPONSE) {
    message.emit({ kind: 'eap', direction } satisfies EapolFields)
    return
  }
  const data = body.sub(Math.min(length - 4, body.remaining))
  const method = data.u8()
  const eap = METHODS.get(method) ?? `method ${method}`
  const fields = { kind: 'eap', eap, direction } as const
  if (method === IDENTITY && code === RESPONSE) {
    message.emit({ ...fields, identity: clip(data.utf8(Math.min(data.remaining, 253))) })
  } else if (method === EXPANDED) {
    const device = readSetup(data)
    message.emit(device ? { ...fields, eap: 'wps', device } : fields)
  } else message.emit(fields)
}

/**
 * Which message of the four-way handshake a key frame is, by its key information (IEEE 802.11
 * 12.7.6).
 */
function handshakeMessage(body: Cursor): number | undefined {
  const descriptor = body.u8()
  const information = body.u16()
  if (body.overrun || (descriptor !== 2 && descriptor !== 254)) return undefined
  const pairwise = (information & 8) !== 0
  const acknowledge = (information & 0x80) !== 0
  const checked = (information & 0x100) !== 0
  const secure = (information & 0x200) !== 0
  if (!pairwise) return undefined
  if (acknowledge) return checked ? 3 : 1
  return secure ? 4 : 2
}

export const protocol: Protocol = {
  id: 'eapol',
  title: 'EAPOL',
  spec: 'IEEE 802.1X-2020, RFC 3748',
  over: [ethernet(0x888e)],
  packets: Infinity,

  decode(cursor: Cursor, message: Message): Progress {
    cursor.skip(1)
    const type = cursor.u8()
    const length = cursor.u16()
    if (!cursor.has(length)) {
      cursor.seek(cursor.end)
      if (!message.packet.cut) message.anomaly('eapol-short')
      // Captures that keep headers only still show that it happened.
      else if (type === 3) message.emit({ kind: 'key' })
      else if (type === 0) message.emit({ kind: 'eap' })
      return message.packet.cut ? MORE : NEXT
    }
    const body = cursor.sub(length)
    cursor.seek(cursor.end)
    if (type === 0) sayEap(body, message)
    else if (type === 1) message.emit({ kind: 'start' })
    else if (type === 2) message.emit({ kind: 'logoff' })
    else if (type === 3) {
      const number = handshakeMessage(body)
      message.emit(number === undefined ? { kind: 'key' } : { kind: 'key', message: number })
    } else if (type === 5) message.emit({ kind: 'key-agreement' })
    else message.anomaly('eapol-type')
    return NEXT
  },
}
