// Values of parsed JSON that somebody else wrote: asked for by type, '' or undefined or an empty
// list when they are of another. Own properties only, bounded lists, bounded texts.
import { clip, type Fields } from '../../decode/index.ts'

export type Values = { readonly [name: string]: unknown }

const LIST_MAX = 64
const NOTHING: Values = Object.freeze({})
const EMPTY: readonly unknown[] = Object.freeze([])

/** What JSON never holds comes from the prototype: functions, and the prototype itself. */
function own(values: Values, name: string): unknown {
  const value = values[name]
  const inherited = typeof value === 'function' || value === Object.prototype
  return inherited ? undefined : value
}

/** Printable text of at most 256 characters; '' for what is no text. */
export function text(values: Values, name: string): string {
  const value = own(values, name)
  return typeof value === 'string' ? clip(value) : ''
}

/** A short text that is only compared or parsed, never handed on; '' for what is none. */
export function word(values: Values, name: string): string {
  const value = own(values, name)
  return typeof value === 'string' && value.length <= 64 ? value : ''
}

/** As `text`; undefined for ''. */
export const optionalText = (values: Values, name: string): string | undefined =>
  text(values, name) || undefined

/** A whole number from 0 on; undefined for anything else. */
export function count(values: Values, name: string): number | undefined {
  const value = own(values, name)
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

export const flag = (values: Values, name: string): boolean => own(values, name) === true

/** An object; an empty one for anything else. */
export function object(values: Values, name: string): Values {
  const value = own(values, name)
  return isObject(value) ? value : NOTHING
}

export const has = (values: Values, name: string): boolean => own(values, name) !== undefined

/** At most 64 entries; an empty list for anything else. */
export function list(values: Values, name: string): readonly unknown[] {
  const value = own(values, name)
  if (!Array.isArray(value)) return EMPTY
  return value.length > LIST_MAX ? value.slice(0, LIST_MAX) : value
}

export const objects = (values: Values, name: string): Values[] =>
  list(values, name).filter((each): each is Values => isObject(each))

export const texts = (values: Values, name: string): string[] =>
  list(values, name)
    .filter((each): each is string => typeof each === 'string')
    .map((each) => clip(each))

export const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * What `direction` says, which few of Suricata's records have and all of ours; else `otherwise`.
 */
export function toServer(record: Values, otherwise: boolean): boolean {
  const direction = text(record, 'direction')
  return direction === '' ? otherwise : direction === 'to_server'
}

const DEPTH_MAX = 6
const NAMES_MAX = 64

/** Any JSON value as a Transaction may carry it: bounded in depth, length and number. */
export function bounded(value: unknown, depth = 0): Fields[string] {
  if (typeof value === 'string') return clip(value)
  if (typeof value === 'boolean' || value === null) return value
  if (typeof value === 'number') return value
  if (depth >= DEPTH_MAX) return undefined
  if (Array.isArray(value)) return value.slice(0, LIST_MAX).map((each) => bounded(each, depth + 1))
  if (!isObject(value)) return undefined
  const fields: Record<string, Fields[string]> = {}
  const names = Object.keys(value)
  for (let at = 0; at < names.length && at < NAMES_MAX; at++) {
    const name = names[at]
    if (name !== '__proto__') fields[nameOf(name)] = bounded(value[name], depth + 1)
  }
  return fields
}

/** Names that were bounded before: a log has the same few in every record. */
const known = new Map<string, string>()

function nameOf(name: string): string {
  let short = known.get(name)
  if (short === undefined) {
    short = clip(name, 64)
    if (known.size < 1024) known.set(name, short)
  }
  return short
}
