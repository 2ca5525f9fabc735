// SCTP associations: how they begin and end, further addresses of an end, and what is carried, by
// payload protocol identifier, said once of each. Contents of DATA chunks are not read.
import { v4Text, v6Text } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import { Novelty } from '../novelty.ts'
import { MORE, NEXT, ip, type Message, type Progress, type Protocol } from '../protocol.ts'

export type SctpFields =
  | {
      readonly kind: 'init' | 'init-ack'
      readonly outboundStreams: number
      readonly inboundStreams: number
      /** Other addresses of the same end. */
      readonly addresses?: readonly string[]
    }
  | {
      readonly kind: 'data'
      readonly stream: number
      /** IANA's number, and its name where we know it. */
      readonly payloadProtocol: number
      readonly payload?: string
    }
  | { readonly kind: 'abort' | 'error'; readonly cause?: number }
  | { readonly kind: 'shutdown' }

/** RFC 9260 3.2; I-DATA is RFC 8260's. */
const CHUNK = {
  data: 0,
  init: 1,
  initAck: 2,
  abort: 6,
  shutdown: 7,
  error: 9,
  longData: 64,
} as const
const ADDRESS = { v4: 5, v6: 6 } as const
const ADDRESSES_MAX = 8
const PARAMETERS_MAX = 32
/** IANA, SCTP Payload Protocol Identifiers: those of networks, telephony and browsers. */
const PAYLOADS = new Map([
  [1, 'iua'],
  [2, 'm2ua'],
  [3, 'm3ua'],
  [4, 'sua'],
  [5, 'm2pa'],
  [6, 'v5ua'],
  [7, 'h248'],
  [8, 'bicc'],
  [18, 's1ap'],
  [19, 'rua'],
  [20, 'hnbap'],
  [27, 'x2ap'],
  [46, 'diameter'],
  [47, 'diameter-dtls'],
  [50, 'webrtc-control'],
  [51, 'webrtc-text'],
  [53, 'webrtc-binary'],
  [60, 'ngap'],
  [61, 'xnap'],
  [62, 'f1ap'],
  [64, 'e1ap'],
])

export const protocol: Protocol = {
  id: 'sctp',
  title: 'SCTP',
  spec: 'RFC 9260',
  over: [ip(132)],
  packets: Infinity,

  decode(cursor: Cursor, message: Message): Progress {
    if (!cursor.has(4)) return misfit(cursor, message)
    const type = cursor.u8()
    cursor.skip(1)
    const length = cursor.u16()
    if (length < 4 || !cursor.has(length - 4)) return misfit(cursor, message)
    readChunk(type, cursor.sub(length - 4), message)
    cursor.skip(Math.min(-length & 3, cursor.remaining))
    return NEXT
  },
}

/** A chunk that is cut or lies about its length: what follows cannot be found. */
function misfit(cursor: Cursor, message: Message): Progress {
  if (message.packet.cut) return MORE
  message.anomaly('sctp-chunk-cut')
  cursor.seek(cursor.end)
  return NEXT
}

function readChunk(type: number, chunk: Cursor, message: Message): void {
  switch (type) {
    case CHUNK.data:
    case CHUNK.longData:
      return readData(type, chunk, message)
    case CHUNK.init:
    case CHUNK.initAck:
      return readInit(type === CHUNK.init ? 'init' : 'init-ack', chunk, message)
    case CHUNK.abort:
    case CHUNK.error: {
      const kind = type === CHUNK.abort ? 'abort' : 'error'
      message.emit({ kind, ...(chunk.has(4) ? { cause: chunk.u16() } : undefined) })
      return
    }
    case CHUNK.shutdown:
      message.emit({ kind: 'shutdown' })
  }
}

function readData(type: number, chunk: Cursor, message: Message): void {
  chunk.skip(4)
  const stream = chunk.u16()
  // A stream's sequence number; with I-DATA two octets reserved and a message's number of four.
  chunk.skip(type === CHUNK.data ? 2 : 6)
  const payloadProtocol = chunk.u32()
  if (chunk.overrun) return message.anomaly('sctp-data-short')
  const novelty = (message.state ??= new Novelty()) as Novelty
  if (!novelty.isNew((payloadProtocol << 1) | (message.fromOriginator ? 1 : 0))) return
  const payload = PAYLOADS.get(payloadProtocol)
  message.emit({ kind: 'data', stream, payloadProtocol, ...(payload ? { payload } : undefined) })
}

function readInit(kind: 'init' | 'init-ack', chunk: Cursor, message: Message): void {
  chunk.skip(4 + 4)
  const outboundStreams = chunk.u16()
  const inboundStreams = chunk.u16()
  chunk.skip(4)
  if (chunk.overrun) return message.anomaly('sctp-init-short')
  const addresses: string[] = []
  for (let count = 0; count < PARAMETERS_MAX && chunk.has(4); count++) {
    const type = chunk.u16()
    const length = chunk.u16()
    if (length < 4 || !chunk.has(length - 4)) break
    const value = chunk.sub(length - 4)
    chunk.skip(Math.min(-length & 3, chunk.remaining))
    if (addresses.length >= ADDRESSES_MAX) continue
    if (type === ADDRESS.v4 && value.has(4)) addresses.push(v4Text(value.u32()))
    else if (type === ADDRESS.v6 && value.has(16)) {
      addresses.push(v6Text(Array.from({ length: 8 }, () => value.u16())))
    }
  }
  const others = addresses.length > 0 ? { addresses } : undefined
  message.emit({ kind, outboundStreams, inboundStreams, ...others })
}
