// What is done to parts without being asked: which of them are merged, and which are too old. Pure.
import { DAY } from '../../core/clock.ts'
import { FLOW_LIMITS } from './limits.ts'
import type { Part } from './part.ts'

/**
 * How long things are kept, in days from when they happened or, if later, when they were written.
 */
export interface Retention {
  readonly flowDays: number
  /** Totals by minute, hour and pair; at least flowDays. */
  readonly totalDays: number
}

/** Parts that should become one, or undefined when all is well. */
export function nextMerger(parts: readonly Part[], now: number): readonly Part[] | undefined {
  const today = dayOf(now)
  const days = Map.groupBy(parts, ({ site, day, hasFlows }) => `${day} ${hasFlows} ${site}`)
  for (const ofDay of days.values()) {
    const small = ofDay.filter(({ flows }) => flows < FLOW_LIMITS.rowsMerged.value)
    // A day that is over becomes one part, once nothing has come in for an hour.
    const isOver = ofDay[0].day < today && ofDay.every(({ created }) => created < now - DAY / 24)
    const groups = isOver ? [small] : [...Map.groupBy(small, ({ level }) => level).values()]
    const least = isOver ? 2 : FLOW_LIMITS.partsMerged.value
    const group = groups.find((each) => each.length >= least)
    if (group) return bounded(group)
  }
  return undefined
}

/** As many of them, smallest first, as one part may hold; at least two. */
function bounded(group: readonly Part[]): readonly Part[] {
  let flows = 0
  return group
    .toSorted((a, b) => a.flows - b.flows)
    .filter((part, index) => {
      flows += part.flows
      return index < 2 || flows <= FLOW_LIMITS.rowsMerged.value
    })
}

/** The part that a merger makes. */
export function mergedPart(from: readonly Part[], id: number): Part {
  const [{ site, day, hasFlows }] = from
  return {
    id,
    site,
    day,
    hasFlows,
    level: Math.max(...from.map(({ level }) => level)) + 1,
    flows: from.reduce((sum, { flows }) => sum + flows, 0),
    from: Math.min(...from.map((part) => part.from)),
    to: Math.max(...from.map((part) => part.to)),
    created: Math.max(...from.map(({ created }) => created)),
  }
}

/** What is too old: parts whose flows go, and parts that go with their totals. */
export function expired(
  parts: readonly Part[],
  { flowDays, totalDays }: Retention,
  now: number,
): { readonly flows: readonly Part[]; readonly whole: readonly Part[] } {
  const age = ({ to, created }: Part) => now - Math.max(to, created)
  const whole = parts.filter((part) => age(part) > Math.max(totalDays, flowDays) * DAY)
  const gone = new Set(whole)
  const flows = parts.filter(
    (part) => part.hasFlows && !gone.has(part) && age(part) > flowDays * DAY,
  )
  return { flows, whole }
}

/** The UTC day of a time. */
export const dayOf = (time: number) => new Date(Math.floor(time / 1000)).toISOString().slice(0, 10)
