// What the server does around routes: problems, limits, entity tags, idempotency keys, the OpenAPI
// document, events.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:https'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { Problem } from './contract/index.ts'
import { createServer } from './server.ts'
import { rehearseApi } from '../../test/e2e/api.ts'

test('problems are problem+json, and say nothing of our insides', async (t) => {
  const { app, parts, token, close } = await rehearseApi()
  t.after(close)
  const headers = await token('owner')
  const cases = [
    [{ url: '/api/v1/devices?limit=9999' }, 400, 'invalid'],
    [{ url: '/api/v1/devices?cursor=nonsense' }, 400, 'bad-cursor'],
    [{ url: '/api/v1/devices/none' }, 404, 'not-found'],
    [{ url: '/api/v1/unknown' }, 404, 'not-found'],
    [{ method: 'POST', url: '/api/v1/users', payload: '{"name":' }, 400, 'invalid'],
    [{ method: 'POST', url: '/api/v1/users', payload: `${'['.repeat(40)}` }, 400, 'invalid'],
    [{ method: 'POST', url: '/api/v1/users', payload: ' '.repeat(70_000) }, 413, 'too-large'],
  ] as const
  for (const [what, status, code] of cases) {
    const type = { 'content-type': 'application/json' }
    const answer = await app.inject({ ...what, headers: { ...headers, ...type } })
    assert.equal(answer.statusCode, status, `${what.url}: ${answer.body}`)
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
    assert.equal(Problem.parse(answer.json()).code, code)
  }
  const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' }
  const sent = { method: 'POST', url: '/api/v1/users', headers: form, payload: 'a=b' } as const
  assert.equal((await app.inject(sent)).statusCode, 415)
  Object.assign(parts.devices, {
    list: () => Promise.reject(new Error('at /secret/place with key 42')),
  })
  const fault = await app.inject({ url: '/api/v1/devices', headers })
  assert.equal(fault.statusCode, 500)
  assert.equal(/secret|42/.test(fault.body), false)
})

test('what has not changed is not sent again', async (t) => {
  const { app, token, close } = await rehearseApi()
  t.after(close)
  const headers = await token('auditor')
  const first = await app.inject({ url: '/api/v1/devices', headers })
  const etag = String(first.headers.etag)
  const again = { ...headers, 'if-none-match': etag }
  const second = await app.inject({ url: '/api/v1/devices', headers: again })
  assert.deepEqual([second.statusCode, second.body], [304, ''])
})

test('the same write twice with one idempotency key is done once', async (t) => {
  const { app, token, close } = await rehearseApi()
  t.after(close)
  const headers = { ...(await token('owner')), 'idempotency-key': 'made-by-a-client-1' }
  const payload = { name: 'Grace', role: 'auditor', password: 'a long enough one' }
  const post = (body: object) =>
    app.inject({ method: 'POST', url: '/api/v1/users', headers, payload: body })
  const first = await post(payload)
  assert.equal(first.statusCode, 201, first.body)
  const second = await post(payload)
  assert.deepEqual([second.statusCode, second.body], [201, first.body])
  assert.equal(second.headers['idempotency-replayed'], 'true')
  assert.equal((await post({ ...payload, name: 'Other' })).statusCode, 422)
  const without = { ...headers, 'idempotency-key': 'made-by-a-client-2' }
  const third = await app.inject({
    method: 'POST',
    url: '/api/v1/users',
    headers: without,
    payload,
  })
  assert.equal(third.statusCode, 409, 'the name is taken')
})

test('the OpenAPI document describes every route of the API', async (t) => {
  const { app, close } = await rehearseApi()
  t.after(close)
  const { openapi, paths } = (await app.inject({ url: '/api/openapi.json' })).json() as {
    openapi: string
    paths: Record<string, Record<string, { responses: Record<string, unknown> }>>
  }
  assert.equal(openapi, '3.1.0')
  for (const { method, url } of app.declaredRoutes) {
    if (!url.startsWith('/api/v1/') || method === 'HEAD') continue
    const path = url.replace(/:(\w+)/g, '{$1}')
    assert.ok(paths[path]?.[method.toLowerCase()], `${method} ${url}`)
  }
})

test('events reach who listens, and end with their session', async (t) => {
  const { app, parts, signIn, close } = await rehearseApi()
  t.after(close)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const { cookie } = await signIn('auditor')
  const options = { host: '127.0.0.1', port, path: '/api/v1/events', headers: { cookie } }
  const sent = request({ ...options, rejectUnauthorized: false, agent: false })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  assert.equal(response.headers['content-type'], 'text/event-stream; charset=utf-8')
  let text = ''
  response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  await parts.store.change((change) => change.tell('device', { id: 'd1', change: 'new' }))
  while (!text.includes('event: device')) await once(response, 'data')
  assert.match(text, /event: health\n/)
  assert.match(text, /id: 1\nevent: device\ndata: \{"id":"d1","change":"new"\}\n\n/)
  // Who comes back says what it had last.
  await parts.store.change((change) => change.tell('device', { id: 'd2', change: 'new' }))
  const back = request({
    ...options,
    headers: { cookie, 'last-event-id': '1' },
    rejectUnauthorized: false,
    agent: false,
  })
  back.end()
  const [later] = (await once(back, 'response')) as [IncomingMessage]
  let missed = ''
  later.setEncoding('utf8').on('data', (chunk: string) => (missed += chunk))
  while (!missed.includes('d2')) await once(later, 'data')
  assert.equal(missed.includes('"d1"'), false)
  later.destroy()
  await parts.accounts.change(({ db }) => db.deleteFrom('session').execute())
  await once(response, 'end')
})

test('HTTPS alone is demanded of browsers where the certificate is the user’s own', async (t) => {
  const { app, parts, close } = await rehearseApi()
  t.after(close)
  const header = 'strict-transport-security'
  const own = await app.inject({ url: '/api/v1/setup' })
  assert.equal(own.headers[header], 'max-age=31536000')
  const refused = await app.inject({ url: '/api/v1/devices' })
  assert.deepEqual([refused.statusCode, refused.headers[header]], [401, 'max-age=31536000'])
  const logger = pino({ level: 'silent' })
  const ours = await createServer(parts, { tls: {}, logger, authority: 'PEM' })
  t.after(() => ours.close())
  assert.equal((await ours.inject({ url: '/api/v1/setup' })).headers[header], undefined)
})

test('sessions are ended by who has them, and by an owner; not by others', async (t) => {
  const { app, signIn, parts, close } = await rehearseApi()
  t.after(close)
  const [auditor, again, operator, owner] = [
    await signIn('auditor'),
    await signIn('auditor'),
    await signIn('operator'),
    await signIn('owner'),
  ]
  const end = async (who: { cookie: string; csrf: string }, url: string) => {
    const headers = { cookie: who.cookie, 'x-csrf-token': who.csrf }
    return (await app.inject({ method: 'DELETE', url, headers })).statusCode
  }
  const isIn = async ({ cookie }: { cookie: string }) =>
    (await app.inject({ url: '/api/v1/session', headers: { cookie } })).statusCode === 200
  assert.equal(await end(auditor, '/api/v1/sessions'), 204)
  assert.deepEqual([await isIn(auditor), await isIn(again)], [true, false])
  const users = await parts.accounts.users()
  const { id } = users.find(({ role }) => role === 'auditor')!
  assert.equal(await end(operator, `/api/v1/users/${id}/sessions`), 403)
  assert.equal(await end(owner, `/api/v1/users/${id}/sessions`), 204)
  assert.deepEqual([await isIn(auditor), await isIn(operator)], [false, true])
  assert.equal(await end(owner, '/api/v1/users/none/sessions'), 404)
})

test('a passkey is asked for by host name only', async (t) => {
  const { app, close } = await rehearseApi()
  t.after(close)
  const url = '/api/v1/session/passkey/options'
  const ask = (host: string) => app.inject({ method: 'POST', url, headers: { host } })
  const named = (await ask('watch.example:8443')).json() as Record<string, unknown>
  assert.deepEqual([named.rpId, named.userVerification], ['watch.example', 'required'])
  for (const host of ['192.0.2.1:8443', '[2001:db8::1]:8443', '127.0.0.1']) {
    const answer = await ask(host)
    assert.equal(answer.statusCode, 409, host)
    assert.equal(Problem.parse(answer.json()).code, 'no-passkeys')
  }
})
