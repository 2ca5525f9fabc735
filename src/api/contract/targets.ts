// Where findings go by themselves: syslog collectors and webhooks.
import { z } from 'zod'
import { Id, Severity, Time } from './words.ts'

export const TargetKind = z.enum(['syslog', 'webhook'])

/** POST /targets. Files of this machine cannot be named: an authority comes as PEM text. */
export const TargetRequest = z.object({
  kind: TargetKind,
  url: z
    .string()
    .min(1)
    .max(2000)
    .describe('tls://HOST:6514?form=cef, tcp://…, udp://…; https://HOST/PATH#form=ocsf'),
  /** This severity and worse. */
  least: Severity.default('info'),
  /** PEM: whom to believe instead of the public authorities. */
  ca: z.string().max(20_000).optional(),
})

/** One target, and how delivery stands since core was started. */
export const TargetItem = z.object({
  id: Id,
  kind: TargetKind,
  /** Protocol and host; paths may hold secrets. */
  name: z.string(),
  least: Severity,
  created: Time,
  health: z.object({
    delivered: z.number().int(),
    /** On disk, not yet delivered. */
    waiting: z.number().int(),
    /** Lost to the bounds of the queue. */
    dropped: z.number().int(),
    /** The receiver would not have them. */
    refused: z.number().int(),
    /** Why the last attempt failed; '' when it did not. */
    problem: z.string(),
  }),
})

export const TargetsList = z.object({ items: z.array(TargetItem) })

/** A webhook's secret is shown this once. */
export const TargetCreated = z.object({ target: TargetItem, secret: z.string().optional() })

export type TargetKind = z.infer<typeof TargetKind>
export type TargetRequest = z.infer<typeof TargetRequest>
export type TargetItem = z.infer<typeof TargetItem>
export type TargetCreated = z.infer<typeof TargetCreated>
