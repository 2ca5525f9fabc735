// Routes of the evidence log: its entries, and all of it as a file that proves itself.
import { createReadStream, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyEvidence, type EvidenceRow } from '../../evidence/index.ts'
import { cursorOf, keyOf } from '../../store/index.ts'
import {
  EvidencePage,
  EvidenceQuery,
  EvidenceVerified,
  type EvidenceItem,
} from '../contract/index.ts'
import { actorOf, found, READERS, type Api, type ApiParts } from '../parts.ts'
import { Problem } from '../problem.ts'
import { isoTime, microsecondsOf } from '../times.ts'

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/

export function evidenceRoutes(app: Api, parts: ApiParts): void {
  app.route({
    method: 'GET',
    url: '/api/v1/evidence',
    config: { roles: READERS },
    schema: { querystring: EvidenceQuery, response: { 200: EvidencePage } },
    handler: async ({ query }) => {
      const log = found(parts.evidence)
      const { limit, cursor, kind, from } = query
      const after = cursor === undefined ? undefined : Number(keyOf(cursor, 1)[0])
      const rows = log.list({
        limit: limit + 1,
        ...(kind !== undefined && { kind }),
        ...(from !== undefined && startOf(from)),
        ...(after !== undefined && { after }),
      })
      const items = rows.slice(0, limit)
      const last = items.at(-1)
      const next = rows.length > limit && last ? cursorOf([last.entry.sequence]) : undefined
      return { items: items.map(evidenceItem), ...(next && { next }) }
    },
  })
  app.route({
    method: 'GET',
    url: '/api/v1/evidence/export',
    config: { roles: ['owner', 'auditor'], rateLimit: { max: 10, timeWindow: 60_000 } },
    handler: async (request, reply) => {
      const exportTo = found(parts.exportEvidence)
      const folder = await mkdtemp(join(tmpdir(), 'thingward-evidence-'))
      const gone = () => rmSync(folder, { recursive: true, force: true })
      try {
        const file = join(folder, 'evidence.jsonl')
        const { name } = actorOf(request)
        await parts.store.change(async (change) =>
          change.record({ kind: 'log.exported', actor: name, subject: 'log', at: change.now }),
        )
        await exportTo(file)
        const stream = createReadStream(file).on('close', gone)
        reply.header('content-disposition', 'attachment; filename="evidence.jsonl"')
        return await reply.type('application/jsonl').send(stream)
      } catch (cause) {
        gone()
        throw cause
      }
    },
  })
  verifyRoute(app, parts)
}

/** Written out and read back: what is checked is what an export would hold. */
function verifyRoute(app: Api, parts: ApiParts): void {
  app.route({
    method: 'GET',
    url: '/api/v1/evidence/verify',
    config: { roles: ['owner', 'auditor'], rateLimit: { max: 10, timeWindow: 60_000 } },
    schema: { response: { 200: EvidenceVerified } },
    handler: async () => {
      const exportTo = found(parts.exportEvidence)
      const folder = await mkdtemp(join(tmpdir(), 'thingward-evidence-'))
      try {
        const file = join(folder, 'evidence.jsonl')
        await exportTo(file)
        const { entries, signed, checkpoints, personal, broken } = await verifyEvidence(file)
        return { entries, signed, checkpoints, erased: personal.erased, ...(broken && { broken }) }
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  })
}

/** From a time, or from a sequence number on. */
function startOf(from: string): { from: number } | { after: number; oldestFirst: true } {
  if (TIME.test(from)) return { from: microsecondsOf(from) }
  if (/^\d{1,15}$/.test(from)) return { after: Number(from) - 1, oldestFirst: true }
  throw new Problem(400, 'invalid', 'from is a time or the number of an entry')
}

const evidenceItem = ({ entry, hash }: EvidenceRow): EvidenceItem => ({
  sequence: entry.sequence,
  time: isoTime(entry.recorded),
  kind: entry.kind,
  actor: entry.actor,
  subject: entry.subject,
  fields: { ...entry.facts },
  hash,
})
