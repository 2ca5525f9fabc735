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

/** Draws the conclusions of every row that fits; true when one did. */
export function applyHints(note: Note, text: string, hints: readonly Hint[]): boolean {
  let fitted = false
  for (const hint of hints) {
    const found = hint.match.exec(text)
    if (!found) continue
    fitted = true
    const fill = (value: string) =>
      value.replace(/\$(\d)/g, (_, group: string) => found[Number(group)] ?? '').trim()
    if (hint.type) note.type(hint.type, hint.typeConfidence ?? hint.confidence)
    for (const name of NAMES) {
      const value = hint[name]
      if (value !== undefined) note.says(name, fill(value), hint.confidence)
    }
    if (hint.software) note.software(fill(hint.software[0]), fill(hint.software[1]))
  }
  return fitted
}
