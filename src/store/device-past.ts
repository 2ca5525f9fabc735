// The list of devices as it was at another time, from the history of what was so and when we knew.
import { sql, type Kysely } from 'kysely'
import type { DeviceVersion } from './device-item.ts'
import type { DeviceQuery } from './device-query.ts'
import type { StoredDevice } from './devices.ts'
import { cursorOf, keyOf, searchWords, type StoredPage } from './pages.ts'
import type { Tables } from './tables.ts'
import { holdsAt, type AsOf } from './versions.ts'

interface PastRow {
  readonly item_json: string
  readonly first_seen: number
  readonly last_seen: number
  readonly total: number
}

/** Sorted by name; the filters of the list of today. */
export async function pastPage(
  db: Kysely<Tables>,
  query: DeviceQuery,
  asOf: AsOf,
): Promise<StoredPage<StoredDevice>> {
  const start = query.cursor === undefined ? 0 : Number(keyOf(query.cursor, 1)[0])
  const part = (name: string) => sql`v.item_json ->> ${sql.lit(`$.${name}`)}`
  const conditions = [holdsAt(asOf), sql<boolean>`${part('mergedInto')} = ''`]
  for (const name of ['category', 'segment', 'manufacturer', 'owner'] as const) {
    const value = query[name]
    if (value !== undefined) conditions.push(sql<boolean>`${part(name)} = ${value}`)
  }
  for (const word of searchWords(query.words)) {
    conditions.push(sql<boolean>`instr(lower(v.item_json), ${word}) > 0`)
  }
  const { rows } = await sql<PastRow>`
    SELECT v.item_json, d.first_seen, d.last_seen, count(*) OVER () AS total
    FROM device_version v JOIN device d ON d.id = v.device
    WHERE ${sql.join(conditions, sql` AND `)}
    ORDER BY ${part('name')}, v.device LIMIT ${query.limit} OFFSET ${start}`.execute(db)
  const items = rows.map((row) => ({
    ...pastDevice(row.item_json, asOf),
    firstSeen: row.first_seen,
    lastSeen: Math.min(row.last_seen, asOf.at),
  }))
  const total = Number(rows[0]?.total ?? 0)
  const end = start + items.length
  return { items, total, ...(end < total && { next: cursorOf([end]) }) }
}

/** Counts of findings are of now only. */
const pastDevice = (item: string, { at }: AsOf) => ({
  ...(JSON.parse(item) as DeviceVersion),
  revision: at,
  maturity: 'none',
  findings: { critical: 0, high: 0, medium: 0, low: 0, info: 0 },
})
