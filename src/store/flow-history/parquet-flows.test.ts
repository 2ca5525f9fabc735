// Flow history in Parquet asked the same as the one in SQLite, on random flows: the same answers,
// wherever the flows lie by then: in the spool, in fresh parts, in merged ones.
import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { DAY, HOUR, MINUTE } from '../../core/clock.ts'
import { OperatingError } from '../../core/errors.ts'
import type { FlowHistory, FlowQuery, StoredFlow } from '../flows.ts'
import { SqliteFlows } from '../sqlite-flows.ts'
import { Store } from '../store.ts'
import { freshFolder, madeFlow, madeFlows, randomFrom, rehearse, START } from './rehearse.ts'

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000)

async function oracle(t: TestContext, flows: readonly StoredFlow[]): Promise<SqliteFlows> {
  const store = await Store.open({ path: ':memory:', clock: () => START })
  t.after(() => store.close())
  const history = new SqliteFlows(store)
  await history.append(flows)
  return history
}

const QUESTIONS: readonly FlowQuery[] = [
  { limit: 1000 },
  { limit: 7 },
  { limit: 1000, from: START + 5 * HOUR, to: START + 30 * HOUR },
  { limit: 1000, devices: ['d1'] },
  { limit: 1000, devices: ['d1', 'd2'], peers: ['d5', 'd6'] },
  { limit: 1000, peers: ['d3'] },
  { limit: 1000, peerAddress: '198.51.100.7' },
  { limit: 1000, devices: ['d4'], peerAddress: '198.51.100.7' },
  { limit: 1000, service: 'modbus', port: 1026 },
  { limit: 1000, words: 'HOST2 100.1' },
  { limit: 1000, words: "it's % no _ word" },
  { limit: 1000, devices: ["d'1"] },
  { limit: 5, devices: ['d1'], from: START + HOUR },
]

const SPANS = [{}, { from: START + 3 * HOUR, to: START + 20 * HOUR }, { to: START }]

/** Fails with the first answer that differs: a difference of all at once would fill the screen. */
function same(all: readonly unknown[], wanted: readonly unknown[]): void {
  wanted.forEach((each, index) => {
    if (JSON.stringify(all[index]) === JSON.stringify(each)) return
    const [is, was] = [all[index], each].map((value) => JSON.stringify(value).slice(0, 2000))
    assert.fail(`answer ${index}:\n${is}\ninstead of\n${was}`)
  })
  assert.equal(all.length, wanted.length)
}

/** All answers of one history, without what it is free to choose. */
async function answers(history: FlowHistory) {
  const all: unknown[] = []
  for (const question of QUESTIONS) {
    const { items, next } = await history.query(question)
    all.push(
      items.map(({ id, ...flow }) => (assert.ok(id), flow)),
      next !== undefined,
    )
  }
  for (const span of SPANS) {
    for (const devices of [['d1'], ['d1', 'd2'], ['none']]) {
      const found = await history.conversations(devices, span, 1000)
      all.push(sorted(found))
    }
    all.push(sorted(await history.pairs(span, 1000)))
    all.push(await history.traffic(span, HOUR))
    all.push(await history.traffic(span, 15 * MINUTE))
    all.push(await history.traffic(span, MINUTE / 2))
    all.push(await history.traffic(span, DAY, ['none']))
    all.push(await history.traffic(span, MINUTE, ['d1']))
    all.push(await history.traffic(span, MINUTE, ['d1', 'd2']))
  }
  all.push(await history.traffic({}, HOUR, ['d1']))
  all.push(await history.extent())
  return all
}

const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).toSorted()

test('the same answers as SQLite: from the spool, from parts, from merged parts', async (t) => {
  t.diagnostic(`seed ${SEED}`)
  const flows = madeFlows(3000, SEED)
  const wanted = await answers(await oracle(t, flows))
  const history = rehearse(freshFolder(t))
  for (let at = 0; at < flows.length; at += 250) {
    await history.append(flows.slice(at, at + 250))
    // Some of them become parts, the last ones stay in the spool.
    if (at < 2500) await history.tend({ all: true })
    if (at === 0) assert.deepEqual(history.health().spooled, 0)
  }
  const { parts, spooled, problem } = history.health()
  assert.ok(parts > 2 && parts < 20, `${parts} parts: some were merged`)
  assert.deepEqual([spooled, problem], [500, undefined])
  same(await answers(history), wanted)
  await history.tend({ all: true })
  same(await answers(history), wanted)
  await history.close()

  // A day later the days that are over are one part each.
  const later = rehearse(history['options'].directory, { clock: () => START + 9 * DAY })
  await later.tend()
  assert.equal(later.health().parts, 2)
  same(await answers(later), wanted)
  await later.close()
})

test('pages follow each other without repeating or leaving out', async (t) => {
  const flows = madeFlows(500, SEED)
  const history = rehearse(freshFolder(t))
  await history.append(flows.slice(0, 400))
  await history.tend({ all: true })
  await history.append(flows.slice(400))
  for (const devices of [undefined, ['d1', 'd2', 'd3']]) {
    const keys: string[] = []
    let cursor: string | undefined
    do {
      const page = await history.query({ limit: 37, cursor, devices })
      keys.push(...page.items.map(({ key }) => key))
      cursor = page.next
    } while (cursor !== undefined)
    const wanted = flows
      .filter(({ originator, responder }) =>
        [originator, responder].some(({ device }) => devices?.includes(device) ?? true),
      )
      .toSorted((a, b) => b.last - a.last)
    assert.deepEqual(
      keys,
      wanted.map(({ key }) => key),
    )
  }
  await assert.rejects(history.query({ limit: 1, cursor: 'nonsense' }), OperatingError)
  await history.close()
})

test('a flow told twice is kept once, also after a restart', async (t) => {
  const folder = freshFolder(t)
  const flows = madeFlows(50, SEED)
  const first = rehearse(folder)
  await Promise.all([first.append(flows), first.append(flows)])
  await first.close()
  const second = rehearse(folder)
  await second.append(flows)
  assert.equal((await second.extent()).flows, 50)
  await second.close()
})

test('names of devices are found by words', async (t) => {
  const devicesNamed = async (word: string) => (word === 'pump' ? ['d1'] : [])
  const history = rehearse(freshFolder(t), { devicesNamed })
  const flows = madeFlows(200, SEED)
  await history.append(flows)
  const { items } = await history.query({ limit: 1000, words: 'Pump' })
  const wanted = flows.filter((flow) =>
    [flow.originator.device, flow.responder.device].includes('d1'),
  )
  assert.equal(items.length, wanted.length)
  await history.close()
})

test('what the wire said stands as it was said, or harmless', async (t) => {
  const random = randomFrom(SEED)
  const texts = [
    "'; DROP TABLE x; --",
    'a\tb\nc\0d',
    '\\N',
    '"quoted"',
    '日本語 🙂',
    '\u0001',
    '%s$1',
    'x'.repeat(999),
  ]
  const flows = texts.map((text, number) => ({
    ...madeFlow(number, random),
    serverName: text,
    service: text,
    site: number % 2 === 0 ? text : '../../etc',
    last: [START, -5, 9e15, Number.NaN][number % 4],
  }))
  const history = rehearse(freshFolder(t))
  await history.append(flows)
  const names = async () => {
    const { items } = await history.query({ limit: 100 })
    return items.map(({ serverName }) => serverName).toSorted()
  }
  const wanted = texts
    // oxlint-disable-next-line no-control-regex
    .map((text) => text.replace(/[\u0000-\u001f]/g, ' ').slice(0, 256))
    .toSorted()
  assert.deepEqual(await names(), wanted)
  await history.tend({ all: true })
  assert.deepEqual(await names(), wanted)
  assert.equal((await history.query({ limit: 9, service: texts[0] })).items.length, 1)
  await history.close()
})

test('retention takes flows first and totals last', async (t) => {
  const folder = freshFolder(t)
  const retention = { flowDays: 10, totalDays: 30 }
  let now = START + 2 * DAY
  const history = rehearse(folder, { retention, clock: () => now })
  const flows = madeFlows(300, SEED)
  await history.append(flows)
  await history.tend({ all: true })
  const before = await history.traffic({}, HOUR)
  now = START + 14 * DAY
  await history.tend()
  assert.deepEqual((await history.query({ limit: 10 })).items, [])
  assert.equal((await history.extent()).flows, 0)
  assert.deepEqual(await history.traffic({}, HOUR), before)
  assert.ok((await history.pairs({}, 10)).length > 0)
  now = START + 40 * DAY
  await history.tend()
  assert.deepEqual(await history.traffic({}, HOUR), [])
  assert.equal(filesIn(folder).length, 0)
  await history.close()
})

const filesIn = (folder: string) =>
  readdirSync(join(folder, 'flows'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

test('files that a crash left behind are cleared away, others are not', async (t) => {
  const folder = freshFolder(t)
  const first = rehearse(folder)
  await first.append(madeFlows(100, SEED))
  await first.tend({ all: true })
  await first.close()
  const files = filesIn(folder)
  const stray = files[0].replace(/-\d+\.parquet$/, '-99.parquet')
  writeFileSync(stray, 'half a file')
  const second = rehearse(folder)
  assert.deepEqual(filesIn(folder).toSorted(), files.toSorted())
  assert.equal((await second.query({ limit: 1000 })).items.length, 100)
  await second.close()
})

test('questions while parts are merged see each flow once', async (t) => {
  const history = rehearse(freshFolder(t))
  const flows = madeFlows(800, SEED)
  for (let at = 0; at < 800; at += 100) {
    await history.append(flows.slice(at, at + 100))
    const tended = history.tend({ all: true })
    const asked = await Promise.all(
      [1, 2, 3].map(() => history.query({ limit: 2000, devices: undefined })),
    )
    for (const { items } of asked) assert.equal(items.length, at + 100)
    await tended
  }
  await history.close()
})

test('the files are plain Parquet: another reader finds the same flows', async (t) => {
  const folder = freshFolder(t)
  const flows = madeFlows(200, SEED)
  const history = rehearse(folder)
  await history.append(flows)
  await history.tend({ all: true })
  await history.close()
  // hyparquet knows of no compression; Node brings zstd.
  const compressors = { ZSTD: (bytes: Uint8Array) => new Uint8Array(zstdDecompressSync(bytes)) }
  for (const order of ['originator-', 'responder-']) {
    const rows: Record<string, unknown>[] = []
    for (const path of filesIn(folder).filter((each) => each.includes(order))) {
      rows.push(
        ...(await parquetReadObjects({ file: await asyncBufferFromFile(path), compressors })),
      )
    }
    const found = rows.map((row) => [
      row.key,
      Number(row.last),
      row.r_address,
      Number(row.bytes_in),
    ])
    const wanted = flows.map(({ key, last, responder, bytesIn }) => [
      key,
      // A JavaScript Date holds milliseconds.
      Math.floor(last / 1000),
      responder.address,
      bytesIn,
    ])
    assert.deepEqual(found.toSorted(byKey), wanted.toSorted(byKey))
  }
})

const byKey = ([a]: readonly unknown[], [b]: readonly unknown[]) => (String(a) < String(b) ? -1 : 1)

test('nothing that was asked leaves a process behind', async (t) => {
  const folder = freshFolder(t)
  const history = rehearse(folder)
  await history.append(madeFlows(10, SEED))
  await history.query({ limit: 1 })
  const child = await history['engine']['child']!
  await history.close()
  assert.ok(child.exitCode !== null || child.signalCode !== null)
  assert.equal(existsSync(join(folder, 'parts.json')), false)
})
