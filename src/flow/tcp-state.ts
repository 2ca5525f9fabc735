// TCP as a flow's life: history letters as they first occur and Zeek's connection states from them.
import { TCP } from '../decode/index.ts'
import type { FlowState } from './flow.ts'

/** History letters by bit: upper case for the originator, lower for the responder. */
const LETTERS = 'SHADFRTG'
/** What was seen of a TCP connection, as bits; LETTERS spell them for the history. */
export const SEEN = {
  syn: 1,
  synAck: 2,
  ack: 4,
  data: 8,
  fin: 16,
  reset: 32,
  again: 64,
  gap: 128,
} as const

const FIN_CODE = LETTERS.indexOf('F')
const RESET_CODE = LETTERS.indexOf('R')

/** Which letters a segment stands for; several at once for e.g. data with FIN. */
export function lettersOf(flags: number, payloadLength: number): number {
  let seen = 0
  if (flags & TCP.syn) seen = flags & TCP.ack ? SEEN.synAck : SEEN.syn
  else if (payloadLength === 0 && (flags & (TCP.ack | TCP.fin | TCP.rst)) === TCP.ack) {
    seen = SEEN.ack
  }
  if (payloadLength > 0) seen |= SEEN.data
  if (flags & TCP.fin) seen |= SEEN.fin
  if (flags & TCP.rst) seen |= SEEN.reset
  return seen
}

/**
 * The letters packed four bits each, first occurrence first: low word, then high word. `seen` has a
 * bit for each of them: that says how many there are.
 */
export function historyText(seen: number, low: number, high: number, originatorB: boolean): string {
  let text = ''
  for (let bits = seen, index = 0; bits !== 0; bits &= bits - 1, index++) {
    const code = (index < 8 ? low >>> (index * 4) : high >>> ((index - 8) * 4)) & 15
    const letter = LETTERS[code & 7]
    const sideB = (code & 8) !== 0
    text += sideB === originatorB ? letter : letter.toLowerCase()
  }
  return text
}

/**
 * Which letters a side counts for its state: a reset behind its own FIN only clears up, the orderly
 * close before it stands (ShADadFRf is SF). `side` is 0 for A, as in the packed history.
 */
export function settled(seen: number, low: number, high: number, side: number): number {
  if ((seen & (SEEN.fin | SEEN.reset)) !== (SEEN.fin | SEEN.reset)) return seen
  for (let index = 0; index < 16; index++) {
    const code = (index < 8 ? low >>> (index * 4) : high >>> ((index - 8) * 4)) & 15
    if (code === (FIN_CODE | (side << 3))) return seen & ~SEEN.reset
    if (code === (RESET_CODE | (side << 3))) return seen
  }
  return seen
}

/**
 * Zeek's conn_state from what each side has sent (base/protocols/conn/main.zeek, in our words). A
 * flow of which the capture has only the middle counts as established once both sides sent data:
 * Zeek takes it for half open, which reads like a failed attempt.
 */
export function tcpState(originator: number, responder: number): FlowState {
  const asked = (originator & SEEN.syn) !== 0
  const accepted = (responder & SEEN.synAck) !== 0
  const spoke = (originator & (SEEN.ack | SEEN.data)) !== 0
  const conversation = (originator & responder & SEEN.data) !== 0
  const established = conversation || (accepted && (asked || spoke))
  if (responder & SEEN.reset) return established ? 'RSTR' : asked ? 'REJ' : 'RSTRH'
  if (originator & SEEN.reset) {
    if (established || accepted) return 'RSTO'
    return asked ? 'RSTOS0' : 'OTH'
  }
  if (originator & SEEN.fin) {
    if (responder & SEEN.fin) return 'SF'
    return established ? 'S2' : 'SH'
  }
  if (responder & SEEN.fin) return established ? 'S3' : 'SHR'
  if (asked) return established ? 'S1' : 'S0'
  return established && accepted ? 'S1' : 'OTH'
}
