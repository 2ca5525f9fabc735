// Conversations: bounded, counted, the same whatever the order; histories and what was said inside.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MadeUpSite, START, type Sketch } from '../../test/policy/traffic.ts'
import { BINS, History } from './history.ts'
import { filterCovers, operationNames, SpeechTable, topicPermissions } from './speech.ts'

const seed = Number(process.env.THINGWARD_SEED ?? Date.now() % 1_000_000)
const rowsOf = (site: MadeUpSite) =>
  Array.from({ length: site.learner.conversations.size }, (_, row) =>
    site.learner.conversations.at(row),
  )

test('one row per pair, name and service, with both directions counted', () => {
  const flow: Sketch = { from: 'camera', to: '203.0.113.5', name: 'a.example.com', service: 'tls' }
  const site = new MadeUpSite().watch(
    { ...flow, at: 60, frame: 9, clientPort: 50_001 },
    { ...flow, at: 0, frame: 4, clientPort: 40_001, nameSource: 'tls' },
    { ...flow, name: 'b.example.com' },
  )
  const [row, other] = rowsOf(site)
  assert.equal(rowsOf(site).length, 2)
  assert.equal(other.name, 'b.example.com')
  assert.deepEqual(
    [row.flows, row.packetsOriginator, row.packetsResponder, row.bytesOriginator, row.frame],
    [2, 12, 10, 1800, 4],
  )
  assert.deepEqual([row.first, row.last], [START, START + 61_000_000])
  assert.deepEqual([row.clientPortMin, row.clientPortMax], [40_001, 50_001])
  assert.equal(row.nameSource, 'dns')
  assert.ok(row.certain && row.answered)
})

test('failed attempts take no row', () => {
  const site = new MadeUpSite()
  for (let port = 1; port <= 5000; port++) {
    site.watch({ from: 'camera', to: 'plc', port, state: 'REJ', packets: [1, 1] })
  }
  assert.equal(site.learner.conversations.size, 0)
  assert.equal(site.learner.conversations.failedOut(site.endpoint('camera')), 5000)
  assert.equal(site.learner.conversations.failedIn(site.endpoint('plc')), 5000)
})

test('a flood of outside peers shares rows; what happens inside still fits', () => {
  const site = new MadeUpSite(256)
  for (let index = 0; index < 5000; index++) {
    const from = `203.${index >> 8}.${index & 255}.9`
    site.watch({ from, to: 'camera', protocol: 'udp', port: 9, packets: [1, 0] })
  }
  site.watch({ from: 'camera', to: 'hub', port: 1883, service: 'mqtt' })
  const { conversations } = site.learner
  assert.ok(conversations.size < 256)
  assert.equal(conversations.overflow, 0)
  assert.equal(conversations.collapsed, 5000 - 224)
  const rows = rowsOf(site)
  assert.equal(
    rows.filter((row) => row.collapsed).reduce((sum, row) => sum + row.flows, 0),
    4776,
  )
  assert.ok(rows.some((row) => row.service === 'mqtt'))
})

test('a table that is really full counts what found no place', () => {
  const site = new MadeUpSite(8)
  for (let port = 1; port <= 20; port++) site.watch({ from: 'camera', to: 'plc', port })
  assert.equal(site.learner.conversations.size, 8)
  assert.equal(site.learner.conversations.overflow, 12)
})

test('a broken time is left out', () => {
  const site = new MadeUpSite()
  site.learner.flowEnd(Object.assign(site.flowOf({ from: 'camera', to: 'plc' }), { first: NaN }))
  assert.equal(site.learner.conversations.size, 0)
})

test(`a history is the same in any order and counts every flow (seed ${seed})`, () => {
  const time = fc.oneof(
    fc.integer({ min: 0, max: 60_000_000 }),
    fc.integer({ min: -(2 ** 40), max: 2 ** 50 }),
  )
  fc.assert(
    fc.property(fc.array(time, { minLength: 1, maxLength: 50 }), fc.nat(), (times, turn) => {
      const make = (order: readonly number[]) => {
        const history = new History(2)
        for (const one of order) history.add(1, one)
        return history
      }
      const at = turn % times.length
      const history = make(times)
      const { from, binWidth, flows } = history.at(1)
      assert.deepEqual(make([...times.slice(at), ...times.slice(0, at)]).at(1), history.at(1))
      assert.deepEqual(make(times.toReversed()).at(1), history.at(1))
      assert.equal(flows.length, BINS)
      assert.equal(
        flows.reduce((sum, count) => sum + count, 0),
        times.length,
      )
      for (const [bin, count] of flows.entries()) {
        const begin = from + bin * binWidth
        const inside = times.filter((one) => one >= begin && one < begin + binWidth)
        assert.equal(count, inside.length)
      }
      assert.equal(history.since(1, Math.min(...times) - 2 * binWidth), times.length)
      assert.equal(history.since(1, Math.max(...times) + 2 * binWidth), 0)
    }),
    { seed, numRuns: 500 },
  )
})

test('topics: many siblings become one level, too many topics their roots', () => {
  const words = (entries: readonly string[]) =>
    topicPermissions(entries).map(({ access, filter }) => `${access} ${filter}`)
  const rooms = (count: number) =>
    Array.from({ length: count }, (_, index) => `publish home/${index}/t`)
  assert.deepEqual(words(['publish a', 'publish a', 'subscribe a']), ['publish a', 'subscribe a'])
  assert.equal(words(rooms(20)).length, 20)
  const flat = Array.from({ length: 17 }, (_, index) => `publish home/${index}`)
  assert.deepEqual(words([...flat, 'publish home/1/x']), ['publish home/+', 'publish home/1/x'])
  assert.deepEqual(words([...flat, 'publish home/#']), ['publish home/#'])
  const site = new MadeUpSite()
  const said = new SpeechTable()
  const numbers = { time: 0, frame: 0, flow: 0, sourcePort: 0, destinationPort: 0 }
  const [source, destination] = [site.endpoint('camera'), site.endpoint('hub')]
  for (const entry of rooms(300)) {
    const fields = { kind: 'publish', topic: entry.slice(8) }
    said.add({ ...numbers, protocol: 'mqtt', source, destination, fromOriginator: true, fields })
  }
  assert.deepEqual(said.topics(source, destination), ['publish home/#'])
  assert.deepEqual(said.topics(destination, source), [])
})

test('MQTT filters match as MQTT 5.0 4.7 says', () => {
  const yes = [
    ['a/+', 'a/b'],
    ['a/#', 'a'],
    ['a/#', 'a/b/c'],
    ['#', 'a/b'],
    ['+/+', '/x'],
    ['a/+/c', 'a/+/c'],
    ['a/#', 'a/+'],
  ]
  const no = [
    ['a/+', 'a'],
    ['a/+', 'a/b/c'],
    ['#', '$SYS/x'],
    ['+/x', '$SYS/x'],
    ['a/+', 'a/#'],
    ['a/b', 'a/+'],
  ]
  for (const [filter, topic] of yes) assert.ok(filterCovers(filter, topic), `${filter} ${topic}`)
  for (const [filter, topic] of no) assert.ok(!filterCovers(filter, topic), `${filter} ${topic}`)
})

test('operations by name, in a fixed order', () => {
  assert.deepEqual(operationNames(0b1000011), ['read', 'write', 'other'])
})
