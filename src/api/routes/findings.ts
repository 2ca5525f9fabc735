// Routes of findings: the inbox, one finding, and what people decide about it.
import { z } from 'zod'
import type { Decision } from '../../store/index.ts'
import {
  CloseRequest,
  FindingDetail,
  FindingsPage,
  FindingsQuery,
  Id,
  SuppressRequest,
} from '../contract/index.ts'
import { findingAnswers, findingDetail } from '../finding-answers.ts'
import { actorOf, found, READERS, WORKERS, type Api, type ApiParts } from '../parts.ts'
import { Problem } from '../problem.ts'
import { maybeMicroseconds, microsecondsOf } from '../times.ts'

const ById = z.object({ id: Id })

export function findingRoutes(app: Api, parts: ApiParts): void {
  readingRoutes(app, parts)
  decisionRoutes(app, parts)
}

async function detailOf(parts: ApiParts, id: string) {
  const stored = found(await parts.findings.get(id))
  return findingDetail(parts.devices, stored, await actorNames(parts))
}

function readingRoutes(app: Api, parts: ApiParts): void {
  const { devices, findings } = parts
  app.route({
    method: 'GET',
    url: '/api/v1/findings',
    config: { roles: READERS },
    schema: { querystring: FindingsQuery, response: { 200: FindingsPage } },
    handler: async ({ query }) => {
      const { q, at, known, severity, device, ...rest } = query
      const wanted = {
        ...rest,
        ...(q !== undefined && { words: q }),
        ...(severity && { least: severity }),
        ...(device !== undefined && { devices: await devices.parts(device) }),
      }
      const time = maybeMicroseconds(at)
      const recorded = maybeMicroseconds(known)
      const page =
        time === undefined
          ? await findings.list(wanted)
          : await findings.listAt(wanted, {
              at: time,
              ...(recorded !== undefined && { known: recorded }),
            })
      return { ...page, items: await findingAnswers(devices, page.items) }
    },
  })
  app.route({
    method: 'GET',
    url: '/api/v1/findings/:id',
    config: { roles: READERS },
    schema: { params: ById, response: { 200: FindingDetail } },
    handler: ({ params }) => detailOf(parts, params.id),
  })
}

function decisionRoutes(app: Api, parts: ApiParts): void {
  const decide = async (decision: Decision) => {
    if (!(await parts.findings.decide(decision))) throw new Problem(404, 'not-found')
    return detailOf(parts, decision.finding)
  }
  app.route({
    method: 'POST',
    url: '/api/v1/findings/:id/suppress',
    config: { roles: WORKERS },
    schema: { params: ById, body: SuppressRequest, response: { 200: FindingDetail } },
    handler: (request) => {
      const { until, reason } = request.body
      const end = microsecondsOf(until)
      if (end <= parts.store.clock()) {
        throw new Problem(400, 'invalid', {
          detail: 'a suppression ends in the future',
          errors: [{ path: '/until', message: 'lies in the past' }],
        })
      }
      const { id } = request.params
      const by = actorOf(request).name
      return decide({ finding: id, action: 'suppress', by, reason, until: end })
    },
  })
  app.route({
    method: 'POST',
    url: '/api/v1/findings/:id/close',
    config: { roles: WORKERS },
    schema: { params: ById, body: CloseRequest, response: { 200: FindingDetail } },
    handler: (request) => {
      const { id } = request.params
      const by = actorOf(request).name
      return decide({ finding: id, action: 'close', by, reason: request.body.reason })
    },
  })
  app.route({
    method: 'POST',
    url: '/api/v1/findings/:id/reopen',
    config: { roles: WORKERS },
    schema: { params: ById, response: { 200: FindingDetail } },
    handler: (request) => {
      const by = actorOf(request).name
      return decide({ finding: request.params.id, action: 'reopen', by, reason: '' })
    },
  })
}

/** Names of users by what evidence calls them. */
async function actorNames({ accounts }: ApiParts): Promise<Map<string, string>> {
  const users = await accounts.users()
  return new Map(users.map(({ id, name }) => [`user:${id}`, name || 'a removed user']))
}
