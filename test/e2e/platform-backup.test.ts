// A backup taken while people write, restored elsewhere: everything that was acknowledged before it
// is there, the evidence log goes on, and a damaged backup is refused.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client, dataFolder, removeFolder, ROOT, SAMPLE, startUp, until } from './platform.ts'

const cli = (...words: string[]) => {
  const run = spawnSync(join(ROOT, 'bin/thingward'), words, { cwd: ROOT, encoding: 'utf8' })
  return { status: run.status, output: run.stdout + run.stderr }
}

test('backup while running, restore, go on', { timeout: 180_000 }, async (t) => {
  const [data, place] = [dataFolder(), dataFolder()]
  let running = await startUp(data, ['--read', SAMPLE])
  t.after(async () => {
    await running.stop()
    removeFolder(data)
    removeFolder(place)
  })
  const client = new Client(running)
  await client.setUp()
  const before = await until(async () => {
    const { body } = await client.get('/api/v1/health')
    return body.sensors[0]?.state === 'done' && body.store
  })
  // Health may be two seconds old; the list is not.
  const { items } = (await client.get('/api/v1/devices?limit=500')).body
  const [{ id }, { id: other }] = items
  const set = (device: string, owner: string) =>
    client.send('PATCH', `/api/v1/devices/${device}`, {
      body: { owner },
      headers: { 'if-match': '*' },
    })
  assert.equal((await set(id, 'before the backup')).status, 200)
  const state = { isOver: false }
  let meanwhile = 0
  const writing = (async () => {
    for (; !state.isOver; meanwhile++) await set(other, `meanwhile ${meanwhile}`)
  })()
  const out = join(place, 'backup')
  const words = ['backup', '--data', data, '--out', out]
  const { stdout } = await promisify(execFile)(join(ROOT, 'bin/thingward'), words)
  state.isOver = true
  await writing
  assert.ok(meanwhile > 0)
  assert.match(stdout, new RegExp(`^${items.length} devices`))
  assert.equal(cli('backup', '--data', data, '--out', out).status, 2, 'never over another one')
  await running.stop()

  const restored = join(place, 'data')
  const back = cli('restore', out, '--data', restored)
  assert.equal(back.status, 0, back.output)
  running = await startUp(restored, ['--read', SAMPLE])
  const again = new Client(running)
  assert.equal((await again.signIn()).status, 200)
  await until(async () => (await again.get('/api/v1/health')).body.sensors[0]?.state === 'done')
  const { store } = (await again.get('/api/v1/health')).body
  for (const what of ['findings', 'flows']) assert.equal(store[what], before[what], what)
  const restoredList = (await again.get('/api/v1/devices?limit=500')).body.items
  assert.equal(restoredList.length, items.length)
  assert.equal((await again.get(`/api/v1/devices/${id}`)).body.owner, 'before the backup')
  assert.ok((await again.get('/api/v1/flows')).body.items.length > 0)
  const file = join(place, 'evidence.jsonl')
  const exported = cli('evidence', 'export', '--data', restored, '--out', file)
  assert.equal(exported.status, 0, `the log is signed on: ${exported.output}`)
  assert.equal(cli('evidence', 'verify', file).status, 0)
})

test('a backup that is damaged, unfinished or in the way is refused', (t) => {
  const place = dataFolder()
  t.after(() => removeFolder(place))
  const [out, target] = [join(place, 'backup'), join(place, 'data')]
  assert.match(cli('restore', out, '--data', target).output, /no finished backup/)
  mkdirSync(out)
  const sha256 = '00'.repeat(32)
  const manifest = (path: string) =>
    JSON.stringify({ version: 1, made: '', files: [{ path, bytes: 1, sha256 }] })
  writeFileSync(join(out, 'manifest.json'), manifest('store.sqlite'))
  writeFileSync(join(out, 'store.sqlite'), 'x')
  assert.match(cli('restore', out, '--data', target).output, /not what it was/)
  assert.equal(existsSync(target), false)
  writeFileSync(join(out, 'manifest.json'), manifest('../escape'))
  assert.match(cli('restore', out, '--data', target).output, /no finished backup/)
  mkdirSync(target)
  appendFileSync(join(target, 'mine'), 'kept')
  assert.match(cli('restore', out, '--data', target).output, /is not empty/)
  assert.equal(readFileSync(join(target, 'mine'), 'utf8'), 'kept')
  assert.match(cli('backup', '--data', target, '--out', join(place, 'b')).output, /no store/)
})
