// Findings as they are kept: the same one each time it is raised again, what people decided about
// it, and how it stood at another time.
import { sql, type Kysely, type Selectable } from 'kysely'
import type { Microseconds } from '../core/clock.ts'
import { severityRank, type Finding, type Severity } from '../finding/index.ts'
import { countFindings, standingDevice } from './finding-counts.ts'
import { behind, cursorOf, likePattern, searchWords } from './pages.ts'
import type { PageRequest, StoredPage } from './pages.ts'
import type { Change, Store } from './store.ts'
import type { DecisionRow, FindingRow, Tables } from './tables.ts'
import { assertVersion, holdsAt, type AsOf } from './versions.ts'

/** What a person can decide. */
export type FindingAction = 'suppress' | 'close' | 'reopen'
export type StoredState = 'open' | 'suppressed' | 'closed'

/** A finding as it is kept; times in microseconds. */
export interface StoredFinding {
  /** With the store's device ids. */
  readonly finding: Finding
  readonly site: string
  readonly segment: string
  readonly state: StoredState
  readonly until?: Microseconds
  readonly recorded: Microseconds
  readonly revision: number
}

/** `least`: this severity and worse. */
export interface FindingQuery extends PageRequest {
  readonly words?: string
  readonly state?: StoredState
  readonly least?: Severity
  readonly devices?: readonly string[]
  readonly detector?: string
  readonly sort?: string
}

/** A decision, who took it and why. */
export interface Decision {
  readonly finding: string
  readonly action: FindingAction
  readonly by: string
  readonly reason: string
  readonly until?: Microseconds
}

type Row = Selectable<FindingRow>

const SORTS: { readonly [sort: string]: readonly string[] } = {
  severity: ['rank', 'time', 'id'],
  time: ['time', 'id'],
}

export class Findings {
  private readonly store: Store

  constructor(store: Store) {
    this.store = store
  }

  async list(query: FindingQuery): Promise<StoredPage<StoredFinding>> {
    const sort = query.sort ?? 'severity'
    const columns = SORTS[sort.replace(/^-/, '')] ?? SORTS.severity
    // Worst and newest first, unless asked otherwise.
    const isDescending = !sort.startsWith('-')
    const found = matching(this.store.read, query)
    let rows = found.selectAll()
    if (query.cursor !== undefined) {
      rows = rows.where(behind(columns, query.cursor, isDescending))
    }
    for (const column of columns) {
      rows = rows.orderBy(sql.ref(column), isDescending ? 'desc' : 'asc')
    }
    const list = await rows.limit(query.limit + 1).execute()
    const items = list.slice(0, query.limit)
    const last = items.at(-1) as { [column: string]: string | number } | undefined
    const next =
      list.length > query.limit && last
        ? cursorOf(columns.map((column) => last[column]))
        : undefined
    const page = { items: items.map(storedFinding), ...(next && { next }) }
    if (query.cursor !== undefined) return page
    const counted = await found
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    return { ...page, total: Number(counted.count) }
  }

  /** What stood when, worst first; at most `limit`. */
  async listAt(query: FindingQuery, asOf: AsOf): Promise<StoredPage<StoredFinding>> {
    const rows = await sql<{ item_json: string }>`SELECT v.item_json FROM finding_version v
      WHERE ${holdsAt(asOf)}`.execute(this.store.read)
    const words = searchWords(query.words)
    const least = query.least === undefined ? 0 : severityRank(query.least)
    const items = rows.rows
      .map(({ item_json: item }) => JSON.parse(item) as StoredFinding)
      .filter(({ state }) => (query.state ?? state) === state)
      .filter(({ finding }) => severityRank(finding.severity) >= least)
      .filter(({ finding }) => (query.devices ?? [finding.device]).includes(finding.device))
      .filter(({ finding }) => {
        const text = `${finding.title} ${finding.detector} ${finding.seen}`.toLowerCase()
        return words.every((word) => text.includes(word))
      })
      .toSorted(
        (a, b) =>
          severityRank(b.finding.severity) - severityRank(a.finding.severity) ||
          b.finding.time - a.finding.time,
      )
    return { items: items.slice(0, query.limit), total: items.length }
  }

  async get(
    id: string,
  ): Promise<(StoredFinding & { decisions: Selectable<DecisionRow>[] }) | undefined> {
    const { read } = this.store
    const row = await rowOf(read, id)
    if (!row) return undefined
    const decisions = await read
      .selectFrom('finding_decision')
      .selectAll()
      .where('finding', '=', id)
      .orderBy('sequence', 'desc')
      .execute()
    return { ...storedFinding(row), decisions }
  }

  /** What sensors raise; devices are the store's ids already. Part of their batch's change. */
  async raise(
    change: Change,
    { site, segment, actor }: { site: string; segment: string; actor: string },
    findings: readonly Finding[],
  ): Promise<void> {
    for (const finding of findings) {
      const row = await rowOf(change.db, finding.id)
      if (row) await raiseAgain(change, row, finding)
      else await raiseFirst(change, { site, segment, actor }, finding)
    }
  }

  /** false: no such finding. */
  decide(decision: Decision): Promise<boolean> {
    return this.store.change(async (change) => {
      const row = await rowOf(change.db, decision.finding)
      if (!row) return false
      const { finding, action, by, reason, until } = decision
      await change.db
        .insertInto('finding_decision')
        .values({
          finding,
          action,
          by_whom: by,
          reason,
          until: until ?? null,
          recorded: change.now,
        })
        .execute()
      const state = STATE_AFTER[action]
      const closed = action === 'close' ? row.window_to : null
      await move(change, row, { state, until: until ?? null, closed })
      const facts = { reason, ...(until !== undefined && { until }) }
      const subject = `finding:${finding}`
      change.record({ kind: `finding.${action}`, actor: by, subject, at: change.now, facts })
      return true
    })
  }

  /** Suppressions that have run out are open again. Answers how many. */
  expire(now: Microseconds): Promise<number> {
    return this.store.change(async (change) => {
      const rows = await change.db
        .selectFrom('finding')
        .selectAll()
        .where('state', '=', 'suppressed')
        .where('until', '<=', now)
        .execute()
      for (const row of rows) {
        await move(change, row, { state: 'open', until: null, closed: null })
        const subject = `finding:${row.id}`
        change.record({ kind: 'finding.expired', actor: 'system', subject, at: change.now })
      }
      return rows.length
    })
  }

  async count(): Promise<number> {
    const row = await this.store.read
      .selectFrom('finding')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    return Number(row.count)
  }
}

const STATE_AFTER: { readonly [action in FindingAction]: StoredState } = {
  suppress: 'suppressed',
  close: 'closed',
  reopen: 'open',
}

const rowOf = (db: Kysely<Tables>, id: string): Promise<Row | undefined> =>
  db.selectFrom('finding').selectAll().where('id', '=', id).executeTakeFirst()

const storedFinding = (row: Row): StoredFinding => ({
  finding: JSON.parse(row.document_json) as Finding,
  site: row.site,
  segment: row.segment,
  state: row.state as StoredState,
  ...(row.until !== null && { until: row.until }),
  recorded: row.recorded,
  revision: row.revision,
})

function matching(db: Kysely<Tables>, query: FindingQuery) {
  let found = db.selectFrom('finding')
  if (query.state !== undefined) found = found.where('state', '=', query.state)
  if (query.least !== undefined) found = found.where('rank', '>=', severityRank(query.least))
  if (query.devices !== undefined) found = found.where('device', 'in', [...query.devices])
  if (query.detector !== undefined) found = found.where('detector', '=', query.detector)
  for (const word of searchWords(query.words)) {
    const pattern = likePattern(word)
    found = found.where(
      sql<boolean>`(lower(title) LIKE ${pattern} ESCAPE '\\'
        OR lower(detector) LIKE ${pattern} ESCAPE '\\' OR lower(seen) LIKE ${pattern} ESCAPE '\\'
        OR device IN (SELECT id FROM device WHERE lower(name) LIKE ${pattern} ESCAPE '\\'))`,
    )
  }
  return found
}

const columnsOf = (finding: Finding) => ({
  detector: finding.detector,
  title: finding.title,
  severity: finding.severity,
  rank: severityRank(finding.severity),
  confidence: finding.confidence,
  device: finding.device,
  time: finding.time,
  window_from: finding.window.from,
  window_to: finding.window.to,
  seen: finding.seen,
  count: finding.count,
  document_json: JSON.stringify(finding),
})

async function raiseFirst(
  change: Change,
  place: { site: string; segment: string; actor: string },
  finding: Finding,
): Promise<void> {
  const { site, segment, actor } = place
  const row = await change.db
    .insertInto('finding')
    .values({
      id: finding.id,
      site,
      segment,
      ...columnsOf(finding),
      state: 'open',
      until: null,
      recorded: change.now,
      closed: null,
      revision: change.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await settle(change, row, { from: finding.window.from, told: 'new' })
  const { detector, severity, count } = finding
  const facts = { detector, severity, count, device: `device:${finding.device}` }
  const subject = `finding:${finding.id}`
  change.record({ kind: 'finding.opened', actor, subject, at: finding.time, facts })
}

/** Raised again: it grows; closed, it is open again when it goes on. */
async function raiseAgain(change: Change, row: Row, finding: Finding): Promise<void> {
  const columns = columnsOf(finding)
  if (columns.document_json === row.document_json) return
  const recurs = row.state === 'closed' && finding.window.to > (row.closed ?? Infinity)
  const next = {
    ...row,
    ...columns,
    ...(recurs && { state: 'open', closed: null }),
    revision: change.now,
  }
  await change.db.updateTable('finding').set(next).where('id', '=', row.id).execute()
  // A finding that merely grows makes no history: what it was called and how bad it was does.
  const isSame = !recurs && row.severity === finding.severity && row.title === finding.title
  const from = isSame ? undefined : finding.window.to
  await settle(change, next, { from, told: 'changed' })
  if (!recurs) return
  const subject = `finding:${row.id}`
  change.record({ kind: 'finding.recurred', actor: 'system', subject, at: finding.window.to })
}

async function move(
  change: Change,
  row: Row,
  to: { state: StoredState; until: number | null; closed: number | null },
): Promise<void> {
  const next = { ...row, ...to, revision: change.now }
  await change.db.updateTable('finding').set(next).where('id', '=', row.id).execute()
  await settle(change, next, { from: change.now, told: 'changed' })
}

/** What follows from a finding's new shape: history, its device's counts, word to listeners. */
async function settle(
  change: Change,
  row: Row,
  { from, told }: { from: number | undefined; told: 'new' | 'changed' },
): Promise<void> {
  if (from !== undefined) {
    const content = JSON.stringify(storedFinding({ ...row, revision: 0 }))
    const version = { id: row.id, content, from, now: change.now }
    await assertVersion(change.db, 'finding_version', version)
  }
  const device = row.device === '' ? '' : await standingDevice(change.db, row.device)
  if (device !== '') await countFindings(change.db, device)
  const { id, severity, title } = row
  await change.tell('finding', { id, severity, title, device, change: told })
}
