// Takes Telnet's commands and options (RFC 854, RFC 855) out of a stream of text, wherever segments
// cut them.
import type { Cursor } from '../core/cursor.ts'

/** By side, how far a command has come that the last segment cut. */
export interface OptionState {
  readonly phase: [number, number]
}

const TEXT = 0
/** IAC was read; WILL, WONT, DO or DONT was; inside a subnegotiation; IAC inside one. */
const COMMAND = 1
const OPTION = 2
const INSIDE = 3
const INSIDE_COMMAND = 4

const IAC = 255
const SB = 250
const SE = 240

/** Text of a segment that is looked at; what is more is skipped, the last part is kept. */
const TEXT_MAX = 4096

/** The text in the rest of the cursor, one character an octet; moves to the end. */
export function stripOptions(cursor: Cursor, state: OptionState, side: 0 | 1): string {
  const { bytes, end } = cursor
  let at = Math.max(cursor.offset, end - TEXT_MAX)
  cursor.seek(end)
  if (state.phase[side] === TEXT) {
    const first = bytes.indexOf(IAC, at)
    if (first < 0 || first >= end) return bytes.toString('latin1', at, end)
  }
  let text = ''
  let phase = state.phase[side]
  for (; at < end; at++) {
    const byte = bytes[at]
    if (phase === TEXT) {
      if (byte === IAC) phase = COMMAND
      else text += String.fromCharCode(byte)
    } else if (phase === COMMAND) {
      if (byte === IAC) text += '\xff'
      phase = byte === SB ? INSIDE : byte > SB && byte < IAC ? OPTION : TEXT
    } else if (phase === OPTION) phase = TEXT
    else if (phase === INSIDE) phase = byte === IAC ? INSIDE_COMMAND : INSIDE
    else phase = byte === SE ? TEXT : INSIDE
  }
  state.phase[side] = phase
  return text
}
