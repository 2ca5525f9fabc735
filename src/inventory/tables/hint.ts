// The shape of most tables: a pattern over a text that a device says of itself, and what it tells.
// `$1` in a value stands for the pattern's first group.
import type { AttributeName, Category } from '../device.ts'
import type { Note } from '../identifier.ts'

export interface Hint {
  readonly match: RegExp
  readonly type?: Category
  readonly manufacturer?: string
  readonly model?: string
  readonly os?: string
  readonly firmware?: string
  readonly serial?: string
  /** [name, version]; version may be '$1' or ''. */
  readonly software?: readonly [name: string, version: string]
  /** How often all this is right when the pattern fits. */
  readonly confidence: number
  /** Where the category is less (or more) sure than the rest. */
  readonly typeConfidence?: number
}

const NAMES: readonly Exclude<AttributeName, 'type' | 'hostname'>[] = [
  'manufacturer',
  'model',
  'os',
  'firmware',
  'serial',
]

/** A row that fits, its `$1` filled in. */
interface Fit {
  readonly hint: Hint
  readonly said: readonly (readonly [name: (typeof NAMES)[number], value: string])[]
  readonly software?: readonly [name: string, version: string]
}

const TEXTS_KEPT = 2048
/** Devices of a kind say the same: a thousand cameras cost one look through the table. */
const fitted = new WeakMap<readonly Hint[], Map<string, readonly Fit[]>>()

/** Draws the conclusions of every row that fits; true when one did. */
export function applyHints(note: Note, text: string, hints: readonly Hint[]): boolean {
  const fits = fitsOf(text, hints)
  for (const { hint, said, software } of fits) {
    if (hint.type) note.type(hint.type, hint.typeConfidence ?? hint.confidence)
    for (const [name, value] of said) note.says(name, value, hint.confidence)
    if (software) note.software(software[0], software[1])
  }
  return fits.length > 0
}

function fitsOf(text: string, hints: readonly Hint[]): readonly Fit[] {
  let texts = fitted.get(hints)
  if (texts === undefined) fitted.set(hints, (texts = new Map()))
  const known = texts.get(text)
  if (known !== undefined) return known
  if (texts.size >= TEXTS_KEPT) texts.clear()
  const fits = hints.flatMap((hint) => fit(hint, text))
  texts.set(text, fits)
  return fits
}

function fit(hint: Hint, text: string): Fit[] {
  const found = hint.match.exec(text)
  if (!found) return []
  const fill = (value: string) =>
    value.replace(/\$(\d)/g, (_, group: string) => found[Number(group)] ?? '').trim()
  const said = NAMES.flatMap((name) => {
    const value = hint[name]
    return value === undefined ? [] : [[name, fill(value)] as const]
  })
  const { software } = hint
  return [{ hint, said, ...(software && { software: [fill(software[0]), fill(software[1])] }) }]
}
