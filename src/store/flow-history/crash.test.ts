// What flow history survives: kill -9 of the writer, a torn end of the spool, DuckDB killed at its
// work, questions that take too long or reach for what is not theirs.
import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OperatingError } from '../../core/errors.ts'
import { Engine } from './engine.ts'
import { freshFolder, madeFlows, rehearse } from './rehearse.ts'

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000)
const KILLS = 12
const WRITER = join(import.meta.dirname, 'crash-writer.ts')

/** Runs the writer until it is killed; answers how far it was acknowledged. */
function write(folder: string, from: number, untilMs: number): Promise<number> {
  const words = [WRITER, folder, String(from)]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (said === '') setTimeout(() => child.kill('SIGKILL'), untilMs)
    said += text
  })
  return new Promise((resolve) => {
    child.once('close', () => resolve(Number(said.split('\n').at(-2) ?? from)))
  })
}

test(`${KILLS} times kill -9: what was acknowledged is there, once`, async (t) => {
  t.diagnostic(`seed ${SEED}`)
  const folder = freshFolder(t)
  let acknowledged = 0
  for (let kill = 0; kill < KILLS; kill++) {
    // Each run tells the last flows once more, as a sensor does that heard no answer.
    acknowledged = await write(folder, Math.max(0, acknowledged - 200), (SEED * (kill + 7)) % 400)
  }
  const history = rehearse(folder)
  await history.tend({ all: true })
  const { items } = await history.query({ limit: 1_000_000 })
  const numbers = items.map(({ key }) => Number(key.slice(3)))
  const known = new Set(numbers)
  assert.equal(known.size, numbers.length, 'no flow twice')
  assert.ok(acknowledged > 1000)
  for (let number = 0; number < acknowledged; number++) assert.ok(known.has(number), `${number}`)
  const points = await history.traffic({}, 86_400_000_000)
  assert.equal(
    points.reduce((sum, { flows }) => sum + flows, 0),
    numbers.length,
  )
  await history.close()
})

test('fdatasync of the spool comes before each acknowledgement', (t) => {
  if (spawnSync('strace', ['-V']).error) return t.skip('strace is not installed')
  const folder = freshFolder(t)
  const calls = ['-f', '-y', '-e', 'trace=fdatasync,write', '-e', 'signal=none', '-s', '8']
  const words = [process.execPath, WRITER, folder, '0', '1000']
  const traced = spawnSync('strace', [...calls, ...words], { encoding: 'utf8' })
  if (/Operation not permitted/.test(traced.stderr)) return t.skip('strace may not trace')
  let synced = 0
  let acknowledged = 0
  for (const line of traced.stderr.split('\n')) {
    // A call on another thread is told in two lines; it is done with the second.
    const isDone = line.endsWith('= 0') && line.includes('fdatasync')
    if (isDone) synced++
    if (!/write\(1<.*"\d+\\n/.test(line)) continue
    acknowledged++
    assert.ok(synced >= acknowledged, `acknowledged before it was on disk: ${line}`)
  }
  assert.equal(acknowledged, 10, traced.stderr.slice(-500))
})

test('a torn end is cut off, counted, and written over', async (t) => {
  const folder = freshFolder(t)
  const flows = madeFlows(20, SEED)
  const first = rehearse(folder)
  await first.append(flows.slice(0, 10))
  await first.close()
  const [name] = readdirSync(join(folder, 'spool'))
  appendFileSync(join(folder, 'spool', name), `s1:99\tmain\tlan\t17\0\0\0\0`)
  const second = rehearse(folder)
  assert.equal(second.health().tornBytes, 21)
  await second.append(flows.slice(10))
  assert.equal((await second.query({ limit: 100 })).items.length, 20)
  await second.close()
})

test('DuckDB killed while it writes a part: nothing is lost, nothing stands twice', async (t) => {
  const folder = freshFolder(t)
  const history = rehearse(folder)
  await history.append(madeFlows(20_000, SEED))
  await history.query({ limit: 1 })
  const child = await history['engine']['child']!
  const tended = history.tend({ all: true })
  setTimeout(() => child.kill('SIGKILL'), 60)
  await assert.rejects(tended, (cause) => cause instanceof OperatingError)
  assert.equal(history.health().problem?.code, 'flow-engine')
  assert.equal((await history.extent()).flows, 20_000)
  await history.tend({ all: true })
  assert.deepEqual([history.health().stored, history.health().problem], [20_000, undefined])
  assert.equal((await history.query({ limit: 50_000 })).items.length, 20_000)
  await history.close()
})

function engine(t: TestContext): { engine: Engine; folder: string } {
  const folder = freshFolder(t)
  const made = new Engine(folder)
  t.after(() => made.stop())
  return { engine: made, folder }
}

const code = (wanted: string) => (cause: unknown) =>
  cause instanceof OperatingError && cause.code === wanted

test('a question that takes too long is stopped; the next one is answered', async (t) => {
  const { engine: made } = engine(t)
  await made.run([{ sql: 'SELECT 1' }], 5000)
  const long =
    'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 3'
  const began = Date.now()
  await assert.rejects(made.run([{ sql: long }], 200), code('flow-time'))
  assert.ok(Date.now() - began < 5000)
  assert.deepEqual(await made.run([{ sql: 'SELECT 42' }], 5000), [[42]])
})

test('a question that needs too much memory is refused; the next one is answered', async (t) => {
  const { engine: made } = engine(t)
  const wide = 'SELECT list(repeat(range::VARCHAR, 100)) FROM range(20000000)'
  await assert.rejects(made.run([{ sql: wide }], 30_000), code('flow-memory'))
  assert.deepEqual(await made.run([{ sql: 'SELECT 42' }], 5000), [[42]])
})

test('DuckDB reaches nothing but its folder, and cannot be talked into more', async (t) => {
  const { engine: made, folder } = engine(t)
  writeFileSync(join(folder, 'own.csv'), 'a\n1\n')
  const own = await made.run([{ sql: `SELECT * FROM read_csv('${folder}/own.csv')` }], 5000)
  assert.equal(own.length, 1)
  for (const sql of [
    "SELECT * FROM read_text('/etc/passwd')",
    `SELECT * FROM read_text('${folder}/../../etc/passwd')`,
    "COPY (SELECT 1) TO '/tmp/thingward-escaped.csv'",
    "ATTACH '/tmp/thingward-escaped.db'",
    'SET enable_external_access = true',
    "SET allowed_directories = ['/']",
    'INSTALL httpfs',
    "SELECT * FROM read_csv('https://192.0.2.1/x.csv')",
  ]) {
    await assert.rejects(made.run([{ sql }], 5000), code('flow-engine'), sql)
  }
})
