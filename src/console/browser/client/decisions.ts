// What people decide about findings, and the way back: every action answers with its undoing.
import type { FindingDetail, FindingItem, FindingState } from '../../../api/contract/index.ts'
import { queryClient } from './queries.ts'
import { request } from './request.ts'

export type Decision =
  | { readonly action: 'suppress'; readonly until: string; readonly reason: string }
  | { readonly action: 'close'; readonly reason: string }
  | { readonly action: 'reopen' }

const PAST: Readonly<Record<Decision['action'], string>> = {
  suppress: 'Suppressed',
  close: 'Closed',
  reopen: 'Reopened',
}

export const pastTense = (decision: Decision): string => PAST[decision.action]

/** Sends the decision; rejects with a Refusal. */
export async function decide(id: string, decision: Decision): Promise<void> {
  const { action, ...body } = decision
  await request(`/findings/${encodeURIComponent(id)}/${action}`, { method: 'POST', body })
  await Promise.all(
    [['findings'], ['finding', id], ['devices'], ['device']].map((queryKey) =>
      queryClient.invalidateQueries({ queryKey }),
    ),
  )
}

/** What brings a finding back to the state it was in. */
export function wayBack(finding: FindingItem | FindingDetail): Decision {
  const state: FindingState = finding.state
  if (state === 'suppressed' && finding.until) {
    return { action: 'suppress', until: finding.until, reason: 'undone: suppressed as before' }
  }
  if (state === 'closed') return { action: 'close', reason: 'undone: closed as before' }
  return { action: 'reopen' }
}
