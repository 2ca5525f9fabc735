// DNS over UDP and TCP: who asks for which name, and what it was told. The names are the strongest
// passive sign of what a consumer device is, and they give addresses in flows their names.
import type { Cursor } from '../../core/cursor.ts'
import { DnsReader, type DnsAnswer, type DnsQuestion } from '../dns-message.ts'
import { MAYBE, MORE, NEXT, NO, YES, tcp, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type DnsFields = {
  readonly kind: 'query' | 'response'
  readonly id: number
  readonly questions: readonly DnsQuestion[]
  /** Records of the answer section. */
  readonly answers: readonly DnsAnswer[]
  /** Responses only: 'NOERROR', 'NXDOMAIN', … or 'RCODE11'. */
  readonly rcode?: string
  readonly truncated?: boolean
  /** Questions and answers that were not kept. */
  readonly more?: number
  /** Absent for an ordinary query. */
  readonly operation?: 'inverse' | 'status' | 'notify' | 'update' | 'session'
}

const TCP_PROTOCOL = 6
const HEADER = 12
const NONE: readonly DnsAnswer[] = Object.freeze([])
const OPERATIONS = [
  undefined,
  'inverse',
  'status',
  undefined,
  'notify',
  'update',
  'session',
] as const
const reader = new DnsReader()

export const protocol: Protocol = {
  id: 'dns',
  title: 'DNS',
  spec: 'RFC 1035',
  over: [udp(53), tcp(53)],
  // The first bytes are a random number, or a length.
  startsWith: Array.from({ length: 256 }, (_, byte) => byte),
  packets: Infinity,

  recognise(cursor: Cursor, message: Message): Certainty {
    const stream = message.packet.ipProtocol === TCP_PROTOCOL
    const start = cursor.offset + (stream ? 2 : 0)
    const end = stream ? start + Math.max(0, cursor.peek16()) : cursor.end
    const bytes = cursor.bytes
    const from = message.sourcePort
    const to = message.destinationPort
    if (end - start < HEADER || cursor.end - start < HEADER) return NO
    if (from === 53 || to === 53) {
      if (!reader.open(bytes, start, Math.min(end, cursor.end))) return NO
      // Sure when it fits: a random id looks like the first bytes of anything.
      return reader.fits() ? YES : MAYBE
    }
    // One question is all that resolvers ask; the relatives of DNS have files of their own.
    if (bytes[start + 4] !== 0 || bytes[start + 5] !== 1 || end > cursor.end) return NO
    if (from === 5353 || to === 5353 || from === 5355 || to === 5355) return NO
    if (from === 137 || to === 137) return NO
    return reader.open(bytes, start, end) && reader.fits() ? YES : NO
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
      message.anomaly('dns-malformed')
      return NEXT
    }
    const response = reader.response
    const questions = reader.questions()
    const answers = response ? reader.records(reader.answerCount, []) : NONE
    if (reader.loop) message.anomaly('dns-label-loop')
    else if (reader.broken && !message.packet.cut) message.anomaly('dns-malformed')
    message.emit({
      kind: response ? 'response' : 'query',
      id: reader.id,
      questions,
      answers,
      rcode: response ? reader.rcodeText : undefined,
      truncated: reader.truncated ? true : undefined,
      more: reader.more > 0 ? reader.more : undefined,
      operation: OPERATIONS[reader.opcode],
    } satisfies DnsFields)
    return NEXT
  },
}
