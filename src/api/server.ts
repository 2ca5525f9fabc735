// The HTTPS server: limits first, then the gate, then routes; the console's files beside them.
import { createHash } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'
import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import Fastify, { LogController, type FastifyBaseLogger, type FastifyError } from 'fastify'
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import { addGate } from './gate.ts'
import type { Api, ApiParts } from './parts.ts'
import { Problem, problemBody, problemOf } from './problem.ts'
import { addRepeats } from './repeats.ts'
import { accountRoutes } from './routes/accounts.ts'
import { deviceRoutes } from './routes/devices.ts'
import { eventRoutes } from './routes/events.ts'
import { evidenceRoutes } from './routes/evidence.ts'
import { factorRoutes } from './routes/factors.ts'
import { findingRoutes } from './routes/findings.ts'
import { flowRoutes } from './routes/flows.ts'
import { healthRoutes } from './routes/health.ts'
import { importRoutes } from './routes/imports.ts'
import { profileRoutes } from './routes/profiles.ts'
import { siteRoutes } from './routes/site.ts'
import { targetRoutes } from './routes/targets.ts'

/** Bounds of a request, before and after the gate. */
const BODY_BYTES_MAX = 65_536
const DEPTH_MAX = 16
const REQUESTS_A_MINUTE = 1200

/** How the server listens and speaks. */
export interface ServerOptions {
  readonly tls: SecureContextOptions
  readonly logger: FastifyBaseLogger
  /** Files of the console; undefined: only the API is served. */
  console?(path: string, acceptEncoding: string): ConsoleFile | undefined
  /** Our own CA's certificate, for whoever wants to trust it; PEM. */
  readonly authority?: string
}

/** One file, ready to be sent. */
export interface ConsoleFile {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Builds the server; the caller listens. */
export async function createServer(parts: ApiParts, options: ServerOptions): Promise<Api> {
  const app = Fastify({
    https: { ...options.tls, minVersion: 'TLSv1.2' },
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 128, ignoreTrailingSlash: false },
    trustProxy: false,
  }).withTypeProvider<ZodTypeProvider>() as unknown as Api
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  addParser(app)
  addAnswers(app, options.authority === undefined)
  await app.register(cookie)
  await app.register(rateLimit, {
    max: REQUESTS_A_MINUTE,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, { after }) =>
      new Problem(429, 'too-often', `too many requests; again in ${after}`),
  })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Thingward', version: '1', description: 'API v1' },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: '__Host-thingward' },
          token: { type: 'http', scheme: 'bearer' },
        },
      },
      security: [{ session: [] }, { token: [] }],
    },
    transform: jsonSchemaTransform,
  })
  addGate(app, parts.door)
  addRepeats(app, parts.accounts)
  for (const routes of ALL_ROUTES) routes(app, parts)
  addRest(app, options)
  return app
}

const ALL_ROUTES = [
  accountRoutes,
  factorRoutes,
  siteRoutes,
  deviceRoutes,
  importRoutes,
  targetRoutes,
  findingRoutes,
  profileRoutes,
  flowRoutes,
  evidenceRoutes,
  eventRoutes,
  healthRoutes,
]

/** JSON only, and not nested without end. */
function addParser(app: Api): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    try {
      const body = String(text)
      if (depthOf(body) > DEPTH_MAX) throw new Error('nested too deeply')
      done(null, body === '' ? undefined : JSON.parse(body, withoutPrototype))
    } catch {
      done(new Problem(400, 'invalid', 'the body is no JSON, or nested too deeply'))
    }
  })
}

const withoutPrototype = (key: string, value: unknown) => (key === '__proto__' ? undefined : value)

/** How deeply brackets are nested; those in texts are not counted. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let inText = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (inText) {
      if (code === 0x5c) at++
      else if (code === 0x22) inText = false
    } else if (code === 0x22) inText = true
    else if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, ++depth)
    else if (code === 0x5d || code === 0x7d) depth--
  }
  return deepest
}

/**
 * RFC 6797, only with a certificate of the user's own: with ours, trusted on some box, it would
 * shut people out of whatever else speaks plain HTTP there. Not for subdomains, for the same
 * reason.
 */
const STRICT_TRANSPORT = { 'strict-transport-security': 'max-age=31536000' }

/** Headers of every answer, problems, entity tags. */
function addAnswers(app: Api, hasOwnCertificate: boolean): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
      ...(hasOwnCertificate && STRICT_TRANSPORT),
    })
  })
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.method !== 'GET' || reply.statusCode !== 200) return payload
    if (typeof payload !== 'string' || !request.url.startsWith('/api/')) return payload
    const digest = createHash('sha256').update(payload).digest('base64url').slice(0, 22)
    const version = reply.getHeader('x-revision')
    const tag = version === undefined ? `"${digest}"` : `"${String(version)}.${digest}"`
    // A browser may keep the answer as long as it asks whether it still holds.
    reply.header('etag', tag).header('cache-control', 'private, no-cache')
    if (request.headers['if-none-match'] !== tag) return payload
    reply.code(304).removeHeader('content-length')
    return ''
  })
  app.setErrorHandler((error: FastifyError, request, reply) => {
    let problem = problemOf(error)
    if (hasZodFastifySchemaValidationErrors(error)) {
      const errors = error.validation.map(({ instancePath, message }) => ({
        path: instancePath,
        message: message ?? '',
      }))
      problem = new Problem(400, 'invalid', { detail: 'some values do not fit', errors })
    }
    if (!problem) {
      request.log.error({ error: error.message, stack: error.stack }, 'own fault')
      problem = new Problem(500, 'fault', 'the log of core says more')
    }
    const type = 'application/problem+json; charset=utf-8'
    return reply
      .code(problem.status)
      .type(type)
      .serializer((body) => JSON.stringify(body))
      .send(problemBody(problem))
  })
}

/** What is no route of the API: its description, the CA, the console, nothing. */
function addRest(app: Api, options: ServerOptions): void {
  app.route({
    method: 'GET',
    url: '/api/openapi.json',
    config: { roles: 'public' },
    schema: { hide: true },
    handler: (_request, reply) =>
      reply
        .type('application/json; charset=utf-8')
        .serializer((body) => JSON.stringify(body))
        .send(app.swagger()),
  })
  app.route({
    method: 'GET',
    url: '/authority.crt',
    config: { roles: 'public' },
    schema: { hide: true },
    handler: (_request, reply) => {
      if (options.authority === undefined) throw new Problem(404, 'not-found')
      return reply.type('application/x-x509-ca-cert').send(Buffer.from(options.authority))
    },
  })
  app.route({
    method: 'GET',
    url: '/*',
    config: { roles: 'public' },
    schema: { hide: true },
    handler: (request, reply) => {
      const path = request.url.split('?', 1)[0]
      if (isApi(path)) throw unknownRoute(request.actor !== undefined)
      const file = options.console?.(path, String(request.headers['accept-encoding'] ?? ''))
      if (!file) throw new Problem(404, 'not-found')
      return reply.headers(file.headers).send(file.body)
    },
  })
  app.setNotFoundHandler((request) => {
    throw unknownRoute(request.actor !== undefined || !isApi(request.url))
  })
}

const isApi = (path: string) => /^\/api(\/|$|\?)/.test(path)

/** Who is not signed in does not learn which routes there are. */
const unknownRoute = (isSignedIn: boolean) =>
  isSignedIn ? new Problem(404, 'not-found') : new Problem(401, 'signed-out')
