// Whoever claims to be somebody has few tries: waiting after wrong ones, and the password asked
// again before what would let a borrowed session stay.
import { OperatingError } from '../core/errors.ts'
import type { Microseconds } from '../core/clock.ts'
import type { Accounts, StoredUser } from '../store/index.ts'
import { Attempts, type Try } from './attempts.ts'
import { isPassword } from './passwords.ts'
import type { Actor } from './roles.ts'

export class Guard {
  private readonly attempts = new Attempts()
  private readonly accounts: Accounts
  private readonly clock: () => Microseconds

  constructor(accounts: Accounts, clock: () => Microseconds) {
    this.accounts = accounts
    this.clock = clock
  }

  /** Throws OperatingError 'wait' after too many wrong tries. */
  mayTry(attempt: Try): void {
    const wait = this.attempts.wait(attempt, this.clock())
    if (wait <= 0) return
    const seconds = Math.ceil(wait / 1_000_000)
    throw new OperatingError('wait', `too many wrong tries; again in ${seconds} s`)
  }

  failed(attempt: Try): void {
    this.attempts.failed(attempt, this.clock())
  }

  succeeded(attempt: Try): void {
    this.attempts.succeeded(attempt)
  }

  /** Puts a refusal on record. */
  async refused(subject: string, facts?: { readonly because: string }): Promise<void> {
    await this.accounts.change(async ({ record, now }) =>
      record({
        kind: 'session.refused',
        actor: 'system',
        subject,
        at: now,
        ...(facts && { facts }),
      }),
    )
  }

  /**
   * Whether it is really them: the present password of a signed-in person. Throws OperatingError
   * 'wrong-sign-in', 'wait', or 'role' for a program: a token that leaked must not take the
   * account.
   */
  async assertPassword(actor: Actor, password: string, address: string): Promise<StoredUser> {
    if (!actor.session) throw new OperatingError('role', 'only a signed-in person may do this')
    const attempt = { nameKey: `password ${actor.userId}`, address }
    this.mayTry(attempt)
    const user = await this.accounts.user(actor.userId)
    if (!user || !(await isPassword(user.password, password))) {
      this.failed(attempt)
      await this.refused(actor.name, { because: 'password asked again' })
      throw new OperatingError('wrong-sign-in', 'the present password is another')
    }
    this.succeeded(attempt)
    return user
  }
}
