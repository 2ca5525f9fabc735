// TPKT (RFC 1006) and the few bytes of COTP (ISO 8073) behind it: what S7comm and MMS share on port
// 102.
import type { Cursor } from '../core/cursor.ts'

/** COTP message types that are read. */
export const COTP = {
  connectRequest: 0xe0,
  connectConfirm: 0xd0,
  disconnectRequest: 0x80,
  data: 0xf0,
} as const

/** `tpktLength`: the packet is not whole yet, or these bytes are no TPKT. */
export const PARTIAL = 0
export const BROKEN = -1

/** Length of the TPKT packet at the cursor, header included; PARTIAL or BROKEN. Does not move. */
export function tpktLength(cursor: Cursor): number {
  const available = cursor.remaining
  if (available < 4) return available > 0 && cursor.peek() !== 3 ? BROKEN : PARTIAL
  const length = cursor.peek16(2)
  if (cursor.peek() !== 3 || cursor.peek(1) !== 0 || length < 7) return BROKEN
  if (available > 4 && cursor.peek(4) + 5 > length) return BROKEN
  return available < length ? PARTIAL : length
}

export type CotpConnect = {
  /** Transport selectors as Latin-1 text; '' when absent. */
  readonly calling: string
  readonly called: string
}

/**
 * Selectors of a connect request or confirm; `cursor` spans one TPKT packet and stands at its
 * start.
 */
export function readConnect(cursor: Cursor): CotpConnect {
  cursor.skip(4)
  const parameters = cursor.sub(Math.min(cursor.u8(), cursor.remaining))
  parameters.skip(6)
  let calling = ''
  let called = ''
  while (parameters.remaining >= 2) {
    const code = parameters.u8()
    const length = Math.min(parameters.u8(), parameters.remaining)
    const text = parameters.latin1(length)
    if (code === 0xc1) calling = text
    else if (code === 0xc2) called = text
  }
  return { calling, called }
}
