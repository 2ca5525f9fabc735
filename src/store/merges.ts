// Two devices found to be one, and that taken back. Nothing is moved: the merged device points to
// the one that was kept, so undoing loses nothing. What a person has undone is not done again.
import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Microseconds } from '../core/clock.ts'
import { noteVersion } from './device-writing.ts'
import { countFindings } from './finding-counts.ts'
import type { Change } from './store.ts'
import type { Tables } from './tables.ts'

/** Which two, why, and who says so. */
export interface MergeRequest {
  readonly kept: string
  readonly merged: string
  readonly because: string
  readonly by: string
  readonly observed: Microseconds
}

/** Makes `merged` a part of `kept`. */
export async function mergeDevices(change: Change, request: MergeRequest): Promise<string> {
  const { db, now } = change
  const { kept, merged, because, by, observed } = request
  const id = `m${randomBytes(8).toString('hex')}`
  await db
    .insertInto('device_merge')
    .values({
      id,
      kept,
      merged,
      because,
      by_whom: by,
      observed,
      recorded: now,
      undone: null,
      undone_by: null,
    })
    .execute()
  await pointTo(change, { merged, kept, actor: by, observed })
  await countFindings(db, kept)
  const facts = { merged: `device:${merged}`, because, merge: id }
  const subject = `device:${kept}`
  change.record({ kind: 'device.merged', actor: by, subject, at: observed, facts })
  await change.tell('device', { id: kept, change: 'merged' })
  return id
}

/** Takes a merge back; false when there is none of that id, or it is undone already. */
export async function undoMerge(
  change: Change,
  { device, id, by }: { device: string; id: string; by: string },
): Promise<boolean> {
  const { db, now } = change
  const merge = await db
    .selectFrom('device_merge')
    .selectAll()
    .where('id', '=', id)
    .where('kept', '=', device)
    .where('undone', 'is', null)
    .executeTakeFirst()
  if (!merge) return false
  await db
    .updateTable('device_merge')
    .set({ undone: now, undone_by: by })
    .where('id', '=', id)
    .execute()
  await pointTo(change, { merged: merge.merged, kept: null, actor: by, observed: now })
  await countFindings(db, merge.kept)
  await countFindings(db, merge.merged)
  const facts = { merged: `device:${merge.merged}`, merge: id }
  const subject = `device:${merge.kept}`
  change.record({ kind: 'device.unmerged', actor: by, subject, at: now, facts })
  for (const each of [merge.kept, merge.merged]) {
    await change.tell('device', { id: each, change: 'changed' })
  }
  return true
}

/** From `observed` on a device is a part of another one, or of none; history says so. */
async function pointTo(
  change: Change,
  to: {
    readonly merged: string
    readonly kept: string | null
    readonly actor: string
    readonly observed: Microseconds
  },
): Promise<void> {
  const row = await change.db
    .updateTable('device')
    .set({ merged_into: to.kept, revision: change.now })
    .where('id', '=', to.merged)
    .returningAll()
    .executeTakeFirstOrThrow()
  await noteVersion(change, row, to)
}

/** A person has said that these two are not one. */
export async function isRefused(db: Kysely<Tables>, one: string, other: string): Promise<boolean> {
  const row = await db
    .selectFrom('device_merge')
    .select('id')
    .where('undone', 'is not', null)
    .where('kept', 'in', [one, other])
    .where('merged', 'in', [one, other])
    .executeTakeFirst()
  return row !== undefined
}

/** The device and all that was merged into it, at any depth. */
export async function withMerged(db: Kysely<Tables>, id: string): Promise<string[]> {
  const all = [id]
  for (let at = 0; at < all.length; at++) {
    const rows = await db
      .selectFrom('device')
      .select('id')
      .where('merged_into', '=', all[at])
      .execute()
    for (const row of rows) if (!all.includes(row.id)) all.push(row.id)
  }
  return all
}
