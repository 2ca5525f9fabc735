// The four questions of the first visit, and the state of sensors and of ourselves.
import { z } from 'zod'
import { Id, Time } from './words.ts'

/** Where we sit: what we can see depends on it. */
export const Placement = z.enum(['span', 'router', 'bridge', 'logs'])

/** One of our networks. */
export const Network = z.object({
  prefix: z.string().max(50).describe('192.168.50.0/24, 2001:db8:50::/64'),
  segment: z.string().trim().min(1).max(60),
  /** Industrial: never probed, judged more strictly. */
  ot: z.boolean(),
})

/** PUT /setup/site. */
export const SiteRequest = z.object({
  placement: Placement,
  networks: z.array(Network).max(256),
  /** May we look at phones and laptops too? */
  people: z.boolean(),
})
/** GET /setup/site; `answered` is false until somebody has. */
export const SiteSettings = SiteRequest.extend({
  answered: z.boolean(),
  /** What we will not see, plainly. */
  blindSpots: z.array(z.string()),
})

/** GET /health. */
export const Health = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  started: Time,
  sensors: z.array(
    z.object({
      id: Id,
      site: z.string(),
      segment: z.string(),
      source: z.string().describe('eth0, or the name of a file'),
      state: z.enum(['waiting', 'running', 'done', 'failed', 'silent']),
      frames: z.number().int(),
      flows: z.number().int(),
      dropped: z.number().int(),
      lastPacket: Time.optional(),
      lastHeard: Time.optional(),
      problem: z.string().optional(),
    }),
  ),
  processes: z.array(
    z.object({
      name: z.string().describe('core, sensor, signer'),
      state: z.enum(['running', 'starting', 'stopped']),
      restarts: z.number().int(),
      memoryBytes: z.number().int().optional(),
    }),
  ),
  store: z.object({
    bytes: z.number().int(),
    schemaVersion: z.number().int(),
    devices: z.number().int(),
    observations: z.number().int(),
    findings: z.number().int(),
    flows: z.number().int(),
    /** The oldest flow that is kept. */
    flowsFrom: Time.optional(),
    evidence: z.number().int(),
  }),
  /** What an operator should mend, in words. */
  problems: z.array(z.string()),
})

export type Placement = z.infer<typeof Placement>
export type Network = z.infer<typeof Network>
export type SiteRequest = z.infer<typeof SiteRequest>
export type SiteSettings = z.infer<typeof SiteSettings>
export type Health = z.infer<typeof Health>
