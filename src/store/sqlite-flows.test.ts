// Flow history in SQLite: each flow once, found by either end, added up, bounded.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { MINUTE, SECOND } from '../core/clock.ts'
import type { StoredFlow } from './flows.ts'
import { START } from './rehearse.ts'
import { SqliteFlows } from './sqlite-flows.ts'
import { Store } from './store.ts'

const MIN = START - (START % MINUTE)

const flowOf = (index: number, part: Partial<StoredFlow> = {}): StoredFlow => ({
  key: `k${index}`,
  site: 'here',
  segment: 'lan',
  first: MIN + index * SECOND,
  last: MIN + index * SECOND + 1,
  originator: { device: 'd1', address: '192.0.2.1', mac: '02:00:00:00:00:01', port: 40_000 },
  responder: { device: 'd2', address: '192.0.2.2', mac: '02:00:00:00:00:02', port: 443 },
  protocol: 6,
  service: 'tls',
  serverName: 'api.example',
  state: 'SF',
  packetsOut: 2,
  packetsIn: 3,
  bytesOut: 100,
  bytesIn: 200,
  ...part,
})

async function rehearse(kept?: number) {
  const store = await Store.open({ path: ':memory:', clock: () => START })
  return new SqliteFlows(store, kept)
}

const many = (count: number, part?: (index: number) => Partial<StoredFlow>) =>
  Array.from({ length: count }, (_, index) => flowOf(index, part?.(index)))

test('the same flow told twice is one, also in the totals', async () => {
  const flows = await rehearse()
  await flows.append(many(30))
  await flows.append(many(40))
  assert.equal((await flows.extent()).flows, 40)
  const [{ bytes, packets, flows: count }] = await flows.traffic({}, MINUTE)
  assert.deepEqual([bytes, packets, count], [40 * 300, 40 * 5, 40])
})

test('newest first, in pages, each once', async () => {
  const flows = await rehearse()
  await flows.append(many(25))
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await flows.query({ limit: 10, ...(cursor && { cursor }) })
    seen.push(...page.items.map(({ key }) => key))
    cursor = page.next
  } while (cursor !== undefined)
  assert.deepEqual(
    seen,
    many(25)
      .map(({ key }) => key)
      .toReversed(),
  )
})

test('by either end, peer, service, port, time, words', async () => {
  const flows = await rehearse()
  const other = { device: '', address: '203.0.113.9', mac: '', port: 53 }
  await flows.append(
    many(20, (index) => (index % 2 ? {} : { responder: other, service: 'dns', serverName: '' })),
  )
  const count = async (query: object) => (await flows.query({ limit: 100, ...query })).items.length
  assert.equal(await count({ devices: ['d1'] }), 20)
  assert.equal(await count({ devices: ['d2'] }), 10)
  assert.equal(await count({ devices: ['d2'], peers: ['d1'] }), 10)
  assert.equal(await count({ peerAddress: '203.0.113.9' }), 10)
  assert.equal(await count({ service: 'dns' }), 10)
  assert.equal(await count({ port: 443 }), 10)
  assert.equal(await count({ from: MIN + 10 * SECOND }), 10)
  assert.equal(await count({ to: MIN + 10 * SECOND }), 10)
  assert.equal(await count({ words: 'API example' }), 10)
  assert.equal(await count({ words: "x' OR 1=1 --" }), 0)
})

test('conversations see both directions of the same peer as one', async () => {
  const flows = await rehearse()
  const [out] = many(1)
  const back = flowOf(1, { originator: out.responder, responder: { ...out.originator, port: 443 } })
  await flows.append([out, back])
  const list = await flows.conversations(['d1'], {}, 10)
  assert.equal(list.length, 1)
  const [{ initiated, peerDevice, bytesOut, bytesIn, flows: count }] = list
  assert.deepEqual([initiated, peerDevice, count], ['either', 'd2', 2])
  assert.deepEqual([bytesOut, bytesIn], [300, 300])
})

test('traffic of one device, in seconds', async () => {
  const flows = await rehearse()
  await flows.append(many(10))
  const points = await flows.traffic({}, 5 * SECOND, ['d2'])
  assert.deepEqual(
    points.map(({ time, flows: count }) => [(time - MIN) / SECOND, count]),
    [
      [0, 5],
      [5, 5],
    ],
  )
  assert.deepEqual(await flows.traffic({}, 5 * SECOND, ['nobody']), [])
})

test('the oldest go, their totals stay', async () => {
  const flows = await rehearse(50)
  for (let part = 0; part < 4; part++)
    await flows.append(many(200).slice(part * 50, part * 50 + 50))
  const { flows: kept, from } = await flows.extent()
  assert.equal(kept, 50)
  assert.equal(from, MIN + 150 * SECOND + 1)
  const points = await flows.traffic({}, MINUTE)
  assert.equal(
    points.reduce((sum, point) => sum + point.flows, 0),
    200,
  )
})
