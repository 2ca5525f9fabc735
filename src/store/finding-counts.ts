// How many open findings a device has, by severity: kept beside the device, so that lists need not
// count.
import { sql, type Kysely } from 'kysely'
import type { Tables } from './tables.ts'

const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const

/** Counts afresh for one device, with what was merged into it. */
export async function countFindings(db: Kysely<Tables>, device: string): Promise<void> {
  const rows = await db
    .withRecursive('part', (qb) =>
      qb
        .selectFrom('device')
        .select('id')
        .where('id', '=', device)
        .union(
          qb.selectFrom('device as d').innerJoin('part', 'part.id', 'd.merged_into').select('d.id'),
        ),
    )
    .selectFrom('finding')
    .innerJoin('part', 'part.id', 'finding.device')
    .select(['severity', sql<number>`count(*)`.as('count')])
    .where('state', '=', 'open')
    .groupBy('severity')
    .execute()
  const counts = { critical: 0, high: 0, medium: 0, low: 0, info: 0 }
  for (const { severity, count } of rows) {
    if (SEVERITIES.includes(severity)) counts[severity] = Number(count)
  }
  await db.updateTable('device').set(counts).where('id', '=', device).execute()
}

/** The device that stands for this one: itself, or what it was merged into. */
export async function standingDevice(db: Kysely<Tables>, device: string): Promise<string> {
  let id = device
  for (let depth = 0; depth < 32; depth++) {
    const row = await db
      .selectFrom('device')
      .select('merged_into')
      .where('id', '=', id)
      .executeTakeFirst()
    if (!row?.merged_into) return id
    id = row.merged_into
  }
  return id
}
