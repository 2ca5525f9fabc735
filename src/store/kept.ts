// Answers that are kept for a moment: counts over a hundred thousand rows that twenty people ask
// for at the same time are counted once.
import type { Microseconds } from '../core/clock.ts'

const ANSWERS_MAX = 256

interface Answer {
  readonly value: Promise<unknown>
  readonly until: Microseconds
}

export class KeptAnswers {
  private readonly answers = new Map<string, Answer>()
  private readonly clock: () => Microseconds

  constructor(clock: () => Microseconds) {
    this.clock = clock
  }

  /** The answer to `question`, computed afresh when it is older than `age`. */
  get<Value>(question: string, age: Microseconds, compute: () => Promise<Value>): Promise<Value> {
    const now = this.clock()
    const known = this.answers.get(question)
    if (known && now < known.until && known.until <= now + age) return known.value as Promise<Value>
    const value = compute()
    this.answers.delete(question)
    this.answers.set(question, { value, until: now + age })
    // What failed is asked again.
    value.catch(() => this.answers.delete(question))
    if (this.answers.size > ANSWERS_MAX) this.answers.delete(this.answers.keys().next().value!)
    return value
  }
}
