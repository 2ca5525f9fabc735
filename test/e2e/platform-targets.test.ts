// The platform sends its findings on, and takes over a list: set over the API, kept over a restart,
// every finding of the store at a webhook, owners from a CSV.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { Client, dataFolder, removeFolder, startUp, until, type Json } from './platform.ts'

const ATTACKS = 'test/captures/attacks/input.pcap'

interface Told {
  readonly kind: string
  readonly finding: { readonly id: string; readonly device: string }
}

test('findings go to a webhook by themselves; a list gives devices their owners', async (t) => {
  const told: Told[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (piece: string) => (body += piece))
    request.on('end', () => {
      told.push(JSON.parse(body) as Told)
      response.writeHead(204).end()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const data = dataFolder()
  let running = await startUp(data)
  t.after(async () => {
    await running.stop()
    server.closeAllConnections()
    server.close()
    removeFolder(data)
  })
  const first = new Client(running)
  await first.setUp()
  const url = `http://127.0.0.1:${port}/hook`
  const created = await first.post('/api/v1/targets', { kind: 'webhook', url })
  assert.equal(created.status, 201, created.text)
  assert.match(created.body.secret, /^whsec_/)
  await running.stop()

  running = await startUp(data, ['--read', ATTACKS])
  const client = new Client(running)
  assert.equal((await client.signIn()).status, 200)
  const ids = await until(async () => {
    const { body } = await client.get('/api/v1/findings?limit=500')
    const health = (await client.get('/api/v1/health')).body
    const isRead = health.sensors.every(({ state }: Json) => state === 'done')
    const list: string[] = body.items.map(({ id }: Json) => id)
    return health.sensors.length > 0 && isRead && list.length > 10 && list.toSorted()
  }, 90_000)
  const opened = () => told.filter(({ kind }) => kind === 'finding.opened')
  await until(() => opened().length >= ids.length)
  assert.deepEqual(
    opened()
      .map(({ finding }) => finding.id)
      .toSorted(),
    ids,
  )
  const [target] = (await client.get('/api/v1/targets')).body.items
  assert.deepEqual([target.health.problem, target.health.dropped], ['', 0])

  const { items } = (await client.get('/api/v1/devices?limit=500&sort=name')).body
  const device = items.find(({ macs }: Json) => macs.length === 1)
  const text = `name,mac,owner\nsomething,${device.macs[0]},Grace Hopper\n`
  const files = [{ name: 'list.csv', text }]
  const preview = (await client.post('/api/v1/imports/preview', { files })).body
  assert.deepEqual([preview.counts.matched, preview.counts.changes], [1, 1])
  const { digest } = preview
  const applied = await client.post('/api/v1/imports/apply', { files, digest })
  assert.deepEqual(applied.body, { applied: 1, left: 0 })
  assert.equal((await client.get(`/api/v1/devices/${device.id}`)).body.owner, 'Grace Hopper')
})
