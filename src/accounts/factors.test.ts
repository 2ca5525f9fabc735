// The second factor: the RFCs' own vectors, a code once, recovery codes, what is in the store, who
// may take it away.
import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HOUR, SECOND } from '../core/clock.ts'
import { OperatingError } from '../core/errors.ts'
import { Accounts, Store } from '../store/index.ts'
import { Challenges } from './challenges.ts'
import { Door } from './door.ts'
import { seal, unseal, derivedKey } from './sealed.ts'
import { freshSecret } from './secrets.ts'
import { SetupCode } from './setup-code.ts'
import { base32, codeOf, otpauthUri, stepAt, stepOfCode } from './totp.ts'
import { Users } from './users.ts'

const NOW = 1_800_000_000 * SECOND
const STEP = 30 * SECOND
const PASSWORD = 'a long enough password'
const VISITOR = { address: '192.0.2.1', agent: 'test' }
const { address } = VISITOR
/** RFC 4226 appendix D, RFC 6238 appendix B. */
const RFC_SECRET = Buffer.from('12345678901234567890')

const isCode = (code: string) => (cause: unknown) =>
  cause instanceof OperatingError && cause.code === code

test('codes are those of RFC 4226 and RFC 6238', () => {
  const counted = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583']
  assert.deepEqual(
    counted.map((_, count) => codeOf(RFC_SECRET, count)),
    counted,
  )
  // The last six of the eight digits that RFC 6238 shows.
  const timed = [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ] as const
  for (const [seconds, code] of timed) {
    assert.equal(codeOf(RFC_SECRET, stepAt(seconds * SECOND)), code)
  }
})

test('one step of drift either way, and no step that was used', () => {
  const step = stepAt(NOW)
  const taken = (other: number, lastStep = 0) =>
    stepOfCode(RFC_SECRET, codeOf(RFC_SECRET, step + other), { now: NOW, lastStep })
  assert.deepEqual(
    [-2, -1, 0, 1, 2].map((other) => taken(other)),
    [undefined, step - 1, step, step + 1, undefined],
  )
  assert.equal(taken(0, step), undefined)
  assert.equal(taken(-1, step), undefined, 'nor one before it')
  assert.equal(taken(1, step), step + 1)
  for (const nonsense of ['', '00000', '0000000', 'abcdef', '12345६']) {
    assert.equal(stepOfCode(RFC_SECRET, nonsense, { now: NOW, lastStep: 0 }), undefined)
  }
})

test('base32 is that of RFC 4648, and the URI what apps read', () => {
  const vectors = { f: 'MY', fo: 'MZXQ', foo: 'MZXW6', foob: 'MZXW6YQ', fooba: 'MZXW6YTB' }
  for (const [text, code] of Object.entries(vectors)) assert.equal(base32(Buffer.from(text)), code)
  const uri = new URL(otpauthUri(RFC_SECRET, 'Ada L/ovelace?'))
  assert.equal(decodeURIComponent(uri.pathname), '/Thingward:Ada L/ovelace?')
  assert.equal(uri.searchParams.get('secret'), 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
})

test('what is sealed opens with its key and for its owner only', () => {
  const key = derivedKey('k', 'test')
  const text = seal(key, Buffer.from('secret'), 'u1')
  assert.equal(unseal(key, text, 'u1').toString(), 'secret')
  assert.notEqual(text, seal(key, Buffer.from('secret'), 'u1'))
  const changed = `${text.slice(0, 20)}${text[20] === 'A' ? 'B' : 'A'}${text.slice(21)}`
  for (const open of [
    () => unseal(key, text, 'u2'),
    () => unseal(derivedKey('k', 'other'), text, 'u1'),
    () => unseal(key, changed, 'u1'),
    () => unseal(key, '', 'u1'),
  ]) {
    assert.throws(open, isCode('sealed'))
  }
})

test('a challenge is good once, for its purpose, for five minutes', () => {
  const challenges = new Challenges(freshSecret())
  const fresh = () => Buffer.from(challenges.fresh('a', NOW)).toString('base64url')
  const one = fresh()
  assert.equal(challenges.spend(one, 'b', NOW), false)
  assert.equal(challenges.spend(one, 'a', NOW), true)
  assert.equal(challenges.spend(one, 'a', NOW), false)
  assert.equal(challenges.spend(fresh(), 'a', NOW + 299 * SECOND), true)
  assert.equal(challenges.spend(fresh(), 'a', NOW + 302 * SECOND), false)
  assert.equal(new Challenges(freshSecret()).spend(fresh(), 'a', NOW), false)
  assert.equal(challenges.spend('', 'a', NOW), false)
})

async function rehearse(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'tw-factors-'))
  const time = { now: NOW }
  const clock = () => time.now
  const store = await Store.open({ path: ':memory:', clock })
  const recorded: { kind: string; text: string }[] = []
  store.recordTo({
    write: (draft) => recorded.push({ kind: draft.kind, text: JSON.stringify(draft) }),
  })
  t.after(() => {
    store.close()
    rmSync(folder, { recursive: true })
  })
  const accounts = new Accounts(store)
  const setupCode = new SetupCode(join(folder, 'setup-code'))
  const door = new Door({ accounts, setupCode, markKey: freshSecret(), clock })
  const code = setupCode.issue()
  const owner = await door.setUp({ code, name: 'Ada', password: PASSWORD }, VISITOR)
  const now = (secret: string, steps = 0) => codeOf(bytesOf(secret), stepAt(time.now) + steps)
  const enrol = async (actor = owner.actor) => {
    const { secret } = await door.factors.begin(actor, PASSWORD, address)
    const recoveryCodes = await door.factors.confirm(actor, now(secret), address)
    return { secret, recoveryCodes }
  }
  const signIn = (shown: object = {}, visitor = VISITOR) =>
    door.signIn({ name: 'Ada', password: PASSWORD, ...shown }, visitor)
  return { store, accounts, door, owner, time, recorded, now, enrol, signIn }
}

function bytesOf(text: string): Buffer {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...text].map((each) => alphabet.indexOf(each).toString(2).padStart(5, '0')).join('')
  const bytes = bits.match(/.{8}/g) ?? []
  return Buffer.from(bytes.map((each) => Number.parseInt(each, 2)))
}

test('a code is asked for once the password is right, and works once', async (t) => {
  const { door, owner, time, now, enrol, signIn } = await rehearse(t)
  const other = await signIn()
  const { secret } = await enrol()
  assert.ok(await door.bySession(owner.token), 'who has set it up goes on')
  assert.equal(await door.bySession(other.token), undefined, 'other sessions are over')
  const wrong = door.signIn({ name: 'Ada', password: 'wrong', totp: now(secret, 1) }, VISITOR)
  await assert.rejects(wrong, isCode('wrong-sign-in'))
  await assert.rejects(signIn(), isCode('totp-needed'))
  await assert.rejects(signIn({ totp: now(secret) }), isCode('wrong-totp'), 'enrolment used it')
  time.now += STEP
  const totp = now(secret)
  const both = await Promise.allSettled([signIn({ totp }), signIn({ totp })])
  assert.deepEqual(both.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  assert.equal((await door.factors.state(owner.actor.userId)).recoveryCodesLeft, 10)
})

test('an enrolment nobody confirmed does nothing; the second one takes its place', async (t) => {
  const { door, owner, now, signIn } = await rehearse(t)
  const { actor } = owner
  await assert.rejects(door.factors.begin(actor, 'wrong', address), isCode('wrong-sign-in'))
  await assert.rejects(door.factors.confirm(actor, '000000', address), isCode('no-factor'))
  const first = await door.factors.begin(actor, PASSWORD, address)
  assert.ok(await signIn())
  const second = await door.factors.begin(actor, PASSWORD, address)
  const old = door.factors.confirm(actor, now(first.secret), address)
  await assert.rejects(old, isCode('wrong-code'))
  await door.factors.confirm(actor, now(second.secret), address)
  await assert.rejects(door.factors.begin(actor, PASSWORD, address), isCode('has-factor'))
  await assert.rejects(signIn(), isCode('totp-needed'))
})

test('guessing codes makes wait wherever it is done, but not a known browser', async (t) => {
  const { enrol, signIn, now, time } = await rehearse(t)
  const { mark } = await signIn()
  const { secret } = await enrol()
  time.now += STEP
  let tries = 0
  for (; tries < 20; tries++) {
    const elsewhere = { ...VISITOR, address: `198.51.100.${tries}` }
    const outcome = await signIn({ totp: '000000' }, elsewhere).catch((cause: Error) => cause)
    if (isCode('wait')(outcome)) break
    assert.ok(isCode('wrong-totp')(outcome))
  }
  assert.ok(tries >= 5 && tries < 8, `${tries} tries`)
  const elsewhere = { ...VISITOR, address: '203.0.113.1' }
  await assert.rejects(signIn({ totp: now(secret) }, elsewhere), isCode('wait'))
  assert.ok(await signIn({ totp: now(secret) }, { ...elsewhere, mark } as typeof VISITOR))
})

test('a recovery code works once, however it is typed; new ones void the old', async (t) => {
  const { door, owner, enrol, signIn } = await rehearse(t)
  const { recoveryCodes } = await enrol()
  assert.equal(new Set(recoveryCodes).size, 10)
  const [first, second] = recoveryCodes
  assert.match(first, /^([2-9A-Z]{4}-){5}[2-9A-Z]{4}$/)
  const recoveryCode = first.toLowerCase().replaceAll('-', ' ')
  assert.ok(await signIn({ recoveryCode }))
  await assert.rejects(signIn({ recoveryCode }), isCode('wrong-totp'))
  const { userId } = owner.actor
  assert.equal((await door.factors.state(userId)).recoveryCodesLeft, 9)
  const opened = await signIn({ recoveryCode: second })
  const renewed = await door.factors.renewCodes(opened.actor, PASSWORD, address)
  await assert.rejects(signIn({ recoveryCode: recoveryCodes[2] }), isCode('wrong-totp'))
  assert.ok(await signIn({ recoveryCode: renewed[0] }))
})

test('no secret is in the store or on record, and everything else is', async (t) => {
  const { store, door, owner, recorded, enrol, signIn } = await rehearse(t)
  const { secret, recoveryCodes } = await enrol()
  await signIn({ recoveryCode: recoveryCodes[0] })
  await signIn({ totp: '000000' }).catch(() => undefined)
  await door.factors.renewCodes(owner.actor, PASSWORD, address)
  await door.factors.remove(owner.actor, PASSWORD, address)
  const rows = [
    await store.read.selectFrom('second_factor').selectAll().execute(),
    await store.read.selectFrom('recovery_code').selectAll().execute(),
  ]
  await enrol()
  const again = await store.read.selectFrom('second_factor').selectAll().execute()
  const kept = JSON.stringify([rows, again, recorded])
  const raw = bytesOf(secret)
  const forms = [secret, raw.toString('base64url'), raw.toString('hex'), raw.toString('latin1')]
  for (const form of [...forms, ...recoveryCodes]) assert.ok(!kept.includes(form))
  const kinds = recorded.map(({ kind }) => kind)
  const expected = ['factor.added', 'recovery-code.used', 'recovery-codes.renewed']
  for (const kind of [...expected, 'session.refused', 'factor.removed']) {
    assert.ok(kinds.includes(kind), kind)
  }
})

test('removal needs the password; an owner resets the factor of another', async (t) => {
  const { accounts, door, owner, enrol, signIn } = await rehearse(t)
  const users = new Users(accounts)
  const grace = { name: 'Grace', role: 'operator' as const, password: PASSWORD }
  const id = await users.add(owner.actor, grace)
  const opened = await door.signIn(grace, VISITOR)
  await enrol(opened.actor)
  await enrol()
  const program = await users.addToken(opened.actor, { name: 'x', role: 'operator', days: 1 })
  const byToken = (await door.byToken(program.token))!
  await assert.rejects(door.factors.remove(byToken, PASSWORD, address), isCode('role'))
  const wrong = door.factors.remove(opened.actor, 'wrong', address)
  await assert.rejects(wrong, isCode('wrong-sign-in'))
  const reset = (password: string) => door.factors.reset(owner.actor, id, { password, address })
  await assert.rejects(reset('wrong'), isCode('wrong-sign-in'))
  assert.equal(await reset(PASSWORD), true)
  assert.equal(await door.bySession(opened.token), undefined)
  assert.ok(await door.signIn(grace, VISITOR))
  await assert.rejects(signIn(), isCode('totp-needed'), 'her own stays')
  assert.equal(await door.factors.remove(owner.actor, PASSWORD, address), true)
  assert.ok(await signIn())
  assert.equal(await door.factors.remove(owner.actor, PASSWORD, address), false)
})

test('guessing at the password from a borrowed session makes wait', async (t) => {
  const { door, owner, time } = await rehearse(t)
  const remove = (password: string) => door.factors.remove(owner.actor, password, address)
  for (let tries = 0; tries < 5; tries++) {
    await assert.rejects(remove('wrong'), isCode('wrong-sign-in'))
  }
  await assert.rejects(remove(PASSWORD), isCode('wait'))
  time.now += HOUR
  assert.equal(await remove(PASSWORD), false)
})

test('common passwords are refused at every door', async (t) => {
  const { accounts, door, owner } = await rehearse(t)
  const common = 'Password-2026!'
  const change = { password: PASSWORD, newPassword: common }
  const changed = door.changePassword(owner.actor, change, VISITOR)
  await assert.rejects(changed, isCode('common-password'))
  const added = new Users(accounts).add(owner.actor, {
    name: 'G',
    role: 'auditor',
    password: common,
  })
  await assert.rejects(added, isCode('common-password'))
})
