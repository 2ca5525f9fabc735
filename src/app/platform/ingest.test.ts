// What a running sensor finds in the sample, taken batch by batch: the same as `watch` finds at its
// end, whatever is sent twice, and whoever forgets in between.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { pcapFile } from '../../sensor/index.ts'
import { Devices, Findings, Profiles, Sensors, SqliteFlows, Store } from '../../store/index.ts'
import { Watch } from '../watch.ts'
import { Ingest } from './ingest.ts'
import { Observing } from './observing.ts'
import type { ObservedBatch } from './observed.ts'

const SAMPLE = join(import.meta.dirname, '../../../test/captures/sample/input.pcap')

async function rehearse() {
  const store = await Store.open({ path: ':memory:', clock: () => Date.now() * 1000 })
  const parts = {
    store,
    devices: new Devices(store),
    findings: new Findings(store),
    profiles: new Profiles(store),
    flows: new SqliteFlows(store),
    sensors: new Sensors(store),
    segmentOf: () => '',
  }
  return { ...parts, ingest: new Ingest(parts), anew: () => new Ingest(parts) }
}

/** All batches of a run over the sample, looked at every so often. */
async function batchesOf(everyFrames: number): Promise<ObservedBatch[]> {
  const place = { site: 'here', segment: 'lan' }
  const batches: ObservedBatch[] = []
  let due = everyFrames
  const take = (how: { conclude: boolean; whole: boolean } | 'flows') => {
    const isFlows = how === 'flows'
    const news = isFlows ? observing.flowsOnly() : observing.news({ ...how, source: 'sample' })
    batches.push({
      sensor: 'lan',
      session: 'session',
      ...place,
      sequence: batches.length + 1,
      ...news,
      status: {
        source: 'sample',
        run: 'run',
        state: 'running',
        frames: 0,
        flows: 0,
        dropped: 0,
        lastPacket: 0,
      },
    })
  }
  const frame = () => {
    if (--due > 0) return
    due = everyFrames
    // Flows alone every other time, as a sensor does that has many.
    take(batches.length % 2 === 1 ? 'flows' : { conclude: false, whole: false })
  }
  const observing: Observing = await Observing.create({ frame }, place)
  await observing.watch.sensor.run([pcapFile(SAMPLE)])
  take({ conclude: true, whole: true })
  while (observing.backlog > 0) take('flows')
  return batches
}

const batches = await batchesOf(700)
const watched = await (await Watch.create({})).run([pcapFile(SAMPLE)])

const namesOf = async ({ devices }: { devices: Devices }) =>
  (await devices.list({ limit: 500, sort: 'name' })).items.map(({ name }) => name)

async function assertWhole(parts: Awaited<ReturnType<typeof rehearse>>): Promise<void> {
  const names = watched.devices.map(({ name }) => name)
  assert.deepEqual((await namesOf(parts)).toSorted(), names.toSorted())
  const { items } = await parts.findings.list({ limit: 500 })
  assert.deepEqual(
    items.map(({ finding }) => `${finding.detector} ${finding.seen}`).toSorted(),
    watched.findings.map(({ detector, seen }) => `${detector} ${seen}`).toSorted(),
  )
  assert.equal((await parts.flows.extent()).flows, watched.flows.started)
  const { items: devices } = await parts.devices.list({ limit: 500 })
  const stored = await Promise.all(devices.map(({ id }) => parts.profiles.get(id)))
  assert.equal(stored.filter((one) => one !== undefined).length, watched.profiles.length)
  for (const one of stored) {
    for (const { peer } of one?.profile.rules ?? []) {
      if (peer.kind === 'device') assert.match(peer.device, /^d[0-9a-f]{16}$/, 'no ref is left')
    }
  }
}

test('batch by batch it is what watch finds at the end', async () => {
  assert.ok(batches.length > 8)
  const told = new Set<string>()
  for (const { devices, flows } of batches) {
    for (const { ref } of devices) told.add(ref)
    for (const { originator, responder } of flows) {
      for (const { device } of [originator, responder]) assert.ok(device === '' || told.has(device))
    }
  }
  const parts = await rehearse()
  for (const batch of batches) assert.deepEqual(await parts.ingest.take(batch), { taken: true })
  await assertWhole(parts)
})

test('every batch twice, and some later once more: the same', async () => {
  const parts = await rehearse()
  for (const [index, batch] of batches.entries()) {
    await parts.ingest.take(batch)
    await parts.ingest.take(batch)
    if (index > 2) await parts.ingest.take(batches[index - 2])
  }
  await assertWhole(parts)
})

test('core starts anew in the middle: it asks for all devices, and loses nothing', async () => {
  const parts = await rehearse()
  const middle = 5
  for (const batch of batches.slice(0, middle)) await parts.ingest.take(batch)
  const anew = parts.anew()
  assert.deepEqual(await anew.take(batches[middle]), { taken: false })
  // What the sensor then sends: the batch with every device it knows by now.
  const known = new Map(
    batches.slice(0, middle + 1).flatMap(({ devices }) => devices.map((one) => [one.ref, one])),
  )
  const whole = { ...batches[middle], devices: [...known.values()], isWhole: true }
  assert.deepEqual(await anew.take(whole), { taken: true })
  for (const batch of batches.slice(middle + 1)) await anew.take(batch)
  await assertWhole(parts)
})

test('a batch that fails leaves nothing, and can come again', async () => {
  const parts = await rehearse()
  const [first] = batches
  const broken = { ...first, findings: [null as unknown as ObservedBatch['findings'][number]] }
  await assert.rejects(parts.ingest.take(broken))
  assert.deepEqual(await namesOf(parts), [])
  assert.deepEqual(await parts.ingest.take(first), { taken: true })
})
