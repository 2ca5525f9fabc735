// IEEE C37.118 synchrophasors: measurement units of the grid streaming to their concentrators.
// Commands and configurations are said each time, data once per stream.
import type { Cursor } from '../../core/cursor.ts'
import { stand, stumble, type Footing } from '../footing.ts'
import type { Operation } from '../operation.ts'
import {
  MAYBE,
  MORE,
  NEXT,
  NO,
  YES,
  clip,
  tcp,
  udp,
  type Certainty,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'

export type SynchrophasorFields = {
  readonly kind: 'data' | 'header' | 'configuration' | 'command'
  readonly operation: Operation
  /** Id code of the stream. */
  readonly stream: number
  /** Command, e.g. 'data on'. */
  readonly name?: string
  /** Version of the standard's frames: 1 is 2005, 2 is 2011. */
  readonly version?: number
  /** Names of the measurement units in a configuration. */
  readonly stations?: readonly string[]
  readonly text?: string
}

type State = Footing & {
  /** Streams whose data was said. */
  readonly streams: number[]
}

const SYNC = 0xaa
const HEADER = 14
const SIZE_MIN = 16
const TYPE = { data: 0, header: 1, configuration1: 2, configuration2: 3, command: 4 } as const
const TYPE_MAX = 5
const STREAMS_MAX = 32
const STATIONS_MAX = 64
const COMMANDS = new Map<number, readonly [string, Operation]>([
  [1, ['data off', 'control']],
  [2, ['data on', 'control']],
  [3, ['send header', 'read']],
  [4, ['send configuration 1', 'read']],
  [5, ['send configuration 2', 'read']],
  [6, ['send configuration 3', 'read']],
  [8, ['extended', 'other']],
])

/** CRC-CCITT over a frame but its last two bytes (C37.118.2 annex B). */
function isWhole(cursor: Cursor, size: number): boolean {
  const { bytes, offset } = cursor
  let crc = 0xffff
  const stop = offset + size - 2
  for (let at = offset; at < stop; at++) {
    crc ^= bytes[at] << 8
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021
    }
    crc &= 0xffff
  }
  return bytes[stop] === crc >> 8 && bytes[stop + 1] === (crc & 255)
}

/** Frame size when sync, type, version and size fit; 0 when they do not. */
function frameSize(cursor: Cursor): number {
  const kind = cursor.peek(1)
  const version = kind & 15
  if (cursor.peek() !== SYNC || (kind & 0x80) !== 0 || kind >> 4 > TYPE_MAX) return 0
  if (version < 1 || version > 3) return 0
  const size = cursor.peek16(2)
  if (kind >> 4 === TYPE.command && size < 18) return 0
  return size >= SIZE_MIN ? size : 0
}

/** Names of the units in a configuration of kind 1 or 2 (clause 6.4). */
function readStations(frame: Cursor): string[] {
  frame.skip(4)
  const count = Math.min(frame.u16(), STATIONS_MAX)
  const names: string[] = []
  for (let index = 0; index < count && frame.has(26); index++) {
    names.push(clip(frame.latin1(16).replaceAll('\0', ' ').trim()))
    frame.skip(4)
    const phasors = frame.u16()
    const analogues = frame.u16()
    const digitals = frame.u16()
    frame.skip(16 * (phasors + analogues + 16 * digitals))
    frame.skip(4 * (phasors + analogues + digitals) + 4)
  }
  return names
}

function sayFrame(frame: Cursor, message: Message, state: State): void {
  const kind = frame.peek(1)
  const version = kind & 15
  const stream = frame.peek16(4)
  frame.skip(HEADER)
  switch (kind >> 4) {
    case TYPE.data:
      if (state.streams.includes(stream) || state.streams.length >= STREAMS_MAX) return
      state.streams.push(stream)
      message.emit({ kind: 'data', operation: 'monitor', stream, version })
      return
    case TYPE.header: {
      const text = clip(frame.latin1(Math.min(256, frame.remaining - 2)).trim())
      message.emit({ kind: 'header', operation: 'monitor', stream, version, text })
      return
    }
    case TYPE.configuration1:
    case TYPE.configuration2: {
      const stations = readStations(frame)
      message.emit({ kind: 'configuration', operation: 'monitor', stream, version, stations })
      return
    }
    case TYPE.command: {
      const code = frame.u16()
      const [name, operation] = COMMANDS.get(code) ?? [`command ${code}`, 'other']
      message.emit({ kind: 'command', operation, stream, name } satisfies SynchrophasorFields)
      return
    }
    default:
      message.emit({ kind: 'configuration', operation: 'monitor', stream, version })
  }
}

export const protocol: Protocol = {
  id: 'synchrophasor',
  title: 'IEEE C37.118 synchrophasors',
  spec: 'IEEE C37.118.2-2011',
  over: [tcp(4712), udp(4713, 4712)],
  industrial: true,
  startsWith: [SYNC],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    if (!cursor.has(4)) return NO
    const size = frameSize(cursor)
    if (size === 0) return NO
    if (!cursor.has(size)) return MAYBE
    return isWhole(cursor, size) ? YES : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    if (!cursor.has(4)) return MORE
    const size = frameSize(cursor)
    if (size === 0) return stumble(cursor, message, 'synchrophasor-header')
    if (!cursor.has(size)) return MORE
    const state = stand(message, (): State => ({ misfits: 0, streams: [] }))
    // Data is not checked: it is only counted, and comes up to 120 times a second.
    if (cursor.peek(1) >> 4 !== TYPE.data && !isWhole(cursor, size)) {
      cursor.skip(size)
      message.anomaly('synchrophasor-crc')
      return NEXT
    }
    const frame = cursor.sub(size)
    sayFrame(frame, message, state)
    if (frame.overrun) message.anomaly('synchrophasor-short')
    return NEXT
  },
}
