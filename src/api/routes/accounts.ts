// Routes of set-up, sessions, users and API tokens.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Opened, Visitor } from '../../accounts/index.ts'
import type { StoredToken, StoredUser } from '../../store/index.ts'
import {
  Id,
  PasswordRequest,
  Session,
  SessionItem,
  SetupRequest,
  SetupState,
  SignIn,
  Token,
  TokenCreated,
  TokenRequest,
  User,
  UserRequest,
} from '../contract/index.ts'
import { MARK_COOKIE, SESSION_COOKIE } from '../gate.ts'
import { actorOf, OWNERS, SIGNED_IN, WORKERS, type Api, type ApiParts } from '../parts.ts'
import { Problem } from '../problem.ts'
import { isoTime } from '../times.ts'

const DAY_SECONDS = 86_400
/** Hashing a password costs: few tries a minute, whatever the name. */
export const FEW = { rateLimit: { max: 30, timeWindow: 60_000 } }
const ById = z.object({ id: Id })
const Nothing = z.null()

export function accountRoutes(app: Api, parts: ApiParts): void {
  setupRoutes(app, parts)
  sessionRoutes(app, parts)
  sessionsRoutes(app, parts)
  userRoutes(app, parts)
  tokenRoutes(app, parts)
}

function setupRoutes(app: Api, { door }: ApiParts): void {
  app.route({
    method: 'GET',
    url: '/api/v1/setup',
    config: { roles: 'public' },
    schema: { response: { 200: SetupState } },
    handler: async () => ({ needed: await door.needsSetup() }),
  })
  app.route({
    method: 'POST',
    url: '/api/v1/setup',
    config: { roles: 'public', secret: true, ...FEW },
    schema: { body: SetupRequest, response: { 200: Session } },
    handler: async (request, reply) => {
      return signedIn(reply, await door.setUp(request.body, visitorOf(request)))
    },
  })
}

function sessionRoutes(app: Api, { door }: ApiParts): void {
  app.route({
    method: 'POST',
    url: '/api/v1/session',
    config: { roles: 'public', secret: true, ...FEW },
    schema: { body: SignIn, response: { 200: Session } },
    handler: async (request, reply) => {
      return signedIn(reply, await door.signIn(request.body, visitorOf(request)))
    },
  })
  app.route({
    method: 'GET',
    url: '/api/v1/session',
    config: { roles: SIGNED_IN },
    schema: { response: { 200: Session } },
    handler: async (request) => sessionOf(actorOf(request)),
  })
  app.route({
    method: 'DELETE',
    url: '/api/v1/session',
    config: { roles: SIGNED_IN },
    schema: { response: { 204: Nothing } },
    handler: async (request, reply) => {
      const actor = actorOf(request)
      if (actor.session) await door.signOut(actor, actor.session.id)
      reply.clearCookie(SESSION_COOKIE, COOKIE)
      return reply.code(204).send(null)
    },
  })
}

function sessionsRoutes(app: Api, { accounts, door, store }: ApiParts): void {
  app.route({
    method: 'DELETE',
    url: '/api/v1/sessions',
    config: { roles: SIGNED_IN },
    schema: { response: { 204: Nothing } },
    handler: async (request, reply) => {
      const actor = actorOf(request)
      await door.endSessions(actor, actor.userId)
      return reply.code(204).send(null)
    },
  })
  app.route({
    method: 'GET',
    url: '/api/v1/sessions',
    config: { roles: SIGNED_IN },
    schema: { response: { 200: z.object({ items: z.array(SessionItem) }) } },
    handler: async (request) => {
      const actor = actorOf(request)
      const sessions = await accounts.sessionsOf(actor.userId, store.clock())
      return {
        items: sessions.map((session) => ({
          id: session.id,
          created: isoTime(session.created),
          lastSeen: isoTime(session.last_seen),
          address: session.address,
          agent: session.agent,
          current: session.id === actor.session?.id,
        })),
      }
    },
  })
  app.route({
    method: 'DELETE',
    url: '/api/v1/sessions/:id',
    config: { roles: SIGNED_IN },
    schema: { params: ById, response: { 204: Nothing } },
    handler: async (request, reply) => {
      if (!(await door.signOut(actorOf(request), request.params.id))) {
        throw new Problem(404, 'not-found')
      }
      return reply.code(204).send(null)
    },
  })
}

function userRoutes(app: Api, { accounts, door, users }: ApiParts): void {
  app.route({
    method: 'GET',
    url: '/api/v1/users',
    config: { roles: ['owner', 'auditor'] },
    schema: { response: { 200: z.object({ items: z.array(User) }) } },
    handler: async () => {
      const all = await accounts.users()
      const factors = await factorsOf(accounts)
      const present = all.filter(({ disabled }) => disabled === 0)
      return { items: present.map((user) => ({ ...userItem(user), ...factors(user.id) })) }
    },
  })
  app.route({
    method: 'POST',
    url: '/api/v1/users',
    config: { roles: OWNERS },
    schema: { body: UserRequest, response: { 201: User } },
    handler: async (request, reply) => {
      const id = await users.add(actorOf(request), request.body)
      const user = userItem((await accounts.user(id))!)
      return reply.code(201).send({ ...user, totp: false, passkeys: 0 })
    },
  })
  app.route({
    method: 'DELETE',
    url: '/api/v1/users/:id',
    config: { roles: OWNERS },
    schema: { params: ById, response: { 204: Nothing } },
    handler: async (request, reply) => {
      if (!(await users.remove(actorOf(request), request.params.id))) {
        throw new Problem(404, 'not-found')
      }
      return reply.code(204).send(null)
    },
  })
  app.route({
    method: 'DELETE',
    url: '/api/v1/users/:id/sessions',
    config: { roles: OWNERS },
    schema: { params: ById, response: { 204: Nothing } },
    handler: async (request, reply) => {
      const { id } = request.params
      if (!(await accounts.user(id))) throw new Problem(404, 'not-found')
      await door.endSessions(actorOf(request), id)
      return reply.code(204).send(null)
    },
  })
  app.route({
    method: 'PATCH',
    url: '/api/v1/users/me',
    config: { roles: SIGNED_IN, secret: true, ...FEW },
    schema: { body: PasswordRequest, response: { 200: Session } },
    handler: async (request, reply) => {
      const actor = actorOf(request)
      // A token that leaked must not take the account over.
      if (!actor.session) throw new Problem(403, 'role', 'only a signed-in person may do this')
      return signedIn(reply, await door.changePassword(actor, request.body, visitorOf(request)))
    },
  })
}

function tokenRoutes(app: Api, { accounts, users }: ApiParts): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tokens',
    config: { roles: ['owner', 'operator', 'auditor'] },
    schema: { response: { 200: z.object({ items: z.array(Token) }) } },
    handler: async (request) => {
      const { role, userId } = actorOf(request)
      const tokens = await accounts.tokens(role === 'operator' ? userId : undefined)
      return { items: tokens.map(tokenItem) }
    },
  })
  app.route({
    method: 'POST',
    url: '/api/v1/tokens',
    config: { roles: WORKERS, secret: true },
    schema: { body: TokenRequest, response: { 201: TokenCreated } },
    handler: async (request, reply) => {
      const actor = actorOf(request)
      // Else a token could outlive itself.
      if (!actor.session) throw new Problem(403, 'role', 'only a signed-in person makes tokens')
      const { row, token } = await users.addToken(actor, request.body)
      return reply.code(201).send({ ...tokenItem(row), token })
    },
  })
  app.route({
    method: 'DELETE',
    url: '/api/v1/tokens/:id',
    config: { roles: WORKERS },
    schema: { params: ById, response: { 204: Nothing } },
    handler: async (request, reply) => {
      if (!(await users.removeToken(actorOf(request), request.params.id))) {
        throw new Problem(404, 'not-found')
      }
      return reply.code(204).send(null)
    },
  })
}

const COOKIE = { path: '/', secure: true, httpOnly: true, sameSite: 'strict' } as const

/** Hands the session over as a cookie. */
export function signedIn(reply: FastifyReply, opened: Opened) {
  reply.setCookie(SESSION_COOKIE, opened.token, { ...COOKIE, maxAge: 7 * DAY_SECONDS })
  reply.setCookie(MARK_COOKIE, opened.mark, { ...COOKIE, maxAge: 180 * DAY_SECONDS })
  return sessionOf(opened.actor)
}

const sessionOf = (actor: Opened['actor']) => ({
  user: { id: actor.userId, name: actor.userName, role: actor.role },
  csrf: actor.session?.csrf ?? '',
})

/** From where somebody comes. */
export const visitorOf = (request: FastifyRequest): Visitor => ({
  address: request.ip,
  agent: String(request.headers['user-agent'] ?? ''),
  ...(request.cookies[MARK_COOKIE] && { mark: request.cookies[MARK_COOKIE] }),
})

async function factorsOf(accounts: ApiParts['accounts']) {
  const withTotp = await accounts.usersWithFactor()
  const passkeys = await accounts.passkeys()
  return (id: string) => ({
    totp: withTotp.has(id),
    passkeys: passkeys.filter(({ user }) => user === id).length,
  })
}

const userItem = (user: StoredUser) => ({
  id: user.id,
  name: user.name,
  role: user.role as User['role'],
  created: isoTime(user.created),
  ...(user.last_sign_in !== null && { lastSignIn: isoTime(user.last_sign_in) }),
})

const tokenItem = (token: StoredToken) => ({
  id: token.id,
  name: token.name,
  role: token.role as User['role'],
  created: isoTime(token.created),
  expires: isoTime(token.expires),
  ...(token.last_used !== null && { lastUsed: isoTime(token.last_used) }),
})
