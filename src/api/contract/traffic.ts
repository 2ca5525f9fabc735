// Traffic: flows, the map of who talks to whom, bytes over time.
import { z } from 'zod'
import { Id, Paging, Time, pageOf } from './words.ts'

/** One end of a flow; device and name are '' for what is none of ours. */
export const FlowEndItem = z.object({
  device: z.string(),
  name: z.string(),
  address: z.string(),
  mac: z.string(),
  port: z.number().int(),
})

/** One line of GET /flows, newest first. */
export const FlowItem = z.object({
  id: Id,
  first: Time,
  last: Time,
  originator: FlowEndItem,
  responder: FlowEndItem,
  transport: z.string().describe('tcp, udp, icmp, … or the number'),
  service: z.string(),
  serverName: z.string(),
  state: z.string().describe("Zeek's connection state"),
  packetsOut: z.number().int(),
  packetsIn: z.number().int(),
  bytesOut: z.number().int().describe('from the originator'),
  bytesIn: z.number().int(),
  site: z.string(),
  segment: z.string(),
})

/** `device` is at either end; `peer` an address or a device at the other. */
export const FlowsQuery = Paging.extend({
  device: Id.optional(),
  peer: z.string().max(128).optional(),
  service: z.string().max(40).optional(),
  port: z.coerce.number().int().min(0).max(65535).optional(),
  from: Time.optional(),
  to: Time.optional(),
})
export const FlowsPage = pageOf(FlowItem)

export const MapQuery = z.object({
  group: z.enum(['segment', 'category', 'manufacturer']).default('segment'),
  from: Time.optional(),
  to: Time.optional(),
})
/**
 * A node is one device (`id` is the device's, `devices: 1`, `group` the value it is grouped by) as
 * long as there are at most MAP_DEVICES_MAX; beyond that a node is a group (`id` and `group` are
 * the value, `devices` how many). What is none of ours is one node, id and group `outside`. An edge
 * is undirected and stands once for a pair.
 */
export const MAP_DEVICES_MAX = 3000
export const MapAnswer = z.object({
  nodes: z.array(
    z.object({ id: z.string(), label: z.string(), group: z.string(), devices: z.number().int() }),
  ),
  edges: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      services: z.array(z.string()),
      bytes: z.number().int(),
      flows: z.number().int(),
    }),
  ),
})

/** Without from and to: all that is kept. `step` in seconds; without it, about 120 points. */
export const TrafficQuery = z.object({
  from: Time.optional(),
  to: Time.optional(),
  step: z.coerce
    .number()
    .int()
    .min(1)
    .max(86_400 * 31)
    .optional(),
  device: Id.optional(),
})
/** Points without traffic are left out. */
export const TrafficAnswer = z.object({
  step: z.number().int(),
  points: z.array(
    z.object({
      time: Time,
      bytes: z.number().int(),
      packets: z.number().int(),
      flows: z.number().int(),
    }),
  ),
})

export type FlowEndItem = z.infer<typeof FlowEndItem>
export type FlowItem = z.infer<typeof FlowItem>
export type FlowsQuery = z.infer<typeof FlowsQuery>
export type FlowsPage = z.infer<typeof FlowsPage>
export type MapQuery = z.infer<typeof MapQuery>
export type MapAnswer = z.infer<typeof MapAnswer>
export type TrafficQuery = z.infer<typeof TrafficQuery>
export type TrafficAnswer = z.infer<typeof TrafficAnswer>
