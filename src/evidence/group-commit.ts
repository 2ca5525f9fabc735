// Gathers what arrives while a commit is under way and writes it in one transaction: one fdatasync
// for many acknowledgements. A draft that is refused does not take its neighbours with it.
import { OperatingError } from '../core/errors.ts'
import { EVIDENCE_LIMITS } from './limits.ts'
import type { Transact } from './log.ts'

interface Waiting<Draft, Receipt> {
  readonly draft: Draft
  resolve(receipt: Receipt): void
  reject(cause: unknown): void
}

type Outcome<Receipt> = { readonly receipt: Receipt } | { readonly cause: unknown }

export class GroupCommit<Draft, Receipt> {
  private readonly transact: Transact
  private readonly write: (draft: Draft) => Receipt
  private waiting: Waiting<Draft, Receipt>[] = []
  private running: Promise<void> | undefined

  /** `write` has to throw before it writes anything when it refuses a draft. */
  constructor({ transact, write }: { transact: Transact; write: (draft: Draft) => Receipt }) {
    this.transact = transact
    this.write = write
  }

  /** Resolves once the draft is durable. */
  add(draft: Draft): Promise<Receipt> {
    if (this.waiting.length >= EVIDENCE_LIMITS.waiting.value) {
      const text = 'evidence arrives faster than the disk takes it; wait for what was appended'
      return Promise.reject(new OperatingError('evidence-backlog', text))
    }
    const added = new Promise<Receipt>((resolve, reject) => {
      this.waiting.push({ draft, resolve, reject })
    })
    this.running ??= this.run()
    return added
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.running) await this.running
  }

  private async run(): Promise<void> {
    // What the same turn of the event loop brings goes along.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, EVIDENCE_LIMITS.batch.value)
      await this.commit(batch)
    }
    this.running = undefined
  }

  private async commit(batch: readonly Waiting<Draft, Receipt>[]): Promise<void> {
    try {
      const outcomes = await this.transact(() => batch.map(({ draft }) => this.attempt(draft)))
      batch.forEach((each, index) => {
        const outcome = outcomes[index]
        if ('receipt' in outcome) each.resolve(outcome.receipt)
        else each.reject(outcome.cause)
      })
    } catch (cause) {
      for (const each of batch) each.reject(cause)
    }
  }

  private attempt(draft: Draft): Outcome<Receipt> {
    try {
      return { receipt: this.write(draft) }
    } catch (cause) {
      // The disk's own errors end the whole transaction; a refusal only its draft.
      if ((cause as { code?: string }).code === 'ERR_SQLITE_ERROR') throw cause
      return { cause }
    }
  }
}
