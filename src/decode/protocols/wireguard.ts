// WireGuard: recognised by its handshake's fixed lengths; nothing inside can be read.
import type { Cursor } from '../../core/cursor.ts'
import { END, MAYBE, NEXT, NO, YES, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type WireguardFields = { readonly kind: 'initiation' | 'response' | 'cookie' }

const KINDS = ['', 'initiation', 'response', 'cookie'] as const
/** Exact lengths of the message types 1 to 3; type 4 carries data in steps of 16 bytes. */
const LENGTHS = [0, 148, 92, 64]
const DATA = 4
const DATA_HEADER = 32

export const protocol: Protocol = {
  id: 'wireguard',
  title: 'WireGuard',
  spec: 'WireGuard whitepaper 2017',
  over: [udp(51820)],
  startsWith: [1, 2, 3, 4],
  packets: 2,

  recognise(cursor: Cursor): Certainty {
    const type = cursor.u8()
    if (cursor.u24() !== 0) return NO
    const length = cursor.remaining + 4
    if (type === DATA) return length >= DATA_HEADER && (length & 15) === 0 ? MAYBE : NO
    return length === LENGTHS[type] ? YES : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const type = cursor.peek()
    const kind = KINDS[type]
    if (!kind || cursor.remaining !== LENGTHS[type]) {
      cursor.seek(cursor.end)
      return END
    }
    message.emit({ kind } satisfies WireguardFields)
    cursor.seek(cursor.end)
    return NEXT
  },
}
