// Sends what the probes plan, one after the other, at a pace; each is recorded before it is sent,
// and the guard is asked before each: what looks like industry ends it at once.
import { setTimeout as pause } from 'node:timers/promises'
import type { Probe, ProbeGround } from './probe.ts'
import type { ProbeRecord } from './record.ts'

/** What a campaign works with. */
export interface CampaignParts {
  readonly probes: readonly Probe[]
  readonly ground: ProbeGround
  readonly record: ProbeRecord
  /** Probes a second. */
  readonly rate: number
  readonly signal: AbortSignal
  /** Why no more may be sent; '' while all is well. */
  objection(): string
  progress?(sent: number, probe: string): void
}

/** How it ended. */
export interface CampaignOutcome {
  readonly sent: number
  /** Why it stopped before its end; '' when it did not. */
  readonly objection: string
}

/** Runs all probes in their order. */
export async function runCampaign(parts: CampaignParts): Promise<CampaignOutcome> {
  const { probes, ground, record, rate, signal } = parts
  let sent = 0
  for (const probe of probes.toSorted((one, other) => one.order - other.order)) {
    const shots = probe.plan(ground)
    if (shots.length === 0 || signal.aborted) continue
    const sender = await probe.open(ground)
    try {
      for (const shot of shots) {
        const objection = parts.objection()
        if (objection !== '' || signal.aborted) return { sent, objection }
        record.add({ kind: 'sent', probe: probe.id, ...shot })
        sent++
        await sender.send(shot).catch(() => {})
        parts.progress?.(sent, probe.id)
        await pause(1000 / rate, undefined, { signal }).catch(() => {})
      }
      // Answers of this probe may be what the next one builds on.
      await pause(ANSWER_MS, undefined, { signal }).catch(() => {})
    } finally {
      await sender.close()
    }
  }
  return { sent, objection: parts.objection() }
}

const ANSWER_MS = 3500
