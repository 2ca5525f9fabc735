// An export into a file, by whoever may read the database: it does not matter whether the rest of
// Thingward runs. The database is only read.
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Microseconds } from '../core/clock.ts'
import { OperatingError } from '../core/errors.ts'
import { readCheckpoint } from './checkpoint.ts'
import { Checkpoints } from './checkpoints.ts'
import { exportText } from './export-text.ts'
import type { KeyRing } from './key-ring.ts'
import type { Signer } from './signer/signer.ts'
import { EvidenceTable } from './table.ts'

/** From where to where is exported. */
export interface ExportOptions {
  /** The database file. */
  readonly database: string
  readonly signer: Signer
  /** The file to write, mode 0600; replaced once the export is whole. */
  readonly file: string
  readonly clock: () => Microseconds
  /** Given: personal content goes along, opened with these. */
  readonly keys?: KeyRing
}

/**
 * Has the log signed and writes all of it. Rejects with OperatingErrors: `evidence-unreadable` (no
 * such database, no log in it), `evidence-unwritable`, and what the signer says (`signer-…`,
 * `evidence-rewritten`).
 */
export async function exportEvidence(
  options: ExportOptions,
): Promise<{ readonly entries: number; readonly note: string }> {
  const { signer, clock, keys } = options
  const database = openForReading(options.database)
  try {
    const table = new EvidenceTable(database)
    const note = await new Checkpoints({ table, signer }).sign({ always: true })
    await writeAll(options.file, exportText({ table, note, clock, keys }))
    return { entries: readCheckpoint(note)!.size, note }
  } finally {
    database.close()
  }
}

/** A database that holds a log, for reading only. */
export function openForReading(path: string): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: 10_000 })
    if (new EvidenceTable(database).head().sequence > 0) return database
  } catch (cause) {
    database?.close()
    const why = cause instanceof Error ? cause.message : String(cause)
    const text = `no evidence log can be read from ${path}: ${why}`
    throw new OperatingError('evidence-unreadable', text, { cause })
  }
  database.close()
  throw new OperatingError('evidence-unreadable', `the evidence log in ${path} is still empty`)
}

async function writeAll(path: string, pieces: AsyncIterable<string>): Promise<void> {
  const unfinished = `${path}.unfinished`
  let file: number
  try {
    file = openSync(unfinished, 'w', 0o600)
  } catch (cause) {
    const { message } = cause as Error
    throw new OperatingError('evidence-unwritable', `cannot write the export: ${message}`, {
      cause,
    })
  }
  try {
    for await (const piece of pieces) {
      const bytes = Buffer.from(piece)
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
    }
    fsyncSync(file)
    renameSync(unfinished, path)
  } catch (cause) {
    rmSync(unfinished, { force: true })
    throw cause
  } finally {
    closeSync(file)
  }
}
