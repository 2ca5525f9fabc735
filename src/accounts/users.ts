// Users and API tokens as an owner, or their holder, sees and changes them.
import { OperatingError } from '../core/errors.ts'
import { DAY, type Microseconds } from '../core/clock.ts'
import { freshId, type Accounts, type StoredToken } from '../store/index.ts'
import { assertUncommon } from './common-passwords.ts'
import { addUser } from './door.ts'
import { hashPassword } from './passwords.ts'
import { mayGive, type Actor, type Role } from './roles.ts'
import { freshSecret, secretHash, TOKEN_PREFIX } from './secrets.ts'

const TOKENS_MAX = 100

export class Users {
  private readonly accounts: Accounts

  constructor(accounts: Accounts) {
    this.accounts = accounts
  }

  /** Answers the new user's id. Throws OperatingError 'name-taken', 'common-password'. */
  async add(actor: Actor, user: { name: string; role: Role; password: string }): Promise<string> {
    assertUncommon(user.password, user.name)
    const password = await hashPassword(user.password)
    return this.accounts.change((change) =>
      addUser(change, { name: user.name, role: user.role, password, by: actor.name }),
    )
  }

  /**
   * Takes the user's way in: sessions and tokens end, the name is free again. False: no such user.
   * Throws OperatingError 'last-owner' when nobody could come in any more.
   */
  remove(actor: Actor, id: string): Promise<boolean> {
    return this.accounts.change(async (change) => {
      const { db, now } = change
      const user = await db
        .selectFrom('account')
        .selectAll()
        .where('id', '=', id)
        .where('disabled', '=', 0)
        .executeTakeFirst()
      if (!user) return false
      const owners = await db
        .selectFrom('account')
        .select('id')
        .where('role', '=', 'owner')
        .where('disabled', '=', 0)
        .execute()
      if (user.role === 'owner' && owners.length === 1) {
        throw new OperatingError('last-owner', 'the last owner stays: make another one first')
      }
      await db.deleteFrom('session').where('user', '=', id).execute()
      await db.deleteFrom('api_token').where('user', '=', id).execute()
      await db.deleteFrom('passkey').where('user', '=', id).execute()
      await db.deleteFrom('recovery_code').where('user', '=', id).execute()
      await db.deleteFrom('second_factor').where('user', '=', id).execute()
      // The row stays: decisions and evidence refer to it.
      const gone = { disabled: 1, name: '', name_key: `gone ${id}`, password: '' }
      await db.updateTable('account').set(gone).where('id', '=', id).execute()
      const subject = `user:${id}`
      change.record({ kind: 'user.removed', actor: actor.name, subject, at: now })
      return true
    })
  }

  /**
   * The token's text is answered here and never again. Throws OperatingError 'role', 'too-many'.
   */
  addToken(
    actor: Actor,
    request: { name: string; role: Role; days: number },
  ): Promise<{ row: StoredToken; token: string }> {
    if (!mayGive(actor.role, request.role)) {
      throw new OperatingError('role', `a ${actor.role} cannot make a token for a ${request.role}`)
    }
    return this.accounts.change(async (change) => {
      const { db, now } = change
      const { count } = await db
        .selectFrom('api_token')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('user', '=', actor.userId)
        .executeTakeFirstOrThrow()
      if (Number(count) >= TOKENS_MAX) {
        throw new OperatingError('too-many', `at most ${TOKENS_MAX} tokens each; delete some`)
      }
      const token = TOKEN_PREFIX + freshSecret()
      const expires: Microseconds = now + request.days * DAY
      const { name, role } = request
      const row: StoredToken = {
        id: freshId('t'),
        hash: secretHash(token),
        name,
        role,
        user: actor.userId,
        created: now,
        expires,
        last_used: null,
      }
      await db.insertInto('api_token').values(row).execute()
      const facts = { role, expires }
      const subject = `token:${row.id}`
      change.record({ kind: 'token.created', actor: actor.name, subject, at: now, facts })
      return { row, token }
    })
  }

  /** One's own tokens; an owner ends anybody's. False: no such token. */
  removeToken(actor: Actor, id: string): Promise<boolean> {
    return this.accounts.change(async (change) => {
      let gone = change.db.deleteFrom('api_token').where('id', '=', id)
      if (actor.role !== 'owner') gone = gone.where('user', '=', actor.userId)
      const { numDeletedRows } = await gone.executeTakeFirst()
      if (numDeletedRows === 0n) return false
      const subject = `token:${id}`
      change.record({ kind: 'token.ended', actor: actor.name, subject, at: change.now })
      return true
    })
  }
}
