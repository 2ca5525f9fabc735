// Tuya: devices announce themselves on the LAN, in clear (6666) or under a key that everybody knows
// (6667); commands run on tcp 6668 under a key of the device's own.
import { createDecipheriv, createHash } from 'node:crypto'
import type { Cursor } from '../../core/cursor.ts'
import { jsonObject, textOf, type JsonObject } from '../json-text.ts'
import { FOREIGN, MORE, NEXT, NO, YES, clip, tcp, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type TuyaFields = {
  readonly kind: 'announcement' | 'search' | 'command' | 'status' | 'query' | 'session' | 'other'
  readonly command: number
  /** The device's id (gwId or devId). */
  readonly deviceId?: string
  readonly productKey?: string
  /** Protocol version that the device speaks, e.g. '3.3'. */
  readonly version?: string
  readonly address?: string
  readonly encrypted?: boolean
}

const TCP_PROTOCOL = 6
const HEAD = 0x000055aa
const TAIL = 0x0000aa55
/** Frames of version 3.5. */
const HEAD_GCM = 0x00006699
const TAIL_GCM = 0x00009966
const HEARTBEAT = 9
const LENGTH_MAX = 16_384
/** The published key of all announcements, the same in every device. */
const ANNOUNCEMENT_KEY = createHash('md5').update('yGAdlopoPVldABfn').digest()

const KINDS: { readonly [command: number]: TuyaFields['kind'] } = {
  3: 'session',
  4: 'session',
  5: 'session',
  7: 'command',
  8: 'status',
  10: 'query',
  13: 'command',
  16: 'query',
  18: 'query',
  0x13: 'announcement',
  0x23: 'announcement',
  0x25: 'search',
}

export const protocol: Protocol = {
  id: 'tuya',
  title: 'Tuya',
  spec: 'tuyapi (reverse engineered)',
  over: [udp(6666, 6667, 7000), tcp(6668)],
  startsWith: [0],
  packets: 64,

  recognise(cursor: Cursor, message: Message): Certainty {
    const head = cursor.u32()
    if (head !== HEAD && head !== HEAD_GCM) return NO
    const from = cursor.offset - 4
    const length = frameLength(cursor, from)
    if (length < 0) return NO
    if (message.packet.ipProtocol === TCP_PROTOCOL) return YES
    return from + length === cursor.end ? YES : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const from = cursor.offset
    const stream = message.packet.ipProtocol === TCP_PROTOCOL
    if (!cursor.has(18)) return stream ? MORE : skip(cursor, message)
    const length = frameLength(cursor, from)
    if (length < 0) return stream ? FOREIGN : skip(cursor, message)
    if (from + length > cursor.end) return stream ? MORE : skip(cursor, message)
    const fields = readFrame(cursor.bytes, from, from + length, stream)
    cursor.offset = from + length
    if (fields) message.emit(fields)
    return NEXT
  },
}

function skip(cursor: Cursor, message: Message): Progress {
  if (!message.packet.cut) message.anomaly('tuya-malformed')
  cursor.seek(cursor.end)
  return NEXT
}

/** Bytes of the frame that starts at `from`; -1 when none does, or its end does not fit. */
function frameLength(cursor: Cursor, from: number): number {
  const { bytes, end } = cursor
  if (end - from < 18) return -1
  const old = bytes.readUInt32BE(from) === HEAD
  if (!old && bytes.readUInt32BE(from) !== HEAD_GCM) return -1
  const length = bytes.readUInt32BE(from + (old ? 12 : 14)) + (old ? 16 : 22)
  if (length < (old ? 24 : 50) || length > LENGTH_MAX) return -1
  if (from + length > end) return length
  return bytes.readUInt32BE(from + length - 4) === (old ? TAIL : TAIL_GCM) ? length : -1
}

/** One whole frame; undefined for heartbeats. */
function readFrame(
  bytes: Buffer,
  from: number,
  to: number,
  stream: boolean,
): TuyaFields | undefined {
  const gcm = bytes.readUInt32BE(from) === HEAD_GCM
  const command = bytes.readUInt32BE(from + (gcm ? 10 : 8))
  if (command === HEARTBEAT) return undefined
  const text = gcm ? openGcm(bytes, from, to, stream) : openFrame(bytes, from, to, stream)
  const object = text === undefined ? undefined : jsonObject(text)
  // Announcements of the oldest devices carry command 0.
  const announcement = !stream && object !== undefined && textOf(object, 'gwId') !== undefined
  return {
    kind: announcement ? 'announcement' : (KINDS[command] ?? 'other'),
    command,
    deviceId: member(object, 'gwId', 'devId'),
    productKey: member(object, 'productKey'),
    version: member(object, 'version') ?? versionIn(bytes, from, to, gcm),
    address: member(object, 'ip'),
    encrypted: object?.encrypt === true ? true : undefined,
  }
}

const member = (object: JsonObject | undefined, ...names: string[]): string | undefined => {
  const value = textOf(object, ...names)
  return value === undefined ? undefined : clip(value)
}

/** The JSON of a 0x55aa frame: in clear, or an announcement under the known key. */
function openFrame(bytes: Buffer, from: number, to: number, stream: boolean): string | undefined {
  const end = to - 8
  let start = from + 16
  // Devices put a return code (zero, sometimes one) before the payload.
  if (end - start >= 4 && bytes.readUInt32BE(start) <= 1) start += 4
  if (bytes[start] === 0x7b) return bytes.toString('utf8', start, end)
  if (stream || (end - start) % 16 !== 0 || end === start) return undefined
  return decrypt(() => {
    const decipher = createDecipheriv('aes-128-ecb', ANNOUNCEMENT_KEY, null)
    const plain = decipher.update(bytes.subarray(start, end))
    return Buffer.concat([plain, decipher.final()])
  })
}

/** Version 3.5: head, two reserved bytes, sequence, command, length, then IV, data and tag. */
function openGcm(bytes: Buffer, from: number, to: number, stream: boolean): string | undefined {
  if (stream) return undefined
  const text = decrypt(() => {
    const iv = bytes.subarray(from + 18, from + 30)
    const decipher = createDecipheriv('aes-128-gcm', ANNOUNCEMENT_KEY, iv)
    decipher.setAAD(bytes.subarray(from + 4, from + 18))
    decipher.setAuthTag(bytes.subarray(to - 20, to - 4))
    const plain = decipher.update(bytes.subarray(from + 30, to - 20))
    return Buffer.concat([plain, decipher.final()])
  })
  const brace = text?.indexOf('{') ?? -1
  return brace < 0 ? undefined : text?.slice(brace)
}

/** Wrong padding or tags throw; then it is not under this key. */
function decrypt(open: () => Buffer): string | undefined {
  try {
    return open().toString('utf8')
  } catch {
    return undefined
  }
}

/**
 * Encrypted commands of version 3.1 to 3.4 may start with the version in clear: '3.3' and zeros.
 */
function versionIn(bytes: Buffer, from: number, to: number, gcm: boolean): string | undefined {
  if (gcm) return '3.5'
  for (const at of [from + 16, from + 20]) {
    if (at + 3 > to - 8) break
    if (bytes[at] !== 0x33 || bytes[at + 1] !== 0x2e) continue
    if (bytes[at + 2] >= 0x31 && bytes[at + 2] <= 0x34) return bytes.toString('latin1', at, at + 3)
  }
  return undefined
}
