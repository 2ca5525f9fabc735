// Which devices a list shows, and in which order: filters, search words, sorts.
import { sql, type Kysely } from 'kysely'
import { searchWords, type PageRequest } from './pages.ts'
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

/** Devices by filters alone, before search, order and page. */
function filtered(db: Kysely<Tables>, query: DeviceQuery) {
  let found = db.selectFrom('device').where('merged_into', 'is', null)
  for (const column of ['category', 'segment', 'manufacturer', 'owner'] as const) {
    const value = query[column]
    if (value !== undefined) found = found.where(column, '=', value)
  }
  return found
}

/** More matches than this are not gathered: walking the list in its order finds a page sooner. */
const GATHERED_MAX = 1000

/**
 * The rows that fit, before order and page. `few`: the search words fit so few devices that these
 * are gathered first; counting them is cheap then.
 */
export async function matching(db: Kysely<Tables>, query: DeviceQuery) {
  const words = searchWords(query.words)
  let found = filtered(db, query)
  if (words.length === 0) return { found, few: false, isSearch: false }
  const long = words.filter((word) => word.length >= 3)
  const match = long.map((word) => `"${word.replaceAll('"', '""')}"`).join(' AND ')
  const few = long.length > 0 && (await isFew(db, match))
  if (few) {
    found = found.where(
      sql<boolean>`number IN (SELECT rowid FROM device_words WHERE words MATCH ${match})`,
    )
  }
  for (const word of few ? words.filter((each) => each.length < 3) : words) {
    // The index's own table of texts, by row: its search would gather all matches again.
    found = found.where(
      sql<boolean>`EXISTS (SELECT 1 FROM device_words_content AS w
        WHERE w.id = device.number AND instr(w.c0, ${word}) > 0)`,
    )
  }
  return { found, few, isSearch: true }
}

async function isFew(db: Kysely<Tables>, match: string): Promise<boolean> {
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM (
    SELECT rowid FROM device_words WHERE words MATCH ${match} LIMIT ${GATHERED_MAX + 1})`.execute(
    db,
  )
  return Number(rows[0].count) <= GATHERED_MAX
}

/** Names the filters of a query: the same text, the same rows. */
export const filterKey = ({ category, segment, manufacturer, owner }: DeviceQuery): string =>
  JSON.stringify([category, segment, manufacturer, owner])
