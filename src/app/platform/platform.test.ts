// Parts of the platform on their own: the bus, the site file, networks, the data folder.
import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OperatingError } from '../../core/errors.ts'
import { Bus, type BusMessage, type Line } from './bus.ts'
import { holdFolder } from './data-folder.ts'
import { segmentFinder } from './networks.ts'
import { platformSettings } from './settings.ts'

const isCode =
  (code: string, text = /./) =>
  (cause: unknown) =>
    cause instanceof OperatingError && cause.code === code && text.test(cause.message)

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tw-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Two ends of a bus; `lose` says which messages never arrive. */
function pair(lose: (message: BusMessage) => boolean = () => false) {
  const hearers = new Map<string, (message: BusMessage) => void>()
  const lineOf = (name: string): Line => ({
    send: (message) => {
      const copy = JSON.parse(JSON.stringify(message)) as BusMessage
      if (!lose(message)) setImmediate(() => hearers.get(message.to)?.(copy))
    },
    listen: (hear) => void hearers.set(name, hear),
  })
  return { sensor: new Bus('sensor', lineOf('sensor')), core: new Bus('core', lineOf('core')) }
}

test('what is asked is answered, with the id it came with', async () => {
  const { sensor, core } = pair()
  core.answer('add', async (body, id) => ({ sum: (body as number) + 1, id }))
  assert.deepEqual(await sensor.ask('core', 'add', { id: 'a:1', body: 41 }), { sum: 42, id: 'a:1' })
})

test('a lost message and a lost answer come again; nobody is answered twice', async (t) => {
  let lost = 0
  const { sensor, core } = pair(({ kind }) => (kind === 'answer' || kind === 'add') && lost++ < 3)
  t.after(() => sensor.close())
  const taken: string[] = []
  core.answer('add', async (_body, id) => {
    taken.push(id)
    return taken.length
  })
  const answer = sensor.ask('core', 'add', { id: 'a:1', body: null })
  for (let times = 0; times < 8; times++) {
    sensor.repeat()
    await new Promise(setImmediate)
  }
  assert.equal(typeof (await answer), 'number')
  assert.ok(taken.length >= 1 && taken.every((id) => id === 'a:1'))
})

test('what could not be taken is not answered, and comes again', async (t) => {
  const { sensor, core } = pair()
  t.after(() => sensor.close())
  const faults: string[] = []
  core.onFault = (kind, { message }) => faults.push(`${kind} ${message}`)
  let tries = 0
  core.answer('add', async () => {
    if (tries++ === 0) throw new Error('disk full')
    return 'done'
  })
  const answer = sensor.ask('core', 'add', { id: 'a:1', body: null })
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  assert.deepEqual(faults, ['add disk full'])
  sensor.repeat()
  assert.equal(await answer, 'done')
})

test('who waits is told when the bus closes', async () => {
  const { sensor } = pair(() => true)
  const answer = sensor.ask('core', 'add', { id: 'a:1', body: null })
  sensor.close()
  await assert.rejects(answer, isCode('bus-closed'))
})

test('a site file: sensors, networks, files beside it; the command line wins', (t) => {
  const folder = folderOf(t)
  const config = join(folder, 'site.yaml')
  writeFileSync(
    config,
    `site: plant-1
data: state
listen: '0.0.0.0:9443'
networks:
  - { prefix: 192.168.50.0/24, segment: floor, ot: true }
sensors:
  - { segment: floor, interface: eth0 }
  - { segment: floor, read: monday.pcap }
  - { id: office, segment: office, interface: eth1, memory: 512 }
`,
  )
  const settings = platformSettings({ config })
  assert.deepEqual(
    [settings.site, settings.host, settings.port, settings.data],
    ['plant-1', '0.0.0.0', 9443, join(folder, 'state')],
  )
  assert.deepEqual(
    settings.sensors.map(({ id, site }) => `${site}/${id}`),
    ['plant-1/floor', 'plant-1/floor-2', 'plant-1/office'],
  )
  assert.equal(settings.sensors[1].read, join(folder, 'monday.pcap'))
  const own = platformSettings({ config, listen: '[::1]:1', interface: 'lo', data: '/x' })
  assert.deepEqual([own.host, own.port, own.data], ['::1', 1, '/x'])
  assert.deepEqual(
    own.sensors.map(({ interface: name }) => name),
    ['lo'],
  )
})

test('what does not fit in a site file is told with its place', (t) => {
  const config = join(folderOf(t), 'site.yaml')
  const cases: [string, RegExp][] = [
    ['sensors: [{ segment: a }]', /sensors\.0.*either 'interface' or 'read'/],
    ['colour: red', /colour/],
    ['sensors: [{ interface: a, segment: "a b" }]', /segment.*letters/],
    ['site: [', /site\.yaml: /],
    ['sensors: [{ id: x, interface: a }, { id: x, interface: b }]', /two sensors/],
  ]
  for (const [text, message] of cases) {
    writeFileSync(config, text)
    assert.throws(() => platformSettings({ config }), isCode('site-file', message), text)
  }
  assert.throws(() => platformSettings({ config: '/nowhere.yaml' }), isCode('site-file', /ENOENT/))
  for (const listen of ['here', 'a:b', 'a:99999', '::1:80']) {
    assert.throws(() => platformSettings({ listen }), isCode('bad-option'), listen)
  }
  assert.throws(() => platformSettings({ log: 'loud' }), isCode('bad-option'))
})

test('the longest prefix names the segment', () => {
  const segmentOf = segmentFinder([
    { prefix: '10.0.0.0/8', segment: 'all' },
    { prefix: '10.1.0.0/16', segment: 'floor' },
    { prefix: '2001:db8::/32', segment: 'six' },
  ])
  const texts = ['10.1.2.3', '10.2.2.3', '192.0.2.1', '2001:db8::1', 'nonsense']
  assert.deepEqual(texts.map(segmentOf), ['floor', 'all', '', 'six', ''])
})

test('a data folder is ours alone, and nobody else’s meanwhile', async (t) => {
  const path = join(folderOf(t), 'data')
  const held = await holdFolder(path)
  assert.equal(statSync(path).mode & 0o777, 0o700)
  await assert.rejects(holdFolder(path), isCode('data-folder', /another Thingward/))
  held.release()
  const again = await holdFolder(path)
  again.release()
  const long = join(path, 'x'.repeat(120))
  await assert.rejects(holdFolder(long), isCode('data-folder', /too long/))
  writeFileSync(join(path, 'file'), '')
  await assert.rejects(holdFolder(join(path, 'file/below')), isCode('data-folder', /ENOTDIR/))
})
