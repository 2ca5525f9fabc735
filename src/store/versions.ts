// History with two times: what was so (valid), and what we believed when (recorded). A row is never
// changed but for the moment it stopped being believed; so an answer 'as of' stays what it was.
import { sql, type Kysely } from 'kysely'
import type { Microseconds } from '../core/clock.ts'
import type { Tables } from './tables.ts'

const TABLES = {
  device_version: { key: 'device', content: 'item_json' },
  finding_version: { key: 'finding', content: 'item_json' },
  profile_version: { key: 'device', content: 'document_json' },
} as const
type VersionTable = keyof typeof TABLES

/** From `from` on, `content` holds; learnt at `now`. */
export interface Assertion {
  readonly id: string
  readonly content: string
  readonly from: Microseconds
  readonly now: Microseconds
}

interface Version {
  readonly content: string
  readonly valid_from: number
  readonly valid_to: number | null
  readonly recorded_from: number
}

/**
 * Puts it on the time line of valid times: until the next change that is known already. What was
 * believed of that span so far is kept as what was believed until now. Answers whether anything
 * changed.
 */
export async function assertVersion(
  db: Kysely<Tables>,
  table: VersionTable,
  { id, content, from, now }: Assertion,
): Promise<boolean> {
  const { key, content: column } = TABLES[table]
  const t = sql.table(table)
  const k = sql.ref(key)
  const c = sql.ref(column)
  const { rows } = await sql<Version>`
    SELECT ${c} AS content, valid_from, valid_to, recorded_from FROM ${t}
    WHERE ${k} = ${id} AND recorded_to IS NULL ORDER BY valid_from`.execute(db)
  const covering = rows.find((row) => row.valid_from <= from && from < (row.valid_to ?? Infinity))
  if (covering?.content === content) return false
  const insert = (text: string, validFrom: number, validTo: number | null) =>
    sql`INSERT INTO ${t} (${k}, ${c}, valid_from, valid_to, recorded_from, recorded_to)
      VALUES (${id}, ${text}, ${validFrom}, ${validTo}, ${now}, NULL)`.execute(db)
  if (!covering) {
    await insert(content, from, rows[0]?.valid_from ?? null)
    return true
  }
  await sql`UPDATE ${t} SET recorded_to = ${now} WHERE ${k} = ${id} AND recorded_to IS NULL
    AND valid_from = ${covering.valid_from}`.execute(db)
  if (covering.valid_from < from) await insert(covering.content, covering.valid_from, from)
  await insert(content, from, covering.valid_to)
  return true
}

/** When to answer for: `at` in the time of packets, `known` what had been recorded by then. */
export interface AsOf {
  readonly at: Microseconds
  /** Default: everything recorded until now. */
  readonly known?: Microseconds
}

/** The condition that picks the version of a moment; for a table named `v` in the query. */
export const holdsAt = ({ at, known }: AsOf) => {
  const valid = sql`v.valid_from <= ${at} AND (v.valid_to IS NULL OR v.valid_to > ${at})`
  if (known === undefined) return sql<boolean>`${valid} AND v.recorded_to IS NULL`
  return sql<boolean>`${valid} AND v.recorded_from <= ${known}
    AND (v.recorded_to IS NULL OR v.recorded_to > ${known})`
}
