// Multicast DNS with service discovery: what a device calls itself and offers. Queries carry what
// the asker already knows of others (left out) and, when it claims a name, the records it is about
// to own.
import type { Cursor } from '../../core/cursor.ts'
import { DnsReader, type DnsAnswer, type DnsQuestion } from '../dns-message.ts'
import { MAYBE, NEXT, NO, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type MdnsFields = {
  readonly kind: 'query' | 'response'
  readonly id: number
  readonly questions: readonly DnsQuestion[]
  /** A response's records of all sections; a query's known answers are about others: left out. */
  readonly answers: readonly DnsAnswer[]
  /** Records that the sender of a query claims for itself (probing, RFC 6762 8.2). */
  readonly proposed?: readonly DnsAnswer[]
  /** Service instances of the sender as people wrote them, e.g. 'Küche (2)'. */
  readonly instances?: readonly string[]
  readonly rcode?: string
  readonly multicast?: boolean
  readonly truncated?: boolean
  readonly more?: number
}

const NONE: readonly DnsAnswer[] = Object.freeze([])
const reader = new DnsReader()

export const protocol: Protocol = {
  id: 'mdns',
  title: 'Multicast DNS',
  spec: 'RFC 6762',
  over: [udp(5353)],
  repeats: true,
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    return reader.open(cursor.bytes, cursor.offset, cursor.end) ? MAYBE : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const { bytes, offset, end } = cursor
    cursor.seek(end)
    if (!reader.open(bytes, offset, end)) {
      message.anomaly('mdns-malformed')
      return NEXT
    }
    const response = reader.response
    const questions = reader.questions()
    let answers = NONE
    let proposed: readonly DnsAnswer[] | undefined
    if (response) {
      reader.instances = []
      answers = reader.records(
        reader.answerCount + reader.authorityCount + reader.additionalCount,
        [],
      )
    } else {
      reader.records(reader.answerCount)
      if (reader.authorityCount > 0) proposed = reader.records(reader.authorityCount, [])
    }
    if (reader.loop) message.anomaly('mdns-label-loop')
    else if (reader.broken && !message.packet.cut) message.anomaly('mdns-malformed')
    message.emit({
      kind: response ? 'response' : 'query',
      id: reader.id,
      questions,
      answers,
      proposed,
      instances: reader.instances?.length ? reader.instances : undefined,
      rcode: response ? reader.rcodeText : undefined,
      multicast: isMulticast(message) ? true : undefined,
      truncated: reader.truncated ? true : undefined,
      more: reader.more > 0 ? reader.more : undefined,
    } satisfies MdnsFields)
    return NEXT
  },
}

const isMulticast = ({ packet }: Message): boolean =>
  packet.family === 0
    ? packet.destination >>> 28 === 0xe
    : packet.hasMac && (packet.destinationMacHigh & 0x100) !== 0
