// LLMNR: Windows' name lookup on the link. Its queries show host names that somebody types or
// tries, its answers who claims them; forged answers are how credentials are stolen on a LAN.
import type { Cursor } from '../../core/cursor.ts'
import { DnsReader, type DnsAnswer, type DnsQuestion } from '../dns-message.ts'
import { MAYBE, MORE, NEXT, NO, tcp, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type LlmnrFields = {
  readonly kind: 'query' | 'response'
  readonly id: number
  readonly questions: readonly DnsQuestion[]
  readonly answers: readonly DnsAnswer[]
  /** Responses only. */
  readonly rcode?: string
  /** The responder knows that others hold the name too (the C bit, RFC 4795 2.1.1). */
  readonly conflict?: boolean
  readonly truncated?: boolean
  readonly more?: number
}

const TCP_PROTOCOL = 6
const NONE: readonly DnsAnswer[] = Object.freeze([])
const reader = new DnsReader()

export const protocol: Protocol = {
  id: 'llmnr',
  title: 'LLMNR',
  spec: 'RFC 4795',
  over: [udp(5355), tcp(5355)],
  packets: Infinity,

  recognise(cursor: Cursor, message: Message): Certainty {
    const skip = message.packet.ipProtocol === TCP_PROTOCOL ? 2 : 0
    const { bytes, offset, end } = cursor
    return reader.open(bytes, offset + skip, end) && reader.questionCount === 1 ? MAYBE : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    let start = cursor.offset
    let end = cursor.end
    if (message.packet.ipProtocol === TCP_PROTOCOL) {
      const length = cursor.peek16()
      if (length < 0 || cursor.remaining < length + 2) return MORE
      start += 2
      end = start + length
    }
    cursor.seek(end)
    if (!reader.open(cursor.bytes, start, end)) {
      message.anomaly('llmnr-malformed')
      return NEXT
    }
    const response = reader.response
    const questions = reader.questions()
    const answers = response ? reader.records(reader.answerCount, []) : NONE
    if (reader.loop) message.anomaly('llmnr-label-loop')
    else if (reader.broken && !message.packet.cut) message.anomaly('llmnr-malformed')
    message.emit({
      kind: response ? 'response' : 'query',
      id: reader.id,
      questions,
      answers,
      rcode: response ? reader.rcodeText : undefined,
      conflict: (cursor.bytes[start + 2] & 4) !== 0 ? true : undefined,
      truncated: reader.truncated ? true : undefined,
      more: reader.more > 0 ? reader.more : undefined,
    } satisfies LlmnrFields)
    return NEXT
  },
}
