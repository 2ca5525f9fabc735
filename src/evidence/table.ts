// The log's rows in SQLite: plain statements, no memory of their own, so that a transaction of the
// caller that is rolled back takes nothing out of step.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { Microseconds } from '../core/clock.ts'
import { EMPTY_HEAD, type Entry, type Head, type SealedEntry } from './entry.ts'

/** What to list; all conditions hold at once. */
export interface EvidenceQuery {
  readonly kind?: string
  readonly actor?: string
  readonly subject?: string
  /** Recorded at or after, and before. */
  readonly from?: Microseconds
  readonly to?: Microseconds
  /** Entries older than this sequence only (or newer, with `oldestFirst`): the cursor. */
  readonly after?: number
  readonly oldestFirst?: boolean
  /** Default 100. */
  readonly limit?: number
}

/** An entry as it is stored. */
export interface EvidenceRow {
  readonly entry: Entry
  /** 64 hexadecimal digits. */
  readonly hash: string
}

/** An entry's canonical text and the hash stored with it, neither checked. */
export interface RawRow {
  readonly sequence: number
  readonly entry: string
  readonly hash: Uint8Array
}

export interface CheckpointRow {
  readonly size: number
  readonly note: string
  readonly frontier: Uint8Array
}

export interface PersonalRow {
  readonly sequence: number
  readonly person: string
  readonly sealed: Uint8Array
}

export class EvidenceTable {
  private readonly database: DatabaseSync
  private readonly statements

  constructor(database: DatabaseSync) {
    this.database = database
    const prepare = (sql: string) => database.prepare(sql)
    this.statements = {
      head: prepare(
        'SELECT sequence, lower(hex(hash)) AS hash FROM evidence ORDER BY sequence DESC LIMIT 1',
      ),
      insert: prepare('INSERT INTO evidence (sequence, entry, hash) VALUES (?, ?, ?)'),
      range: prepare(
        'SELECT sequence, entry, hash FROM evidence WHERE sequence > ? ORDER BY sequence LIMIT ?',
      ),
      hashes: prepare('SELECT hash FROM evidence WHERE sequence > ? ORDER BY sequence LIMIT ?'),
      personal: prepare(
        'SELECT sequence, person, sealed FROM evidence_personal WHERE sequence = ?',
      ),
      addPersonal: prepare(
        'INSERT INTO evidence_personal (sequence, person, sealed) VALUES (?, ?, ?)',
      ),
      dropPersonal: prepare('DELETE FROM evidence_personal WHERE person = ?'),
      countPersonal: prepare('SELECT count(*) AS count FROM evidence_personal WHERE person = ?'),
      about: prepare(
        `SELECT sequence, entry, hash FROM evidence WHERE instr(entry, ?) > 0 OR subject IN (
          SELECT subject FROM evidence WHERE kind = 'finding.opened' AND instr(entry, ?) > 0)
          ORDER BY sequence LIMIT ?`,
      ),
      halfErased: prepare(
        `SELECT DISTINCT person FROM evidence_personal AS content
          WHERE EXISTS (SELECT 1 FROM evidence WHERE kind = 'personal.erased'
            AND subject = person AND sequence > content.sequence)`,
      ),
      lastCheckpoint: prepare(
        'SELECT size, note, frontier FROM evidence_checkpoint ORDER BY ordinal DESC LIMIT 1',
      ),
      checkpoints: prepare(
        'SELECT ordinal, size, note, frontier FROM evidence_checkpoint WHERE ordinal > ? ' +
          'ORDER BY ordinal LIMIT ?',
      ),
      addCheckpoint: prepare(
        'INSERT INTO evidence_checkpoint (size, note, frontier) VALUES (?, ?, ?)',
      ),
    }
  }

  head(): Head {
    return (this.statements.head.get() as Head | undefined) ?? EMPTY_HEAD
  }

  insert({ entry, canonical, hash }: SealedEntry): void {
    this.statements.insert.run(entry.sequence, canonical, Buffer.from(hash, 'hex'))
  }

  /** Up to `limit` rows that follow entry `after`. */
  range(after: number, limit: number): RawRow[] {
    return this.statements.range.all(after, limit) as unknown as RawRow[]
  }

  /** The same, hashes only. */
  hashes(after: number, limit: number): Uint8Array[] {
    const rows = this.statements.hashes.all(after, limit) as unknown as { hash: Uint8Array }[]
    return rows.map(({ hash }) => hash)
  }

  list(query: EvidenceQuery): EvidenceRow[] {
    const { sql, values } = listing(query)
    const rows = this.database.prepare(sql).all(...values) as unknown as RawRow[]
    return rows.map(rowOf)
  }

  /**
   * Entries about a subject, those whose facts name it, and all about findings among these; oldest
   * first. Looks through the whole log.
   */
  about(subject: string, limit: number): EvidenceRow[] {
    const named = JSON.stringify(subject)
    const rows = this.statements.about.all(named, named, limit) as unknown as RawRow[]
    return rows.map(rowOf)
  }

  personal(sequence: number): PersonalRow | undefined {
    return this.statements.personal.get(sequence) as PersonalRow | undefined
  }

  addPersonal({ sequence, person, sealed }: PersonalRow): void {
    this.statements.addPersonal.run(sequence, person, sealed)
  }

  countPersonal(person: string): number {
    return Number(this.statements.countPersonal.get(person)!.count)
  }

  dropPersonal(person: string): void {
    this.statements.dropPersonal.run(person)
  }

  /** Persons whose erasure is on record, but whose content is still here. */
  halfErased(): string[] {
    return this.statements.halfErased.all().map(({ person }) => String(person))
  }

  lastCheckpoint(): CheckpointRow | undefined {
    return this.statements.lastCheckpoint.get() as CheckpointRow | undefined
  }

  checkpoints(after: number, limit: number): (CheckpointRow & { readonly ordinal: number })[] {
    const rows = this.statements.checkpoints.all(after, limit)
    return rows as unknown as (CheckpointRow & { readonly ordinal: number })[]
  }

  addCheckpoint({ size, note, frontier }: CheckpointRow): void {
    this.statements.addCheckpoint.run(size, note, frontier)
  }
}

const rowOf = ({ entry, hash }: RawRow): EvidenceRow => ({
  entry: JSON.parse(entry) as Entry,
  hash: Buffer.from(hash).toString('hex'),
})

function listing(query: EvidenceQuery): { sql: string; values: SQLInputValue[] } {
  const conditions: string[] = []
  const values: SQLInputValue[] = []
  const add = (condition: string, value: SQLInputValue | undefined) => {
    if (value === undefined) return
    conditions.push(condition)
    values.push(value)
  }
  add('kind = ?', query.kind)
  add('actor = ?', query.actor)
  add('subject = ?', query.subject)
  add('recorded >= ?', query.from)
  add('recorded < ?', query.to)
  add(query.oldestFirst ? 'sequence > ?' : 'sequence < ?', query.after)
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''
  const order = query.oldestFirst ? 'ASC' : 'DESC'
  const select = 'SELECT sequence, entry, hash FROM evidence'
  const sql = `${select} ${where} ORDER BY sequence ${order} LIMIT ?`
  return { sql, values: [...values, query.limit ?? 100] }
}
