// RTP and RTCP: media streams, e.g. of cameras and intercoms. They have no ports of their own and
// few fixed bytes: only forms that hardly anything else has are taken elsewhere than on the default
// ports.
import type { Cursor } from '../../core/cursor.ts'
import { MAYBE, NEXT, NO, YES, clip, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type RtpFields =
  | {
      readonly kind: 'stream'
      readonly payloadType: number
      /** Of static types (RFC 3551), or of what the payload looks like. */
      readonly codec?: string
      /** Hex. */
      readonly source: string
    }
  | {
      readonly kind: 'control'
      /** Lasting name of the sender, often user@host. */
      readonly name?: string
      readonly tool?: string
    }

const HEADER = 12
const DEFAULT_PORTS = [5004, 5005]
const CODECS: { readonly [type: number]: string } = {
  0: 'PCMU',
  3: 'GSM',
  4: 'G723',
  8: 'PCMA',
  9: 'G722',
  14: 'MPA',
  18: 'G729',
  26: 'JPEG',
  32: 'MPV',
  33: 'MP2T',
}
/** Payload bytes of 10 to 60 ms of G.711 and G.722. */
const SOUND_LENGTHS = new Set([80, 160, 240, 320, 480])
const SENDER_REPORT = 200
const SOURCE_DESCRIPTION = 202
const LAST_CONTROL = 207
const CNAME = 1
const TOOL = 6

export const protocol: Protocol = {
  id: 'rtp',
  title: 'RTP and RTCP',
  spec: 'RFC 3550',
  over: [udp(...DEFAULT_PORTS)],
  startsWith: [0x80, 0x81],
  packets: 2,

  recognise(cursor: Cursor, message: Message): Certainty {
    if (isControl(cursor)) return YES
    const type = payloadType(cursor)
    if (type < 0) return NO
    const { sourcePort, destinationPort } = message
    if (DEFAULT_PORTS.includes(sourcePort) || DEFAULT_PORTS.includes(destinationPort)) return MAYBE
    if (cursor.peek() !== 0x80 || sourcePort < 1024 || destinationPort < 1024) return NO
    if (type === 0 || type === 8 || type === 9) {
      return SOUND_LENGTHS.has(cursor.remaining - HEADER) ? YES : NO
    }
    return type >= 96 && startsPicture(cursor) ? YES : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const type = payloadType(cursor)
    if (isControl(cursor)) message.emit(control(cursor))
    else if (type >= 0) {
      const codec = CODECS[type] ?? (type >= 96 && startsPicture(cursor) ? 'H264' : undefined)
      cursor.skip(8)
      message.emit({ kind: 'stream', payloadType: type, codec, source: cursor.hex(4) })
    }
    cursor.seek(cursor.end)
    return NEXT
  },
}

/** -1 when this is no RTP; types 72 to 76 are RTCP's (RFC 5761 4). */
function payloadType(cursor: Cursor): number {
  if (cursor.remaining < HEADER || cursor.peek() >> 6 !== 2) return -1
  const type = cursor.peek(1) & 127
  return (type >= 35 && type < 96) || (type > 18 && type < 25) ? -1 : type
}

/** H.264: a sequence parameter set, a packet of several units, or a fragmented unit's start. */
function startsPicture(cursor: Cursor): boolean {
  const unit = cursor.peek(HEADER)
  const type = unit & 31
  if (unit < 0 || unit >= 0x80 || (unit & 0x60) === 0) return false
  if (type === 7) return cursor.peek(HEADER + 1) >= 0x42 && cursor.remaining < 128
  if (type === 24) return cursor.peek16(HEADER + 1) < cursor.remaining - HEADER - 2
  const inner = cursor.peek(HEADER + 1)
  return type === 28 && inner >> 5 === 4 && ((inner & 31) === 5 || (inner & 31) === 1)
}

/** A compound packet: reports first, every length right up to the last byte (RFC 3550 6.1). */
function isControl(cursor: Cursor): boolean {
  const first = cursor.peek(1)
  if (first !== SENDER_REPORT && first !== SENDER_REPORT + 1) return false
  let at = 0
  while (at < cursor.remaining) {
    const type = cursor.peek(at + 1)
    if (cursor.peek(at) >> 6 !== 2 || type < SENDER_REPORT || type > LAST_CONTROL) return false
    const words = cursor.peek16(at + 2)
    if (words < 0) return false
    at += (words + 1) * 4
  }
  return at === cursor.remaining
}

/** Name and tool of the first source that is described. */
function control(cursor: Cursor): RtpFields {
  let name: string | undefined
  let tool: string | undefined
  while (cursor.remaining >= 8) {
    const type = cursor.peek(1)
    const part = cursor.sub((cursor.peek16(2) + 1) * 4)
    if (type !== SOURCE_DESCRIPTION) continue
    part.skip(8)
    while (part.peek() > 0 && !part.overrun) {
      const item = part.u8()
      const text = clip(part.utf8(part.u8()))
      if (part.overrun) break
      if (item === CNAME) name ??= text
      else if (item === TOOL) tool ??= text
    }
  }
  return { kind: 'control', name, tool }
}
