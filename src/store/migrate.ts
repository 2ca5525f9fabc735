// Brings a database file to the newest shape: forward only, each step in one transaction, and a
// copy of the file beside it before each step that finds data.
import { chmodSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { backup, type DatabaseSync } from 'node:sqlite'
import { OperatingError } from '../core/errors.ts'
import type { Migration } from './migrations.ts'

/** Where and with what to migrate. */
export interface MigrateParts {
  readonly migrations: readonly Migration[]
  /** Where copies go; made when it is needed. Absent: none are kept (a database in memory). */
  readonly backups?: string
  now(): number
}

/**
 * Runs what is missing. Answers the paths of the copies that were made. Throws OperatingError
 * 'store-newer' when a newer Thingward has written the file, 'migration-failed' when a step does
 * not fit; the file is then as it was before that step.
 */
export async function migrate(database: DatabaseSync, parts: MigrateParts): Promise<string[]> {
  database.exec(
    'CREATE TABLE IF NOT EXISTS migration (id TEXT PRIMARY KEY, applied BIGINT NOT NULL)',
  )
  const rows = database.prepare('SELECT id FROM migration ORDER BY id').all()
  const applied = rows.map(({ id }) => String(id))
  const strange = applied.find((id) => !parts.migrations.some((each) => each.id === id))
  if (strange !== undefined) {
    const text = `the store was written by a newer Thingward (step ${strange}); use that one`
    throw new OperatingError('store-newer', text)
  }
  const copies: string[] = []
  for (const migration of parts.migrations) {
    if (applied.includes(migration.id)) continue
    // An empty file needs no copy: there is nothing to lose.
    if (applied.length > 0 && parts.backups !== undefined) {
      copies.push(await copyBefore(database, migration, parts.backups))
    }
    step(database, migration, parts.now())
  }
  return copies
}

function step(database: DatabaseSync, { id, statements }: Migration, now: number): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    for (const statement of statements) database.exec(statement)
    database.prepare('INSERT INTO migration (id, applied) VALUES (?, ?)').run(id, now)
    database.exec('COMMIT')
  } catch (cause) {
    database.exec('ROLLBACK')
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new OperatingError('migration-failed', `step ${id} does not fit the store: ${why}`, {
      cause,
    })
  }
}

async function copyBefore(database: DatabaseSync, migration: Migration, folder: string) {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `before-${migration.id}.sqlite`)
  const unfinished = `${path}.unfinished`
  rmSync(unfinished, { force: true })
  await backup(database, unfinished)
  chmodSync(unfinished, 0o600)
  renameSync(unfinished, path)
  return path
}
