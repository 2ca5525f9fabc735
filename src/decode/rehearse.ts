// Feeds single messages to one protocol and hands back what it said: the bench on which every
// protocol's own test stands, and the first thing to try when a real message is misread. `batter`
// is its rough side: it cuts and flips sample messages, and throws when the protocol breaks a
// promise.
import assert from 'node:assert/strict'
import { Cursor } from '../core/cursor.ts'
import { Packet } from './packet.ts'
import type { Certainty, Fields, FieldValue, Message, Progress, Protocol } from './protocol.ts'
import { END, FOREIGN, MORE, NEXT, SECURE } from './protocol.ts'

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
  /** Needed only where a protocol has several carriers; default: its first. */
  ipProtocol?: number
  /** Length on the wire where the capture cut the payload; else that of `bytes`. */
  wireLength?: number
}

const bytesOf = (line: Line): Buffer =>
  line.bytes ?? Buffer.from((line.hex ?? '').replace(/\s/g, ''), 'hex')

/** IP protocol number of what carries the line; 0 for frames without IP. */
function ipProtocolOf(protocol: Protocol, line: Line): number {
  const carrier = protocol.over[0]
  if (line.ipProtocol !== undefined) return line.ipProtocol
  if (carrier.kind === 'ip') return carrier.protocols[0]
  return carrier.kind === 'tcp' ? 6 : carrier.kind === 'udp' ? 17 : 0
}

/**
 * Plays `lines` to `protocol` as one flow; loops on NEXT while bytes remain, as the real caller
 * does, and stops at END, FOREIGN and SECURE. Bytes are overwritten after each line: who keeps a
 * view of them is found out.
 */
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
  const pending = { originator: Buffer.alloc(0), responder: Buffer.alloc(0) }
  for (const [index, line] of lines.entries()) {
    const side = line.from ?? 'originator'
    const fresh = bytesOf(line)
    const bytes = Buffer.concat([pending[side], fresh])
    message.fromOriginator = side === 'originator'
    message.sourcePort = line.sourcePort ?? (message.fromOriginator ? 50000 : port)
    message.destinationPort = line.destinationPort ?? (message.fromOriginator ? port : 50000)
    packet.bytes = bytes
    packet.start = packet.payloadOffset = packet.networkOffset = packet.transportOffset = 0
    packet.end = packet.payloadEnd = packet.networkEnd = bytes.length
    packet.payloadLength = packet.wireLength = line.wireLength ?? bytes.length
    packet.ipProtocol = ipProtocolOf(protocol, line)
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
      assert(cursor.offset >= before && cursor.offset <= cursor.end, 'the cursor left its bounds')
      if (result.progress === MORE) cursor.reset(bytes, before, bytes.length)
    } while (result.progress === NEXT && cursor.offset < cursor.end && cursor.offset > before)
    if (result.progress === NEXT && cursor.offset < cursor.end) {
      result.anomalies.push(`${protocol.id}-stuck`)
    }
    result.left = cursor.remaining
    // Over TCP, what was left unread (MORE) comes before the same side's next line.
    pending[side] = Buffer.from(
      packet.ipProtocol === 6 && result.progress === MORE ? bytes.subarray(cursor.offset) : [],
    )
    bytes.fill(0xdd)
    if ([END, FOREIGN, SECURE].some((last) => last === result.progress)) break
  }
  return result
}

/**
 * Plays `lines` with every prefix and every single-bit flip of each line, the rest left whole, and
 * each damaged line alone as a flow's first. Throws when the protocol throws, moves the cursor out
 * of bounds, or says what no protocol may say. Hands back how many flows were played.
 */
export function batter(protocol: Protocol, lines: readonly Line[]): number {
  let plays = 0
  const whole = lines.map((line) => ({ ...line, bytes: bytesOf(line) }))
  const play = (index: number, bytes: Buffer, what: string) => {
    const damaged = { ...lines[index], bytes }
    const scripts = [[damaged], ...(lines.length > 1 ? [whole.with(index, damaged)] : [])]
    for (const script of scripts) {
      plays++
      try {
        const { said, anomalies } = rehearse(protocol, script)
        said.forEach((fields) => assertPlain(fields))
        assert(!anomalies.includes(`${protocol.id}-stuck`), 'NEXT without a step')
      } catch (cause) {
        throw new Error(`${protocol.id}: line ${index}, ${what}`, { cause })
      }
    }
  }
  for (const [index, { bytes }] of whole.entries()) {
    for (let length = 0; length < bytes.length; length++) {
      play(index, bytes.subarray(0, length), `cut to ${length} bytes`)
    }
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3] ^= 128 >> (bit & 7)
      play(index, flipped, `bit ${bit & 7} of byte ${bit >> 3} flipped`)
    }
  }
  return plays
}

/**
 * Plays `lines` of a TCP protocol with each line torn in two at every byte, and once byte by byte:
 * what is said must be the same as for whole lines.
 */
export function tear(protocol: Protocol, lines: readonly Line[]): void {
  const whole = rehearse(protocol, lines).said
  for (const [index, line] of lines.entries()) {
    const bytes = bytesOf(line)
    for (let at = 1; at < bytes.length; at++) {
      const parts = [bytes.subarray(0, at), bytes.subarray(at)].map((part) => ({
        ...line,
        bytes: part,
      }))
      const torn = rehearse(protocol, lines.toSpliced(index, 1, ...parts)).said
      assert.deepEqual(torn, whole, `${protocol.id}: line ${index} torn at byte ${at}`)
    }
  }
  const single = lines.flatMap((line) =>
    Array.from(bytesOf(line), (byte) => ({ ...line, bytes: Buffer.from([byte]) })),
  )
  assert.deepEqual(rehearse(protocol, single).said, whole, `${protocol.id}: byte by byte`)
}

/**
 * Plain, finite, bounded: no text above 1024 characters, no list above 256, five levels at most.
 */
function assertPlain(value: FieldValue, depth = 0): void {
  assert(depth <= 5, 'fields are nested too deeply')
  if (typeof value === 'string') assert(value.length <= 1024, `text of ${value.length} characters`)
  else if (typeof value === 'number') assert(Number.isFinite(value), 'a number is not finite')
  else if (typeof value === 'object' && value !== null) {
    const parts = Object.values(value as Record<string, FieldValue>)
    assert(parts.length <= 256, `${parts.length} values in one list`)
    for (const part of parts) assertPlain(part, depth + 1)
  } else assert(['boolean', 'undefined'].includes(typeof value) || value === null)
}
