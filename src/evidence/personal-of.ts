// Personal content of an entry as it can be had now: opened, erased, or damaged.
import type { KeyRing } from './key-ring.ts'
import { unseal, type OpenedContent } from './personal.ts'
import type { EvidenceTable } from './table.ts'

/** 'erased': the key was destroyed. 'damaged': there is a key, but it does not open the content. */
export type PersonalContent = OpenedContent | 'erased' | 'damaged'

/** Undefined when the entry has no personal content, or there is no such entry. */
export function personalOf(
  table: EvidenceTable,
  sequence: number,
  keys: KeyRing,
): PersonalContent | undefined {
  const row = table.personal(sequence)
  if (row) {
    const key = keys.find(row.person)
    return key ? (unseal(row.sealed, row, key) ?? 'damaged') : 'erased'
  }
  const [found] = table.list({ after: sequence - 1, oldestFirst: true, limit: 1 })
  return found?.entry.sequence === sequence && found.entry.personal ? 'erased' : undefined
}
