// Claims about one device → its attributes, each with a confidence, what supports it and what
// contradicts it.
import type { Attribute, AttributeName, Observation } from './device.ts'

export interface Claim {
  readonly attribute: AttributeName
  readonly observation: Observation
}

const LISTED = 8
const RIVAL_WEIGHT = 0.6
/**
 * A model has a name and a number, and an operating system a kernel: two words, often both true.
 */
const RIVAL_WEIGHT_NAMES = 0.25
const CERTAIN = 0.99
const NAMES: readonly AttributeName[] = [
  'manufacturer',
  'type',
  'model',
  'os',
  'firmware',
  'hostname',
  'serial',
]

export type Attributes = { [name in AttributeName]?: Attribute }

/**
 * Combines all claims about one device, for each attribute like this: 1. Claims are gathered by
 * value (letter case and punctuation apart; 'Linux' supports 'Linux 4.9'). 2. Within one family of
 * sources ('dhcp-…', 'http-…') only the strongest claim counts: two fields of one message are not
 * two witnesses. Between families they are: noisy-or, 1 - Π(1 - c). 3. The value with the highest
 * sum wins. The strongest rival r takes from it: × (1 - 0.6 r), or 0.25 r where two words are often
 * both true (model, os); it stays listed as a contradiction. 4. Who talks to the clouds of several
 * makers proves little about its own (a phone with their apps, a hub): three makers or more divide
 * these claims by their number.
 */
export function judge(claims: readonly Claim[]): Attributes {
  const result: Attributes = {}
  const lists = new Map<AttributeName, Observation[]>()
  for (let index = 0; index < claims.length; index++) {
    const { attribute, observation } = claims[index]
    const list = lists.get(attribute)
    if (list) list.push(observation)
    else lists.set(attribute, [observation])
  }
  if (lists.size === 0) return result
  for (const name of NAMES) {
    const list = lists.get(name)
    if (list) result[name] = list.length === 1 ? alone(list[0]) : judgeOne(list, name)
  }
  return result
}

/** One claim needs no weighing. */
const alone = (observation: Observation): Attribute => ({
  value: observation.value,
  confidence: round(Math.min(CERTAIN, observation.confidence)),
  observations: [observation],
  contradictions: NONE,
})

const NONE: readonly never[] = Object.freeze([])
const round = (confidence: number) => Math.round(confidence * 100) / 100

/** The independent witness a source belongs to: its name up to the first hyphen. */
export const familyOf = (source: string) => {
  const end = source.indexOf('-')
  return end < 0 ? source : source.slice(0, end)
}

interface Candidate {
  readonly key: string
  value: string
  readonly supporters: Observation[]
  score: number
}

function judgeOne(claims: readonly Observation[], name: AttributeName): Attribute {
  const candidates = gather(diluteClouds(claims))
  for (const candidate of candidates) candidate.score = combine(support(candidate, candidates))
  if (candidates.length > 1) candidates.sort(byScore)
  const best = candidates[0]
  const rivals = candidates.filter(
    (other) => other !== best && !agrees(best.key, other.key) && !isCompatible(name, best, other),
  )
  const rival = Math.max(0, ...rivals.map(weightOf))
  const weight = name === 'model' || name === 'os' ? RIVAL_WEIGHT_NAMES : RIVAL_WEIGHT
  return {
    value: best.value,
    confidence: round(Math.min(CERTAIN, best.score) * (1 - weight * rival)),
    observations: strongest(support(best, candidates)),
    contradictions:
      rivals.length === 0 ? NONE : strongest(rivals.flatMap((other) => other.supporters)),
  }
}

const weightOf = (rival: Candidate) =>
  rival.supporters.every(({ source }) => source === 'mac-prefix') ? rival.score / 2 : rival.score

/**
 * Names, versions and serials may honestly be several; a rival only hurts where there can be one.
 */
const isCompatible = (name: AttributeName, best: Candidate, other: Candidate) =>
  name === 'hostname' || name === 'serial'
    ? true
    : name === 'type' && RELATED.some((set) => set.has(best.value) && set.has(other.value))

/** Categories that are told apart by use rather than by what they show. */
const RELATED: readonly ReadonlySet<string>[] = [
  new Set(['computer', 'server', 'nas']),
  new Set(['phone', 'tablet', 'wearable']),
  new Set(['camera', 'doorbell', 'recorder']),
  new Set(['tv', 'media-player', 'speaker']),
  new Set(['plc', 'rtu', 'io', 'gateway', 'hmi', 'bms-controller']),
  new Set(['router', 'access-point', 'switch', 'gateway']),
]

/** The same category, or two that are told apart by use rather than by what they show. */
export const areRelated = (one: string, other: string): boolean =>
  one === other || RELATED.some((set) => set.has(one) && set.has(other))

function gather(observations: readonly Observation[]): Candidate[] {
  const byKey = new Map<string, Candidate>()
  for (const observation of observations) {
    const key = keyOf(observation.value)
    const known = byKey.get(key)
    if (known) known.supporters.push(observation)
    else {
      byKey.set(key, { key, value: observation.value, supporters: [observation], score: 0 })
    }
  }
  return [...byKey.values()]
}

const keyOf = (value: string) =>
  value
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, ' ')
    .trim()

/** One says the same as the other, or the same less exactly. */
const agrees = (one: string, other: string) =>
  one === other || one.startsWith(other + ' ') || other.startsWith(one + ' ')

/** What supports a candidate: its own observations, and those of less exact values. */
function support(candidate: Candidate, all: readonly Candidate[]): readonly Observation[] {
  if (all.length === 1) return candidate.supporters
  return all
    .filter((other) => other === candidate || candidate.key.startsWith(other.key + ' '))
    .flatMap((other) => other.supporters)
}

function combine(observations: readonly Observation[]): number {
  const families = new Map<string, number>()
  for (const { source, confidence } of observations) {
    const family = familyOf(source)
    families.set(family, Math.max(families.get(family) ?? 0, confidence))
  }
  let doubt = 1
  for (const confidence of families.values()) doubt *= 1 - confidence
  return 1 - doubt
}

function diluteClouds(observations: readonly Observation[]): readonly Observation[] {
  const clouds = new Set<string>()
  for (const { source, value } of observations) {
    if (familyOf(source) === 'cloud') clouds.add(keyOf(value))
  }
  if (clouds.size < 3) return observations
  return observations.map((observation) =>
    familyOf(observation.source) === 'cloud'
      ? { ...observation, confidence: observation.confidence / clouds.size }
      : observation,
  )
}

/** Higher score first; equal ones in the order of their words, so that runs agree. */
const byScore = (one: Candidate, other: Candidate) =>
  other.score - one.score || (one.key < other.key ? -1 : 1)

function strongest(observations: readonly Observation[]): readonly Observation[] {
  if (observations.length < 2) return observations
  const sorted = observations.toSorted(
    (one, other) =>
      other.confidence - one.confidence || one.time - other.time || one.frame - other.frame,
  )
  return sorted.length > LISTED ? sorted.slice(0, LISTED) : sorted
}
