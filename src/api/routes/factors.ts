// Routes of what stands beside the password: codes of an authenticator, recovery codes, passkeys.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { StoredPasskey } from '../../store/index.ts'
import {
  Factor,
  Id,
  Passkey,
  PasskeyName,
  PasskeyOptions,
  PasskeyRequest,
  PasskeySignIn,
  PasswordAgain,
  RecoveryCodes,
  Session,
  TotpCode,
  TotpSecret,
} from '../contract/index.ts'
import { actorOf, OWNERS, SIGNED_IN, type Api, type ApiParts } from '../parts.ts'
import { Problem } from '../problem.ts'
import { isoTime } from '../times.ts'
import { FEW, signedIn, visitorOf } from './accounts.ts'

const ById = z.object({ id: Id })
const Nothing = z.null()
const SECRET = { roles: SIGNED_IN, secret: true, ...FEW } as const

export function factorRoutes(app: Api, parts: ApiParts): void {
  totpRoutes(app, parts)
  resetRoute(app, parts)
  passkeyRoutes(app, parts)
  passkeySignInRoutes(app, parts)
}

function totpRoutes(app: Api, { door: { factors } }: ApiParts): void {
  app.route({
    method: 'GET',
    url: '/api/v1/users/me/factor',
    config: { roles: SIGNED_IN },
    schema: { response: { 200: Factor } },
    handler: async (request) => {
      const { since, recoveryCodesLeft } = await factors.state(actorOf(request).userId)
      return { ...(since !== undefined && { totpSince: isoTime(since) }), recoveryCodesLeft }
    },
  })
  app.route({
    method: 'POST',
    url: '/api/v1/users/me/totp',
    config: SECRET,
    schema: { body: PasswordAgain, response: { 200: TotpSecret } },
    handler: (request) => factors.begin(actorOf(request), request.body.password, request.ip),
  })
  app.route({
    method: 'POST',
    url: '/api/v1/users/me/totp/confirm',
    config: SECRET,
    schema: { body: TotpCode, response: { 200: RecoveryCodes } },
    handler: async (request) => {
      const { totp } = request.body
      return { recoveryCodes: await factors.confirm(actorOf(request), totp, request.ip) }
    },
  })
  app.route({
    method: 'POST',
    url: '/api/v1/users/me/totp/remove',
    config: SECRET,
    schema: { body: PasswordAgain, response: { 204: Nothing } },
    handler: async (request, reply) => {
      const { password } = request.body
      if (!(await factors.remove(actorOf(request), password, request.ip))) {
        throw new Problem(404, 'not-found')
      }
      return reply.code(204).send(null)
    },
  })
  app.route({
    method: 'POST',
    url: '/api/v1/users/me/recovery-codes',
    config: SECRET,
    schema: { body: PasswordAgain, response: { 200: RecoveryCodes } },
    handler: async (request) => {
      const { password } = request.body
      return { recoveryCodes: await factors.renewCodes(actorOf(request), password, request.ip) }
    },
  })
}

function resetRoute(app: Api, { door: { factors } }: ApiParts): void {
  app.route({
    method: 'POST',
    url: '/api/v1/users/:id/reset-factors',
    config: { ...SECRET, roles: OWNERS },
    schema: { params: ById, body: PasswordAgain, response: { 204: Nothing } },
    handler: async (request, reply) => {
      const given = { password: request.body.password, address: request.ip }
      if (!(await factors.reset(actorOf(request), request.params.id, given))) {
        throw new Problem(404, 'not-found')
      }
      return reply.code(204).send(null)
    },
  })
}

function passkeyRoutes(app: Api, { accounts, door: { passkeys } }: ApiParts): void {
  app.route({
    method: 'GET',
    url: '/api/v1/users/me/passkeys',
    config: { roles: SIGNED_IN },
    schema: { response: { 200: z.object({ items: z.array(Passkey) }) } },
    handler: async (request) => {
      const own = await accounts.passkeys(actorOf(request).userId)
      return { items: own.map(passkeyItem) }
    },
  })
  app.route({
    method: 'POST',
    url: '/api/v1/users/me/passkeys/options',
    config: SECRET,
    schema: { body: PasswordAgain, response: { 200: PasskeyOptions } },
    handler: async (request) => {
      const { password } = request.body
      const given = { password, address: request.ip, host: hostOf(request) }
      return { ...(await passkeys.begin(actorOf(request), given)) }
    },
  })
  app.route({
    method: 'POST',
    url: '/api/v1/users/me/passkeys',
    config: SECRET,
    schema: { body: PasskeyRequest, response: { 201: ById } },
    handler: async (request, reply) => {
      const id = await passkeys.add(actorOf(request), request.body, hostOf(request))
      return reply.code(201).send({ id })
    },
  })
  app.route({
    method: 'PATCH',
    url: '/api/v1/users/me/passkeys/:id',
    config: { roles: SIGNED_IN },
    schema: { params: ById, body: PasskeyName, response: { 204: Nothing } },
    handler: async (request, reply) => {
      const { params, body } = request
      if (!(await passkeys.rename(actorOf(request), params.id, body.name))) {
        throw new Problem(404, 'not-found')
      }
      return reply.code(204).send(null)
    },
  })
  app.route({
    method: 'POST',
    url: '/api/v1/users/me/passkeys/:id/remove',
    config: SECRET,
    schema: { params: ById, body: PasswordAgain, response: { 204: Nothing } },
    handler: async (request, reply) => {
      const given = { password: request.body.password, address: request.ip }
      if (!(await passkeys.remove(actorOf(request), request.params.id, given))) {
        throw new Problem(404, 'not-found')
      }
      return reply.code(204).send(null)
    },
  })
}

function passkeySignInRoutes(app: Api, { door }: ApiParts): void {
  app.route({
    method: 'POST',
    url: '/api/v1/session/passkey/options',
    config: { roles: 'public', secret: true },
    schema: { response: { 200: PasskeyOptions } },
    handler: async (request) => ({ ...(await door.passkeys.beginSignIn(hostOf(request))) }),
  })
  app.route({
    method: 'POST',
    url: '/api/v1/session/passkey',
    config: { roles: 'public', secret: true, ...FEW },
    schema: { body: PasskeySignIn, response: { 200: Session } },
    handler: async (request, reply) => {
      const { response } = request.body
      const visitor = visitorOf(request)
      return signedIn(reply, await door.signInByPasskey(response, hostOf(request), visitor))
    },
  })
}

/** As the browser names us; what a key signs holds it too, so a false one leads nowhere. */
const hostOf = (request: FastifyRequest): string => request.headers.host ?? ''

const passkeyItem = (passkey: StoredPasskey) => ({
  id: passkey.id,
  name: passkey.name,
  host: passkey.host,
  created: isoTime(passkey.created),
  ...(passkey.last_used !== null && { lastUsed: isoTime(passkey.last_used) }),
})
