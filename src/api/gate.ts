// The gate in front of every route: who asks, whether their role may, whether a write comes from
// our own page. It runs before any body is read.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isSame, type Actor, type Door } from '../accounts/index.ts'
import { Problem } from './problem.ts'
import type { RouteRoles } from './parts.ts'

/** `__Host-`: Secure, no Domain, Path=/ (RFC 6265bis 4.1.3.2). */
export const SESSION_COOKIE = '__Host-thingward'
export const MARK_COOKIE = '__Host-thingward-known'

const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

/** A route, and who may use it. */
export interface DeclaredRoute {
  readonly method: string
  readonly url: string
  readonly roles: RouteRoles
  readonly loopback: boolean
}

/** Adds the gate; a route that is declared without roles stops the start. */
export function addGate(app: FastifyInstance, door: Door): void {
  const declared: DeclaredRoute[] = []
  app.decorate('declaredRoutes', declared)
  app.decorateRequest('actor', undefined)
  app.addHook('onRoute', ({ url, method, config }) => {
    const roles = config?.roles
    if (roles === undefined) {
      throw new Error(`${String(method)} ${url} declares no roles: say who may use it`)
    }
    declared.push({ method: String(method), url, roles, loopback: config?.loopback ?? false })
  })
  app.addHook('onRequest', async (request) => {
    const { config } = request.routeOptions
    const roles: RouteRoles = config.roles ?? []
    request.actor = await actorOf(request, door)
    if (request.is404) return
    if (roles === 'public') {
      if (!READING.has(request.method)) assertOwnPage(request)
      return
    }
    if (config.loopback && !request.actor && isLoopback(request.socket.remoteAddress)) return
    if (!request.actor) throw new Problem(401, 'signed-out')
    if (!READING.has(request.method)) assertMeant(request, request.actor)
    if (!roles.includes(request.actor.role)) {
      throw new Problem(403, 'role', `this needs one of the roles ${roles.join(', ')}`)
    }
  })
}

async function actorOf(request: FastifyRequest, door: Door): Promise<Actor | undefined> {
  const bearer = /^Bearer ([\w.~+/-]{1,256}=*)$/i.exec(request.headers.authorization ?? '')
  if (bearer) return door.byToken(bearer[1])
  const cookie = request.cookies[SESSION_COOKIE]
  return cookie && cookie.length <= 128 ? door.bySession(cookie) : undefined
}

/** A browser sends its cookie for whoever makes it; the token only our own page knows. */
function assertMeant(request: FastifyRequest, actor: Actor): void {
  if (!actor.session) return
  assertOwnPage(request)
  const given = request.headers['x-csrf-token']
  if (typeof given !== 'string' || !isSame(given, actor.session.csrf)) {
    throw new Problem(403, 'csrf', 'the header x-csrf-token is missing or old; sign in again')
  }
}

/** Browsers say where a request comes from; programs do not. */
function assertOwnPage({ headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new Problem(403, 'other-page', 'this request comes from another page')
  }
  if (headers.origin !== undefined && headers.origin !== `https://${headers.host}`) {
    throw new Problem(403, 'other-page', 'this request comes from another page')
  }
}

/** From this machine itself. */
export const isLoopback = (address: string | undefined): boolean =>
  address !== undefined && /^(::ffff:)?127\.|^::1$/.test(address)
