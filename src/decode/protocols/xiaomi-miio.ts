// Xiaomi miIO: the LAN protocol of many lamps, vacuum cleaners and sensors. Encrypted but for the
// greeting, which tells the device's number, and its secret token while the device is not set up.
import type { Cursor } from '../../core/cursor.ts'
import { NEXT, NO, YES, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type XiaomiMiioFields = {
  readonly kind: 'hello' | 'hello-answer' | 'message'
  readonly deviceId?: number
  /** The device's clock: seconds since it started. */
  readonly uptimeSeconds?: number
  /** The answer shows the token to everybody; the token itself is not said. */
  readonly tokenShown?: true
  /** Bytes of encrypted content. */
  readonly length?: number
}

const MAGIC = 0x2131
const HEADER = 32
const ALL_ONES = 0xffffffff

export const protocol: Protocol = {
  id: 'xiaomi-miio',
  title: 'Xiaomi miIO',
  spec: 'OpenMiHome (reverse engineered)',
  over: [udp(54321)],
  startsWith: [0x21],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    return isMiio(cursor) ? YES : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    if (isMiio(cursor)) message.emit(read(cursor))
    else if (!message.packet.cut) message.anomaly('xiaomi-miio-malformed')
    cursor.seek(cursor.end)
    return NEXT
  },
}

/** Content is AES-CBC: whole blocks of 16 bytes. */
const isMiio = (cursor: Cursor): boolean =>
  cursor.has(HEADER) &&
  cursor.peek16() === MAGIC &&
  cursor.peek16(2) === cursor.remaining &&
  (cursor.remaining & 15) === 0

function read(cursor: Cursor): XiaomiMiioFields {
  const content = cursor.remaining - HEADER
  cursor.skip(8)
  const device = cursor.u32()
  const uptime = cursor.u32()
  const checksum = [cursor.u32(), cursor.u32(), cursor.u32(), cursor.u32()]
  if (content === 0 && device === ALL_ONES) return { kind: 'hello' }
  const deviceId = device === ALL_ONES ? undefined : device
  if (content > 0) return { kind: 'message', deviceId, uptimeSeconds: uptime, length: content }
  const hidden = checksum.every((word) => word === 0) || checksum.every((word) => word === ALL_ONES)
  return {
    kind: 'hello-answer',
    deviceId,
    uptimeSeconds: uptime,
    tokenShown: hidden ? undefined : true,
  }
}
