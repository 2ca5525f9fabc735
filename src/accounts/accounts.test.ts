// Passwords, waiting after wrong ones, the set-up code, the door.
import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HOUR, MINUTE, SECOND } from '../core/clock.ts'
import { OperatingError } from '../core/errors.ts'
import { Accounts, Store } from '../store/index.ts'
import { Attempts, networkOf } from './attempts.ts'
import { Door } from './door.ts'
import { hashPassword, isPassword } from './passwords.ts'
import { freshSecret } from './secrets.ts'
import { SetupCode } from './setup-code.ts'
import { Users } from './users.ts'

const NOW = 1_800_000_000 * SECOND
const PASSWORD = 'a long enough password'
const VISITOR = { address: '192.0.2.1', agent: 'test' }

const isCode = (code: string) => (cause: unknown) =>
  cause instanceof OperatingError && cause.code === code

async function rehearse(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'tw-door-'))
  const time = { now: NOW }
  const clock = () => time.now
  const store = await Store.open({ path: ':memory:', clock })
  const recorded: string[] = []
  const texts: string[] = []
  store.recordTo({
    write: (draft) => {
      recorded.push(draft.kind)
      texts.push(JSON.stringify(draft))
    },
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
  return { store, accounts, door, users: new Users(accounts), owner, time, recorded, texts }
}

test('a password is itself and no other; the stored text is argon2id', async () => {
  const stored = await hashPassword('pässword')
  assert.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.equal(await isPassword(stored, 'pässword'), true)
  assert.equal(await isPassword(stored, 'pa\u0308ssword'), true, 'however the accent is typed')
  assert.equal(await isPassword(stored, 'password'), false)
  assert.equal(await isPassword('', ''), false)
  assert.notEqual(stored, await hashPassword('pässword'))
})

test('the set-up code is made once, read loosely, and replaced when it is guessed at', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tw-code-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'setup-code')
  const code = new SetupCode(path)
  const text = code.issue()
  assert.match(text, /^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(new SetupCode(path).issue(), text)
  assert.equal(code.matches(text.toLowerCase().replaceAll('-', ' ')), true)
  for (let tries = 0; tries < 20; tries++) assert.equal(code.matches('2222-2222-2222'), false)
  assert.notEqual(readFileSync(path, 'utf8').trim(), text)
  code.spend()
  assert.equal(existsSync(path), false)
  assert.equal(code.matches(''), false)
})

test('waiting grows with wrong tries, and is forgotten', () => {
  const attempts = new Attempts()
  const own = { nameKey: 'ada', address: '192.0.2.1' }
  let now = NOW
  for (let tries = 0; tries < 4; tries++) attempts.failed(own, now)
  assert.equal(attempts.wait(own, now), 0)
  const waits = Array.from({ length: 12 }, () => {
    attempts.failed(own, now)
    return attempts.wait(own, now)
  })
  assert.ok(waits.every((wait, index) => wait >= (waits[index - 1] ?? 0)))
  assert.equal(waits.at(-1), 15 * MINUTE)
  now += 16 * MINUTE
  assert.equal(attempts.wait(own, now), 0)
  now += HOUR
  attempts.failed(own, now)
  assert.equal(attempts.wait(own, now), 0, 'an hour later the count starts again')
})

test('whoever guesses keeps neither others nor the known browser out', () => {
  const attempts = new Attempts()
  for (let tries = 0; tries < 200; tries++) {
    attempts.failed({ nameKey: 'ada', address: '192.0.2.66' }, NOW)
  }
  const from = (address: string, known?: string) =>
    attempts.wait({ nameKey: 'ada', address, ...(known && { known }) }, NOW)
  assert.ok(from('192.0.2.66') > 0)
  assert.equal(from('192.0.2.1'), 0, 'Ada at her own desk')
  assert.equal(from('192.0.2.66', 'her browser'), 0, 'Ada behind the same address')
})

test('one IPv6 host cannot change its network', () => {
  assert.equal(networkOf('2001:db8:0:1::1'), networkOf('2001:db8:0:1:ffff::2'))
  assert.notEqual(networkOf('2001:db8:0:1::1'), networkOf('2001:db8:0:2::1'))
  assert.equal(networkOf('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(networkOf('fe80::1%eth0'), networkOf('fe80::2'))
})

test('the door: set up once, sign in, be known, sign out', async (t) => {
  const { door, owner, recorded, texts } = await rehearse(t)
  const again = { code: 'x', name: 'Eve', password: PASSWORD }
  await assert.rejects(door.setUp(again, VISITOR), isCode('set-up'))
  const opened = await door.signIn({ name: ' ADA ', password: PASSWORD }, VISITOR)
  assert.notEqual(opened.token, owner.token)
  assert.equal((await door.bySession(opened.token))?.userName, 'Ada')
  assert.equal(await door.bySession(`${opened.token}x`), undefined)
  assert.equal(await door.signOut(opened.actor, opened.actor.session!.id), true)
  assert.equal(await door.bySession(opened.token), undefined)
  assert.ok(await door.bySession(owner.token), 'the other session goes on')
  for (const kind of ['user.created', 'session.opened', 'session.ended']) {
    assert.ok(recorded.includes(kind), kind)
  }
  for (const text of texts) {
    for (const secret of [PASSWORD, opened.token, opened.csrf]) assert.ok(!text.includes(secret))
  }
})

test('wrong name and wrong password say the same, and are on record', async (t) => {
  const { door, recorded } = await rehearse(t)
  const messages = []
  for (const name of ['Ada', 'Nobody']) {
    try {
      await door.signIn({ name, password: 'wrong' }, VISITOR)
    } catch (cause) {
      assert.ok(isCode('wrong-sign-in')(cause))
      messages.push((cause as Error).message)
    }
  }
  assert.equal(messages.length, 2)
  assert.equal(messages[0], messages[1])
  assert.equal(recorded.filter((kind) => kind === 'session.refused').length, 2)
})

test('a session ends when it is not used, and after a week in any case', async (t) => {
  const { door, owner, time } = await rehearse(t)
  time.now += 11 * HOUR
  assert.ok(await door.bySession(owner.token))
  time.now += 11 * HOUR
  assert.ok(await door.bySession(owner.token), 'use keeps it')
  time.now += 13 * HOUR
  assert.equal(await door.bySession(owner.token), undefined)
  const opened = await door.signIn({ name: 'Ada', password: PASSWORD }, VISITOR)
  for (let hours = 0; hours < 7 * 24 - 6; hours += 6) {
    time.now += 6 * HOUR
    assert.ok(await door.bySession(opened.token), `after ${hours + 6} h`)
  }
  time.now += 6 * HOUR + SECOND
  assert.equal(await door.bySession(opened.token), undefined)
})

test('a new password ends every other session', async (t) => {
  const { door, owner } = await rehearse(t)
  const other = await door.signIn({ name: 'Ada', password: PASSWORD }, VISITOR)
  const change = { password: PASSWORD, newPassword: 'another long password' }
  const wrong = { ...change, password: 'not this one' }
  await assert.rejects(door.changePassword(owner.actor, wrong, VISITOR), isCode('wrong-sign-in'))
  const opened = await door.changePassword(owner.actor, change, VISITOR)
  assert.equal(await door.bySession(other.token), undefined)
  assert.equal(await door.bySession(owner.token), undefined)
  assert.ok(await door.bySession(opened.token))
  const old = door.signIn({ name: 'Ada', password: PASSWORD }, VISITOR)
  await assert.rejects(old, isCode('wrong-sign-in'))
})

test('users: one name once, the last owner stays, who is gone is out', async (t) => {
  const { door, owner, users } = await rehearse(t)
  const { actor } = owner
  const grace = { name: 'Grace', role: 'operator' as const, password: PASSWORD }
  const id = await users.add(actor, grace)
  await assert.rejects(users.add(actor, { ...grace, name: 'GRACE' }), isCode('name-taken'))
  await assert.rejects(users.remove(actor, actor.userId), isCode('last-owner'))
  const { token, actor: operator } = await door.signIn(grace, VISITOR)
  const made = await users.addToken(operator, { name: 'x', role: 'auditor', days: 1 })
  assert.ok(await door.byToken(made.token))
  assert.equal(await users.remove(actor, id), true)
  assert.equal(await door.bySession(token), undefined)
  assert.equal(await door.byToken(made.token), undefined)
  await assert.rejects(door.signIn(grace, VISITOR), isCode('wrong-sign-in'))
  assert.ok(await users.add(actor, grace), 'the name is free again')
})

test('an API token runs out', async (t) => {
  const { door, owner, users, time } = await rehearse(t)
  const { token } = await users.addToken(owner.actor, { name: 'x', role: 'owner', days: 1 })
  assert.equal((await door.byToken(token))?.role, 'owner')
  time.now += 24 * HOUR + SECOND
  assert.equal(await door.byToken(token), undefined)
})
