// The door: first set-up, signing in and out, who is behind a cookie or a token. Everything that
// happens here is on record; no secret is.
import { OperatingError } from '../core/errors.ts'
import { HOUR, MINUTE, DAY, type Microseconds } from '../core/clock.ts'
import { freshId, nameKey, type Accounts, type Change } from '../store/index.ts'
import { assertUncommon } from './common-passwords.ts'
import { Factors, type Shown } from './factors.ts'
import { Guard } from './guard.ts'
import { Passkeys, type SignInAnswer } from './passkeys.ts'
import { hashPassword, isPassword, nobodysPassword } from './passwords.ts'
import { ROLES, type Actor, type Role } from './roles.ts'
import { freshSecret, knownMark, provenMark, secretHash } from './secrets.ts'
import type { SetupCode } from './setup-code.ts'

/** A session ends when nobody uses it for this long, and after a week in any case. */
const IDLE = 12 * HOUR
const LIFE = 7 * DAY
const TOUCH_EVERY = MINUTE
const SESSIONS_MAX = 20

/** What the door stands on. */
export interface DoorParts {
  readonly accounts: Accounts
  readonly setupCode: SetupCode
  /** The data folder's key, 256 bits: for marks of known browsers; others are derived from it. */
  readonly markKey: string
  clock(): Microseconds
}

/** From where somebody comes, as far as we can tell. */
export interface Visitor {
  readonly address: string
  readonly agent: string
  /** The mark that the browser carries, unproven. */
  readonly mark?: string
}

/** A session just opened; the token goes into the cookie and nowhere else. */
export interface Opened {
  readonly actor: Actor
  readonly token: string
  readonly csrf: string
  readonly mark: string
}

export class Door {
  readonly factors: Factors
  readonly passkeys: Passkeys
  private readonly parts: DoorParts
  private readonly guard: Guard

  constructor(parts: DoorParts) {
    this.parts = parts
    const { accounts, markKey: key, clock } = parts
    this.guard = new Guard(accounts, clock)
    this.factors = new Factors({ accounts, guard: this.guard, key, clock })
    this.passkeys = new Passkeys({ accounts, guard: this.guard, key, clock })
  }

  /** Whether there is no user yet. */
  async needsSetup(): Promise<boolean> {
    return (await this.parts.accounts.count()) === 0
  }

  /**
   * Makes the owner and signs them in. Throws OperatingError 'set-up' when that has happened
   * before, 'wrong-code' when the code is another, 'wait' after too many of these.
   */
  async setUp(request: { code: string; name: string; password: string }, visitor: Visitor) {
    const { accounts, setupCode } = this.parts
    const attempt = { nameKey: 'set-up', address: visitor.address }
    this.guard.mayTry(attempt)
    if (!(await this.needsSetup())) {
      throw new OperatingError('set-up', 'there is an owner already; sign in')
    }
    if (!setupCode.matches(request.code)) {
      this.guard.failed(attempt)
      throw new OperatingError('wrong-code', 'the set-up code is another; see the file setup-code')
    }
    assertUncommon(request.password, request.name)
    const password = await hashPassword(request.password)
    const id = await accounts.change(async (change) => {
      const { count } = await change.db
        .selectFrom('account')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      if (Number(count) > 0) {
        throw new OperatingError('set-up', 'there is an owner already; sign in')
      }
      return addUser(change, { name: request.name, role: 'owner', password, by: 'setup-code' })
    })
    setupCode.spend()
    return this.open(id, visitor)
  }

  /**
   * Throws OperatingError 'wrong-sign-in', 'wait' after too many of these; once the password is
   * right, 'totp-needed' and 'wrong-totp' where the user has a second factor.
   */
  async signIn(
    request: { name: string; password: string } & Shown,
    visitor: Visitor,
  ): Promise<Opened> {
    const { accounts, markKey } = this.parts
    const key = nameKey(request.name)
    const known = provenMark(markKey, key, visitor.mark)
    const attempt = { nameKey: key, address: visitor.address, ...(known && { known }) }
    this.guard.mayTry(attempt)
    const user = await accounts.userNamed(request.name)
    const isRight = user
      ? await isPassword(user.password, request.password)
      : await nobodysPassword(request.password)
    if (user && isRight && user.disabled === 0) {
      await this.factors.assertShown(user.id, request, known)
      this.guard.succeeded(attempt)
      return this.open(user.id, visitor)
    }
    this.guard.failed(attempt)
    await this.guard.refused(user ? `user:${user.id}` : 'user:unknown')
    throw new OperatingError('wrong-sign-in', 'name and password do not fit')
  }

  /** Throws as `Passkeys.prove` does. The key has asked for its holder: no code is needed. */
  async signInByPasskey(response: SignInAnswer, host: string, visitor: Visitor): Promise<Opened> {
    const userId = await this.passkeys.prove(response, host)
    return this.open(userId, visitor, 'passkey')
  }

  private open(userId: string, visitor: Visitor, by = 'password'): Promise<Opened> {
    const { accounts, markKey } = this.parts
    return accounts.change(async (change) => {
      const user = await change.db
        .selectFrom('account')
        .selectAll()
        .where('id', '=', userId)
        .where('disabled', '=', 0)
        .executeTakeFirstOrThrow()
      const token = freshSecret()
      const csrf = freshSecret()
      const session = {
        hash: secretHash(token),
        id: freshId('s'),
        user: userId,
        csrf,
        created: change.now,
        last_seen: change.now,
        expires: change.now + IDLE,
        address: visitor.address.slice(0, 64),
        agent: visitor.agent.slice(0, 200),
      }
      await accounts.addSession(change, session)
      await endSurplus(change, userId)
      await change.db
        .updateTable('account')
        .set({ last_sign_in: change.now })
        .where('id', '=', userId)
        .execute()
      const actor = actorOf(user, session)
      const facts = { session: session.id, by }
      const subject = `user:${userId}`
      change.record({ kind: 'session.opened', actor: actor.name, subject, at: change.now, facts })
      return { actor, token, csrf, mark: knownMark(markKey, user.name_key) }
    })
  }

  /** Who is behind a cookie; undefined: nobody. Use keeps the session alive. */
  async bySession(token: string): Promise<Actor | undefined> {
    const { accounts, clock } = this.parts
    const now = clock()
    const hash = secretHash(token)
    const found = await accounts.session(hash, now)
    if (!found || now > found.session.created + LIFE) return undefined
    const { session, user } = found
    if (now - session.last_seen > TOUCH_EVERY) {
      const expires = Math.min(now + IDLE, session.created + LIFE)
      await accounts.touchSession(hash, { last_seen: now, expires })
    }
    return actorOf(user, session)
  }

  /** Who is behind an API token; undefined: nobody. */
  async byToken(token: string): Promise<Actor | undefined> {
    const { accounts, clock } = this.parts
    const now = clock()
    const found = await accounts.token(secretHash(token), now)
    if (!found) return undefined
    const { token: row, user } = found
    if (now - (row.last_used ?? 0) > TOUCH_EVERY) await accounts.touchToken(row.id, now)
    const role = roleOf(row.role)
    return { name: `token:${row.id}`, userId: user.id, userName: user.name, role }
  }

  /** Ends one session of this user; false when it is none of theirs. */
  signOut(actor: Actor, sessionId: string): Promise<boolean> {
    return this.parts.accounts.change(async (change) => {
      const { numDeletedRows } = await change.db
        .deleteFrom('session')
        .where('id', '=', sessionId)
        .where('user', '=', actor.userId)
        .executeTakeFirst()
      if (numDeletedRows === 0n) return false
      const facts = { session: sessionId }
      const subject = `user:${actor.userId}`
      change.record({ kind: 'session.ended', actor: actor.name, subject, at: change.now, facts })
      return true
    })
  }

  /** Ends the sessions of a user but the one that asks; answers how many. */
  endSessions(actor: Actor, userId: string): Promise<number> {
    return this.parts.accounts.change(async (change) => {
      const { numDeletedRows } = await change.db
        .deleteFrom('session')
        .where('user', '=', userId)
        .where('hash', '!=', actor.session?.hash ?? '')
        .executeTakeFirst()
      const facts = { sessions: Number(numDeletedRows) }
      const subject = `user:${userId}`
      change.record({ kind: 'session.ended', actor: actor.name, subject, at: change.now, facts })
      return facts.sessions
    })
  }

  /**
   * One's own password; all sessions of the user end, and a new one begins. Throws OperatingError
   * 'wrong-sign-in' when the old one is another, 'common-password'.
   */
  async changePassword(
    actor: Actor,
    { password, newPassword }: { password: string; newPassword: string },
    visitor: Visitor,
  ): Promise<Opened> {
    const { accounts } = this.parts
    const { name } = await this.guard.assertPassword(actor, password, visitor.address)
    assertUncommon(newPassword, name)
    const hashed = await hashPassword(newPassword)
    await accounts.change(async (change) => {
      const { db, now } = change
      const { userId } = actor
      await db.updateTable('account').set({ password: hashed }).where('id', '=', userId).execute()
      await db.deleteFrom('session').where('user', '=', userId).execute()
      const subject = `user:${userId}`
      change.record({ kind: 'password.changed', actor: actor.name, subject, at: now })
    })
    return this.open(actor.userId, visitor)
  }
}

/** Adds a user in a change. Throws OperatingError 'name-taken'. */
export async function addUser(
  change: Change,
  user: { name: string; role: Role; password: string; by: string },
): Promise<string> {
  const { db, now } = change
  const key = nameKey(user.name)
  const taken = await db
    .selectFrom('account')
    .select('id')
    .where('name_key', '=', key)
    .executeTakeFirst()
  if (taken) throw new OperatingError('name-taken', 'there is a user of that name')
  const id = freshId('u')
  const { name, role, password } = user
  await db
    .insertInto('account')
    .values({
      id,
      name: name.normalize('NFC').trim(),
      name_key: key,
      role,
      password,
      created: now,
      last_sign_in: null,
      disabled: 0,
    })
    .execute()
  const subject = `user:${id}`
  const personal = { person: subject, content: { name } }
  const facts = { role }
  change.record({ kind: 'user.created', actor: user.by, subject, at: now, facts, personal })
  return id
}

/** The oldest sessions go when a user has too many. */
async function endSurplus({ db }: Change, user: string): Promise<void> {
  const rows = await db
    .selectFrom('session')
    .select('hash')
    .where('user', '=', user)
    .orderBy('last_seen', 'desc')
    .offset(SESSIONS_MAX)
    .limit(100)
    .execute()
  for (const { hash } of rows) await db.deleteFrom('session').where('hash', '=', hash).execute()
}

const roleOf = (text: string): Role => ROLES.find((role) => role === text) ?? 'sensor'

const actorOf = (
  user: { id: string; name: string; role: string },
  session: { id: string; hash: string; csrf: string },
): Actor => ({
  name: `user:${user.id}`,
  userId: user.id,
  userName: user.name,
  role: roleOf(user.role),
  session: { id: session.id, hash: session.hash, csrf: session.csrf },
})
