// TFTP: who fetches or stores which file: firmware and configurations, and how malware travels. The
// transfer itself runs on other ports and is not followed.
import type { Cursor } from '../../core/cursor.ts'
import { NEXT, NO, YES, clip, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type TftpFields =
  | { readonly kind: 'read' | 'write'; readonly file: string; readonly mode: string }
  | { readonly kind: 'error'; readonly code: number }

const READ = 1
const WRITE = 2
const ERROR = 5
const NAME_LENGTH = 512
const MODES = new Set(['netascii', 'octet', 'mail'])

export const protocol: Protocol = {
  id: 'tftp',
  title: 'TFTP',
  spec: 'RFC 1350',
  over: [udp(69)],
  startsWith: [0],

  recognise(cursor: Cursor): Certainty {
    const operation = cursor.peek16()
    if (operation !== READ && operation !== WRITE) return NO
    return request(cursor) ? YES : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const operation = cursor.peek16()
    if (operation === READ || operation === WRITE) {
      const fields = request(cursor)
      if (fields) message.emit(fields)
      else if (!message.packet.cut) message.anomaly('tftp-malformed')
    } else if (operation === ERROR && cursor.has(4)) {
      message.emit({ kind: 'error', code: cursor.peek16(2) } satisfies TftpFields)
    }
    cursor.seek(cursor.end)
    return NEXT
  },
}

/** A file name and a mode, each with a zero behind it. */
function request(cursor: Cursor): TftpFields | undefined {
  const kind = cursor.u16() === READ ? 'read' : 'write'
  const file = zeroEnded(cursor)
  const mode = zeroEnded(cursor)?.toLowerCase()
  if (!file || !mode || !MODES.has(mode)) return undefined
  return { kind, file, mode }
}

function zeroEnded(cursor: Cursor): string | undefined {
  const zero = cursor.find(0, NAME_LENGTH)
  if (zero < 0) return undefined
  const text = clip(cursor.utf8(zero - cursor.offset))
  cursor.skip(1)
  return text
}
