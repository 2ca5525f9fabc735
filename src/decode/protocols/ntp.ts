// NTP: time requests and answers. Says version, mode and stratum; a device's time source is part of
// its allow-list, and mode 6/7 traffic is what amplification attacks abuse.
import type { Cursor } from '../../core/cursor.ts'
import { END, MAYBE, NEXT, NO, udp, type Message, type Protocol } from '../protocol.ts'

export interface NtpFields {
  readonly kind: 'client' | 'server' | 'broadcast' | 'symmetric' | 'control' | 'private'
  readonly version: number
  /** 0 unspecified, 1 primary, 2-15 secondary; absent for control and private messages. */
  readonly stratum?: number
}

const KINDS = [
  'private',
  'symmetric',
  'symmetric',
  'client',
  'server',
  'broadcast',
  'control',
  'private',
] as const

export const protocol: Protocol = {
  id: 'ntp',
  title: 'NTP',
  spec: 'RFC 5905',
  over: [udp(123)],
  packets: 2,

  recognise(cursor: Cursor) {
    const first = cursor.u8()
    const version = (first >> 3) & 7
    const mode = first & 7
    if (version < 1 || version > 4 || mode === 0) return NO
    return cursor.remaining >= (mode >= 6 ? 3 : 47) ? MAYBE : NO
  },

  decode(cursor: Cursor, message: Message) {
    const first = cursor.u8()
    const mode = first & 7
    const fields = { kind: KINDS[mode], version: (first >> 3) & 7 }
    if (mode >= 6) message.emit(fields)
    else message.emit({ ...fields, stratum: cursor.u8() })
    if (cursor.overrun) return END
    cursor.seek(cursor.end)
    return NEXT
  },
}
