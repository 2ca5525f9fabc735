// Profiles: what a device may do. The profile itself is the policy form of this project (see
// docs/reference), times in it are microseconds since 1970; the sentences are made for people.
import { z } from 'zod'
import { Id, JsonObject, pageOf, Paging, Time } from './words.ts'

/** GET /profiles: in the order of devices' ids. */
export const ProfilesQuery = Paging.pick({ limit: true, cursor: true })

/** One line of GET /profiles; the whole of it is at GET /profiles/:device. */
export const ProfileItem = z.object({
  device: Id,
  name: z.string(),
  phase: z.enum(['learn', 'review', 'dry-run', 'enforce']),
  maturity: z.enum(['immature', 'settling', 'mature']),
  rules: z.number().int(),
  /** Where it could be enforced, in words. */
  enforceable: z.string(),
  changed: Time,
})
export const ProfilesPage = pageOf(ProfileItem)

/** GET /devices/:id/profile: the rules in words, beside the form. */
export const ProfileAnswer = z.object({
  device: Id,
  maturity: z.enum(['immature', 'settling', 'mature']),
  why: z.string(),
  phase: z.enum(['learn', 'review', 'dry-run', 'enforce']),
  rules: z.array(
    z.object({
      id: Id,
      text: z.string(),
      flows: z.number().int(),
      bytes: z.number().int(),
      review: z.array(z.string()),
      provenance: z.string(),
    }),
  ),
  profile: JsonObject,
})

/** GET /devices/:id/difference: maker, learnt and observed, permission by permission. */
export const DifferenceAnswer = z.object({
  device: Id,
  /** Which of the three there are to compare. */
  has: z.object({ maker: z.boolean(), learnt: z.boolean(), observed: z.boolean() }),
  lines: z.array(
    z.object({
      kind: z.enum(['agreed', 'too-wide', 'unused', 'implied', 'missing', 'new']),
      text: z.string(),
      maker: z.enum(['all', 'partly', 'no']).optional(),
      learnt: z.enum(['all', 'partly', 'no']).optional(),
      flows: z.number().int(),
      bytes: z.number().int(),
    }),
  ),
  cautions: z.array(z.string()),
})

export type ProfileItem = z.infer<typeof ProfileItem>
export type ProfileAnswer = z.infer<typeof ProfileAnswer>
export type DifferenceAnswer = z.infer<typeof DifferenceAnswer>
