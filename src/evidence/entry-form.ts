// Entries as they are read from files of others: told from what only looks like one. Never throws.
import { canonicalJson, type JsonObject, type JsonValue } from './canonical.ts'
import type { Entry } from './entry.ts'

const HEX = /^[0-9a-f]{64}$/

export const isHash = (value: JsonValue | undefined): value is string =>
  typeof value === 'string' && HEX.test(value)

export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The canonical text of anything that came from a file; undefined when it is nested too deeply. */
export function canonicalOf(value: JsonValue): string | undefined {
  try {
    return canonicalJson(value)
  } catch {
    return undefined
  }
}

/** An entry with all that an entry has and nothing else, or undefined. */
export function readEntry(said: JsonObject): Entry | undefined {
  const { version, sequence, previous, recorded, at, kind, actor, subject, facts } = said
  const isWhole =
    version === 1 &&
    [sequence, recorded, at].every(Number.isSafeInteger) &&
    [kind, actor, subject].every((word) => typeof word === 'string') &&
    isObject(facts) &&
    isHash(previous) &&
    (said.personal === undefined || isHash(said.personal))
  const members = said.personal === undefined ? 9 : 10
  if (!isWhole || Object.keys(said).length !== members) return undefined
  return said as unknown as Entry
}
