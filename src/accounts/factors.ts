// The second factor: a code of an authenticator app, and ten recovery codes for the day the phone
// is gone. Its secret is encrypted in the store; of recovery codes only hashes are kept.
import { randomBytes } from 'node:crypto'
import { OperatingError } from '../core/errors.ts'
import type { Microseconds } from '../core/clock.ts'
import type { Accounts, Change } from '../store/index.ts'
import type { Guard } from './guard.ts'
import type { Actor } from './roles.ts'
import { derivedKey, seal, unseal } from './sealed.ts'
import { readableCode, readableHash } from './secrets.ts'
import { base32, otpauthUri, SECRET_BYTES, stepOfCode } from './totp.ts'

const RECOVERY_CODES = 10
/** 24 characters of 30: 117 bits, so that a plain hash is enough. */
const RECOVERY_GROUPS = 6

/** What the factors stand on. */
export interface FactorParts {
  readonly accounts: Accounts
  readonly guard: Guard
  /** The data folder's key. */
  readonly key: string
  clock(): Microseconds
}

/** What somebody shows besides the password. */
export interface Shown {
  readonly totp?: string
  readonly recoveryCode?: string
}

export class Factors {
  private readonly parts: FactorParts
  private readonly key: Buffer

  constructor(parts: FactorParts) {
    this.parts = parts
    this.key = derivedKey(parts.key, 'second factor')
  }

  /** What a user has: since when (undefined: nothing), and how many recovery codes are left. */
  async state(userId: string): Promise<{ since?: Microseconds; recoveryCodesLeft: number }> {
    const { accounts } = this.parts
    const factor = await accounts.factorOf(userId)
    const recoveryCodesLeft = await accounts.recoveryCodesLeft(userId)
    return { ...(factor?.confirmed && { since: factor.confirmed }), recoveryCodesLeft }
  }

  /**
   * A fresh secret, which counts once a code of it was shown. Throws OperatingError
   * 'wrong-sign-in', 'has-factor' when there is one.
   */
  async begin(actor: Actor, password: string, address: string) {
    const { accounts, guard } = this.parts
    const user = await guard.assertPassword(actor, password, address)
    const secret = randomBytes(SECRET_BYTES)
    const row = { secret: seal(this.key, secret, user.id), confirmed: null, last_step: 0 }
    await accounts.change(async ({ db, now }) => {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('second_factor')
        .values({ user: user.id, created: now, ...row })
        .onConflict((conflict) =>
          conflict
            .column('user')
            .doUpdateSet({ created: now, ...row })
            .where('second_factor.confirmed', 'is', null),
        )
        .executeTakeFirst()
      if (numInsertedOrUpdatedRows === 0n) {
        throw new OperatingError('has-factor', 'there is one already: remove it first')
      }
    })
    return { secret: base32(secret), uri: otpauthUri(secret, user.name) }
  }

  /**
   * Shows that the app has the secret; answers the recovery codes, which are never shown again. All
   * other sessions of the user end. Throws OperatingError 'wrong-code', 'no-factor', 'wait'.
   */
  async confirm(actor: Actor, totp: string, address: string): Promise<string[]> {
    const { accounts, guard, clock } = this.parts
    if (!actor.session) throw new OperatingError('role', 'only a signed-in person may do this')
    const attempt = { nameKey: `confirm ${actor.userId}`, address }
    guard.mayTry(attempt)
    const factor = await accounts.factorOf(actor.userId)
    if (!factor || factor.confirmed !== null) {
      throw new OperatingError('no-factor', 'nothing waits to be confirmed: begin anew')
    }
    const secret = unseal(this.key, factor.secret, actor.userId)
    const step = stepOfCode(secret, totp, { now: clock(), lastStep: 0 })
    if (step === undefined) {
      guard.failed(attempt)
      const text = 'the code is another; the clocks of phone and server may differ'
      throw new OperatingError('wrong-code', text)
    }
    const codes = freshCodes()
    await accounts.change(async (change) => {
      const { db, now, record } = change
      const { userId, session } = actor
      const { numUpdatedRows } = await db
        .updateTable('second_factor')
        .set({ confirmed: now, last_step: step })
        .where('user', '=', userId)
        .where('secret', '=', factor.secret)
        .where('confirmed', 'is', null)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) throw new OperatingError('no-factor', 'begin anew')
      await putCodes(change, userId, codes)
      const others = db.deleteFrom('session').where('user', '=', userId)
      await others.where('hash', '!=', session!.hash).execute()
      const subject = `user:${userId}`
      record({ kind: 'factor.added', actor: actor.name, subject, at: now, facts: { what: 'totp' } })
    })
    return codes
  }

  /** Ten new recovery codes; the old ones are void. Throws 'wrong-sign-in', 'no-factor'. */
  async renewCodes(actor: Actor, password: string, address: string): Promise<string[]> {
    const { accounts, guard } = this.parts
    const { id } = await guard.assertPassword(actor, password, address)
    const factor = await accounts.factorOf(id)
    if (!factor?.confirmed) throw new OperatingError('no-factor', 'there is no second factor')
    const codes = freshCodes()
    await accounts.change(async (change) => {
      await putCodes(change, id, codes)
      const subject = `user:${id}`
      change.record({
        kind: 'recovery-codes.renewed',
        actor: actor.name,
        subject,
        at: change.now,
      })
    })
    return codes
  }

  /** False: there was none. Throws OperatingError 'wrong-sign-in', 'wait'. */
  async remove(actor: Actor, password: string, address: string): Promise<boolean> {
    const { accounts, guard } = this.parts
    const { id } = await guard.assertPassword(actor, password, address)
    return accounts.change(async (change) => {
      const { db, now, record } = change
      if (!(await dropFactor(change, id))) return false
      const others = db.deleteFrom('session').where('user', '=', id)
      await others.where('hash', '!=', actor.session!.hash).execute()
      const subject = `user:${id}`
      const facts = { what: 'totp' }
      record({ kind: 'factor.removed', actor: actor.name, subject, at: now, facts })
      return true
    })
  }

  /**
   * For an owner whose colleague has lost the phone: factor, recovery codes, passkeys and sessions
   * of that user go; the password stays. Asks for the owner's own password. False: no such user.
   */
  async reset(actor: Actor, target: string, given: { password: string; address: string }) {
    const { accounts, guard } = this.parts
    await guard.assertPassword(actor, given.password, given.address)
    return accounts.change(async (change) => {
      const { db, now, record } = change
      const user = await db
        .selectFrom('account')
        .select('id')
        .where('id', '=', target)
        .where('disabled', '=', 0)
        .executeTakeFirst()
      if (!user) return false
      await dropFactor(change, target)
      await db.deleteFrom('passkey').where('user', '=', target).execute()
      await db.deleteFrom('session').where('user', '=', target).execute()
      record({ kind: 'factor.reset', actor: actor.name, subject: `user:${target}`, at: now })
      return true
    })
  }

  /**
   * What stands between a right password and a session. Throws OperatingError 'totp-needed' when
   * nothing was shown, 'wrong-totp' when it was wrong, 'wait' after too many of these: counted for
   * the account wherever the tries come from, which only who has the password can bring about.
   */
  async assertShown(userId: string, shown: Shown, known: string | undefined): Promise<void> {
    const { accounts, guard } = this.parts
    const factor = await accounts.factorOf(userId)
    if (!factor?.confirmed) return
    const { totp, recoveryCode } = shown
    if (totp === undefined && recoveryCode === undefined) {
      throw new OperatingError('totp-needed', 'now the code of your authenticator')
    }
    const attempt = { nameKey: userId, address: '', known: `factor ${userId} ${known ?? ''}` }
    guard.mayTry(attempt)
    const isRight =
      totp === undefined
        ? await this.spendCode(userId, recoveryCode!)
        : await this.takeTotp(userId, totp)
    if (isRight) return guard.succeeded(attempt)
    guard.failed(attempt)
    await guard.refused(`user:${userId}`, { because: 'second factor' })
    throw new OperatingError('wrong-totp', 'this code is wrong, too old, or was used before')
  }

  /** Whether it is a code of now; it is none a second time, even if both come at once. */
  private takeTotp(userId: string, totp: string): Promise<boolean> {
    const { accounts, clock } = this.parts
    return accounts.change(async ({ db }) => {
      const factor = await db
        .selectFrom('second_factor')
        .selectAll()
        .where('user', '=', userId)
        .executeTakeFirst()
      if (!factor) return false
      const secret = unseal(this.key, factor.secret, userId)
      const lastStep = Number(factor.last_step)
      const step = stepOfCode(secret, totp, { now: clock(), lastStep })
      if (step === undefined) return false
      const used = db.updateTable('second_factor').set({ last_step: step })
      await used.where('user', '=', userId).execute()
      return true
    })
  }

  private spendCode(userId: string, code: string): Promise<boolean> {
    return this.parts.accounts.change(async ({ db, now, record }) => {
      const { numUpdatedRows } = await db
        .updateTable('recovery_code')
        .set({ used: now })
        .where('user', '=', userId)
        .where('hash', '=', readableHash(code))
        .where('used', 'is', null)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) return false
      const subject = `user:${userId}`
      record({ kind: 'recovery-code.used', actor: subject, subject, at: now })
      return true
    })
  }
}

const freshCodes = () => Array.from({ length: RECOVERY_CODES }, () => readableCode(RECOVERY_GROUPS))

async function putCodes({ db, now }: Change, user: string, codes: readonly string[]) {
  await db.deleteFrom('recovery_code').where('user', '=', user).execute()
  const rows = codes.map((code) => ({ user, hash: readableHash(code), created: now, used: null }))
  await db.insertInto('recovery_code').values(rows).execute()
}

async function dropFactor({ db }: Change, user: string): Promise<boolean> {
  await db.deleteFrom('recovery_code').where('user', '=', user).execute()
  const gone = await db.deleteFrom('second_factor').where('user', '=', user).executeTakeFirst()
  return gone.numDeletedRows > 0n
}
