// Users, their sessions and API tokens as rows. What they mean and who may have them is decided in
// src/accounts; here stand no secrets, only what proves them.
import { randomBytes } from 'node:crypto'
import type { Insertable, Selectable } from 'kysely'
import type { Microseconds } from '../core/clock.ts'
import type { Change, Store } from './store.ts'
import type { PasskeyRow, SecondFactorRow, SessionRow, TokenRow, UserRow } from './tables.ts'

/** Tables' rows, as accounts are handed around. */
export type StoredUser = Selectable<UserRow>
export type StoredSession = Selectable<SessionRow>
export type StoredToken = Selectable<TokenRow>
export type StoredFactor = Selectable<SecondFactorRow>
export type StoredPasskey = Selectable<PasskeyRow>

/** One name, whatever its case and its way of writing accents. */
export const nameKey = (name: string): string => name.normalize('NFKC').trim().toLowerCase()

/** A surrogate: letter and 16 hexadecimal digits. */
export const freshId = (letter: string): string => `${letter}${randomBytes(8).toString('hex')}`

export class Accounts {
  private readonly store: Store

  constructor(store: Store) {
    this.store = store
  }

  /** Runs account rows and their evidence in one change. */
  change<Result>(work: (change: Change) => Promise<Result>): Promise<Result> {
    return this.store.change(work)
  }

  async count(): Promise<number> {
    const row = await this.store.read
      .selectFrom('account')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    return Number(row.count)
  }

  users(): Promise<StoredUser[]> {
    return this.store.read.selectFrom('account').selectAll().orderBy('created').execute()
  }

  user(id: string): Promise<StoredUser | undefined> {
    return this.store.read.selectFrom('account').selectAll().where('id', '=', id).executeTakeFirst()
  }

  userNamed(name: string): Promise<StoredUser | undefined> {
    return this.store.read
      .selectFrom('account')
      .selectAll()
      .where('name_key', '=', nameKey(name))
      .executeTakeFirst()
  }

  /** The session of this hash with its user; undefined when it is over or its user gone. */
  async session(hash: string, now: Microseconds) {
    const { read } = this.store
    const session = await read
      .selectFrom('session')
      .selectAll()
      .where('hash', '=', hash)
      .where('expires', '>', now)
      .executeTakeFirst()
    const user = session && (await this.user(session.user))
    return session && user && user.disabled === 0 ? { session, user } : undefined
  }

  sessionsOf(user: string, now: Microseconds): Promise<StoredSession[]> {
    return this.store.read
      .selectFrom('session')
      .selectAll()
      .where('user', '=', user)
      .where('expires', '>', now)
      .orderBy('last_seen', 'desc')
      .execute()
  }

  async addSession({ db }: Change, session: Insertable<SessionRow>): Promise<void> {
    await db.insertInto('session').values(session).execute()
  }

  /** Seen again: at most once a minute, so that reading costs no writing. */
  async touchSession(hash: string, values: { last_seen: number; expires: number }) {
    await this.store.change(({ db }) =>
      db.updateTable('session').set(values).where('hash', '=', hash).execute(),
    )
  }

  /** A token with its user; undefined when it is over, revoked or its user gone. */
  async token(hash: string, now: Microseconds) {
    const token = await this.store.read
      .selectFrom('api_token')
      .selectAll()
      .where('hash', '=', hash)
      .where('expires', '>', now)
      .executeTakeFirst()
    const user = token && (await this.user(token.user))
    return token && user && user.disabled === 0 ? { token, user } : undefined
  }

  tokens(user?: string): Promise<StoredToken[]> {
    let rows = this.store.read.selectFrom('api_token').selectAll().orderBy('created', 'desc')
    if (user !== undefined) rows = rows.where('user', '=', user)
    return rows.execute()
  }

  async touchToken(id: string, now: Microseconds): Promise<void> {
    await this.store.change(({ db }) =>
      db.updateTable('api_token').set({ last_used: now }).where('id', '=', id).execute(),
    )
  }

  factorOf(user: string): Promise<StoredFactor | undefined> {
    return this.store.read
      .selectFrom('second_factor')
      .selectAll()
      .where('user', '=', user)
      .executeTakeFirst()
  }

  /** How many recovery codes are still good. */
  async recoveryCodesLeft(user: string): Promise<number> {
    const row = await this.store.read
      .selectFrom('recovery_code')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('user', '=', user)
      .where('used', 'is', null)
      .executeTakeFirstOrThrow()
    return Number(row.count)
  }

  /** Passkeys of one user, or of all. */
  passkeys(user?: string): Promise<StoredPasskey[]> {
    let rows = this.store.read.selectFrom('passkey').selectAll().orderBy('created')
    if (user !== undefined) rows = rows.where('user', '=', user)
    return rows.execute()
  }

  passkeyOf(credential: string): Promise<StoredPasskey | undefined> {
    return this.store.read
      .selectFrom('passkey')
      .selectAll()
      .where('credential', '=', credential)
      .executeTakeFirst()
  }

  /** Ids of users who have to show a code. */
  async usersWithFactor(): Promise<ReadonlySet<string>> {
    const rows = await this.store.read
      .selectFrom('second_factor')
      .select('user')
      .where('confirmed', 'is not', null)
      .execute()
    return new Set(rows.map(({ user }) => user))
  }

  /** Sessions that are over are forgotten. */
  async sweep(now: Microseconds): Promise<void> {
    await this.store.change(async ({ db }) => {
      await db.deleteFrom('session').where('expires', '<=', now).execute()
      const dayAgo = now - 86_400_000_000
      await db.deleteFrom('kept_answer').where('recorded', '<', dayAgo).execute()
    })
  }

  /** The answer an idempotency key was given before. */
  keptAnswer(key: string, actor: string) {
    return this.store.read
      .selectFrom('kept_answer')
      .selectAll()
      .where('key', '=', key)
      .where('actor', '=', actor)
      .executeTakeFirst()
  }

  async keepAnswer(answer: {
    key: string
    actor: string
    request: string
    status: number
    body: string
  }): Promise<void> {
    await this.store.change(({ db, now }) =>
      db
        .insertInto('kept_answer')
        .values({ ...answer, recorded: now })
        .onConflict((conflict) => conflict.columns(['key', 'actor']).doNothing())
        .execute(),
    )
  }
}
