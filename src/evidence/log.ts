// The evidence log: entries written in the caller's transaction or in group commits of its own,
// personal content beside them, and checkpoints that the signer signs.
import assert from 'node:assert/strict'
import type { DatabaseSync } from 'node:sqlite'
import type { Microseconds } from '../core/clock.ts'
import { OperatingError } from '../core/errors.ts'
import type { Anchor } from './anchor.ts'
import type { JsonValue } from './canonical.ts'
import { Checkpoints, type CheckpointHealth } from './checkpoints.ts'
import { exportText } from './export-text.ts'
import { nextEntry, type EvidenceDraft, type Head } from './entry.ts'
import { GroupCommit } from './group-commit.ts'
import type { KeyRing } from './key-ring.ts'
import { makePack, type PackRequest } from './pack/pack.ts'
import { commitTo, seal } from './personal.ts'
import { personalOf, type PersonalContent } from './personal-of.ts'
import type { Signer } from './signer/signer.ts'
import { EvidenceTable, type EvidenceQuery, type EvidenceRow } from './table.ts'

/** What a log stands on: the store's connection, keys of persons, a signer, a clock. */
export interface EvidenceOptions {
  /** A connection whose file holds the tables of EVIDENCE_MIGRATION; WAL, synchronous=FULL. */
  readonly database: DatabaseSync
  /** Keys of persons: FileKeyRing, or something that behaves alike. */
  readonly keys: KeyRing
  readonly signer: Signer
  /** The wall clock, microseconds. */
  readonly clock: () => Microseconds
  /**
   * Runs `work`, which is synchronous, in one durable transaction of `database`. Whoever shares the
   * connection gives its own, so that transactions do not meet; the default begins and commits.
   */
  readonly transact?: Transact
  /** A checkpoint after this many entries (default 1000), and a minute after the last at most. */
  readonly checkpointEntries?: number
  readonly checkpointMilliseconds?: number
  /** Where each checkpoint is published outside. */
  readonly anchors?: readonly Anchor[]
}

/** Resolves with what `work` answered once that is durable; rejects, with nothing written, else. */
export type Transact = <Result>(work: () => Result) => Promise<Result>

/** What an entry became. */
export type Receipt = Head

/** How the log stands. */
export interface EvidenceHealth extends CheckpointHealth {
  readonly entries: number
}

/** Rows are written by one process only; any number may read. */
export class EvidenceLog {
  private readonly options: EvidenceOptions
  private readonly table: EvidenceTable
  private readonly transact: Transact
  private readonly group: GroupCommit<EvidenceDraft, Receipt>
  private readonly signed: Checkpoints

  private constructor(options: EvidenceOptions) {
    this.options = options
    this.table = new EvidenceTable(options.database)
    this.transact = options.transact ?? transactions(options.database)
    const { transact, table } = this
    this.signed = new Checkpoints({ ...options, table, transact })
    this.group = new GroupCommit({ transact, write: (draft) => this.write(draft) })
  }

  /**
   * Opens the log; an empty one begins with the entry `log.opened`, which names its key. Rejects
   * with `signer-unreachable` only then: later the log does without a signer and says so
   * (`health`).
   */
  static async open(options: EvidenceOptions): Promise<EvidenceLog> {
    const log = new EvidenceLog(options)
    if (log.table.head().sequence === 0) {
      const { origin, key } = await options.signer.state()
      const facts = { origin, key, encoding: 'RFC 8785', tree: 'RFC 6962, SHA-256' }
      const at = options.clock()
      await log.append({ kind: 'log.opened', actor: 'system', subject: 'log', at, facts })
    }
    for (const person of log.table.halfErased()) await log.forget(person)
    log.signed.start()
    return log
  }

  /**
   * Writes an entry inside the transaction that is open on `database` (there has to be one, begun
   * with BEGIN IMMEDIATE): a change, its evidence and its outgoing message commit together, or none
   * does. The receipt holds once the caller has committed; after a roll-back it is void, and
   * nothing else need be done. Throws OperatingError `evidence-too-large` before anything is
   * written.
   */
  write(draft: EvidenceDraft): Receipt {
    assert(this.options.database.isTransaction, 'evidence is written inside a transaction')
    const { personal } = draft
    const committed = personal && commitTo(personal.content)
    const recorded = this.options.clock()
    const head = this.table.head()
    const sealed = nextEntry(head, draft, { recorded, personal: committed?.commitment })
    const { sequence } = sealed.entry
    const key = personal && this.options.keys.make(personal.person)
    this.table.insert(sealed)
    if (personal && committed && key) {
      const place = { sequence, person: personal.person }
      this.table.addPersonal({ ...place, sealed: seal(committed.opened, place, key) })
    }
    this.signed.noticed()
    return { sequence, hash: sealed.hash }
  }

  /** Writes an entry and resolves once it is durable; many at once share one fdatasync. */
  append(draft: EvidenceDraft): Promise<Receipt> {
    return this.group.add(draft)
  }

  /** Entries, newest first unless asked otherwise. */
  list(query: EvidenceQuery): EvidenceRow[] {
    return this.table.list(query)
  }

  /**
   * Personal content of an entry: undefined when it has none; 'erased' when its key was destroyed;
   * 'damaged' when it does not open.
   */
  personal(sequence: number): PersonalContent | undefined {
    return personalOf(this.table, sequence, this.options.keys)
  }

  /**
   * Destroys a person's key and drops what it encrypted; the chain stays whole, and says that it
   * was done, by whom and why. The entry is durable before the key goes; should we die in between,
   * the next `open` finishes it.
   */
  async erase(
    person: string,
    { actor, reason }: { actor: string; reason: string },
  ): Promise<Receipt> {
    const entries = this.table.countPersonal(person)
    const facts: { [name: string]: JsonValue } = { entries, reason }
    const at = this.options.clock()
    const receipt = await this.append({
      kind: 'personal.erased',
      actor,
      subject: person,
      at,
      facts,
    })
    await this.forget(person)
    return receipt
  }

  private async forget(person: string): Promise<void> {
    this.options.keys.destroy(person)
    await this.transact(() => this.table.dropPersonal(person))
  }

  /**
   * Has everything written so far signed now and answers the note; rejects when the signer cannot
   * be reached or will not (`signer-unreachable`, `signer-refused`, `evidence-rewritten`).
   */
  checkpoint(): Promise<string> {
    return this.signed.sign({ always: true })
  }

  /**
   * The whole log as the text of an export, freshly signed, in pieces of whole lines; with personal
   * content that still opens when asked for. Rejects as `checkpoint` does, before the first piece.
   */
  async export(options: { readonly personal?: boolean } = {}): Promise<AsyncGenerator<string>> {
    const note = await this.checkpoint()
    const keys = options.personal ? this.options.keys : undefined
    return exportText({ table: this.table, note, clock: this.options.clock, keys })
  }

  /**
   * What the log says of one subject as an evidence pack: a ZIP file with a page, the entries, the
   * documents given, and proofs. Leaves an entry `pack.made`. Rejects with `evidence-nothing`,
   * `evidence-too-large`, `evidence-document`, and as `checkpoint` does.
   */
  pack(request: PackRequest): Promise<Buffer> {
    const { table } = this
    const append = (draft: EvidenceDraft) => this.append(draft)
    const checkpoint = () => this.checkpoint()
    return makePack({ table, clock: this.options.clock, append, checkpoint }, request)
  }

  /**
   * How many entries there are, how many are signed, since when, and what is wrong with signing.
   */
  health(): EvidenceHealth {
    return { entries: this.table.head().sequence, ...this.signed.health() }
  }

  /** Writes what waits, has it signed if that is possible, and lets go; the database stays open. */
  async close(): Promise<void> {
    await this.group.drained()
    await this.signed.stop()
  }
}

/** Begins, works, commits; nothing else may use the connection meanwhile, and nothing can. */
function transactions(database: DatabaseSync): Transact {
  return async (work) => {
    if (database.isTransaction) {
      const text =
        'the connection is in a transaction: give EvidenceLog.open a transact of your own'
      throw new OperatingError('evidence-transaction', text)
    }
    database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      database.exec('COMMIT')
      return result
    } catch (cause) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw cause
    }
  }
}
