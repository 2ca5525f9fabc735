// GOOSE (IEC 61850-8-1): substation events as multicast frames. Said when a publisher is first seen
// and when its state or configuration changes; the repetitions between are not.
import type { Cursor } from '../../core/cursor.ts'
import {
  MORE,
  NEXT,
  clip,
  ethernet,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'
import { readSubstationFrame } from '../substation.ts'

export type GooseFields = {
  readonly kind: 'goose'
  readonly operation: 'monitor'
  readonly appId: number
  /** Control block, data set, and the publisher's id for it. */
  readonly reference: string
  readonly dataset: string
  readonly goId?: string
  readonly stateNumber: number
  readonly sequence: number
  readonly configuration: number
  readonly entries: number
  readonly timeToLiveMs: number
  readonly test?: true
  readonly simulated?: true
  readonly needsCommissioning?: true
}

type Draft = { -readonly [Name in keyof GooseFields]: GooseFields[Name] }
type Seen = { reference: string; stateNumber: number; sequence: number; configuration: number }

const UNIT = 0x61
const SEEN_MAX = 16

/** Reads the elements of a GOOSE unit by their context tags; undefined when it is broken. */
function readUnit(cursor: Cursor): Draft | undefined {
  const frame = readSubstationFrame(cursor, UNIT)
  if (!frame) return undefined
  const { unit } = frame
  const fields: Draft = {
    kind: 'goose',
    operation: 'monitor',
    appId: frame.appId,
    reference: '',
    dataset: '',
    stateNumber: 0,
    sequence: 0,
    configuration: 0,
    entries: 0,
    timeToLiveMs: 0,
  }
  if (frame.simulated) fields.simulated = true
  while (unit.next() && unit.tag !== 0xab) {
    if (unit.tag === 0x80) fields.reference = clip(unit.text(129))
    else if (unit.tag === 0x81) fields.timeToLiveMs = unit.unsigned()
    else if (unit.tag === 0x82) fields.dataset = clip(unit.text(129))
    else if (unit.tag === 0x83) fields.goId = clip(unit.text(129))
    else if (unit.tag === 0x85) fields.stateNumber = unit.unsigned()
    else if (unit.tag === 0x86) fields.sequence = unit.unsigned()
    else if (unit.tag === 0x87 && unit.unsigned() !== 0) fields.test = true
    else if (unit.tag === 0x88) fields.configuration = unit.unsigned()
    else if (unit.tag === 0x89 && unit.unsigned() !== 0) fields.needsCommissioning = true
    else if (unit.tag === 0x8a) fields.entries = unit.unsigned()
  }
  return unit.broken || fields.reference === '' ? undefined : fields
}

export const protocol: Protocol = {
  id: 'goose',
  title: 'IEC 61850 GOOSE',
  spec: 'IEC 61850-8-1',
  over: [ethernet(0x88b8)],
  industrial: true,
  packets: Infinity,

  decode(cursor: Cursor, message: Message): Progress {
    const fields = readUnit(cursor)
    cursor.overrun = false
    cursor.seek(cursor.end)
    if (!fields) {
      if (message.packet.cut) return MORE
      message.anomaly('goose-malformed')
      return NEXT
    }
    const seen = (message.state ??= []) as Seen[]
    const { reference, stateNumber, sequence, configuration } = fields
    const last = seen.find((entry) => entry.reference === reference)
    if (!last) {
      if (seen.length < SEEN_MAX) seen.push({ reference, stateNumber, sequence, configuration })
      message.emit(fields)
      return NEXT
    }
    const same = last.stateNumber === stateNumber
    if (!same || last.configuration !== configuration) message.emit(fields)
    if (same && sequence !== last.sequence + 1) message.anomaly('goose-sequence')
    last.stateNumber = stateNumber
    last.sequence = sequence
    last.configuration = configuration
    return NEXT
  },
}
