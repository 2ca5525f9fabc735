// What the API stands on, and how its routes are written: each with its roles beside it.
import type { FastifyInstance, FastifyBaseLogger, FastifyRequest, RawServerDefault } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Actor, Door, Role, Users } from '../accounts/index.ts'
import type { EvidenceLog } from '../evidence/index.ts'
import type {
  Accounts,
  Devices,
  Findings,
  FlowHistory,
  Profiles,
  Sensors,
  Store,
} from '../store/index.ts'
import type { Health } from './contract/index.ts'
import type { DeclaredRoute } from './gate.ts'
import { Problem } from './problem.ts'
import type { TargetDesk } from './routes/targets.ts'

/** What is known of the processes beside this one. */
export type ProcessHealth = Health['processes'][number]

/** Everything that routes use. */
export interface ApiParts {
  readonly version: string
  readonly store: Store
  readonly devices: Devices
  readonly findings: Findings
  readonly profiles: Profiles
  readonly flows: FlowHistory
  readonly sensors: Sensors
  readonly accounts: Accounts
  readonly door: Door
  readonly users: Users
  readonly evidence?: EvidenceLog
  /** Who sends findings on to collectors and webhooks. */
  readonly targets?: TargetDesk
  /** Microseconds: when this core started. */
  readonly started: number
  processes(): readonly ProcessHealth[]
  /** The whole log as a file, signed; rejects with OperatingError. */
  exportEvidence?(path: string): Promise<void>
  /** What a person changed that sensors have to know. */
  siteChanged?(): void
}

/** The roles a route lets in; 'public' lets in everybody. */
export type RouteRoles = readonly Role[] | 'public'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use the route. A route without stops the start. */
    roles?: RouteRoles
    /** The answer holds a secret: it is never kept for an idempotency key. */
    secret?: boolean
    /** May be used from this machine without signing in. */
    loopback?: boolean
  }
  interface FastifyRequest {
    actor?: Actor
  }
  interface FastifyInstance {
    /** Every route with its roles, as it was declared: what the test of the gate walks. */
    declaredRoutes: readonly DeclaredRoute[]
  }
}

/** Fastify, with schemas from zod. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** Everybody who is signed in. */
export const SIGNED_IN: RouteRoles = ['owner', 'operator', 'auditor', 'partner', 'sensor']
/** Who may see everything. */
export const READERS: RouteRoles = ['owner', 'operator', 'auditor']
/** Who may decide and change. */
export const WORKERS: RouteRoles = ['owner', 'operator']
export const OWNERS: RouteRoles = ['owner']

/** Who asks; routes with roles always have one. */
export function actorOf(request: FastifyRequest): Actor {
  if (!request.actor) throw new Problem(401, 'signed-out')
  return request.actor
}

/** 404 in place of nothing. */
export function found<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Problem(404, 'not-found')
  return value
}
