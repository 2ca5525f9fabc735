// Passkeys (WebAuthn): keys in a phone, a laptop or a stick, bound to a host name, that sign us in
// with the holder verified by the authenticator. Several a user, each with a name.
import { isIP } from 'node:net'
import { OperatingError } from '../core/errors.ts'
import type { Microseconds } from '../core/clock.ts'
import { freshId, type Accounts, type StoredPasskey } from '../store/index.ts'
import { Challenges } from './challenges.ts'
import type { Guard } from './guard.ts'
import type { Actor } from './roles.ts'

const PASSKEYS_MAX = 20
const SIGN_IN = 'sign in'
/** Ed25519, ES256, RS256 (Windows Hello). */
const ALGORITHMS = [-8, -7, -257]

/** What the passkeys stand on. */
export interface PasskeyParts {
  readonly accounts: Accounts
  readonly guard: Guard
  /** The data folder's key. */
  readonly key: string
  clock(): Microseconds
}

type Library = typeof import('@simplewebauthn/server')
/** What a browser answers, as JSON (WebAuthn 3, 5.1). */
export type RegistrationAnswer = Parameters<Library['verifyRegistrationResponse']>[0]['response']
export type SignInAnswer = Parameters<Library['verifyAuthenticationResponse']>[0]['response']

/** Half a megabyte of parsers that most never need. */
let library: Promise<Library> | undefined
const loaded = () => (library ??= import('@simplewebauthn/server'))

/**
 * The name that keys are bound to (rpID), from the address people use: `host` or `host:port`.
 * Throws OperatingError 'no-passkeys' for an IP address, to which no key can be bound (WebAuthn 3,
 * 5.1.2).
 */
export function keyHost(host: string): string {
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase()
  if (isIP(name) === 0 && /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name)) return name
  const text = 'passkeys are bound to a host name: open this page by its name, not by its address'
  throw new OperatingError('no-passkeys', text)
}

export class Passkeys {
  private readonly parts: PasskeyParts
  private readonly challenges: Challenges

  constructor(parts: PasskeyParts) {
    this.parts = parts
    this.challenges = new Challenges(parts.key)
  }

  /** What the browser needs to make a key. Throws 'wrong-sign-in', 'too-many', 'no-passkeys'. */
  async begin(actor: Actor, given: { password: string; address: string; host: string }) {
    const { accounts, guard, clock } = this.parts
    const rpID = keyHost(given.host)
    const user = await guard.assertPassword(actor, given.password, given.address)
    const known = await accounts.passkeys(user.id)
    if (known.length >= PASSKEYS_MAX) {
      throw new OperatingError('too-many', `at most ${PASSKEYS_MAX} passkeys each; remove some`)
    }
    const { generateRegistrationOptions } = await loaded()
    return generateRegistrationOptions({
      rpName: 'Thingward',
      rpID,
      userName: user.name,
      userID: Uint8Array.from(Buffer.from(user.id)),
      challenge: this.challenges.fresh(purposeOf(actor), clock()),
      attestationType: 'none',
      excludeCredentials: known.map(({ credential }) => ({ id: credential })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      supportedAlgorithmIDs: ALGORITHMS,
    })
  }

  /** Keeps the new key. Throws OperatingError 'wrong-passkey'. */
  async add(actor: Actor, request: { name: string; response: RegistrationAnswer }, host: string) {
    const { accounts, clock } = this.parts
    const { verifyRegistrationResponse } = await loaded()
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: request.response,
      expectedChallenge: (text) => this.challenges.spend(text, purposeOf(actor), clock()),
      expectedOrigin: `https://${host}`,
      expectedRPID: keyHost(host),
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    }).catch(refuse)
    if (!verified) throw wrongPasskey()
    const { credential } = registrationInfo
    const id = freshId('p')
    await accounts.change(async ({ db, now, record }) => {
      const taken = db.selectFrom('passkey').select('id').where('credential', '=', credential.id)
      if (await taken.executeTakeFirst()) throw wrongPasskey()
      const row = {
        id,
        user: actor.userId,
        credential: credential.id,
        public_key: Buffer.from(credential.publicKey).toString('base64url'),
        host: keyHost(host),
        counter: credential.counter,
        transports_json: JSON.stringify(credential.transports ?? []),
        name: request.name,
        created: now,
        last_used: null,
      }
      await db.insertInto('passkey').values(row).execute()
      const subject = `user:${actor.userId}`
      const facts = { what: 'passkey', passkey: id }
      record({ kind: 'factor.added', actor: actor.name, subject, at: now, facts })
    })
    return id
  }

  /** False: no such key of theirs. */
  rename(actor: Actor, id: string, name: string): Promise<boolean> {
    return this.parts.accounts.change(async ({ db, now, record }) => {
      const { numUpdatedRows } = await db
        .updateTable('passkey')
        .set({ name })
        .where('id', '=', id)
        .where('user', '=', actor.userId)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) return false
      const subject = `user:${actor.userId}`
      const facts = { what: 'passkey', passkey: id }
      record({ kind: 'factor.renamed', actor: actor.name, subject, at: now, facts })
      return true
    })
  }

  /** False: no such key of theirs. Throws 'wrong-sign-in'. */
  async remove(actor: Actor, id: string, given: { password: string; address: string }) {
    const { accounts, guard } = this.parts
    await guard.assertPassword(actor, given.password, given.address)
    return accounts.change(async ({ db, now, record }) => {
      const { numDeletedRows } = await db
        .deleteFrom('passkey')
        .where('id', '=', id)
        .where('user', '=', actor.userId)
        .executeTakeFirst()
      if (numDeletedRows === 0n) return false
      const subject = `user:${actor.userId}`
      const facts = { what: 'passkey', passkey: id }
      record({ kind: 'factor.removed', actor: actor.name, subject, at: now, facts })
      return true
    })
  }

  /** What the browser needs to sign in; the same for whoever asks: it tells nothing of users. */
  async beginSignIn(host: string) {
    const { generateAuthenticationOptions } = await loaded()
    return generateAuthenticationOptions({
      rpID: keyHost(host),
      challenge: this.challenges.fresh(SIGN_IN, this.parts.clock()),
      userVerification: 'required',
    })
  }

  /**
   * The user whose key has signed. Throws OperatingError 'wrong-passkey', and 'copied-passkey'
   * where its counter went back: the key is in two places. Nobody waits after a wrong one: a
   * signature is not guessed, and whoever sits in the same network is not to be kept out.
   */
  async prove(response: SignInAnswer, host: string): Promise<string> {
    const { accounts, guard, clock } = this.parts
    const stored = await accounts.passkeyOf(response.id)
    try {
      if (!stored || stored.host !== keyHost(host)) throw wrongPasskey()
      const { verifyAuthenticationResponse } = await loaded()
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response,
        expectedChallenge: (text) => this.challenges.spend(text, SIGN_IN, clock()),
        expectedOrigin: `https://${host}`,
        expectedRPID: stored.host,
        credential: {
          id: stored.credential,
          publicKey: Uint8Array.from(Buffer.from(stored.public_key, 'base64url')),
          // Compared below, where it can be told apart from other faults.
          counter: 0,
        },
        requireUserVerification: true,
      }).catch(refuse)
      if (!verified) throw wrongPasskey()
      await this.used(stored, authenticationInfo.newCounter)
    } catch (cause) {
      const because = cause instanceof OperatingError ? cause.code : 'wrong-passkey'
      await guard.refused(stored ? `user:${stored.user}` : 'user:unknown', { because })
      throw cause
    }
    return stored.user
  }

  /** The counter only rises, where the authenticator has one (WebAuthn 3, 6.1.1). */
  private used({ id }: StoredPasskey, counter: number): Promise<void> {
    return this.parts.accounts.change(async ({ db, now }) => {
      const last = await db
        .selectFrom('passkey')
        .select('counter')
        .where('id', '=', id)
        .executeTakeFirst()
      if (!last) throw wrongPasskey()
      const before = Number(last.counter)
      if ((counter > 0 || before > 0) && counter <= before) {
        const text = 'this passkey was used elsewhere: there is a copy of it; remove it'
        throw new OperatingError('copied-passkey', text)
      }
      const seen = { counter, last_used: now }
      await db.updateTable('passkey').set(seen).where('id', '=', id).execute()
    })
  }
}

const purposeOf = ({ session }: Actor) => {
  if (!session) throw new OperatingError('role', 'only a signed-in person may do this')
  return `new key for ${session.id}`
}

const wrongPasskey = () =>
  new OperatingError('wrong-passkey', 'this passkey is none that was made here, or came too late')

/** What does not verify is thrown by the library, in words about its insides. */
const refuse = (): never => {
  throw wrongPasskey()
}
