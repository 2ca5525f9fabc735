// Observed against documented (I13): what is only documented, what is only observed, and, for what
// is both, each field: the same, different, not seen, or not documented.
import { areRelated } from '../judgement.ts'
import { makerOf } from '../tables/makers.ts'
import type { AttributeName } from '../device.ts'
import { match, plainName, type Doubt, type MatchedBy } from './match.ts'
import type { ObservedDevice } from './observed.ts'
import type { DocumentedDevice } from './record.ts'

/** Fields that both sides can speak of. */
export type ComparedField =
  | 'name'
  | 'mac'
  | 'address'
  | 'manufacturer'
  | 'model'
  | 'category'
  | 'serial'
  | 'os'
  | 'firmware'
  | 'status'

/** `not-seen`: traffic does not tell it. `not-documented`: the list does not say it. */
export type FieldOutcome = 'same' | 'differs' | 'not-seen' | 'not-documented'

export interface FieldComparison {
  readonly field: ComparedField
  readonly documented: string
  readonly observed: string
  readonly outcome: FieldOutcome
  /** Of what was observed, 0 … 1. */
  readonly confidence: number
}

/** A device that is both documented and observed. */
export interface MatchedDevice {
  readonly documented: DocumentedDevice
  readonly observed: ObservedDevice
  readonly by: MatchedBy
  /** Fields of which at least one side speaks. */
  readonly fields: readonly FieldComparison[]
  /** At least one field differs. */
  readonly differs: boolean
}

/** The three-way answer; `doubts` are records that fit a device which another record has. */
export interface Comparison {
  readonly matched: readonly MatchedDevice[]
  readonly documentedOnly: readonly DocumentedDevice[]
  readonly observedOnly: readonly ObservedDevice[]
  readonly doubts: readonly Doubt[]
}

/** Below this, what was observed is a guess, and no word against a list. */
const BELIEVED = 0.3

/** Compares a list with what was observed. Linear in both; nothing is written. */
export function compare(
  documented: readonly DocumentedDevice[],
  observed: readonly ObservedDevice[],
): Comparison {
  const { pairs, doubts } = match(documented, observed)
  const seen = new Set(pairs.map((pair) => pair.observed))
  const known = new Set(pairs.map((pair) => pair.documented))
  return {
    matched: pairs.map(({ documented: at, observed: of, by }) =>
      matchedDevice(documented[at], observed[of], by),
    ),
    documentedOnly: documented.filter((_, index) => !known.has(index)),
    observedOnly: observed.filter((_, index) => !seen.has(index)),
    doubts,
  }
}

function matchedDevice(
  documented: DocumentedDevice,
  observed: ObservedDevice,
  by: MatchedBy,
): MatchedDevice {
  const fields = [
    attributeField('name', documented.name, { observed, of: 'hostname', agree: sameName }),
    listField('mac', documented.macs, observed.macs),
    listField('address', documented.addresses, observed.addresses),
    attributeField('manufacturer', documented.manufacturer, {
      observed,
      of: 'manufacturer',
      agree: sameMaker,
    }),
    attributeField('model', documented.model, { observed, of: 'model', agree: sameModel }),
    attributeField('category', documented.category, { observed, of: 'type', agree: areRelated }),
    attributeField('serial', documented.serial, { observed, of: 'serial', agree: sameWord }),
    attributeField('os', documented.os, { observed, of: 'os', agree: sameModel }),
    attributeField('firmware', documented.firmware, { observed, of: 'firmware', agree: sameModel }),
    statusField(documented),
  ].filter((field) => field.documented !== '' || field.observed !== '')
  return {
    documented,
    observed,
    by,
    fields,
    differs: fields.some(({ outcome }) => outcome === 'differs'),
  }
}

interface AttributeWay {
  readonly observed: ObservedDevice
  readonly of: AttributeName
  agree(documented: string, observed: string): boolean
}

function attributeField(
  field: ComparedField,
  documented: string,
  { observed, of, agree }: AttributeWay,
): FieldComparison {
  const attribute = observed.attributes[of]
  const isBelieved = (attribute?.confidence ?? 0) >= BELIEVED
  const value = isBelieved ? attribute!.value : ''
  const confidence = isBelieved ? attribute!.confidence : 0
  const seen = value === 'unknown' ? '' : value
  if (documented === '' || seen === '') {
    const outcome = documented === '' ? 'not-documented' : 'not-seen'
    return { field, documented, observed: seen, outcome, confidence }
  }
  // A name or a model has several true words: one that was said at all is no contradiction.
  const isSaid = agree(documented, seen) || attribute!.said.some((one) => agree(documented, one))
  const outcome = isSaid ? 'same' : 'differs'
  return { field, documented, observed: seen, outcome, confidence }
}

/** One in common is enough: a device has more interfaces than a list, and a list than a link. */
function listField(
  field: ComparedField,
  documented: readonly string[],
  observed: readonly string[],
): FieldComparison {
  const texts = { documented: documented.join(' '), observed: observed.join(' ') }
  const common = documented.some((one) => observed.includes(one))
  const empty = documented.length === 0 ? 'not-documented' : 'not-seen'
  const isBoth = documented.length > 0 && observed.length > 0
  const outcome = isBoth ? (common ? 'same' : 'differs') : empty
  return { field, ...texts, outcome, confidence: observed.length > 0 ? 1 : 0 }
}

/** States of a list in which a device should not be heard. */
const SILENT =
  /^(decommission\w*|retired|disposed|offline|inventory|in stock|stock|planned|staged)$/

function statusField({ status }: DocumentedDevice): FieldComparison {
  const outcome = SILENT.test(status) ? 'differs' : 'same'
  return { field: 'status', documented: status, observed: 'seen', outcome, confidence: 1 }
}

const words = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}.]+/gu, ' ')
    .trim()

const sameWord = (one: string, other: string): boolean =>
  words(one).replaceAll(' ', '') === words(other).replaceAll(' ', '')

/** One says the same as the other, less exactly or among other words. */
function sameModel(one: string, other: string): boolean {
  const [a, b] = [words(one).replaceAll(' ', ''), words(other).replaceAll(' ', '')]
  return a === b || (Math.min(a.length, b.length) >= 3 && (a.includes(b) || b.includes(a)))
}

const sameName = (one: string, other: string): boolean => plainName(one) === plainName(other)

function sameMaker(one: string, other: string): boolean {
  const [a, b] = [words(makerOf(one).name), words(makerOf(other).name)]
  return a === b || `${a} `.startsWith(`${b} `) || `${b} `.startsWith(`${a} `)
}
