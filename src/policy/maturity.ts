// How much of tomorrow a profile would have let through: learnt on the first part of what was seen,
// tried on the rest. Measured, not asserted; an estimate is cautious where little was seen.
import { DAY, HOUR, isoTime, spanText, type Microseconds } from '../core/clock.ts'
import type { Reopened } from './device.ts'
import type { Exchange } from './exchange.ts'
import type { Maturity } from './form.ts'

/** A profile is called mature from this share of flows let through, settling from the other. */
const MATURE_MIN = 0.99
const SETTLING_MIN = 0.9
/** Below these nothing is called settling, or mature: whatever the share, too little was seen. */
const SETTLING = { learned: HOUR, heldOut: 10 * 60_000_000, flows: 20 }
const MATURE = { learned: DAY, heldOut: DAY / 3, flows: 100 }

/**
 * Where held-out time begins: after `share` of the observed time; at whole days from its start when
 * it is longer than two days, so that days are compared with days.
 */
export function cutOf(first: Microseconds, last: Microseconds, share: number): Microseconds {
  const span = last - first
  if (!(span > 0)) return Infinity
  if (span <= 2 * DAY) return first + Math.floor(span * share)
  const days = Math.floor(span / DAY)
  return first + Math.min(days, Math.max(1, Math.round(days * share))) * DAY
}

/** The same, where only what came after a change counted. */
export const reopenedMaturity = (maturity: Maturity, reopened: Reopened): Maturity => ({
  ...maturity,
  reopened,
  why:
    `${reopened.because} at ${isoTime(reopened.at).slice(0, 19)}Z, ` +
    `counted from then: ${maturity.why}`,
})

/** When flows began: the first, the first held out (Infinity: none), the last. */
export interface TrialSpan {
  readonly first: Microseconds
  readonly cut: Microseconds
  readonly last: Microseconds
}

/** Tries profiles that were learnt before the cut on what began after it. */
export class Trials {
  private readonly cut: Microseconds
  private readonly learnedSpan: Microseconds
  private readonly heldOutSpan: Microseconds
  private readonly seen: string

  constructor({ first, cut, last }: TrialSpan) {
    this.cut = cut
    this.learnedSpan = Number.isFinite(cut) ? cut - first : 0
    this.heldOutSpan = Number.isFinite(cut) ? last - cut : 0
    this.seen = `learnt on ${spanText(this.learnedSpan)}, tried on ${spanText(this.heldOutSpan)}`
  }

  /**
   * All settled exchanges of one device that are learnt; `permits`: whether the rules that those
   * before the cut need let an exchange through.
   */
  maturityOf(exchanges: readonly Exchange[], permits: (one: Exchange) => boolean): Maturity {
    const { cut, learnedSpan, heldOutSpan } = this
    const counts = { totalFlows: 0, lostFlows: 0, totalBytes: 0, lostBytes: 0 }
    for (let index = 0; index < exchanges.length; index++) {
      const one = exchanges[index]
      if (one.flowsHeldOut === 0) continue
      counts.totalFlows += one.flowsHeldOut
      counts.totalBytes += one.bytesHeldOut
      if (one.first < cut || permits(one)) continue
      counts.lostFlows += one.flowsHeldOut
      counts.lostBytes += one.bytesHeldOut
    }
    const totalFlows = Math.round(counts.totalFlows)
    const lostFlows = Math.min(totalFlows, Math.round(counts.lostFlows))
    const totalBytes = Math.round(counts.totalBytes)
    const lostBytes = Math.round(counts.lostBytes)
    const estimate = lowerBound(totalFlows - lostFlows, totalFlows)
    const { verdict, why } = this.judge(estimate, totalFlows, lostFlows)
    return {
      learnedSpan,
      heldOutSpan,
      totalFlows,
      lostFlows,
      totalBytes,
      lostBytes,
      estimate,
      verdict,
      why,
    }
  }

  private judge(estimate: number, totalFlows: number, lostFlows: number): Judgement {
    const { seen } = this
    const kept = `${lostFlows} of ${totalFlows} flows would have been lost`
    if (totalFlows === 0)
      return { verdict: 'immature', why: `${seen}: nothing was seen in that time` }
    if (!this.isEnough(SETTLING, totalFlows))
      return { verdict: 'immature', why: `${seen}: too little to judge; ${kept}` }
    if (estimate < SETTLING_MIN) return { verdict: 'immature', why: `${seen}: ${kept}` }
    if (!this.isEnough(MATURE, totalFlows))
      return { verdict: 'settling', why: `${seen}: ${kept}; more has to be seen` }
    return { verdict: estimate >= MATURE_MIN ? 'mature' : 'settling', why: `${seen}: ${kept}` }
  }

  private isEnough(least: typeof MATURE, totalFlows: number): boolean {
    return (
      this.learnedSpan >= least.learned &&
      this.heldOutSpan >= least.heldOut &&
      totalFlows >= least.flows
    )
  }
}

type Judgement = Pick<Maturity, 'verdict' | 'why'>

/** Wilson's lower bound of a share at 95 %: 20 of 20 is 0.84, 2000 of 2000 is 0.998. */
export function lowerBound(successes: number, trials: number): number {
  if (trials === 0) return 0
  const z = 1.96
  const share = successes / trials
  const spread = z * Math.sqrt((share * (1 - share) + (z * z) / (4 * trials)) / trials)
  const bound = (share + (z * z) / (2 * trials) - spread) / (1 + (z * z) / trials)
  return Math.max(0, Math.min(1, Number(bound.toFixed(4))))
}
