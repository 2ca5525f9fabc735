// Profiles as they are kept: one a device, what earlier runs learnt joined with what the running
// one has, and how it was at another time.
import { hash } from 'node:crypto'
import { sql } from 'kysely'
import type { Microseconds } from '../core/clock.ts'
import type { Blocked, Profile } from '../policy/index.ts'
import { cursorOf, keyOf, type PageRequest, type StoredPage } from './pages.ts'
import { unionOf } from './profile-union.ts'
import type { Change, Store } from './store.ts'
import { assertVersion, holdsAt, type AsOf } from './versions.ts'

/** What a sensor has learnt of a device by now, and what enforcing it would mean. */
export interface LearntProfile {
  /** The store's id. */
  readonly device: string
  readonly profile: Profile
  /** Where it could be enforced, in words. */
  readonly where: string
  readonly blocked: Blocked
}

/** A profile as it is kept, by all runs together. */
export interface StoredProfile {
  readonly device: string
  readonly profile: Profile
  readonly where: string
  readonly blocked: Blocked
  readonly revision: number
}

/** A profile of a list. */
export interface NamedProfile extends StoredProfile {
  readonly name: string
}

export class Profiles {
  private readonly store: Store

  constructor(store: Store) {
    this.store = store
  }

  async get(device: string): Promise<StoredProfile | undefined> {
    const row = await this.store.read
      .selectFrom('profile')
      .selectAll()
      .where('device', '=', device)
      .executeTakeFirst()
    if (!row) return undefined
    return {
      device,
      profile: JSON.parse(row.document_json) as Profile,
      where: row.enforceable,
      blocked: JSON.parse(row.blocked_json) as Blocked,
      revision: row.revision,
    }
  }

  /** Profiles of devices that stand for themselves, with the devices' names. */
  async list({ limit, cursor }: PageRequest): Promise<StoredPage<NamedProfile>> {
    const after = cursor === undefined ? '' : String(keyOf(cursor, 1)[0])
    const rows = await this.store.read
      .selectFrom('profile')
      .innerJoin('device', 'device.id', 'profile.device')
      .select(['device.name', 'profile.device', 'profile.document_json'])
      .select(['profile.enforceable', 'profile.blocked_json', 'profile.revision'])
      .where('device.merged_into', 'is', null)
      .where('profile.device', '>', after)
      .orderBy('profile.device')
      .limit(limit + 1)
      .execute()
    const items = rows.slice(0, limit).map((row) => ({
      device: row.device,
      name: row.name,
      profile: JSON.parse(row.document_json) as Profile,
      where: row.enforceable,
      blocked: JSON.parse(row.blocked_json) as Blocked,
      revision: row.revision,
    }))
    return { items, ...(rows.length > limit && { next: cursorOf([items.at(-1)!.device]) }) }
  }

  /** The profile as it was; undefined when there was none. */
  async getAt(device: string, asOf: AsOf): Promise<Profile | undefined> {
    const { rows } = await sql<{ document_json: string }>`
      SELECT v.document_json FROM profile_version v
      WHERE v.device = ${device} AND ${holdsAt(asOf)}`.execute(this.store.read)
    return rows[0] && (JSON.parse(rows[0].document_json) as Profile)
  }

  /** What earlier runs had learnt, and what the running one sees. */
  async compared(
    device: string,
  ): Promise<{ learnt: Profile | undefined; observed: Profile } | undefined> {
    const row = await this.store.read
      .selectFrom('profile')
      .select(['base_json', 'current_json'])
      .where('device', '=', device)
      .executeTakeFirst()
    if (!row) return undefined
    const learnt = row.base_json === '' ? undefined : (JSON.parse(row.base_json) as Profile)
    return { learnt, observed: JSON.parse(row.current_json) as Profile }
  }

  /** Part of a sensor's batch. */
  async learn(
    change: Change,
    { run, actor, observed }: { run: string; actor: string; observed: Microseconds },
    learnt: readonly LearntProfile[],
  ): Promise<void> {
    for (const one of learnt) await this.learnOne(change, { run, actor, observed }, one)
  }

  private async learnOne(
    change: Change,
    { run, actor, observed }: { run: string; actor: string; observed: Microseconds },
    { device, profile, where, blocked }: LearntProfile,
  ): Promise<void> {
    const { db, now } = change
    const row = await db
      .selectFrom('profile')
      .selectAll()
      .where('device', '=', device)
      .executeTakeFirst()
    const before = row && (JSON.parse(row.document_json) as Profile)
    // What this run said before is replaced; what earlier runs said stands below it.
    const baseText = !row ? '' : row.run === run ? row.base_json : row.document_json
    const base = baseText === '' ? undefined : (JSON.parse(baseText) as Profile)
    const whole = unionOf(base, profile)
    const maturity = whole.maturity?.verdict ?? 'immature'
    const columns = {
      device,
      run,
      base_json: baseText,
      current_json: JSON.stringify(profile),
      document_json: JSON.stringify(whole),
      maturity,
      enforceable: where,
      blocked_json: JSON.stringify(blocked),
      recorded: row?.recorded ?? now,
      revision: now,
    }
    await db
      .insertInto('profile')
      .values(columns)
      .onConflict((conflict) => conflict.column('device').doUpdateSet(columns))
      .execute()
    await db.updateTable('device').set({ maturity }).where('id', '=', device).execute()
    if (before && rulesText(before) === rulesText(whole)) return
    const version = { id: device, content: columns.document_json, from: observed, now }
    await assertVersion(db, 'profile_version', version)
    const facts = { rules: whole.rules.length, maturity, digest: hash('sha256', rulesText(whole)) }
    const subject = `device:${device}`
    change.record({ kind: 'profile.learnt', actor, subject, at: observed, facts })
    await change.tell('device', { id: device, change: 'changed' })
  }
}

/** What makes a profile another one: its rules and how far it has come, not how often they fit. */
const rulesText = ({ rules, phase, maturity }: Profile) =>
  JSON.stringify([rules.map(({ id }) => id), phase, maturity?.verdict])
