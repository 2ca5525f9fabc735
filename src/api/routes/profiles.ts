// Routes of profiles: what a device may do, in words and as a MUD file, and how it differs.
import { z } from 'zod'
import { readingOrder, ruleText, writeMud, type Profile } from '../../policy/index.ts'
import {
  AsOf,
  DifferenceAnswer,
  Id,
  JsonObject,
  ProfileAnswer,
  ProfilesPage,
  ProfilesQuery,
} from '../contract/index.ts'
import { found, READERS, type Api, type ApiParts } from '../parts.ts'
import { isoTime, maybeMicroseconds } from '../times.ts'

const ById = z.object({ id: Id })
const REVIEW_WORDS: { readonly [reason: string]: string } = {
  'any-peer': 'any address is permitted: the peers were too many to list',
  'name-suffix': 'all names below a domain',
  'port-range': 'a range of ports',
  'opened-from-outside': 'may be started from outside the site',
  'name-unconfirmed': 'no DNS answer confirmed the name',
  'seen-once': 'a packet or two, once',
  unanswered: 'nothing ever answered',
}

export function profileRoutes(app: Api, parts: ApiParts): void {
  listRoute(app, parts)
  singleRoutes(app, parts)
}

function listRoute(app: Api, { profiles }: ApiParts): void {
  app.route({
    method: 'GET',
    url: '/api/v1/profiles',
    config: { roles: READERS },
    schema: { querystring: ProfilesQuery, response: { 200: ProfilesPage } },
    handler: async ({ query }) => {
      const page = await profiles.list(query)
      const items = page.items.map(({ device, name, profile, where, revision }) => ({
        device,
        name,
        phase: profile.phase,
        maturity: profile.maturity?.verdict ?? ('immature' as const),
        rules: profile.rules.length,
        enforceable: where,
        changed: isoTime(revision),
      }))
      return { ...page, items }
    },
  })
}

function singleRoutes(app: Api, parts: ApiParts): void {
  const { devices, profiles } = parts
  const profileOf = async (id: string, query: z.infer<typeof AsOf>) => {
    const device = found(await devices.get(id))
    const at = maybeMicroseconds(query.at)
    if (at === undefined) return { device, profile: found(await profiles.get(device.id)).profile }
    const known = maybeMicroseconds(query.known)
    const asOf = { at, ...(known !== undefined && { known }) }
    return { device, profile: found(await profiles.getAt(device.id, asOf)) }
  }
  app.route({
    method: 'GET',
    url: '/api/v1/devices/:id/profile',
    config: { roles: READERS },
    schema: { params: ById, querystring: AsOf, response: { 200: ProfileAnswer } },
    handler: async ({ params, query }) => {
      const { device, profile } = await profileOf(params.id, query)
      return profileAnswer(device.id, profile)
    },
  })
  app.route({
    method: 'GET',
    url: '/api/v1/profiles/:id',
    config: { roles: READERS },
    schema: { params: ById, querystring: AsOf, response: { 200: JsonObject } },
    handler: async ({ params, query }) => ({ ...(await profileOf(params.id, query)).profile }),
  })
  app.route({
    method: 'GET',
    url: '/api/v1/devices/:id/mud.json',
    config: { roles: READERS },
    schema: { params: ById, querystring: AsOf, response: { 200: JsonObject } },
    handler: async ({ params, query }, reply) => {
      const { device, profile } = await profileOf(params.id, query)
      reply.header('content-disposition', `attachment; filename="${device.id}.json"`)
      // Nobody's URL (RFC 2606): this is not the maker's file.
      const { json } = writeMud(profile, {
        mudUrl: `https://thingward.invalid/mud/${device.id}.json`,
        lastUpdate: profile.provenance.to ?? 0,
        ...(device.manufacturer !== '' && { manufacturer: device.manufacturer }),
        ...(device.model !== '' && { model: device.model }),
      })
      return json as Record<string, unknown>
    },
  })
  app.route({
    method: 'GET',
    url: '/api/v1/devices/:id/difference',
    config: { roles: READERS },
    schema: { params: ById, response: { 200: DifferenceAnswer } },
    handler: async ({ params }) => {
      const device = found(await devices.get(params.id))
      const { learnt, observed } = found(await profiles.compared(device.id))
      return differenceAnswer(device.id, { learnt, observed })
    },
  })
}

function profileAnswer(device: string, profile: Profile): ProfileAnswer {
  return {
    device,
    maturity: profile.maturity?.verdict ?? 'immature',
    why: profile.maturity?.why ?? 'too little was seen to judge',
    phase: profile.phase,
    rules: readingOrder(profile.rules).map((rule) => ({
      id: rule.id,
      text: ruleText(rule),
      flows: rule.evidence?.flows ?? 0,
      bytes: rule.evidence?.bytes ?? 0,
      review: (rule.review ?? []).map((reason) => REVIEW_WORDS[reason] ?? reason),
      provenance: rule.provenance.kind,
    })),
    profile: { ...profile },
  }
}

/**
 * What was learnt before the running observation, beside what that sees. Makers' files are not part
 * of the platform yet: `has.maker` says so.
 */
function differenceAnswer(
  device: string,
  { learnt, observed }: { learnt: Profile | undefined; observed: Profile },
): DifferenceAnswer {
  const known = new Set((learnt ?? observed).rules.map(({ id }) => id))
  const seen = new Map(observed.rules.map((rule) => [rule.id, rule]))
  const unused = (learnt?.rules ?? []).filter(({ id }) => !seen.has(id))
  const line = (rule: Profile['rules'][number], kind: 'agreed' | 'new' | 'unused') => ({
    kind,
    text: ruleText(rule),
    learnt: kind === 'new' ? ('no' as const) : ('all' as const),
    flows: kind === 'unused' ? 0 : (rule.evidence?.flows ?? 0),
    bytes: kind === 'unused' ? 0 : (rule.evidence?.bytes ?? 0),
  })
  const lines = readingOrder(observed.rules).map((rule) =>
    line(rule, known.has(rule.id) ? 'agreed' : 'new'),
  )
  const cautions = ["no maker's file is known for this device"]
  if (!learnt) cautions.push('nothing was learnt before: what is seen now is what is learnt')
  return {
    device,
    has: { maker: false, learnt: learnt !== undefined, observed: true },
    lines: [...lines, ...readingOrder(unused).map((rule) => line(rule, 'unused'))],
    cautions,
  }
}
