// Foreign JSON, looked at without trust: whatever is not of the expected kind is absent.

export type RawObject = { readonly [name: string]: unknown }

export const asObject = (value: unknown): RawObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as RawObject)
    : undefined

export const asText = (value: unknown, most = 1024): string | undefined =>
  typeof value === 'string' && value.length <= most ? value : undefined

/** Longest list that is read; no real file comes near. */
const LIST_MAX = 20_000

/** A list; a single object counts as a list of one. */
export const asList = (value: unknown): readonly unknown[] | undefined =>
  Array.isArray(value) ? value.slice(0, LIST_MAX) : undefined

export const asInteger = (value: unknown, most: number): number | undefined =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most
    ? (value as number)
    : undefined

/** The node called `name`, with or without its module's prefix (RFC 7951 4). */
export function node(object: RawObject, name: string): { key: string; value: unknown } | undefined {
  if (Object.hasOwn(object, name)) return { key: name, value: object[name] }
  const short = name.slice(name.indexOf(':') + 1)
  for (const key of Object.keys(object)) {
    if (key === short || key.endsWith(`:${short}`)) return { key, value: object[key] }
  }
  return undefined
}
