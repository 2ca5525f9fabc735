// Routes of traffic: flows with export, the map of who talks to whom, bytes over time.
import { Readable } from 'node:stream'
import { SECOND } from '../../core/clock.ts'
import { protocolText } from '../../policy/index.ts'
import type { FlowParty, FlowQuery, StoredFlow } from '../../store/index.ts'
import {
  FlowsPage,
  FlowsQuery,
  MapAnswer,
  MapQuery,
  TrafficAnswer,
  TrafficQuery,
  type FlowItem,
} from '../contract/index.ts'
import { csvLine } from '../csv.ts'
import { mapOf } from '../map.ts'
import { READERS, type Api, type ApiParts } from '../parts.ts'
import { isoTime, maybeMicroseconds } from '../times.ts'

const EXPORT_MAX = 1_000_000
const EXPORT_PAGE = 500
const STEPS = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 21_600, 86_400, 604_800]
const POINTS = 120

export function flowRoutes(app: Api, parts: ApiParts): void {
  const { flows } = parts
  app.route({
    method: 'GET',
    url: '/api/v1/flows',
    config: { roles: READERS },
    schema: { querystring: FlowsQuery, response: { 200: FlowsPage } },
    handler: async ({ query }) => {
      const page = await flows.query(await wantedOf(parts, query))
      return { ...page, items: await flowItems(parts, page.items) }
    },
  })
  app.route({
    method: 'GET',
    url: '/api/v1/flows/export.csv',
    config: { roles: READERS, rateLimit: { max: 30, timeWindow: 60_000 } },
    schema: { querystring: FlowsQuery },
    handler: async ({ query }, reply) => {
      const wanted = await wantedOf(parts, query)
      reply.header('content-disposition', 'attachment; filename="flows.csv"')
      return reply.type('text/csv; charset=utf-8').send(Readable.from(csvOf(parts, wanted)))
    },
  })
  app.route({
    method: 'GET',
    url: '/api/v1/map',
    config: { roles: READERS },
    schema: { querystring: MapQuery, response: { 200: MapAnswer } },
    handler: ({ query }) => mapOf(parts, query.group, spanOf(query)),
  })
  app.route({
    method: 'GET',
    url: '/api/v1/traffic',
    config: { roles: READERS },
    schema: { querystring: TrafficQuery, response: { 200: TrafficAnswer } },
    handler: async ({ query }) => {
      const extent = await flows.extent()
      const span = spanOf(query)
      const length = (span.to ?? extent.to ?? 0) - (span.from ?? extent.from ?? 0)
      const step = query.step ?? STEPS.find((each) => each * SECOND * POINTS >= length) ?? 604_800
      const devices =
        query.device === undefined ? undefined : await parts.devices.parts(query.device)
      const points = await flows.traffic(span, step * SECOND, devices)
      return { step, points: points.map((point) => ({ ...point, time: isoTime(point.time) })) }
    },
  })
}

function spanOf({ from, to }: { from?: string | undefined; to?: string | undefined }) {
  const start = maybeMicroseconds(from)
  const end = maybeMicroseconds(to)
  return { ...(start !== undefined && { from: start }), ...(end !== undefined && { to: end }) }
}

async function wantedOf({ devices }: ApiParts, query: FlowsQuery): Promise<FlowQuery> {
  const { device, peer, service, port, q, limit, cursor } = query
  const peerParts = peer === undefined ? [] : await devices.parts(peer)
  const isDevice = peer !== undefined && (await devices.names(peerParts)).size > 0
  return {
    limit,
    ...spanOf(query),
    ...(cursor !== undefined && { cursor }),
    ...(device !== undefined && { devices: await devices.parts(device) }),
    ...(peer !== undefined && (isDevice ? { peers: peerParts } : { peerAddress: peer })),
    ...(service !== undefined && { service }),
    ...(port !== undefined && { port }),
    ...(q !== undefined && { words: q }),
  }
}

async function flowItems(
  { devices }: ApiParts,
  stored: readonly (StoredFlow & { readonly id: string })[],
): Promise<FlowItem[]> {
  const names = await devices.names(
    stored.flatMap(({ originator, responder }) => [originator.device, responder.device]),
  )
  const end = (party: FlowParty) => ({ ...party, name: names.get(party.device) ?? '' })
  return stored.map((flow) => ({
    id: flow.id,
    first: isoTime(flow.first),
    last: isoTime(flow.last),
    originator: end(flow.originator),
    responder: end(flow.responder),
    transport: protocolText(flow.protocol),
    service: flow.service,
    serverName: flow.serverName,
    state: flow.state,
    packetsOut: flow.packetsOut,
    packetsIn: flow.packetsIn,
    bytesOut: flow.bytesOut,
    bytesIn: flow.bytesIn,
    site: flow.site,
    segment: flow.segment,
  }))
}

const CSV_HEAD =
  'first,last,originator_device,originator_name,originator_address,originator_mac,' +
  'originator_port,responder_device,responder_name,responder_address,responder_mac,' +
  'responder_port,transport,service,server_name,state,packets_out,packets_in,bytes_out,' +
  'bytes_in,site,segment\r\n'

async function* csvOf(parts: ApiParts, wanted: FlowQuery): AsyncGenerator<string> {
  yield CSV_HEAD
  let cursor: string | undefined = wanted.cursor
  for (let count = 0; count < EXPORT_MAX; count += EXPORT_PAGE) {
    const query: FlowQuery = { ...wanted, limit: EXPORT_PAGE, ...(cursor && { cursor }) }
    const page = await parts.flows.query(query)
    const items = await flowItems(parts, page.items)
    yield items.map(csvOfFlow).join('')
    if (page.next === undefined) return
    cursor = page.next
  }
}

const csvOfFlow = (flow: FlowItem) => {
  const ends = [flow.originator, flow.responder].flatMap((end) => [
    end.device,
    end.name,
    end.address,
    end.mac,
    end.port,
  ])
  return csvLine([
    flow.first,
    flow.last,
    ...ends,
    flow.transport,
    flow.service,
    flow.serverName,
    flow.state,
    flow.packetsOut,
    flow.packetsIn,
    flow.bytesOut,
    flow.bytesIn,
    flow.site,
    flow.segment,
  ])
}
