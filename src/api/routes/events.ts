// Server-sent events: devices, findings and health as they change. Who comes back after a pause
// says where it stopped (Last-Event-ID) and misses nothing that is still kept.
import type { ServerResponse } from 'node:http'
import type { OutgoingMessage } from '../../store/index.ts'
import type { HealthEvent } from '../contract/index.ts'
import { actorOf, READERS, type Api, type ApiParts } from '../parts.ts'
import { SESSION_COOKIE } from '../gate.ts'
import { Problem } from '../problem.ts'

const CLIENTS_MAX = 200
const HEALTH_EVERY_MS = 5000
/** What a slow reader may have waiting before it is sent away to come again. */
const BACKLOG_BYTES_MAX = 1 << 20
const REPLAYED_MAX = 5000

interface Client {
  readonly raw: ServerResponse
  /** Whether who listens may still listen. */
  isWelcome(): Promise<boolean>
}

export function eventRoutes(app: Api, parts: ApiParts): void {
  const clients = new Set<Client>()
  const stop = parts.store.listen((message) => {
    const text = eventText(message)
    for (const client of clients) write(client, text)
  })
  let told = ''
  const beat = async () => {
    const text = JSON.stringify(await healthEvent(parts))
    for (const client of clients) {
      if (!(await client.isWelcome())) client.raw.end()
      else write(client, text === told ? ': still here\n\n' : `event: health\ndata: ${text}\n\n`)
    }
    told = text
  }
  const timer = setInterval(() => {
    if (clients.size > 0) beat().catch((error: Error) => app.log.warn(error.message))
  }, HEALTH_EVERY_MS)
  timer.unref()
  app.addHook('preClose', async () => {
    clearInterval(timer)
    stop()
    for (const { raw } of clients) raw.end()
  })
  app.route({
    method: 'GET',
    url: '/api/v1/events',
    config: { roles: READERS },
    handler: async (request, reply) => {
      const actor = actorOf(request)
      if (clients.size >= CLIENTS_MAX) throw new Problem(503, 'busy', 'too many listen already')
      const cookie = request.cookies[SESSION_COOKIE]
      const bearer = request.headers.authorization?.slice(7)
      const { raw } = reply
      const isWelcome = async () => {
        if (actor.session) return cookie !== undefined && !!(await parts.door.bySession(cookie))
        return bearer !== undefined && !!(await parts.door.byToken(bearer))
      }
      const missed = await missedSince(parts, request.headers['last-event-id'])
      const health = `event: health\ndata: ${JSON.stringify(await healthEvent(parts))}\n\n`
      reply.hijack()
      raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'",
      })
      raw.write('retry: 3000\n\n')
      for (const message of missed) raw.write(eventText(message))
      raw.write(health)
      const client = { raw, isWelcome }
      clients.add(client)
      raw.on('close', () => clients.delete(client)).on('error', () => clients.delete(client))
    },
  })
}

const eventText = ({ sequence, kind, payload }: OutgoingMessage) =>
  `id: ${sequence}\nevent: ${kind}\ndata: ${JSON.stringify(payload)}\n\n`

function write({ raw }: Client, text: string): void {
  if (raw.writableLength > BACKLOG_BYTES_MAX) raw.destroy()
  else raw.write(text)
}

/** What came after the event the client had last; nothing when that is gone: it reads anew. */
async function missedSince({ store }: ApiParts, lastId: string | string[] | undefined) {
  if (typeof lastId !== 'string' || !/^\d{1,15}$/.test(lastId)) return []
  return (await store.outgoingAfter(Number(lastId), REPLAYED_MAX)) ?? []
}

async function healthEvent(parts: ApiParts): Promise<HealthEvent> {
  const { devices } = await parts.devices.count()
  const { flows } = await parts.flows.extent()
  const sensors = await parts.sensors.list()
  const isWell = sensors.every(({ state }) => state !== 'failed')
  return { status: isWell ? 'ok' : 'degraded', devices, flows }
}
