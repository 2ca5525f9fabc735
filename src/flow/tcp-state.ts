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

/** The letters packed four bits each, first occurrence first: low word, then high word. */
export function historyText(low: number, high: number, originatorB: boolean): string {
  let text = ''
  for (let index = 0; index < 16; index++) {
    const code = (index < 8 ? low >>> (index * 4) : high >>> ((index - 8) * 4)) & 15
    const bits = index < 8 ? low : high
    if (bits === 0) break
    // Code 0 is 'S' of side A: a real letter only in front, or when something follows it.
    if (code === 0 && bits >>> ((index % 8) * 4) === 0 && index > 0) break
    const letter = LETTERS[code & 7]
    const sideB = (code & 8) !== 0
    text += sideB === originatorB ? letter : letter.toLowerCase()
  }
  return text
}

/** Zeek's conn_state from what each side has sent (base/protocols/conn/main.zeek, in our words). */
export function tcpState(originator: number, responder: number): FlowState {
  const established = (originator & SEEN.syn) !== 0 && (responder & SEEN.synAck) !== 0
  if (originator & SEEN.reset) {
    if (established) return 'RSTO'
    return originator & SEEN.syn && !(responder & SEEN.synAck) ? 'RSTOS0' : 'OTH'
  }
  if (responder & SEEN.reset) {
    if (established) return 'RSTR'
    if (originator & SEEN.syn) return 'REJ'
    return responder & SEEN.synAck ? 'RSTRH' : 'OTH'
  }
  if (established) {
    if (originator & SEEN.fin) return responder & SEEN.fin ? 'SF' : 'S2'
    return responder & SEEN.fin ? 'S3' : 'S1'
  }
  if (originator & SEEN.syn) return originator & SEEN.fin ? 'SH' : 'S0'
  if (responder & SEEN.synAck) return responder & SEEN.fin ? 'SHR' : 'OTH'
  return 'OTH'
}
