// Devices in the store: found again, told apart by site, merged and unmerged, searched, paged,
// asked for as they were.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { SECOND } from '../core/clock.ts'
import { deviceOf, rehearseStore, START, told, uses } from './rehearse.ts'

const MAC = '02:00:00:00:00:01'
const OTHER = '02:00:00:00:00:02'

test('a device is found again by its MAC, whatever a session calls it', async () => {
  const { see, all, session } = await rehearseStore()
  await see(session(), [deviceOf('d1', { macs: [MAC], addresses: uses('192.0.2.1') })])
  const [first] = await all()
  await see(session(), [deviceOf('d7', { macs: [MAC], addresses: uses('192.0.2.9') })], {
    run: 'run 2',
  })
  const again = await all()
  assert.deepEqual(
    again.map(({ id }) => id),
    [first.id],
  )
  assert.deepEqual(again[0].addresses, ['192.0.2.1', '192.0.2.9'])
})

test('identical cells with identical ranges stay apart', async () => {
  const { see, all, session } = await rehearseStore()
  const twin = deviceOf('d1', { macs: [MAC], addresses: uses('192.0.2.1') })
  const routed = deviceOf('d2', { placement: 'routed', addresses: uses('10.0.0.5') })
  for (const place of [{ segment: 'cell-1' }, { segment: 'cell-2' }, { site: 'there' }]) {
    await see(session(), [twin, routed], place)
  }
  assert.equal((await all()).length, 6)
})

test('a sensor that has just started knows less, not better', async () => {
  const { see, all, devices, session } = await rehearseStore()
  const known = {
    macs: [MAC],
    name: 'printer-3',
    attributes: { hostname: told('printer-3'), type: told('printer', 0.9) },
  }
  await see(session(), [deviceOf('d1', known)])
  const weak = { macs: [MAC], attributes: { type: told('computer', 0.3) } }
  await see(session(), [deviceOf('d1', { ...weak, bytesIn: 40 })], { run: 'run 2' })
  const [device] = await all()
  assert.deepEqual([device.name, device.category], ['printer-3', 'printer'])
  const detail = await devices.get(device.id)
  assert.equal(detail?.bytesIn, 140, 'counters of both runs')
  assert.deepEqual(
    detail?.observations.map(({ value }) => value),
    ['printer-3', 'printer', 'computer'],
  )
})

test('two become one, reversibly, and what was undone is not done again', async () => {
  const { see, all, devices, recorded, session } = await rehearseStore()
  const admission = session()
  await see(admission, [deviceOf('d1', { macs: [MAC] }), deviceOf('d2', { macs: [OTHER] })])
  const before = await all()
  const both = deviceOf('d1', { macs: [MAC, OTHER] })
  await see(admission, [both])
  const [kept, ...rest] = await all()
  assert.equal(rest.length, 0)
  const merged = before.find(({ id }) => id !== kept.id)!
  assert.equal((await devices.get(merged.id))?.id, kept.id, 'the old id still answers')
  const { merges } = (await devices.get(kept.id))!
  assert.equal(merges.length, 1)
  assert.equal(await devices.undoMerge(kept.id, merges[0].id, 'user:u1'), true)
  assert.equal(await devices.undoMerge(kept.id, merges[0].id, 'user:u1'), false)
  assert.deepEqual(
    (await all()).map(({ id }) => id).toSorted(),
    before.map(({ id }) => id).toSorted(),
  )
  await see(admission, [both])
  assert.equal((await all()).length, 2)
  assert.ok(recorded.includes(`device.merged device:${kept.id}`))
  assert.ok(recorded.includes(`device.unmerged device:${kept.id}`))
})

test('history knows when two became one, and two again', async () => {
  const { see, devices, time, all, session } = await rehearseStore()
  const admission = session()
  const at = (seconds: number) => ({ observed: START + seconds * SECOND })
  await see(admission, [deviceOf('d1', { macs: [MAC] }), deviceOf('d2', { macs: [OTHER] })])
  await see(admission, [deviceOf('d1', { macs: [MAC, OTHER] })], at(10))
  time.now = START + 30 * SECOND
  const [{ id }] = await all()
  const { merges } = (await devices.get(id))!
  await devices.undoMerge(id, merges[0].id, 'user:u1')
  const countAt = async (seconds: number) =>
    (await devices.listAt({ limit: 9 }, { at: START + seconds * SECOND })).items.length
  assert.deepEqual([await countAt(5), await countAt(15), await countAt(40)], [2, 1, 2])
})

test('a MAC that moves to another device changes hands', async () => {
  const { see, all, session } = await rehearseStore()
  const admission = session()
  await see(admission, [deviceOf('d1', { macs: [MAC, OTHER] })])
  await see(admission, [deviceOf('d1', { macs: [MAC] }), deviceOf('d2', { macs: [OTHER] })])
  assert.equal((await all()).length, 2)
  await see(session(), [deviceOf('x', { macs: [OTHER], name: 'moved' })], { run: 'run 2' })
  const list = await all()
  assert.equal(list.length, 2)
  assert.deepEqual(list.find(({ name }) => name === 'moved')?.macs, [OTHER])
})

test('as it was: by packet time, and by what was known when', async () => {
  const { see, all, devices, time, session } = await rehearseStore()
  const admission = session()
  const named = (name: string) => deviceOf('d1', { macs: [MAC], name })
  await see(admission, [named('first')])
  time.now = START + 100 * SECOND
  await see(admission, [named('third')], { observed: START + 60 * SECOND })
  const [{ id }] = await all()
  const nameAt = async (seconds: number, known?: number) => {
    const asOf = {
      at: START + seconds * SECOND,
      ...(known !== undefined && { known: START + known * SECOND }),
    }
    return (await devices.getAt(id, asOf))?.name
  }
  assert.equal(await nameAt(-1), undefined)
  assert.equal(await nameAt(10), 'first')
  assert.equal(await nameAt(70), 'third')
  assert.equal(await nameAt(70, 50), 'first', 'the answer that was given then')
  // What happened in between is told late.
  time.now = START + 200 * SECOND
  await see(admission, [named('second')], { observed: START + 30 * SECOND })
  assert.deepEqual(await Promise.all([10, 40, 70].map((seconds) => nameAt(seconds))), [
    'first',
    'second',
    'third',
  ])
  assert.equal(await nameAt(40, 150), 'first', 'and is not in the answers before')
  const page = await devices.listAt({ limit: 10 }, { at: START + 40 * SECOND })
  assert.deepEqual(
    page.items.map(({ name }) => name),
    ['second'],
  )
})

test('what a person sets wins, is kept, and is given back', async () => {
  const { see, all, devices, session } = await rehearseStore()
  const admission = session()
  const device = deviceOf('d1', { macs: [MAC], name: 'by evidence' })
  await see(admission, [device])
  const [{ id, revision }] = await all()
  const set = (values: { name?: string; owner?: string }, read?: number) =>
    devices.setByHand(id, values, { by: 'user:u1', ...(read !== undefined && { revision: read }) })
  assert.equal(await set({ name: 'Front door', owner: 'Facility' }, revision), 'done')
  assert.equal(await set({ name: 'Late' }, revision), 'changed')
  await see(admission, [deviceOf('d1', { macs: [MAC], name: 'other evidence' })])
  assert.deepEqual(
    (await all()).map(({ name, owner }) => [name, owner]),
    [['Front door', 'Facility']],
  )
  await set({ name: '' })
  assert.equal((await all())[0].name, 'other evidence')
  assert.equal(await devices.setByHand('none', {}, { by: 'user:u1' }), 'gone')
})

test('search finds parts of names, MACs and addresses, all words together', async () => {
  const { see, devices, session } = await rehearseStore()
  await see(session(), [
    deviceOf('d1', { macs: [MAC], name: 'Door camera', addresses: uses('192.0.2.17') }),
    deviceOf('d2', { macs: [OTHER], name: 'Hall camera 100%', addresses: uses('192.0.2.18') }),
  ])
  const found = async (words: string) =>
    (await devices.list({ limit: 9, words, sort: 'name' })).items.map(({ name }) => name)
  assert.deepEqual(await found('camera'), ['Door camera', 'Hall camera 100%'])
  assert.deepEqual(await found('CAM 2.17'), ['Door camera'])
  assert.deepEqual(await found('00:02'), ['Hall camera 100%'])
  assert.deepEqual(await found('do'), ['Door camera'])
  assert.deepEqual(await found('%'), ['Hall camera 100%'])
  for (const hostile of ['"', "'; DROP", 'a" OR "b', '*', 'NEAR(x y)', '\\']) {
    assert.deepEqual(await found(hostile), [], hostile)
  }
})

test('pages hold every device once, in order, whatever the sort', async () => {
  const { see, devices, session } = await rehearseStore()
  const list = Array.from({ length: 57 }, (_, index) =>
    deviceOf(`d${index}`, {
      macs: [`02:00:00:00:01:${index.toString(16).padStart(2, '0')}`],
      name: `name ${index % 7}`,
      firstSeen: START + (index % 5),
      lastSeen: START + (index % 11),
    }),
  )
  await see(session(), list)
  const sorts = ['name', 'category', 'manufacturer', 'segment', 'firstSeen', 'lastSeen', 'findings']
  const some = fc.record({
    sort: fc.constantFrom(...sorts, ...sorts.map((sort) => `-${sort}`)),
    limit: fc.integer({ min: 1, max: 60 }),
  })
  await fc.assert(
    fc.asyncProperty(some, async ({ sort, limit }) => {
      const ids: string[] = []
      let cursor: string | undefined
      do {
        const page = await devices.list({ sort, limit, ...(cursor && { cursor }) })
        ids.push(...page.items.map(({ id }) => id))
        cursor = page.next
      } while (cursor !== undefined)
      assert.equal(ids.length, 57)
      assert.equal(new Set(ids).size, 57)
    }),
    { numRuns: 30 },
  )
})
