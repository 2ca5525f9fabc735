// Devices: the list, one device's page, what a person may set, its time line.
import { z } from 'zod'
import { AsOf, Id, Paging, Severity, Time, pageOf } from './words.ts'

/** Open findings by severity. */
export const FindingCounts = z.object({
  critical: z.number().int(),
  high: z.number().int(),
  medium: z.number().int(),
  low: z.number().int(),
  info: z.number().int(),
})

/** How far the learnt profile has come; `none` where none is learnt. */
export const Maturity = z.enum(['none', 'immature', 'settling', 'mature'])

/** One line of GET /devices. Unknown texts are '' (category: 'unknown'). */
export const DeviceItem = z.object({
  id: Id,
  name: z.string(),
  category: z.string(),
  manufacturer: z.string(),
  model: z.string(),
  role: z.enum(['device', 'infrastructure', 'person', 'unknown']),
  macs: z.array(z.string()),
  /** Current ones last. */
  addresses: z.array(z.string()),
  site: z.string(),
  segment: z.string(),
  firstSeen: Time,
  lastSeen: Time,
  findings: FindingCounts,
  maturity: Maturity,
  owner: z.string(),
})

/** Sorts: name, category, manufacturer, segment, firstSeen, lastSeen, findings; `-` reverses. */
export const DevicesQuery = Paging.extend(AsOf.shape).extend({
  category: z.string().max(40).optional(),
  segment: z.string().max(60).optional(),
  manufacturer: z.string().max(80).optional(),
  owner: z.string().max(80).optional(),
})
export const DevicesPage = pageOf(DeviceItem)

/**
 * GET /devices/facets: the values a list can be filtered by, most devices first, at most 100 of
 * each; for all devices, whatever the list is filtered by. Empty values are left out.
 */
const Facet = z.array(z.object({ value: z.string(), devices: z.number().int() }))
export const DeviceFacets = z.object({
  category: Facet,
  segment: Facet,
  manufacturer: Facet,
  owner: Facet,
})

/** What one source said; `believed` where it supports the value that is shown. */
export const ObservationItem = z.object({
  attribute: z.string(),
  value: z.string(),
  source: z.string(),
  /** The words on the wire. */
  text: z.string(),
  confidence: z.number(),
  believed: z.boolean(),
  count: z.number().int(),
  first: Time,
  last: Time,
  /** Frame number or log line of the first sighting; 0 when there is none. */
  evidence: z.object({ source: z.string(), frame: z.number().int() }),
})

/** The same interface told two stories. */
export const ContradictionItem = z.object({
  attribute: z.string(),
  source: z.string(),
  before: z.string(),
  after: z.string(),
  time: Time,
})

/** What stays with the device when its addresses change. */
export const IdentityItem = z.object({
  kind: z.string(),
  value: z.string(),
  strength: z.enum(['strong', 'likely']),
})

export const ServiceItem = z.object({
  transport: z.string(),
  port: z.number().int(),
  protocol: z.string(),
  banner: z.string(),
})

/** GET /devices/:id; its ETag goes into If-Match of a PATCH. */
export const DeviceDetail = DeviceItem.extend({
  os: z.string(),
  firmware: z.string(),
  /** 0 … 1 for category, manufacturer, model … */
  confidence: z.record(z.string(), z.number()),
  observations: z.array(ObservationItem),
  contradictions: z.array(ContradictionItem),
  identities: z.array(IdentityItem),
  services: z.array(ServiceItem),
  software: z.array(z.object({ name: z.string(), version: z.string(), source: z.string() })),
  mudUrls: z.array(z.string()),
  /** What weakens what is said: no-mac, shared-mac, randomised-mac … */
  limits: z.array(z.string()),
  placement: z.enum(['adjacent', 'routed']),
  /** MAC of the router in front of it, '' when unknown. */
  behind: z.string(),
  /** Devices that were found to be this one; undone by DELETE /devices/:id/merges/:merge. */
  merges: z.array(
    z.object({ id: Id, from: z.string(), because: z.string(), time: Time, by: z.string() }),
  ),
  /** Where its rules could be enforced, in words; '' where nothing is learnt. */
  enforceable: z.string(),
  /** What enforcing its profile would have refused. */
  blocked: z.array(z.object({ text: z.string(), why: z.string(), flows: z.number().int() })),
  /** Set by a person; '' where the evidence decides. */
  byHand: z.object({ name: z.string(), category: z.string() }),
  bytesIn: z.number().int(),
  bytesOut: z.number().int(),
})

/** PATCH /devices/:id; '' gives a field back to the evidence. */
export const DevicePatch = z
  .object({
    owner: z.string().trim().max(80),
    name: z.string().trim().max(120),
    category: z.string().trim().max(40),
  })
  .partial()

/** One line of GET /devices/:id/conversations: with whom, what, how much. */
export const ConversationItem = z.object({
  peer: z.object({ device: z.string(), name: z.string(), address: z.string() }),
  initiated: z.enum(['device', 'peer', 'either']),
  transport: z.string(),
  port: z.number().int(),
  service: z.string(),
  flows: z.number().int(),
  bytesOut: z.number().int(),
  bytesIn: z.number().int(),
  first: Time,
  last: Time,
})
export const ConversationsPage = pageOf(ConversationItem)

/** One line of GET /devices/:id/timeline, newest first. */
export const TimelineItem = z.object({
  time: Time,
  kind: z.enum(['seen', 'changed', 'finding', 'decision', 'merge']),
  /** One sentence. */
  text: z.string(),
  severity: Severity.optional(),
  /** A finding's id where the line is about one. */
  finding: z.string().optional(),
})
export const TimelinePage = pageOf(TimelineItem)

export type FindingCounts = z.infer<typeof FindingCounts>
export type Maturity = z.infer<typeof Maturity>
export type DeviceItem = z.infer<typeof DeviceItem>
export type DevicesQuery = z.infer<typeof DevicesQuery>
export type DeviceFacets = z.infer<typeof DeviceFacets>
export type DevicesPage = z.infer<typeof DevicesPage>
export type ObservationItem = z.infer<typeof ObservationItem>
export type ContradictionItem = z.infer<typeof ContradictionItem>
export type IdentityItem = z.infer<typeof IdentityItem>
export type ServiceItem = z.infer<typeof ServiceItem>
export type DeviceDetail = z.infer<typeof DeviceDetail>
export type DevicePatch = z.infer<typeof DevicePatch>
export type ConversationItem = z.infer<typeof ConversationItem>
export type ConversationsPage = z.infer<typeof ConversationsPage>
export type TimelineItem = z.infer<typeof TimelineItem>
export type TimelinePage = z.infer<typeof TimelinePage>
