// The store of one Thingward: opens and migrates the file, and runs changes: rows, evidence and
// outgoing messages of one change commit together or not at all.
import { mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { backup } from 'node:sqlite'
import type { Kysely } from 'kysely'
import type { Microseconds } from '../core/clock.ts'
import type { EvidenceDraft } from '../evidence/index.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS, type Migration } from './migrations.ts'
import { openSqlite, type SqliteFile } from './sqlite.ts'
import type { Tables } from './tables.ts'

/** Outgoing messages kept for whoever comes back after a pause. */
const OUTGOING_KEPT = 20_000
const TRIM_EVERY = 1000

/** Where the store lies; `:memory:` for tests. */
export interface StoreOptions {
  readonly path: string
  /** The wall clock, microseconds. */
  clock(): Microseconds
  /** For tests of migrations. */
  readonly migrations?: readonly Migration[]
}

/** What happened, for the console and whoever else listens; kept until trimmed. */
export interface OutgoingMessage {
  readonly sequence: number
  readonly kind: string
  readonly payload: object
}

/** Where evidence goes: the evidence log, inside the change's own transaction. */
export interface Recorder {
  write(draft: EvidenceDraft): unknown
}

/** One change under way: everything in it becomes durable at once. */
export interface Change {
  readonly db: Kysely<Tables>
  /** When we learnt of it: the recorded time of all its rows. */
  readonly now: Microseconds
  /** Puts it on record. */
  record(draft: EvidenceDraft): void
  /** Tells listeners, once it is durable. */
  tell(kind: string, payload: object): Promise<void>
}

export class Store {
  readonly read: Kysely<Tables>
  readonly clock: () => Microseconds
  /** Copies that migrations made at this start. */
  readonly copies: readonly string[]
  private readonly file: SqliteFile
  private recorder: Recorder | undefined
  private readonly listeners = new Set<(message: OutgoingMessage) => void>()
  private untrimmed = 0
  private lastNow = 0

  private constructor(file: SqliteFile, options: StoreOptions, copies: readonly string[]) {
    this.file = file
    this.read = file.read
    this.clock = options.clock
    this.copies = copies
  }

  /** Opens, or makes, the store. Rejects with OperatingError where the file cannot be used. */
  static async open(options: StoreOptions): Promise<Store> {
    const { path, clock, migrations = MIGRATIONS } = options
    const isFile = path !== ':memory:'
    if (isFile) mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const file = openSqlite(path)
    try {
      const backups = isFile ? join(dirname(path), 'backups') : undefined
      const copies = await migrate(file.raw, { migrations, backups, now: clock })
      return new Store(file, options, copies)
    } catch (cause) {
      file.close()
      throw cause
    }
  }

  /** The writing connection, for the evidence log, which shares it. */
  get raw() {
    return this.file.raw
  }

  /** From now on `record` writes there. */
  recordTo(recorder: Recorder): void {
    this.recorder = recorder
  }

  /** Runs one change; resolves once it is durable, rejects and leaves nothing where it throws. */
  async change<Result>(work: (change: Change) => Promise<Result>): Promise<Result> {
    const told: OutgoingMessage[] = []
    const result = await this.file.write.transaction().execute(async (db) => {
      const now = this.now()
      return work({
        db,
        now,
        record: (draft) => void this.recorder?.write(draft),
        tell: async (kind, payload) => {
          const row = { kind, payload_json: JSON.stringify(payload), recorded: now }
          const { insertId } = await db.insertInto('outgoing').values(row).executeTakeFirstOrThrow()
          told.push({ sequence: Number(insertId), kind, payload })
        },
      })
    })
    for (const message of told) for (const listener of this.listeners) listener(message)
    this.untrimmed += told.length
    if (this.untrimmed >= TRIM_EVERY) await this.trim(told.at(-1)!.sequence)
    return result
  }

  /** Recorded times rise strictly, even where the clock stands or is set back. */
  private now(): Microseconds {
    this.lastNow = Math.max(this.clock(), this.lastNow + 1)
    return this.lastNow
  }

  private async trim(newest: number): Promise<void> {
    this.untrimmed = 0
    const { write } = this.file
    await write
      .deleteFrom('outgoing')
      .where('sequence', '<', newest - OUTGOING_KEPT)
      .execute()
  }

  /** Calls back after each durable change; answers how to stop. */
  listen(listener: (message: OutgoingMessage) => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  /** Messages after `sequence`, oldest first; undefined when some of them are already gone. */
  async outgoingAfter(sequence: number, limit: number): Promise<OutgoingMessage[] | undefined> {
    const oldest = await this.read
      .selectFrom('outgoing')
      .select(({ fn }) => fn.min('sequence').as('sequence'))
      .executeTakeFirst()
    if (oldest?.sequence && Number(oldest.sequence) > sequence + 1) return undefined
    const rows = await this.read
      .selectFrom('outgoing')
      .selectAll()
      .where('sequence', '>', sequence)
      .orderBy('sequence')
      .limit(limit)
      .execute()
    return rows.map(({ sequence: at, kind, payload_json: payload }) => ({
      sequence: at,
      kind,
      payload: JSON.parse(payload) as object,
    }))
  }

  /** Bytes on disk, and the number of migrations applied. */
  async size(): Promise<{ bytes: number; schemaVersion: number }> {
    const bytes = ['', '-wal'].reduce(
      (sum, suffix) =>
        sum + (statSync(this.file.path + suffix, { throwIfNoEntry: false })?.size ?? 0),
      0,
    )
    const rows = await this.read.selectFrom('migration').select('id').execute()
    return { bytes, schemaVersion: rows.length }
  }

  /** Copies the whole store to a new file while it is in use. */
  async copyTo(path: string): Promise<void> {
    await backup(this.file.raw, path)
  }

  close(): void {
    this.file.close()
  }
}
