// Canonical JSON (RFC 8785, JCS): one text for one value, so that anybody with any RFC 8785
// library can hash an entry and get our hash.
import assert from 'node:assert/strict'
import { EVIDENCE_LIMITS } from './limits.ts'

/** What JSON can say (RFC 8259 3). */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject
/** Properties that are undefined are left out, as JSON.stringify does. */
export interface JsonObject {
  readonly [name: string]: JsonValue | undefined
}

/**
 * The canonical text of a value: members sorted by UTF-16 code units, numbers as ECMAScript writes
 * them, no white space (RFC 8785 3.2). Lone surrogates, which RFC 8785 3.2.2.2 forbids and a name
 * from the wire may hold, become U+FFFD. Throws (our own fault) on numbers that JSON cannot hold
 * and on depths beyond the limit.
 */
export function canonicalJson(value: JsonValue, depth = 0): string {
  assert(depth <= EVIDENCE_LIMITS.depth.value, 'evidence is nested too deeply')
  if (typeof value === 'string') return JSON.stringify(value.toWellFormed())
  if (typeof value === 'number') {
    assert(Number.isFinite(value), `${value} cannot be written as JSON`)
    return JSON.stringify(value)
  }
  if (value === null || typeof value === 'boolean') return String(value)
  if (isList(value)) return `[${value.map((each) => canonicalJson(each, depth + 1)).join(',')}]`
  const members = new Map<string, JsonValue>()
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) members.set(name.toWellFormed(), member)
  }
  const texts = [...members.keys()]
    .toSorted(byCodeUnits)
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(members.get(name)!, depth + 1)}`)
  return `{${texts.join(',')}}`
}

const isList = (value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] =>
  Array.isArray(value)

const byCodeUnits = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
