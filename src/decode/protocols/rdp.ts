// RDP's connection request: who wants a desktop, and how the connection will be secured. All that
// follows is sealed by TLS or by RDP itself.
import type { Cursor } from '../../core/cursor.ts'
import {
  END,
  FOREIGN,
  MAYBE,
  MORE,
  NEXT,
  NO,
  YES,
  clip,
  tcp,
  udp,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'
import { BROKEN, COTP, PARTIAL, tpktLength } from '../tpkt.ts'

export type RdpFields =
  | {
      readonly kind: 'request'
      /** What the client's cookie names: mostly a user, often cut to nine characters. */
      readonly user?: string
      /** Offered: 'tls', 'credssp', 'rdstls', 'entra'; 'rdp' is its own, weak sealing. */
      readonly protocols: readonly string[]
    }
  | { readonly kind: 'response'; readonly protocol: string }
  | { readonly kind: 'refusal'; readonly code: number }
  /** Sound and pictures over UDP, beside the desktop's connection. */
  | { readonly kind: 'datagrams'; readonly mtu: number }

/** Bits of requestedProtocols and values of selectedProtocol ([MS-RDPBCGR] 2.2.1.1.1). */
const SECURITY: readonly (readonly [number, string])[] = [
  [1, 'tls'],
  [2, 'credssp'],
  [4, 'rdstls'],
  [8, 'credssp-early'],
  [16, 'entra'],
]
const NEGOTIATION = { request: 1, response: 2, failure: 3 } as const
/** Behind TPKT and COTP: seven octets of COTP follow the four of TPKT. */
const VARIABLE = 11

export const protocol: Protocol = {
  id: 'rdp',
  title: 'RDP',
  spec: '[MS-RDPBCGR] 2.2.1.1, [MS-RDPEUDP] 2.2',
  over: [tcp(3389), udp(3389)],
  startsWith: [3, 0xff],
  packets: 2,

  recognise(cursor: Cursor, message: Message) {
    if (message.packet.ipProtocol === UDP) return datagramMtu(cursor) > 0 ? YES : NO
    const length = tpktLength(cursor)
    if (length <= 0 || length !== cursor.remaining || cursor.peek(5) !== COTP.connectRequest) {
      return NO
    }
    if (length === VARIABLE) return MAYBE
    // S7 and MMS carry transport selectors there, never this.
    return cookieUser(cursor) !== undefined || negotiationAt(cursor) >= 0 ? YES : NO
  },

  decode(cursor: Cursor, message: Message) {
    if (message.packet.ipProtocol === UDP) return sayDatagrams(cursor, message)
    const length = tpktLength(cursor)
    if (length === PARTIAL) return MORE
    if (length === BROKEN) return message.state === undefined ? FOREIGN : END
    const type = cursor.peek(5)
    if (type === COTP.connectRequest) return sayRequest(cursor, length, message)
    if (type === COTP.connectConfirm) sayResponse(cursor, message)
    return END
  },
}

const UDP = 17
/** [MS-RDPEUDP] 2.2.2.1 and 2.2.2.5: SYN without an acknowledgement, and the MTUs that fit it. */
const SYN = 1
const MTU_MIN = 1132
const MTU_MAX = 1232

/** The MTU that a client's first datagram asks for; 0 when it is none. */
function datagramMtu(cursor: Cursor): number {
  const isFirst = cursor.peek16() === 0xffff && cursor.peek16(2) === 0xffff
  if (!isFirst || (cursor.peek16(6) & SYN) === 0) return 0
  const up = cursor.peek16(12)
  const down = cursor.peek16(14)
  return up >= MTU_MIN && up <= MTU_MAX && down >= MTU_MIN && down <= MTU_MAX ? up : 0
}

function sayDatagrams(cursor: Cursor, message: Message): Progress {
  const mtu = datagramMtu(cursor)
  if (mtu === 0) return FOREIGN
  message.emit({ kind: 'datagrams', mtu })
  cursor.seek(cursor.end)
  return END
}

/** The name in `Cookie: mstshash=name`; '' for other routing tokens, undefined without any. */
function cookieUser(cursor: Cursor): string | undefined {
  const { bytes, offset, end } = cursor
  const text = bytes.toString('latin1', offset + VARIABLE, Math.min(end, offset + VARIABLE + 256))
  const found = /^Cookie: (mstshash=)?([^\r\n]*)/i.exec(text)
  if (!found) return undefined
  return found[1] ? clip(found[2], 64) : ''
}

/**
 * Where the negotiation structure lies, from the cursor on; -1 without one. It is the last 8
 * octets.
 */
function negotiationAt(cursor: Cursor): number {
  const at = tpktLength(cursor) - 8
  if (at < VARIABLE || cursor.peek(at + 2) !== 8 || cursor.peek(at + 3) !== 0) return -1
  const type = cursor.peek(at)
  return type >= NEGOTIATION.request && type <= NEGOTIATION.failure ? at : -1
}

function sayRequest(cursor: Cursor, length: number, message: Message): Progress {
  const user = cookieUser(cursor)
  const at = negotiationAt(cursor)
  const offered = at < 0 ? 0 : cursor.bytes.readUInt32LE(cursor.offset + at + 4)
  const protocols = SECURITY.filter(([bit]) => offered & bit).map(([, name]) => name)
  message.state = true
  message.emit({
    kind: 'request',
    ...(user ? { user } : undefined),
    protocols: protocols.length === 0 ? ['rdp'] : protocols,
  })
  cursor.skip(length)
  return NEXT
}

function sayResponse(cursor: Cursor, message: Message): void {
  const at = negotiationAt(cursor)
  const value = at < 0 ? 0 : cursor.bytes.readUInt32LE(cursor.offset + at + 4)
  if (at >= 0 && cursor.peek(at) === NEGOTIATION.failure) {
    message.emit({ kind: 'refusal', code: value })
    return
  }
  const name = SECURITY.find(([bit]) => bit === value)?.[1] ?? 'rdp'
  message.emit({ kind: 'response', protocol: name })
}
