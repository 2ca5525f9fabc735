// Words that all of API v1 shares: times, severities, pages of a list, problems (RFC 9457). Nothing
// in this folder imports anything but zod, so that the console can take its types from here.
import { z } from 'zod'

/** ISO 8601 in UTC; answers always carry microseconds: `2026-11-22T05:14:22.000001Z`. */
export const Time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/, 'a time such as 2026-11-22T05:14:22Z')
  .describe('ISO 8601 in UTC, answers with microseconds')

/** An opaque name of one object; never taken apart. */
export const Id = z.string().min(1).max(128)

export const Severity = z.enum(['info', 'low', 'medium', 'high', 'critical'])

/** From the most to the least that is permitted. */
export const Role = z.enum(['owner', 'operator', 'auditor', 'partner', 'sensor'])

/** Every list takes these; `cursor` is what the page before called `next`. */
export const Paging = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(512).optional(),
  q: z.string().max(200).optional().describe('words that all have to be met'),
  sort: z.string().max(40).optional().describe('a field; with - in front, the other way round'),
})

/**
 * `at`: as it was at this time of packets, by all we know today. `known` beside it: by what had
 * been recorded until then, so that an answer given once can be given again.
 */
export const AsOf = z.object({ at: Time.optional(), known: Time.optional() })

/** One page. `next` is absent on the last one; `total` where it is cheap to know. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    next: z.string().optional(),
    total: z.number().int().optional(),
  })

/** RFC 9457 3; `code` stays the same where the words may change. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string().optional(),
  /** For `code: invalid`: what does not fit, and where. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})

/** Any JSON object whose shape is documented elsewhere. */
export const JsonObject = z.record(z.string(), z.unknown())

export type Severity = z.infer<typeof Severity>
export type Role = z.infer<typeof Role>
export type Paging = z.infer<typeof Paging>
export type Problem = z.infer<typeof Problem>
/** One page of a list. */
export interface Page<Item> {
  items: Item[]
  next?: string
  total?: number
}
