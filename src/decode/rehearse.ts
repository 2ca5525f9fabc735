// Feeds single messages to one protocol and hands back what it said: the bench on which every protocol's
// own test stands, and the first thing to try when a real message is misread.
import { Cursor } from '../core/cursor.ts'
import { Packet } from './packet.ts'
import type { Certainty, Fields, Message, Progress, Protocol } from './protocol.ts'

export interface Rehearsal {
  /** What `recognise` thought of the first message; 2 when the protocol has none. */
  certainty: Certainty
  progress: Progress
  said: Fields[]
  anomalies: string[]
  names: string[]
  /** Bytes left unread behind the last message. */
  left: number
}

/** One message: hex with optional spaces, or bytes; `from` says which side sent it. */
export interface Line {
  from?: 'originator' | 'responder'
  hex?: string
  bytes?: Buffer
  sourcePort?: number
  destinationPort?: number
}

/** Plays `lines` to `protocol` as one flow; loops on NEXT while bytes remain, as the real caller does. */
export function rehearse(protocol: Protocol, lines: readonly Line[]): Rehearsal {
  const result: Rehearsal = {
    certainty: 2,
    progress: 0,
    said: [],
    anomalies: [],
    names: [],
    left: 0,
  }
  const packet = new Packet()
  const message = {
    packet,
    fromOriginator: true as boolean,
    sourcePort: 50000,
    destinationPort: 0,
    state: undefined as unknown,
    emit: (fields: Fields) => void result.said.push(fields),
    serverName: (name: string) => void result.names.push(name),
    anomaly: (name: string) => void result.anomalies.push(name),
  } satisfies Message
  const port = protocol.over.flatMap((carrier) => ('ports' in carrier ? carrier.ports : []))[0] ?? 0
  lines.forEach((line, index) => {
    const bytes = line.bytes ?? Buffer.from((line.hex ?? '').replace(/\s/g, ''), 'hex')
    message.fromOriginator = line.from !== 'responder'
    message.sourcePort = line.sourcePort ?? (message.fromOriginator ? 50000 : port)
    message.destinationPort = line.destinationPort ?? (message.fromOriginator ? port : 50000)
    packet.bytes = bytes
    packet.start = packet.payloadOffset = packet.networkOffset = packet.transportOffset = 0
    packet.end = packet.payloadEnd = packet.networkEnd = bytes.length
    packet.payloadLength = packet.wireLength = bytes.length
    packet.sourcePort = message.sourcePort
    packet.destinationPort = message.destinationPort
    const cursor = new Cursor(bytes)
    if (index === 0 && protocol.recognise) {
      result.certainty = protocol.recognise(cursor, message)
      cursor.reset(bytes, 0, bytes.length)
    }
    let before = -1
    do {
      before = cursor.offset
      result.progress = protocol.decode(cursor, message)
      if (result.progress === 1) cursor.reset(bytes, before, bytes.length)
    } while (result.progress === 0 && cursor.offset < cursor.end && cursor.offset > before)
    result.left = cursor.remaining
  })
  return result
}
