// The log as a command reaches it from another process than the one that keeps it: the same file,
// one transaction at a time, and a signer, running or started for the moment.
import { DatabaseSync } from 'node:sqlite'
import type { Microseconds } from '../core/clock.ts'
import { OperatingError } from '../core/errors.ts'
import { openForReading } from './export.ts'
import { FileKeyRing } from './key-ring.ts'
import { EvidenceLog } from './log.ts'
import type { PackRequest } from './pack/pack.ts'
import type { Signer } from './signer/signer.ts'
import { SocketSigner, startSigner } from './signer/socket-signer.ts'
import { EvidenceTable, type EvidenceQuery, type EvidenceRow } from './table.ts'

/** Names below the data folder: the store's file, the keys of persons, the signer's own folder. */
export const EVIDENCE_PLACES = Object.freeze({
  database: 'store.sqlite',
  keys: 'evidence-keys',
  signer: 'signer',
})

/** The signer of a folder: the one that runs, or one that is started and stopped again. */
export async function reachSigner(
  folder: string,
): Promise<{ readonly signer: Signer; stop(): Promise<void> }> {
  const running = new SocketSigner(folder)
  try {
    await running.state()
    return { signer: running, stop: async () => running.close() }
  } catch (cause) {
    running.close()
    if (!(cause instanceof OperatingError) || cause.code !== 'signer-unreachable') throw cause
    return startSigner(folder)
  }
}

/** Entries of the log in a database file, newest first. */
export function listEvidence(path: string, query: EvidenceQuery): EvidenceRow[] {
  const database = openForReading(path)
  try {
    return new EvidenceTable(database).list(query)
  } finally {
    database.close()
  }
}

interface Desk {
  readonly database: string
  readonly keys: string
  readonly signer: Signer
  readonly clock: () => Microseconds
}

/** Works on the log in a database file, beside whoever else does. */
async function withLog<Result>(
  { database: path, keys, signer, clock }: Desk,
  work: (log: EvidenceLog, table: EvidenceTable) => Promise<Result>,
): Promise<Result> {
  openForReading(path).close()
  const database = new DatabaseSync(path, { timeout: 10_000 })
  try {
    database.exec('PRAGMA synchronous = FULL')
    const log = await EvidenceLog.open({ database, keys: new FileKeyRing(keys), signer, clock })
    try {
      return await work(log, new EvidenceTable(database))
    } finally {
      await log.close()
    }
  } finally {
    database.close()
  }
}

/** Erases a person's content as EvidenceLog.erase does, on the file itself. */
export const eraseEvidence = (
  at: Desk,
  { person, actor, reason }: { person: string; actor: string; reason: string },
): Promise<{ readonly sequence: number; readonly entries: number }> =>
  withLog(at, async (log, table) => {
    const entries = table.countPersonal(person)
    if (entries === 0) {
      throw new OperatingError('evidence-person', `the log holds no personal content of ${person}`)
    }
    const { sequence } = await log.erase(person, { actor, reason })
    return { sequence, entries }
  })

/** Makes a pack as EvidenceLog.pack does, from the file itself. */
export const packEvidence = (at: Desk, request: PackRequest): Promise<Buffer> =>
  withLog(at, (log) => log.pack(request))
