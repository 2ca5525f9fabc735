// Migrations: forward only, a copy before each, nothing lost from any earlier version, a step that
// fails leaves the file as it was.
import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { OperatingError } from '../core/errors.ts'
import { MIGRATIONS } from './migrations.ts'
import { deviceOf, START } from './rehearse.ts'
import { DeviceAdmission } from './device-admission.ts'
import { Devices } from './devices.ts'
import { Store } from './store.ts'

const clock = () => START

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tw-store-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

/** A store of some version with a device in it. */
async function filled(path: string, migrations = MIGRATIONS): Promise<void> {
  const store = await Store.open({ path, clock, migrations })
  const sighting = { site: 'here', segment: 'lan', actor: 'sensor:lan', source: 'x', run: 'r' }
  const device = deviceOf('d1', { macs: ['02:00:00:00:00:01'], name: 'kept' })
  await store.change((change) =>
    new DeviceAdmission().admit(change, { ...sighting, observed: START }, [device]),
  )
  store.close()
}

const NEXT = {
  id: '9999-next',
  statements: ['ALTER TABLE device ADD COLUMN colour TEXT', "UPDATE device SET colour = 'grey'"],
}

test('from every earlier version on, no row is lost, and a copy stands beside', async (t) => {
  const folder = folderOf(t)
  for (let version = 1; version <= MIGRATIONS.length; version++) {
    const path = join(folder, `${version}`, 'store.sqlite')
    await filled(path, MIGRATIONS.slice(0, version))
    const store = await Store.open({ path, clock, migrations: [...MIGRATIONS, NEXT] })
    const { items } = await new Devices(store).list({ limit: 10 })
    assert.deepEqual(
      items.map(({ name }) => name),
      ['kept'],
      `from version ${version}`,
    )
    assert.equal(store.copies.length, MIGRATIONS.length - version + 1)
    for (const copy of store.copies) {
      assert.equal(statSync(copy).mode & 0o777, 0o600)
      const database = new DatabaseSync(copy, { readOnly: true })
      assert.equal(database.prepare('SELECT count(*) AS n FROM device').get()?.n, 1)
      database.close()
    }
    store.close()
  }
})

test('a step that fails leaves the file as it was before it', async (t) => {
  const path = join(folderOf(t), 'store.sqlite')
  await filled(path)
  const bad = { id: '9999-bad', statements: ['DELETE FROM device_words', 'NOT SQL'] }
  const open = Store.open({ path, clock, migrations: [...MIGRATIONS, bad] })
  await assert.rejects(open, (cause) => {
    return cause instanceof OperatingError && cause.code === 'migration-failed'
  })
  const store = await Store.open({ path, clock })
  const found = await new Devices(store).list({ limit: 10, words: 'kept' })
  assert.equal(found.items.length, 1)
  store.close()
})

test('a store of a newer Thingward is not touched', async (t) => {
  const path = join(folderOf(t), 'store.sqlite')
  const newer = await Store.open({ path, clock, migrations: [...MIGRATIONS, NEXT] })
  newer.close()
  await assert.rejects(Store.open({ path, clock }), (cause) => {
    return cause instanceof OperatingError && cause.code === 'store-newer'
  })
})

test('what cannot be a store says so', async (t) => {
  const folder = folderOf(t)
  const isUnusable = (cause: unknown) =>
    cause instanceof OperatingError && cause.code === 'store-unusable'
  await assert.rejects(Store.open({ path: folder, clock }), isUnusable)
  assert.equal(existsSync(join(folder, 'store.sqlite')), false)
})

test('a change is whole or not at all: rows, evidence, word to listeners', async () => {
  const store = await Store.open({ path: ':memory:', clock })
  const heard: string[] = []
  store.listen(({ kind }) => heard.push(kind))
  const failing = store.change(async (change) => {
    await change.tell('device', { id: 'd1', change: 'new' })
    throw new Error('no')
  })
  await assert.rejects(failing, /no/)
  assert.deepEqual(heard, [])
  assert.deepEqual(await store.outgoingAfter(0, 10), [])
  await store.change((change) => change.tell('device', { id: 'd2', change: 'new' }))
  assert.deepEqual(heard, ['device'])
  assert.equal((await store.outgoingAfter(0, 10))?.length, 1)
  store.close()
})

test('two changes at once are one after the other, at rising times', async () => {
  const store = await Store.open({ path: ':memory:', clock })
  const times: number[] = []
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      store.change(async ({ db, now }) => {
        times.push(now)
        const row = { name: `s${index}`, value_json: '1', recorded: now }
        await db.insertInto('setting').values(row).execute()
      }),
    ),
  )
  assert.equal(new Set(times).size, 20)
  assert.deepEqual(times, times.toSorted())
  store.close()
})
