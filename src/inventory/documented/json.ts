// Looking into JSON of others: an object, a list of objects, a text, or nothing. Never throws.

export type JsonObject = { readonly [key: string]: unknown }

/** The value as an object; undefined for anything else. */
export function objectOf(value: unknown): JsonObject | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return value as JsonObject
}

/** The objects in a list. */
export function objectsOf(value: unknown): JsonObject[] {
  if (!Array.isArray(value)) return []
  return (value as unknown[]).map(objectOf).filter((object) => object !== undefined)
}

/** The texts in a list. */
export function textsOf(value: unknown): string[] {
  if (!Array.isArray(value)) return []
  return (value as unknown[]).map(textOf).filter((text) => text !== '')
}

/** A text, or a number as one; '' for anything else. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : ''
}

/** A finite number, or digits as one; NaN for anything else. */
export function numberOf(value: unknown): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : NaN
}
