// Devices as they are asked for: lists with search, one device with its evidence, its time line,
// how it was at another time, and what a person sets by hand.
import { sql, type Kysely, type Selectable } from 'kysely'
import { SECOND, type Microseconds } from '../core/clock.ts'
import { segmentBy } from './device-admission.ts'
import type { DeviceDocument } from './device-document.ts'
import { deviceItem, type DeviceVersion } from './device-item.ts'
import { noteVersion, writeDevice } from './device-writing.ts'
import { standingDevice } from './finding-counts.ts'
import { undoMerge, withMerged } from './merges.ts'
import { pastPage } from './device-past.ts'
import { filterKey, matching, SORTS, type DeviceQuery } from './device-query.ts'
import { KeptAnswers } from './kept.ts'
import { behind, cursorOf, likePattern, type StoredPage } from './pages.ts'
import type { Store } from './store.ts'
import type { DeviceRow, MergeRow, ObservationRow, Tables } from './tables.ts'
import { holdsAt, type AsOf } from './versions.ts'

/** A stored device: what it was last, as shown, with times and counts. */
export interface StoredDevice extends DeviceVersion {
  readonly firstSeen: Microseconds
  readonly lastSeen: Microseconds
  readonly revision: number
  readonly maturity: string
  readonly findings: { readonly [severity in Severity]: number }
}
type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info'

/** One device with everything that speaks for it. */
export interface StoredDeviceDetail extends StoredDevice {
  readonly document: DeviceDocument
  readonly nameByHand: string
  readonly categoryByHand: string
  readonly bytesIn: number
  readonly bytesOut: number
  readonly observations: readonly Selectable<ObservationRow>[]
  readonly merges: readonly Selectable<MergeRow>[]
}

/** What a person sets; '' gives it back to the evidence, undefined leaves it. */
export interface DeviceByHand {
  readonly name?: string
  readonly category?: string
  readonly owner?: string
}

const OBSERVATIONS_SHOWN = 500
const TOTAL_AGE = 2 * SECOND
const GROUPS_AGE = 5 * SECOND

type Row = Selectable<DeviceRow>

export class Devices {
  private readonly store: Store
  private readonly kept: KeptAnswers

  constructor(store: Store) {
    this.store = store
    this.kept = new KeptAnswers(store.clock)
  }

  /**
   * `total` stands on the first page, two seconds old at most; not where search words fit so many
   * devices that counting them would take longer than finding the page.
   */
  async list(query: DeviceQuery): Promise<StoredPage<StoredDevice>> {
    const { read } = this.store
    const sort = query.sort ?? '-lastSeen'
    const columns = SORTS[sort.replace(/^-/, '')] ?? SORTS.lastSeen
    const isDescending = sort.startsWith('-')
    const { found, few, isSearch } = await matching(read, query)
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
    const page = { items: items.map(storedDevice) }
    const next =
      list.length > query.limit && last
        ? cursorOf(columns.map((column) => last[column]))
        : undefined
    const more = { ...page, ...(next && { next }) }
    if (query.cursor !== undefined) return more
    if (next === undefined) return { ...more, total: items.length }
    if (isSearch && !few) return more
    const count = async () => {
      const all = found.select(({ fn }) => fn.countAll<number>().as('count'))
      return Number((await all.executeTakeFirstOrThrow()).count)
    }
    const total = isSearch
      ? await count()
      : await this.kept.get(`total ${filterKey(query)}`, TOTAL_AGE, count)
    return { ...more, total }
  }

  /** The list as it was; the same filters, sorted by name. */
  listAt(query: DeviceQuery, asOf: AsOf): Promise<StoredPage<StoredDevice>> {
    return pastPage(this.store.read, query, asOf)
  }

  /** undefined: no such device. What was merged answers as the device it is part of. */
  async get(id: string): Promise<StoredDeviceDetail | undefined> {
    const { read } = this.store
    const standing = await standingDevice(read, id)
    const row = await rowOf(read, standing)
    if (!row) return undefined
    const parts = await withMerged(read, standing)
    const observations = await read
      .selectFrom('observation')
      .selectAll()
      .where('device', 'in', parts)
      .orderBy('attribute')
      .orderBy('believed', 'desc')
      .orderBy('confidence', 'desc')
      .limit(OBSERVATIONS_SHOWN)
      .execute()
    const merges = await read
      .selectFrom('device_merge')
      .selectAll()
      .where('kept', '=', standing)
      .where('undone', 'is', null)
      .orderBy('recorded')
      .execute()
    return {
      ...storedDevice(row),
      document: JSON.parse(row.document_json) as DeviceDocument,
      nameByHand: row.name_by_hand,
      categoryByHand: row.category_by_hand,
      bytesIn: row.bytes_in + row.bytes_in_before,
      bytesOut: row.bytes_out + row.bytes_out_before,
      observations,
      merges,
    }
  }

  /** The device as it was; undefined when it was not known then. */
  async getAt(id: string, asOf: AsOf): Promise<DeviceVersion | undefined> {
    const rows = await sql<{ item_json: string }>`SELECT v.item_json FROM device_version v
      WHERE v.device = ${id} AND ${holdsAt(asOf)}`.execute(this.store.read)
    return rows.rows[0] && (JSON.parse(rows.rows[0].item_json) as DeviceVersion)
  }

  /** All its versions that are still believed, newest first. */
  async versions(id: string, limit: number) {
    const rows = await this.store.read
      .selectFrom('device_version')
      .selectAll()
      .where('device', '=', id)
      .where('recorded_to', 'is', null)
      .orderBy('valid_from', 'desc')
      .limit(limit)
      .execute()
    return rows.map((row) => ({
      from: row.valid_from,
      to: row.valid_to ?? undefined,
      device: JSON.parse(row.item_json) as DeviceVersion,
    }))
  }

  /** Names of these devices, for lists that show them. */
  async names(ids: Iterable<string>): Promise<Map<string, string>> {
    const wanted = [...new Set(ids)].filter((id) => id !== '')
    const names = new Map<string, string>()
    for (let at = 0; at < wanted.length; at += 500) {
      const part = wanted.slice(at, at + 500)
      const rows = await this.store.read
        .selectFrom('device')
        .select(['id', 'name'])
        .where('id', 'in', part)
        .execute()
      for (const { id, name } of rows) names.set(id, name)
    }
    return names
  }

  /** Ids of devices whose name holds a word. */
  async named(word: string): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`SELECT id FROM device
      WHERE lower(name) LIKE ${likePattern(word.toLowerCase())} ESCAPE '\\' LIMIT 1000`.execute(
      this.store.read,
    )
    return rows.map(({ id }) => id)
  }

  /** The device and what was merged into it: flows and observations keep the older ids. */
  parts(id: string): Promise<string[]> {
    return withMerged(this.store.read, id)
  }

  /**
   * Sets by hand. 'gone': no such device; 'changed': its revision is not the one that was read.
   */
  async setByHand(
    id: string,
    values: DeviceByHand,
    { by, revision }: { by: string; revision?: number },
  ): Promise<'done' | 'gone' | 'changed'> {
    return this.store.change(async (change) => {
      const row = await rowOf(change.db, id)
      if (!row) return 'gone'
      if (revision !== undefined && row.revision !== revision) return 'changed'
      const next = withHand(row, values)
      await writeDevice(change, row, { ...next, revision: change.now })
      const facts = Object.fromEntries(Object.keys(values).map((name) => [name, 'set by hand']))
      const subject = `device:${id}`
      change.record({ kind: 'device.set', actor: by, subject, at: change.now, facts })
      await noteVersion(change, next, { actor: by, observed: change.now })
      return 'done'
    })
  }

  /** Puts devices into the segments of changed networks; those of no network stay. */
  async resegment(segmentOf: (address: string) => string, by: string): Promise<void> {
    const rows = await this.store.read.selectFrom('device').select('id').execute()
    for (let at = 0; at < rows.length; at += 500) {
      const ids = rows.slice(at, at + 500).map(({ id }) => id)
      await this.store.change(async (change) => {
        const part = await change.db
          .selectFrom('device')
          .selectAll()
          .where('id', 'in', ids)
          .execute()
        for (const row of part) {
          const segment = segmentBy(JSON.parse(row.addresses_json) as string[], segmentOf)
          if (segment === '' || segment === row.segment) continue
          const next = { ...row, segment, revision: change.now }
          await writeDevice(change, row, next)
          await noteVersion(change, next, { actor: by, observed: change.now })
        }
      })
    }
  }

  /** Takes a merge back; false when there is none such. */
  undoMerge(device: string, merge: string, by: string): Promise<boolean> {
    return this.store.change((change) => undoMerge(change, { device, id: merge, by }))
  }

  /** Devices per value of a column, most first: what filters offer; five seconds old at most. */
  groups(by: GroupColumn): Promise<{ value: string; devices: number }[]> {
    return this.kept.get(`groups ${by}`, GROUPS_AGE, () => this.countGroups(by))
  }

  private async countGroups(by: GroupColumn) {
    const rows = await this.store.read
      .selectFrom('device')
      .select([by, sql<number>`count(*)`.as('count')])
      .where('merged_into', 'is', null)
      .groupBy(by)
      .execute()
    return rows
      .map((row) => ({ value: String(row[by]), devices: Number(row.count) }))
      .toSorted((a, b) => b.devices - a.devices)
  }

  /** Every device with its group; `standing` is what it was merged into, '' for itself. */
  async placed(by: GroupColumn) {
    const rows = await this.store.read
      .selectFrom('device')
      .select(['id', 'name', by, 'merged_into'])
      .execute()
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      group: String(row[by]),
      standing: row.merged_into ?? '',
    }))
  }

  /** Devices, and observations ever kept. */
  count(): Promise<{ devices: number; observations: number }> {
    return this.kept.get('count', TOTAL_AGE, async () => {
      // Observations are never taken away: the last row's number is how many there are.
      const { rows } = await sql<{ devices: number; observations: number }>`
        SELECT (SELECT count(*) FROM device WHERE merged_into IS NULL) AS devices,
          (SELECT coalesce(max(rowid), 0) FROM observation) AS observations`.execute(
        this.store.read,
      )
      return { devices: Number(rows[0].devices), observations: Number(rows[0].observations) }
    })
  }
}

/** What lists and maps can be grouped by. */
export type GroupColumn = 'category' | 'segment' | 'manufacturer' | 'owner'

const rowOf = (db: Kysely<Tables>, id: string): Promise<Row | undefined> =>
  db.selectFrom('device').selectAll().where('id', '=', id).executeTakeFirst()

function withHand(row: Row, values: DeviceByHand): Row {
  const document = JSON.parse(row.document_json) as DeviceDocument
  const hand = {
    name: values.name ?? row.name_by_hand,
    category: values.category ?? row.category_by_hand,
  }
  return {
    ...row,
    name_by_hand: hand.name,
    category_by_hand: hand.category,
    name: hand.name || document.name,
    category: hand.category || (document.attributes.type?.value ?? 'unknown'),
    owner: values.owner ?? row.owner,
  }
}

const storedDevice = (row: Row): StoredDevice => ({
  ...deviceItem(row),
  firstSeen: row.first_seen,
  lastSeen: row.last_seen,
  revision: row.revision,
  maturity: row.maturity,
  findings: {
    critical: row.critical,
    high: row.high,
    medium: row.medium,
    low: row.low,
    info: row.info,
  },
})
