// Findings: the inbox, one finding with its evidence, and what a person decides about it.
import { z } from 'zod'
import { AsOf, Id, Paging, Severity, Time, pageOf } from './words.ts'

export const FindingState = z.enum(['open', 'suppressed', 'closed'])

/** One line of GET /findings. */
export const FindingItem = z.object({
  id: Id,
  detector: z.string(),
  title: z.string(),
  severity: Severity,
  confidence: z.number(),
  state: FindingState,
  /** When it was decided, in packet time; and when we learnt of it. */
  time: Time,
  recorded: Time,
  /** '' when it is about none of our devices. */
  device: z.string(),
  deviceName: z.string(),
  seen: z.string(),
  count: z.number().int(),
  /** A suppression's end. */
  until: Time.optional(),
})

/** Sorts: severity (worst first, the default), time. */
export const FindingsQuery = Paging.extend(AsOf.shape).extend({
  state: FindingState.optional(),
  severity: Severity.optional().describe('this one and worse'),
  device: Id.optional(),
  detector: z.string().max(80).optional(),
})
export const FindingsPage = pageOf(FindingItem)

/** One side of what was found. */
export const PartyItem = z.object({ address: z.string(), mac: z.string(), device: z.string() })

/** GET /findings/:id. */
export const FindingDetail = FindingItem.extend({
  window: z.object({ from: Time, to: Time }),
  sources: z.array(PartyItem),
  targets: z.array(PartyItem),
  expected: z.string(),
  evidence: z.array(z.object({ source: z.string(), frame: z.number().int(), time: Time })),
  techniques: z.array(z.string()),
  respond: z.string(),
  falsePositives: z.string(),
  /** What people decided, newest first. */
  decisions: z.array(
    z.object({
      time: Time,
      by: z.string(),
      action: z.enum(['suppress', 'close', 'reopen']),
      reason: z.string(),
      until: Time.optional(),
    }),
  ),
})

export const SuppressRequest = z.object({ until: Time, reason: z.string().trim().min(1).max(500) })
export const CloseRequest = z.object({ reason: z.string().trim().min(1).max(500) })

export type FindingState = z.infer<typeof FindingState>
export type FindingItem = z.infer<typeof FindingItem>
export type FindingsQuery = z.infer<typeof FindingsQuery>
export type FindingsPage = z.infer<typeof FindingsPage>
export type PartyItem = z.infer<typeof PartyItem>
export type FindingDetail = z.infer<typeof FindingDetail>
export type SuppressRequest = z.infer<typeof SuppressRequest>
export type CloseRequest = z.infer<typeof CloseRequest>
