// JSON as devices send it in discovery messages: parsed within bounds, never thrown at.

/** More than any announcement has. */
const LENGTH_MAX = 16_384

export type JsonObject = { readonly [name: string]: unknown }

/** The object that `text` is; undefined when it is none. */
export function jsonObject(text: string): JsonObject | undefined {
  if (text.length > LENGTH_MAX) return undefined
  try {
    return objectOf(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** The value when it is an object, not a list. */
export const objectOf = (value: unknown): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined

/** The first of these members that is a text, cut to 256 characters. */
export function textOf(object: JsonObject | undefined, ...names: string[]): string | undefined {
  for (const name of names) {
    const value = object && Object.hasOwn(object, name) ? object[name] : undefined
    if (typeof value === 'string' && value !== '') return value.slice(0, 256)
  }
  return undefined
}
