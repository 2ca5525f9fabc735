// A log in a folder of its own with a signer beside it, so that tests say what happens to a log in
// a few lines.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { FileKeyRing } from './key-ring.ts'
import { EvidenceLog, type EvidenceOptions } from './log.ts'
import { EVIDENCE_MIGRATION } from './migration.ts'
import type { EvidenceDraft } from './entry.ts'
import { CheckpointSigner, type Signer } from './signer/signer.ts'

const START = 1_700_000_000_000_000

/** A clock that moves one millisecond on whenever it is read. */
export function steppingClock(): () => number {
  let time = START
  return () => (time += 1000)
}

/** A signer without its process, for tests that are about something else. */
export function nearSigner(directory: string, clock: () => number): Signer {
  const signer = new CheckpointSigner({ directory, clock })
  return {
    state: async () => signer.state(),
    sign: async (request) => signer.sign(request),
    close: () => undefined,
  }
}

/** A database with the log's tables. */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
  const made = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'evidence'").get()
  if (!made) for (const statement of EVIDENCE_MIGRATION) database.exec(statement)
  return database
}

export interface Rehearsal {
  readonly folder: string
  readonly database: DatabaseSync
  readonly log: EvidenceLog
  readonly signer: Signer
  readonly clock: () => number
  readonly keys: FileKeyRing
  /** Closes all; the folder stays. */
  close(): Promise<void>
}

/** A fresh folder, gone after the test. */
export function freshFolder(t: { after(work: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'evidence-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Opens the log of `folder`, which may have one already. */
export async function rehearse(
  folder: string,
  options: Partial<EvidenceOptions> = {},
): Promise<Rehearsal> {
  const clock = options.clock ?? steppingClock()
  const database = openDatabase(join(folder, 'store.sqlite'))
  const keys = new FileKeyRing(join(folder, 'evidence-keys'))
  const signer = options.signer ?? nearSigner(join(folder, 'signer'), clock)
  const log = await EvidenceLog.open({ database, keys, signer, clock, ...options })
  const close = async () => {
    await log.close()
    database.close()
  }
  return { folder, database, log, signer, clock, keys, close }
}

/** A change of a device, as drafts go. */
export const change = (device: number, facts: EvidenceDraft['facts'] = {}): EvidenceDraft => ({
  kind: 'device.changed',
  actor: 'system',
  subject: `device:${device}`,
  at: START,
  facts,
})
