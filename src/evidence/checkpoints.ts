// When and how the log is signed: a checkpoint after so many entries or a while, from where the
// signer stands to the end of the table; and what is told when the two do not agree.
import assert from 'node:assert/strict'
import type { Microseconds } from '../core/clock.ts'
import { OperatingError } from '../core/errors.ts'
import type { Anchor } from './anchor.ts'
import { isSignedBy, readCheckpoint, type VerifierKey } from './checkpoint.ts'
import type { Transact } from './log.ts'
import { EVIDENCE_LIMITS } from './limits.ts'
import { Frontier } from './merkle.ts'
import type { Signer, SignerState } from './signer/signer.ts'
import type { EvidenceTable } from './table.ts'

const ENTRIES = 1_000
const MILLISECONDS = 60_000
/** After this many entries a checkpoint waits this long, so that a burst is signed once. */
const SETTLE_MILLISECONDS = 50

/** How far the log is signed, and what is wrong with it. */
export interface CheckpointHealth {
  /** Entries below the last checkpoint, and when it was signed; 0 before the first. */
  readonly signed: number
  readonly signedAt: Microseconds
  /** Why the end of the log is not signed, by code and in words. */
  readonly problem?: { readonly code: string; readonly text: string }
  /** Anchors that did not take the last checkpoint, each with why. */
  readonly anchorProblems: readonly { readonly anchor: string; readonly text: string }[]
}

export interface CheckpointsOptions {
  readonly table: EvidenceTable
  /** Absent: checkpoints are not kept; whoever keeps the log learns of them from the signer. */
  readonly transact?: Transact
  readonly signer: Signer
  readonly anchors?: readonly Anchor[]
  readonly checkpointEntries?: number
  readonly checkpointMilliseconds?: number
}

export class Checkpoints {
  private readonly options: CheckpointsOptions
  private tree = new Frontier()
  private note: string | undefined
  private unsigned = 0
  private timer: NodeJS.Timeout | undefined
  private soon: NodeJS.Timeout | undefined
  private queue: Promise<unknown> = Promise.resolve()
  private problem: CheckpointHealth['problem']
  private anchorProblems: CheckpointHealth['anchorProblems'] = []

  constructor(options: CheckpointsOptions) {
    this.options = options
  }

  /** From the last checkpoint in the table on. */
  load(): void {
    const last = this.options.table.lastCheckpoint()
    if (!last || last.note === this.note) return
    this.tree = Frontier.from(last.size, last.frontier)
    this.note = last.note
  }

  /** Signs on its own initiative from now on. */
  start(): void {
    this.load()
    const every = this.options.checkpointMilliseconds ?? MILLISECONDS
    this.timer = setInterval(() => this.attempt(), every).unref()
  }

  /** An entry was written, though perhaps not committed yet. */
  noticed(): void {
    this.unsigned++
    if (this.unsigned < (this.options.checkpointEntries ?? ENTRIES)) return
    this.soon ??= setTimeout(() => {
      this.soon = undefined
      this.attempt()
    }, SETTLE_MILLISECONDS).unref()
  }

  /** The note over all that is committed; with `always` a new one even when nothing was added. */
  sign({ always }: { always: boolean }): Promise<string> {
    const signed = this.queue.then(() => this.signNow(always))
    this.queue = signed.catch(() => undefined)
    return signed
  }

  health(): CheckpointHealth {
    const checkpoint = this.note === undefined ? undefined : readCheckpoint(this.note)
    return {
      signed: this.tree.size,
      signedAt: checkpoint?.time ?? 0,
      ...(this.problem ? { problem: this.problem } : {}),
      anchorProblems: this.anchorProblems,
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    clearTimeout(this.soon)
    await this.sign({ always: false }).catch(() => undefined)
  }

  /** On its own initiative: what goes wrong is told by `health`. */
  private attempt(): void {
    this.sign({ always: false }).catch(() => undefined)
  }

  private async signNow(always: boolean): Promise<string> {
    this.unsigned = 0
    const { table, signer } = this.options
    const isDone = () => this.note !== undefined && table.head().sequence === this.tree.size
    if (!always && isDone() && !this.problem) return this.note!
    try {
      const state = await signer.state()
      await this.meet(state)
      let note = this.note
      for (let isFirst = true; !isDone() || (always && isFirst); isFirst = false) {
        note = await this.step(state.key)
      }
      this.problem = undefined
      await this.publish(note!)
      return note!
    } catch (cause) {
      if (!(cause instanceof OperatingError)) throw cause
      this.problem = { code: cause.code, text: cause.message }
      throw cause
    }
  }

  /** Brings our tree to where the signer stands, or finds that the two never meet. */
  private async meet(state: SignerState): Promise<void> {
    this.assertKey(state.key)
    this.load()
    const { sequence } = this.options.table.head()
    if (sequence < state.size) {
      throw rewritten(`${state.size} entries were signed, only ${sequence} are here`)
    }
    if (state.note === this.note) return
    if (state.size < this.tree.size || this.note === undefined) this.tree = new Frontier()
    this.growTo(state.size)
    if (state.note === undefined) return
    this.assertRoot(state.note, this.tree)
    await this.keep(state.note)
  }

  private async step(key: VerifierKey): Promise<string> {
    const { table, signer } = this.options
    const from = this.tree.size
    const leaves = table.hashes(from, EVIDENCE_LIMITS.leaves.value)
    if (leaves.length === 0 && table.head().sequence !== from) {
      throw rewritten(`entries after ${from} are missing`)
    }
    const texts = leaves.map((leaf) => Buffer.from(leaf).toString('hex'))
    const note = await signer.sign({ from, leaves: texts })
    for (const leaf of leaves) this.tree.add(leaf)
    if (!isSignedBy(note, key)) throw rewritten('the signer answered with a bad signature')
    this.assertRoot(note, this.tree)
    await this.keep(note)
    return note
  }

  private growTo(size: number): void {
    while (this.tree.size < size) {
      const rest = Math.min(size - this.tree.size, EVIDENCE_LIMITS.leaves.value)
      const leaves = this.options.table.hashes(this.tree.size, rest)
      if (leaves.length === 0) throw rewritten(`entries after ${this.tree.size} are missing`)
      for (const leaf of leaves) this.tree.add(leaf)
    }
  }

  private assertRoot(note: string, tree: Frontier): void {
    const checkpoint = readCheckpoint(note)
    assert(checkpoint, 'the signer wrote a note that is none')
    if (checkpoint.size === tree.size && tree.root().equals(checkpoint.root)) return
    throw rewritten(`the first ${checkpoint.size} entries are not those that were signed`)
  }

  /** The key is the one that the log's first entry names. */
  private assertKey(key: VerifierKey): void {
    const [first] = this.options.table.list({ oldestFirst: true, limit: 1 })
    if (first && first.entry.facts.key !== key) throw rewritten('the signer has another key')
  }

  private async keep(note: string): Promise<void> {
    const { size } = this.tree
    const frontier = this.tree.bytes()
    const { transact, table } = this.options
    await transact?.(() => table.addCheckpoint({ size, note, frontier }))
    this.note = note
  }

  private async publish(note: string): Promise<void> {
    const { anchors = [] } = this.options
    const outcomes = await Promise.allSettled(anchors.map((anchor) => anchor.publish(note)))
    this.anchorProblems = outcomes.flatMap((outcome, index) =>
      outcome.status === 'fulfilled'
        ? []
        : [{ anchor: anchors[index].name, text: String(outcome.reason) }],
    )
  }
}

const rewritten = (text: string) =>
  new OperatingError('evidence-rewritten', `the evidence log does not fit its signatures: ${text}`)
