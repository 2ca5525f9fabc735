// The gate, walked: every route with every role, as a person and as a program; and what a write
// has to carry.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { ROLES, type Role } from '../accounts/index.ts'
import type { DeclaredRoute } from './gate.ts'
import { rehearseApi } from '../../test/e2e/api.ts'

/** A stream without end: who may listen is seen by who may not. */
const ENDLESS = '/api/v1/events'

const withIds = (url: string) => url.replace(/:\w+/g, 'unknown').replace('*', 'nothing')

const methodOf = ({ method }: DeclaredRoute) => method as 'GET' | 'POST' | 'PUT' | 'PATCH'

test('every route has roles, and lets in these and nobody else', async (t) => {
  const { app, signIn, token, close } = await rehearseApi()
  t.after(close)
  const routes = app.declaredRoutes.filter(({ method }) => method !== 'HEAD')
  assert.ok(routes.length > 35, `${routes.length} routes`)
  const ask = async (route: DeclaredRoute, headers: Record<string, string>) => {
    const { statusCode } = await app.inject({
      method: methodOf(route),
      url: withIds(route.url),
      headers,
      remoteAddress: '192.0.2.9',
      ...(['GET', 'DELETE'].includes(route.method) ? {} : { payload: {} }),
    })
    return statusCode
  }
  let walked = 0
  for (const route of routes) {
    const name = `${route.method} ${route.url}`
    const isOpen = (status: number) => status !== 401 && status !== 403
    if (route.roles === 'public') {
      if (route.url !== '/*') assert.ok(isOpen(await ask(route, {})), name)
      continue
    }
    assert.equal(await ask(route, {}), 401, `${name} signed out`)
    const stale = { authorization: 'Bearer thw_none', cookie: '__Host-thingward=none' }
    assert.equal(await ask(route, stale), 401, `${name} with what is no token`)
    for (const role of ROLES) {
      const isLetIn = route.roles.includes(role)
      if (isLetIn && route.url === ENDLESS) continue
      const { cookie, csrf } = await signIn(role)
      const status = await ask(route, { cookie, 'x-csrf-token': csrf })
      if (isLetIn) assert.ok(isOpen(status), `${name} as ${role}: ${status}`)
      else assert.equal(status, 403, `${name} as ${role}`)
      const asProgram = await ask(route, await token(role))
      if (!isLetIn) assert.equal(asProgram, 403, `${name} with a token of ${role}`)
      else assert.notEqual(asProgram, 401, `${name} with a token of ${role}`)
      walked++
    }
  }
  t.diagnostic(`${routes.length} routes, ${walked} ways in`)
})

test('a signed-in write without the csrf token, or from another page, is refused', async (t) => {
  const { app, signIn, token, close } = await rehearseApi()
  t.after(close)
  const writes = app.declaredRoutes.filter(
    ({ method, roles }) => !['GET', 'HEAD'].includes(method) && roles !== 'public',
  )
  const { cookie, csrf } = await signIn('owner')
  const ask = async (route: DeclaredRoute, headers: Record<string, string>) => {
    const request = { method: methodOf(route), url: withIds(route.url) }
    const { body } = await app.inject({ ...request, headers, payload: {} })
    return body === '' ? undefined : (JSON.parse(body) as { code: string }).code
  }
  for (const route of writes) {
    assert.equal(await ask(route, { cookie }), 'csrf', route.url)
    assert.equal(await ask(route, { cookie, 'x-csrf-token': 'x'.repeat(43) }), 'csrf', route.url)
    const elsewhere = { cookie, 'x-csrf-token': csrf, 'sec-fetch-site': 'cross-site' }
    assert.equal(await ask(route, elsewhere), 'other-page', route.url)
    const foreign = { cookie, 'x-csrf-token': csrf, origin: 'https://evil.example' }
    assert.equal(await ask(route, foreign), 'other-page', route.url)
  }
  const [{ url }] = writes.filter(({ method }) => method === 'POST')
  const headers = await token('owner')
  const { statusCode } = await app.inject({ method: 'POST', url: withIds(url), headers })
  assert.notEqual(statusCode, 403, 'a program with a token has no cookie to be misused')
})

test('a cookie is strict, for this host only; answers carry their policy', async (t) => {
  const { app, parts, close } = await rehearseApi()
  t.after(close)
  const { password, hash } = await knownPassword()
  await parts.accounts.change(({ db }) =>
    db.updateTable('account').set({ password: hash }).where('name', '=', 'owner').execute(),
  )
  const payload = { name: 'owner', password }
  const answer = await app.inject({ method: 'POST', url: '/api/v1/session', payload })
  assert.equal(answer.statusCode, 200, answer.body)
  const cookies = [answer.headers['set-cookie']].flat().map(String)
  for (const cookie of cookies) {
    assert.match(cookie, /^__Host-thingward/)
    for (const word of ['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/']) {
      assert.ok(cookie.includes(word), `${word} in ${cookie.split('=')[0]}`)
    }
    assert.equal(/domain=/i.test(cookie), false)
  }
  assert.equal(answer.headers['x-content-type-options'], 'nosniff')
  assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/)
  assert.equal(answer.headers['cache-control'], 'no-store')
})

async function knownPassword() {
  const { hashPassword } = await import('../accounts/passwords.ts')
  const password = 'a long enough password'
  return { password, hash: await hashPassword(password) }
}

test('a token can do no more than who made it, and ends with them', async (t) => {
  const { app, parts, signIn, close } = await rehearseApi()
  t.after(close)
  const ask = async (role: Role, wanted: Role) => {
    const { cookie, csrf } = await signIn(role)
    const headers = { cookie, 'x-csrf-token': csrf }
    const payload = { name: 'script', role: wanted, days: 1 }
    return app.inject({ method: 'POST', url: '/api/v1/tokens', headers, payload })
  }
  assert.equal((await ask('operator', 'owner')).statusCode, 403)
  const made = await ask('operator', 'auditor')
  assert.equal(made.statusCode, 201, made.body)
  const { token, id } = made.json() as { token: string; id: string }
  assert.match(token, /^thw_/)
  const use = () =>
    app.inject({ url: '/api/v1/devices', headers: { authorization: `Bearer ${token}` } })
  assert.equal((await use()).statusCode, 200)
  const all = await parts.store.read.selectFrom('api_token').selectAll().execute()
  assert.equal(JSON.stringify(all).includes(token), false, 'only its hash is kept')
  const users = await parts.accounts.users()
  const operator = users.find(({ role }) => role === 'operator')!
  const { cookie, csrf } = await signIn('owner')
  const headers = { cookie, 'x-csrf-token': csrf }
  const url = `/api/v1/users/${operator.id}`
  assert.equal((await app.inject({ method: 'DELETE', url, headers })).statusCode, 204)
  assert.equal((await use()).statusCode, 401, id)
})
