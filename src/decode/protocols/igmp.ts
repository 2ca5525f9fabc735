// IGMP: which multicast groups a host listens to: the services it takes part in, e.g. SSDP or
// KNXnet/IP.
import { v4Text } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import { NEXT, ip, type Message, type Progress, type Protocol } from '../protocol.ts'

export type IgmpFields = {
  readonly kind: 'query' | 'report' | 'leave'
  readonly version: 1 | 2 | 3
  /** Empty for a query about all groups. */
  readonly groups: readonly string[]
}

const GROUPS = 32
const QUERY = 0x11
const REPORT_V1 = 0x12
const REPORT_V2 = 0x16
const LEAVE = 0x17
const REPORT_V3 = 0x22
/** Record types of version 3 that, without sources, mean leaving (RFC 3376 4.2.12). */
const TO_INCLUDE = 3
const IS_INCLUDE = 1

export const protocol: Protocol = {
  id: 'igmp',
  title: 'IGMP',
  spec: 'RFC 3376',
  over: [ip(2)],
  packets: Infinity,

  decode(cursor: Cursor, message: Message): Progress {
    const type = cursor.u8()
    const delay = cursor.u8()
    cursor.skip(2)
    if (type === REPORT_V3) readReport(cursor, message)
    else {
      const group = cursor.u32()
      const groups = group === 0 ? [] : [v4Text(group)]
      if (cursor.overrun) short(message)
      else if (type === QUERY) {
        const version = cursor.has(4) ? 3 : delay === 0 ? 1 : 2
        message.emit({ kind: 'query', version, groups } satisfies IgmpFields)
      } else if (type === REPORT_V1 || type === REPORT_V2) {
        const version = type === REPORT_V1 ? 1 : 2
        message.emit({ kind: 'report', version, groups } satisfies IgmpFields)
      } else if (type === LEAVE) {
        message.emit({ kind: 'leave', version: 2, groups } satisfies IgmpFields)
      }
    }
    cursor.seek(cursor.end)
    return NEXT
  },
}

const short = (message: Message) => {
  if (!message.packet.cut) message.anomaly('igmp-short')
}

function readReport(cursor: Cursor, message: Message): void {
  cursor.skip(2)
  const count = cursor.u16()
  const joined: string[] = []
  const left: string[] = []
  for (let index = 0; index < count && index < GROUPS; index++) {
    const type = cursor.u8()
    const auxiliary = cursor.u8() * 4
    const sources = cursor.u16()
    const group = v4Text(cursor.u32())
    cursor.skip(sources * 4 + auxiliary)
    if (cursor.overrun) break
    const leaving = sources === 0 && (type === TO_INCLUDE || type === IS_INCLUDE)
    if (leaving) left.push(group)
    else joined.push(group)
  }
  if (cursor.overrun) short(message)
  if (joined.length > 0) {
    message.emit({ kind: 'report', version: 3, groups: joined } satisfies IgmpFields)
  }
  if (left.length > 0) {
    message.emit({ kind: 'leave', version: 3, groups: left } satisfies IgmpFields)
  }
}
