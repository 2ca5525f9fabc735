// The words that the document's JSON Schema is written in.

export type Schema = { readonly [keyword: string]: unknown }

export const text: Schema = { type: 'string' }
export const texts: Schema = { type: 'array', items: text }
export const count: Schema = { type: 'integer', minimum: 0 }
export const share: Schema = { type: 'number', minimum: 0, maximum: 1 }
export const flag: Schema = { type: 'boolean' }
export const time: Schema = {
  type: 'integer',
  description: 'packet time: microseconds since 1970-01-01 UTC',
}
export const timeOrNull: Schema = {
  type: ['integer', 'null'],
  description: `${time.description}; null without packets`,
}
export const oneOf = (...values: readonly string[]): Schema => ({ enum: values })
export const list = (items: Schema, description?: string): Schema => ({
  type: 'array',
  items,
  ...(description && { description }),
})
export const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` })

/** An object whose properties are all required but for those that end in '?'. */
export function object(
  properties: { readonly [name: string]: Schema },
  description?: string,
): Schema {
  const named = Object.entries(properties).map(
    ([name, schema]) => [name.replace('?', ''), schema] as const,
  )
  return {
    type: 'object',
    ...(description && { description }),
    properties: Object.fromEntries(named),
    required: Object.keys(properties).filter((name) => !name.endsWith('?')),
    additionalProperties: false,
  }
}
