// The evidence log as the API shows it, and the events of a live console.
import { z } from 'zod'
import { Id, Paging, Severity, Time, pageOf } from './words.ts'

/** One entry of the hash-chained log. */
export const EvidenceItem = z.object({
  sequence: z.number().int(),
  time: Time,
  kind: z.string(),
  actor: z.string(),
  subject: z.string(),
  /** What was recorded, without what is personal. */
  fields: z.record(z.string(), z.unknown()),
  hash: z.string(),
})
/** Newest first. `from` is a sequence number or a time. */
export const EvidenceQuery = Paging.extend({
  from: z.string().max(40).optional(),
  kind: z.string().max(60).optional(),
})
export const EvidencePage = pageOf(EvidenceItem)

/**
 * GET /evidence/verify: the whole log, checked as an export of it would be. The key is the log's
 * own: only an export, checked elsewhere with a key noted before, convinces others.
 */
export const EvidenceVerified = z.object({
  /** Entries that are whole, and how many of them lie below a signed checkpoint. */
  entries: z.number().int(),
  signed: z.number().int(),
  checkpoints: z.number().int(),
  /** Personal content that was erased, as is anybody's right. */
  erased: z.number().int(),
  /** The first entry that does not fit. */
  broken: z.object({ sequence: z.number().int(), why: z.string() }).optional(),
})

/** Data of `event: device`; clients look the rest up. */
export const DeviceEvent = z.object({ id: Id, change: z.enum(['new', 'changed', 'merged']) })
/** Data of `event: finding`. */
export const FindingEvent = z.object({
  id: Id,
  severity: Severity,
  title: z.string(),
  device: z.string(),
  change: z.enum(['new', 'changed']),
})
/** Data of `event: health`; GET /health has the rest. */
export const HealthEvent = z.object({
  status: z.enum(['ok', 'degraded']),
  devices: z.number().int(),
  flows: z.number().int(),
})

export type EvidenceItem = z.infer<typeof EvidenceItem>
export type EvidenceQuery = z.infer<typeof EvidenceQuery>
export type EvidenceVerified = z.infer<typeof EvidenceVerified>
export type EvidencePage = z.infer<typeof EvidencePage>
export type DeviceEvent = z.infer<typeof DeviceEvent>
export type FindingEvent = z.infer<typeof FindingEvent>
export type HealthEvent = z.infer<typeof HealthEvent>
