// Routes of targets: what the desk says goes through, its refusals are problems, secrets are not
// kept; without a desk the answer is plain.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { OperatingError } from '../core/errors.ts'
import { rehearseApi } from '../../test/e2e/api.ts'
import { Problem, TargetCreated, type TargetItem } from './contract/index.ts'
import type { TargetDesk } from './routes/targets.ts'

const ITEM: TargetItem = {
  id: 'x1',
  kind: 'webhook',
  name: 'webhook https://soc.example',
  least: 'high',
  created: '2026-11-22T06:00:00.000000Z',
  health: { delivered: 0, waiting: 0, dropped: 0, refused: 0, problem: '' },
}

test('added, listed, removed; by owners only', async (t) => {
  const { app, parts, token, close } = await rehearseApi()
  t.after(close)
  const asked: unknown[] = []
  const desk: TargetDesk = {
    list: () => [ITEM],
    add: async (request, by) => {
      if (request.url.startsWith('ftp')) throw new OperatingError('bad-target', 'write https://…')
      asked.push([request.url, request.least, by !== ''])
      return { target: ITEM, secret: 'whsec_once' }
    },
    remove: async (id) => id === 'x1',
  }
  const owner = await token('owner')
  const post = (url: string) => ({
    method: 'POST' as const,
    url: '/api/v1/targets',
    headers: { ...owner, 'idempotency-key': 'once-and-only-once' },
    payload: { kind: 'webhook', url },
  })
  const none = await app.inject({ url: '/api/v1/targets', headers: owner })
  assert.deepEqual([none.statusCode, Problem.parse(none.json()).code], [503, 'no-targets'])
  Object.assign(parts, { targets: desk })
  const created = await app.inject(post('https://soc.example/hook'))
  assert.equal(created.statusCode, 201, created.body)
  assert.equal(TargetCreated.parse(created.json()).secret, 'whsec_once')
  assert.deepEqual(asked, [['https://soc.example/hook', 'info', true]])
  const refused = await app.inject({ ...post('ftp://soc.example'), headers: owner })
  assert.deepEqual([refused.statusCode, Problem.parse(refused.json()).code], [400, 'bad-target'])
  const list = await app.inject({ url: '/api/v1/targets', headers: await token('auditor') })
  assert.deepEqual(list.json(), { items: [ITEM] })
  const remove = (id: string) =>
    app.inject({ method: 'DELETE', url: `/api/v1/targets/${id}`, headers: owner })
  assert.equal((await remove('x1')).statusCode, 204)
  assert.equal((await remove('x2')).statusCode, 404)
})
