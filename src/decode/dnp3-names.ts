// Names of DNP3's application functions, internal indications and device attributes (IEEE 1815-2012
// clauses 4 and 11, annex A), and what each function does to an outstation.
import type { Operation } from './operation.ts'

export type Dnp3Function = readonly [name: string, operation: Operation]

const FUNCTIONS: readonly Dnp3Function[] = [
  ['confirm', 'other'],
  ['read', 'read'],
  ['write', 'write'],
  ['select', 'control'],
  ['operate', 'control'],
  ['direct operate', 'control'],
  ['direct operate without answer', 'control'],
  ['immediate freeze', 'write'],
  ['immediate freeze without answer', 'write'],
  ['freeze and clear', 'write'],
  ['freeze and clear without answer', 'write'],
  ['freeze at time', 'write'],
  ['freeze at time without answer', 'write'],
  ['cold restart', 'control'],
  ['warm restart', 'control'],
  ['initialize data', 'control'],
  ['initialize application', 'control'],
  ['start application', 'control'],
  ['stop application', 'control'],
  ['save configuration', 'control'],
  ['enable unsolicited', 'write'],
  ['disable unsolicited', 'write'],
  ['assign class', 'write'],
  ['delay measurement', 'diagnostic'],
  ['record current time', 'write'],
  ['open file', 'other'],
  ['close file', 'other'],
  ['delete file', 'write'],
  ['get file information', 'read'],
  ['authenticate file', 'other'],
  ['abort file', 'other'],
  ['activate configuration', 'control'],
  ['authentication request', 'other'],
  ['authentication request without answer', 'other'],
]

export function dnp3Function(code: number): Dnp3Function {
  if (code === 129) return ['response', 'other']
  if (code === 130) return ['unsolicited response', 'monitor']
  if (code === 131) return ['authentication response', 'other']
  return FUNCTIONS[code] ?? [`function ${code}`, 'other']
}

/** Internal indications: bit 15 is IIN1.7, bit 0 is IIN2.0. */
const INDICATIONS = [
  'function not supported',
  'object unknown',
  'parameter error',
  'event buffer overflow',
  'already executing',
  'configuration corrupt',
  'reserved 2.6',
  'reserved 2.7',
  'broadcast',
  'class 1 events',
  'class 2 events',
  'class 3 events',
  'need time',
  'local control',
  'device trouble',
  'device restart',
]

/** Names of the bits that are set; undefined when none is. */
export function indicationNames(bits: number): readonly string[] | undefined {
  return bits === 0 ? undefined : INDICATIONS.filter((_, bit) => (bits & (1 << bit)) !== 0)
}

/** Variations of group 0, device attributes, that identify an outstation. */
export const ATTRIBUTES = new Map([
  [242, 'firmware'],
  [243, 'hardware'],
  [245, 'location'],
  [246, 'assignedId'],
  [247, 'assignedName'],
  [248, 'serial'],
  [250, 'product'],
  [252, 'manufacturer'],
])
