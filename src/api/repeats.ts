// Idempotency keys: a write that is sent again, because the answer got lost, is not done again. The
// answer is kept for a day; answers that hold secrets are not kept at all.
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Accounts } from '../store/index.ts'
import { Problem } from './problem.ts'

const BODY_MAX = 65_536

const keyOf = (request: FastifyRequest): string | undefined => {
  const key = request.headers['idempotency-key']
  const isWrite = request.method === 'POST' && request.actor !== undefined
  if (typeof key !== 'string' || !isWrite || request.routeOptions.config.secret) return undefined
  if (!/^[\x21-\x7e]{8,128}$/.test(key)) {
    throw new Problem(400, 'invalid', 'an idempotency-key has 8 to 128 visible characters')
  }
  return key
}

const digestOf = ({ method, url, body }: FastifyRequest) =>
  createHash('sha256')
    .update(JSON.stringify([method, url, body ?? null]))
    .digest('hex')

export function addRepeats(app: FastifyInstance, accounts: Accounts): void {
  app.addHook('preHandler', async (request, reply) => {
    const key = keyOf(request)
    if (key === undefined) return
    const kept = await accounts.keptAnswer(key, request.actor!.userId)
    if (!kept) return
    if (kept.request !== digestOf(request)) throw new Problem(422, 'key-used')
    reply.header('idempotency-replayed', 'true').code(kept.status)
    if (kept.body !== '') reply.type('application/json; charset=utf-8')
    return reply.serializer((text) => text as string).send(kept.body === '' ? null : kept.body)
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const key = reply.statusCode < 300 ? keyOf(request) : undefined
    if (key === undefined || reply.getHeader('idempotency-replayed')) return payload
    const body = typeof payload === 'string' ? payload : ''
    if (body.length <= BODY_MAX) {
      const actor = request.actor!.userId
      const { statusCode: status } = reply
      await accounts.keepAnswer({ key, actor, request: digestOf(request), status, body })
    }
    return payload
  })
}
