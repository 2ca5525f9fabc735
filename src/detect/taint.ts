// What findings say must not be learnt as normal: looked up for every conversation, so kept by its
// ends.
import type { Taint } from './detector.ts'

/** Traffic as the learner keeps it: who, with whom, on which port, when. */
export interface Learnable {
  readonly originator: number
  readonly responder: number
  readonly port: number
  readonly first: number
  readonly last: number
}

/** One taint a finding; found by originator, then by responder. */
export class TaintIndex {
  private readonly byFinding = new Map<string, Taint>()
  private byEnd: Map<number, Taint[]> | undefined

  /** The taint of a finding; a later one replaces it, as the finding's window grows. */
  set(finding: string, taint: Taint): void {
    this.byFinding.set(finding, taint)
    this.byEnd = undefined
  }

  /** Whether traffic of this shape was flagged. */
  covers(traffic: Learnable): boolean {
    if (this.byFinding.size === 0) return false
    this.byEnd ??= this.build()
    return (
      this.some(traffic.originator, traffic) ||
      this.some(-traffic.responder, traffic) ||
      this.some(0, traffic)
    )
  }

  private some(key: number, { originator, responder, port, first, last }: Learnable): boolean {
    const list = this.byEnd!.get(key)
    if (!list) return false
    return list.some(
      (taint) =>
        (taint.originator === 0 || taint.originator === originator) &&
        (taint.responder === 0 || taint.responder === responder) &&
        (taint.port < 0 || taint.port === port) &&
        first >= taint.from &&
        last <= taint.to,
    )
  }

  private build(): Map<number, Taint[]> {
    const index = new Map<number, Taint[]>()
    for (const taint of this.byFinding.values()) {
      const key = taint.originator !== 0 ? taint.originator : -taint.responder
      const list = index.get(key)
      if (list) list.push(taint)
      else index.set(key, [taint])
    }
    return index
  }
}
