// Routes of devices: list, one device, what a person sets, conversations, findings, time line.
import { z } from 'zod'
import { protocolText } from '../../policy/index.ts'
import {
  ConversationsPage,
  DeviceDetail,
  DeviceFacets,
  DevicePatch,
  DevicesPage,
  DevicesQuery,
  FindingsPage,
  Id,
  Paging,
  TimelinePage,
} from '../contract/index.ts'
import { deviceAnswer, detailAnswer } from '../device-answers.ts'
import { findingAnswers } from '../finding-answers.ts'
import { actorOf, found, READERS, WORKERS, type Api, type ApiParts } from '../parts.ts'
import { Problem } from '../problem.ts'
import { isoTime, maybeMicroseconds } from '../times.ts'
import { timelineOf } from '../timeline.ts'

const ById = z.object({ id: Id })
const FACET_VALUES_MAX = 100
const CONVERSATIONS_MAX = 500

export function deviceRoutes(app: Api, parts: ApiParts): void {
  listRoutes(app, parts)
  deviceRoute(app, parts)
  relatedRoutes(app, parts)
}

function listRoutes(app: Api, { devices }: ApiParts): void {
  app.route({
    method: 'GET',
    url: '/api/v1/devices',
    config: { roles: READERS },
    schema: { querystring: DevicesQuery, response: { 200: DevicesPage } },
    handler: async ({ query }) => {
      const { q, at, known, ...rest } = query
      const wanted = { ...rest, ...(q !== undefined && { words: q }) }
      const time = maybeMicroseconds(at)
      const page =
        time === undefined
          ? await devices.list(wanted)
          : await devices.listAt(wanted, asOf(time, known))
      return { ...page, items: page.items.map(deviceAnswer) }
    },
  })
  app.route({
    method: 'GET',
    url: '/api/v1/devices/facets',
    config: { roles: READERS },
    schema: { response: { 200: DeviceFacets } },
    handler: async () => {
      const facet = async (by: 'category' | 'segment' | 'manufacturer' | 'owner') => {
        const groups = await devices.groups(by)
        return groups.filter(({ value }) => value !== '').slice(0, FACET_VALUES_MAX)
      }
      return {
        category: await facet('category'),
        segment: await facet('segment'),
        manufacturer: await facet('manufacturer'),
        owner: await facet('owner'),
      }
    },
  })
}

const asOf = (at: number, known: string | undefined) => {
  const recorded = maybeMicroseconds(known)
  return { at, ...(recorded !== undefined && { known: recorded }) }
}

function deviceRoute(app: Api, { devices, profiles }: ApiParts): void {
  const detail = async (id: string) => {
    const device = found(await devices.get(id))
    return { device, answer: detailAnswer(device, await profiles.get(device.id)) }
  }
  app.route({
    method: 'GET',
    url: '/api/v1/devices/:id',
    config: { roles: READERS },
    schema: { params: ById, response: { 200: DeviceDetail } },
    handler: async (request, reply) => {
      const { device, answer } = await detail(request.params.id)
      reply.header('x-revision', device.revision)
      return answer
    },
  })
  app.route({
    method: 'PATCH',
    url: '/api/v1/devices/:id',
    config: { roles: WORKERS },
    schema: { params: ById, body: DevicePatch, response: { 200: DeviceDetail } },
    handler: async (request, reply) => {
      const { id } = request.params
      const revision = revisionOf(request.headers['if-match'])
      const by = actorOf(request).name
      const done = await devices.setByHand(id, request.body, {
        by,
        ...(revision !== undefined && { revision }),
      })
      if (done === 'gone') throw new Problem(404, 'not-found')
      if (done === 'changed') throw new Problem(412, 'changed', 'read the device again')
      const { device, answer } = await detail(id)
      reply.header('x-revision', device.revision)
      return answer
    },
  })
  app.route({
    method: 'DELETE',
    url: '/api/v1/devices/:id/merges/:merge',
    config: { roles: WORKERS },
    schema: { params: ById.extend({ merge: Id }), response: { 204: z.null() } },
    handler: async (request, reply) => {
      const { id, merge } = request.params
      if (!(await devices.undoMerge(id, merge, actorOf(request).name))) {
        throw new Problem(404, 'not-found')
      }
      return reply.code(204).send(null)
    },
  })
}

/** The revision in an entity tag that GET has given; * matches any. */
function revisionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined) {
    throw new Problem(428, 'if-match', 'send the etag of what you read as if-match')
  }
  if (ifMatch.trim() === '*') return undefined
  const revision = /^(?:W\/)?"(\d+)\./.exec(ifMatch.trim())?.[1]
  if (revision === undefined) throw new Problem(412, 'changed', 'this etag is none of ours')
  return Number(revision)
}

function relatedRoutes(app: Api, parts: ApiParts): void {
  const { devices, findings, flows } = parts
  app.route({
    method: 'GET',
    url: '/api/v1/devices/:id/conversations',
    config: { roles: READERS },
    schema: { params: ById, querystring: Paging, response: { 200: ConversationsPage } },
    handler: async ({ params }) => {
      const device = found(await devices.get(params.id))
      const list = await flows.conversations(await devices.parts(device.id), {}, CONVERSATIONS_MAX)
      const names = await devices.names(list.map(({ peerDevice }) => peerDevice))
      return {
        items: list.map((one) => ({
          peer: {
            device: one.peerDevice,
            name: names.get(one.peerDevice) ?? one.serverName,
            address: one.peerAddress,
          },
          initiated: one.initiated,
          transport: protocolText(one.protocol),
          port: one.port,
          service: one.service,
          flows: one.flows,
          bytesOut: one.bytesOut,
          bytesIn: one.bytesIn,
          first: isoTime(one.first),
          last: isoTime(one.last),
        })),
        total: list.length,
      }
    },
  })
  app.route({
    method: 'GET',
    url: '/api/v1/devices/:id/findings',
    config: { roles: READERS },
    schema: { params: ById, querystring: Paging, response: { 200: FindingsPage } },
    handler: async ({ params, query }) => {
      const device = found(await devices.get(params.id))
      const { limit, cursor } = query
      const page = await findings.list({
        limit,
        ...(cursor !== undefined && { cursor }),
        devices: await devices.parts(device.id),
      })
      return { ...page, items: await findingAnswers(devices, page.items) }
    },
  })
  app.route({
    method: 'GET',
    url: '/api/v1/devices/:id/timeline',
    config: { roles: READERS },
    schema: { params: ById, querystring: Paging, response: { 200: TimelinePage } },
    handler: async ({ params, query }) => {
      const device = found(await devices.get(params.id))
      const items = await timelineOf(parts, device, query.limit)
      return { items, total: items.length }
    },
  })
}
