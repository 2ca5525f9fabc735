// Routes of targets: where findings go by themselves, how delivery stands, new ones, gone ones.
import { z } from 'zod'
import { OperatingError } from '../../core/errors.ts'
import {
  Id,
  TargetCreated,
  TargetRequest,
  TargetsList,
  type TargetItem,
} from '../contract/index.ts'
import { actorOf, OWNERS, READERS, type Api, type ApiParts } from '../parts.ts'
import { Problem } from '../problem.ts'

/** Who sends findings on; the composition root has one. */
export interface TargetDesk {
  list(): readonly TargetItem[]
  /** Rejects with OperatingErrors `bad-target` and others, as the command line words them. */
  add(request: TargetRequest, by: string): Promise<TargetCreated>
  /** False when there is no such target. What waits for it is dropped. */
  remove(id: string, by: string): Promise<boolean>
}

export function targetRoutes(app: Api, parts: ApiParts): void {
  const desk = (): TargetDesk => {
    if (!parts.targets) throw new Problem(503, 'no-targets', 'findings are not sent from here')
    return parts.targets
  }
  app.route({
    method: 'GET',
    url: '/api/v1/targets',
    config: { roles: READERS },
    schema: { response: { 200: TargetsList } },
    handler: async () => ({ items: [...desk().list()] }),
  })
  app.route({
    method: 'POST',
    url: '/api/v1/targets',
    config: { roles: OWNERS, secret: true },
    schema: { body: TargetRequest, response: { 201: TargetCreated } },
    handler: async (request, reply) => {
      try {
        const created = await desk().add(request.body, actorOf(request).name)
        return await reply.code(201).send(created)
      } catch (cause) {
        if (cause instanceof OperatingError) throw new Problem(400, cause.code, cause.message)
        throw cause
      }
    },
  })
  app.route({
    method: 'DELETE',
    url: '/api/v1/targets/:id',
    config: { roles: OWNERS },
    schema: { params: z.object({ id: Id }), response: { 204: z.null() } },
    handler: async (request, reply) => {
      if (!(await desk().remove(request.params.id, actorOf(request).name))) {
        throw new Problem(404, 'not-found')
      }
      return reply.code(204).send(null)
    },
  })
}
