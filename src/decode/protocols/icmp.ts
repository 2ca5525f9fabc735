// ICMP: only what changes or maps a network is said: redirects, router messages, requests for time
// and mask. Echoes and unreachables are in the flow counters; saying each would be a flood.
import { v4Text } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import { NEXT, ip, type Message, type Progress, type Protocol } from '../protocol.ts'

export type IcmpFields = {
  readonly kind: 'redirect' | 'router-advertisement' | 'router-solicitation' | 'timestamp' | 'mask'
  readonly type: number
  readonly code: number
  /** Redirect: the router to take. Router advertisement: the first router named. */
  readonly gateway?: string
  /** Redirect: the destination that it is about. */
  readonly target?: string
  /** Router advertisement. */
  readonly lifetimeSeconds?: number
  /** Mask reply. */
  readonly mask?: string
}

const REDIRECT = 5
const KINDS: { readonly [type: number]: IcmpFields['kind'] } = {
  [REDIRECT]: 'redirect',
  9: 'router-advertisement',
  10: 'router-solicitation',
  13: 'timestamp',
  14: 'timestamp',
  17: 'mask',
  18: 'mask',
}

export const protocol: Protocol = {
  id: 'icmp',
  title: 'ICMP',
  spec: 'RFC 792',
  over: [ip(1)],
  packets: Infinity,

  decode(cursor: Cursor, message: Message): Progress {
    const type = cursor.peek()
    if (KINDS[type] !== undefined) say(type, cursor, message)
    cursor.seek(cursor.end)
    return NEXT
  },
}

function say(type: number, cursor: Cursor, message: Message): void {
  if (!cursor.has(type === REDIRECT ? 28 : 8)) {
    if (!message.packet.cut) message.anomaly('icmp-short')
    return
  }
  cursor.skip(1)
  const fields = { kind: KINDS[type], type, code: cursor.u8() }
  cursor.skip(2)
  if (type === REDIRECT) {
    const gateway = v4Text(cursor.u32())
    cursor.skip(16)
    message.emit({ ...fields, gateway, target: v4Text(cursor.u32()) } satisfies IcmpFields)
  } else if (type === 9) {
    const routers = cursor.u16() >>> 8
    const lifetimeSeconds = cursor.u16()
    const gateway = routers > 0 && cursor.has(4) ? v4Text(cursor.u32()) : undefined
    message.emit({ ...fields, lifetimeSeconds, gateway } satisfies IcmpFields)
  } else if (type === 18) {
    cursor.skip(4)
    const mask = cursor.has(4) ? v4Text(cursor.u32()) : undefined
    message.emit({ ...fields, mask } satisfies IcmpFields)
  } else {
    message.emit(fields satisfies IcmpFields)
  }
}
