// SQLite embedded: two connections to one file, one that writes and one that reads what is
// committed, both as Kysely sees a database. WAL with synchronous=FULL: what a commit answered
// survives power loss as far as the disk is honest.
import { chmodSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { Kysely, SqliteDialect } from 'kysely'
import { OperatingError } from '../core/errors.ts'
import type { Tables } from './tables.ts'

const STATEMENTS_KEPT = 256

/** An open database file. */
export interface SqliteFile {
  readonly path: string
  /** The writing connection itself, for what stands beside our tables in one transaction. */
  readonly raw: DatabaseSync
  readonly write: Kysely<Tables>
  readonly read: Kysely<Tables>
  close(): void
}

/** Opens or makes the file (mode 0600). Throws OperatingError 'store-unusable'. */
export function openSqlite(path: string): SqliteFile {
  try {
    const raw = new DatabaseSync(path, { timeout: 10_000 })
    if (path !== ':memory:') chmodSync(path, 0o600)
    raw.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
    raw.exec('PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16000')
    // A database in memory cannot be opened twice.
    const second = path === ':memory:' ? raw : new DatabaseSync(path, { timeout: 10_000 })
    if (second !== raw) second.exec('PRAGMA query_only = ON; PRAGMA cache_size = -32000')
    return {
      path,
      raw,
      write: kyselyOn(raw),
      read: kyselyOn(second),
      close: () => {
        if (second !== raw) second.close()
        raw.close()
      },
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new OperatingError('store-unusable', `${path} cannot be opened: ${why}`, { cause })
  }
}

const kyselyOn = (database: DatabaseSync) =>
  new Kysely<Tables>({ dialect: new SqliteDialect({ database: adapted(database) }) })

/** What Kysely expects of a driver; statements are prepared once, oldest forgotten first. */
function adapted(database: DatabaseSync) {
  const prepared = new Map<string, ReturnType<typeof statementOf>>()
  return {
    close: () => database.close(),
    prepare(text: string) {
      // The lock is taken before anything is read: others (a command) may write evidence too.
      const sql = text === 'begin' ? 'begin immediate' : text
      let statement = prepared.get(sql)
      if (statement) prepared.delete(sql)
      else statement = statementOf(database.prepare(sql))
      prepared.set(sql, statement)
      if (prepared.size > STATEMENTS_KEPT) prepared.delete(prepared.keys().next().value!)
      return statement
    },
  }
}

const statementOf = (statement: StatementSync) => ({
  reader: statement.columns().length > 0,
  all: (parameters: readonly unknown[]) => statement.all(...(parameters as SQLInputValue[])),
  run: (parameters: readonly unknown[]) => statement.run(...(parameters as SQLInputValue[])),
  iterate: (parameters: readonly unknown[]) =>
    statement.iterate(...(parameters as SQLInputValue[])) as IterableIterator<unknown>,
})
