// Sampled values (IEC 61850-9-2): instrument transformers as streams of thousands of frames a
// second. A stream is said when first seen, and when its configuration or its synchronisation
// changes.
import type { Cursor } from '../../core/cursor.ts'
import { ASN1, type Der } from '../der.ts'
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

export type SampledValuesFields = {
  readonly kind: 'sv'
  readonly operation: 'monitor'
  readonly appId: number
  /** The stream's id (svID). */
  readonly reference: string
  readonly dataset?: string
  readonly configuration: number
  /** Which clock the samples follow. */
  readonly clock: 'none' | 'local' | 'global'
  readonly rate?: number
  readonly simulated?: true
}

type Seen = { reference: string; configuration: number; synchronised: number }

const UNIT = 0x60
const SEEN_MAX = 16
const UNITS_MAX = 16
const CLOCKS = ['none', 'local', 'global'] as const

/** Says one data unit (ASDU) if it is new; false when it is broken. */
function sayUnit(unit: Der, message: Message, appId: number, simulated: boolean): boolean {
  let reference = ''
  let dataset: string | undefined
  let rate: number | undefined
  let configuration = 0
  let synchronised = 0
  while (unit.next()) {
    if (unit.tag === 0x80) reference = clip(unit.text(129))
    else if (unit.tag === 0x81) dataset = clip(unit.text(129))
    else if (unit.tag === 0x83) configuration = unit.unsigned()
    else if (unit.tag === 0x85) synchronised = unit.unsigned()
    else if (unit.tag === 0x86) rate = unit.unsigned()
  }
  if (unit.broken || reference === '') return false
  const seen = (message.state ??= []) as Seen[]
  const last = seen.find((entry) => entry.reference === reference)
  if (last && last.configuration === configuration && last.synchronised === synchronised) {
    return true
  }
  if (last) {
    last.configuration = configuration
    last.synchronised = synchronised
  } else if (seen.length < SEEN_MAX) seen.push({ reference, configuration, synchronised })
  else return true
  message.emit({
    kind: 'sv',
    operation: 'monitor',
    appId,
    reference,
    dataset,
    configuration,
    clock: CLOCKS[Math.min(synchronised, 2)],
    rate,
    simulated: simulated ? true : undefined,
  } satisfies SampledValuesFields)
  return true
}

/** All data units of a frame; false when something does not fit. */
function sayFrame(cursor: Cursor, message: Message): boolean {
  const frame = readSubstationFrame(cursor, UNIT)
  if (!frame) return false
  const { unit, appId, simulated } = frame
  while (unit.next()) {
    if (unit.tag !== 0xa2) continue
    const units = unit.inside()
    for (let count = 0; count < UNITS_MAX && units.next(); count++) {
      if (units.tag !== ASN1.sequence) return false
      if (!sayUnit(units.inside(), message, appId, simulated)) return false
    }
    if (units.broken) return false
  }
  return !unit.broken
}

export const protocol: Protocol = {
  id: 'sv',
  title: 'IEC 61850 sampled values',
  spec: 'IEC 61850-9-2',
  over: [ethernet(0x88ba)],
  industrial: true,
  packets: Infinity,

  decode(cursor: Cursor, message: Message): Progress {
    const good = sayFrame(cursor, message)
    cursor.overrun = false
    cursor.seek(cursor.end)
    if (good) return NEXT
    if (message.packet.cut) return MORE
    message.anomaly('sv-malformed')
    return NEXT
  },
}
