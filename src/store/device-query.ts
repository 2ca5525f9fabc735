// Which devices a list shows, and in which order: filters, search words, sorts.
import { sql, type Kysely } from 'kysely'
import { likePattern, searchWords, type PageRequest } from './pages.ts'
import type { Tables } from './tables.ts'

/** Which devices, in which order; `sort` with - in front is the other way round. */
export interface DeviceQuery extends PageRequest {
  readonly words?: string
  readonly category?: string
  readonly segment?: string
  readonly manufacturer?: string
  readonly owner?: string
  readonly sort?: string
}

export const SORTS: { readonly [sort: string]: readonly string[] } = {
  name: ['name', 'id'],
  category: ['category', 'id'],
  manufacturer: ['manufacturer', 'id'],
  segment: ['segment', 'id'],
  firstSeen: ['first_seen', 'id'],
  lastSeen: ['last_seen', 'id'],
  findings: ['critical', 'high', 'medium', 'low', 'id'],
}
/** What `sort` may say. */
export const DEVICE_SORTS = Object.keys(SORTS)

/** The rows that fit, before order and page. */
export function matching(db: Kysely<Tables>, query: DeviceQuery) {
  let found = db.selectFrom('device').where('merged_into', 'is', null)
  for (const column of ['category', 'segment', 'manufacturer', 'owner'] as const) {
    const value = query[column]
    if (value !== undefined) found = found.where(column, '=', value)
  }
  const words = searchWords(query.words)
  const long = words.filter((word) => word.length >= 3)
  if (long.length > 0) {
    const match = long.map((word) => `"${word.replaceAll('"', '""')}"`).join(' AND ')
    found = found.where(
      sql<boolean>`number IN (SELECT rowid FROM device_words WHERE words MATCH ${match})`,
    )
  }
  for (const word of words.filter((each) => each.length < 3)) {
    found = found.where(
      sql<boolean>`number IN (SELECT rowid FROM device_words
        WHERE words LIKE ${likePattern(word)} ESCAPE '\\')`,
    )
  }
  return found
}
