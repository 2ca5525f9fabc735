// Killed in the middle of writing, again and again (kill -9 of every process): each write that was
// acknowledged is there afterwards, once, and the evidence log is whole.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client, dataFolder, removeFolder, ROOT, SAMPLE, startUp, until } from './platform.ts'
import type { Answer, Running } from './platform.ts'

const KILLS = 22
const WRITERS = 4
const SEED = Number(process.env.THINGWARD_SEED ?? Date.now() % 100_000)

/** Every process below one, itself last. */
function family(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`
  const below = readFileSync(path, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  return [...below.flatMap(family), pid]
}

async function killAll(running: Running): Promise<void> {
  const exited = once(running.process, 'exit')
  // The supervisor first: nobody shall start the others again.
  for (const pid of family(running.process.pid!).toReversed()) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It was gone already.
    }
  }
  await exited
}

/** Sets owners, one after the other, until it is killed; notes what was acknowledged. */
async function write(
  client: Client,
  {
    devices,
    notes,
    done,
  }: { devices: readonly string[]; notes: Map<string, string>; done(): void },
): Promise<void> {
  for (let count = 0; ; count++) {
    const id = devices[count % devices.length]
    const owner = `owner ${count} ${notes.get(id)?.length ?? 0}`
    const request = { body: { owner }, headers: { 'if-match': '*' } }
    const answer = await client.send('PATCH', `/api/v1/devices/${id}`, request).catch(() => 'cut')
    if (answer === 'cut') {
      // It may have happened or not: nothing was promised.
      notes.delete(id)
      return
    }
    const { status, body, text } = answer as Answer
    assert.equal(status, 200, text)
    notes.set(id, body.owner)
    done()
  }
}

test(`${KILLS} kills in mid-write (seed ${SEED})`, { timeout: 420_000 }, async (t) => {
  if (process.platform !== 'linux') return t.skip('reads /proc')
  const data = dataFolder()
  let running = await startUp(data, ['--read', SAMPLE])
  t.after(async () => {
    await running.stop()
    removeFolder(data)
  })
  let seed = SEED
  const random = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff
  let client = new Client(running)
  await client.setUp()
  await until(async () => {
    const { body } = await client.get('/api/v1/health')
    return body.sensors[0]?.state === 'done'
  })
  const all: { id: string }[] = (await client.get('/api/v1/devices?limit=500')).body.items
  const notes = new Map<string, string>()
  let writes = 0
  for (let kill = 1; kill <= KILLS; kill++) {
    const enough = writes + 4 + Math.floor(random() * 12)
    const done = () => void writes++
    // Each writer has devices of its own, so that its last answer is the last write.
    const writers = Array.from({ length: WRITERS }, (_, writer) => {
      const devices = all.map(({ id }) => id).filter((_id, index) => index % WRITERS === writer)
      return write(client, { devices, notes, done })
    })
    await until(() => writes >= enough)
    await pause(random() * 20)
    await killAll(running)
    await Promise.all(writers)
    running = await startUp(data, ['--read', SAMPLE])
    client = new Client(running)
    assert.equal((await client.signIn()).status, 200)
    for (const [id, owner] of notes) {
      const { body } = await client.get(`/api/v1/devices/${id}`)
      assert.equal(body.owner, owner, `kill ${kill}: device ${id}`)
    }
  }
  t.diagnostic(`${writes} acknowledged writes`)
  const file = join(data, 'evidence.jsonl')
  const cli = (...words: string[]) =>
    execFileSync(join(ROOT, 'bin/thingward'), words, { encoding: 'utf8' })
  cli('evidence', 'export', '--data', data, '--out', file)
  assert.match(cli('evidence', 'verify', file), /\d+ entries/)
})

test('killed while a capture comes in: it is in once', { timeout: 120_000 }, async (t) => {
  if (process.platform !== 'linux') return t.skip('reads /proc')
  const [whole, broken] = [dataFolder(), dataFolder()]
  t.after(() => [whole, broken].forEach(removeFolder))
  const counted = async (data: string, isNew: boolean) => {
    const running = await startUp(data, ['--read', SAMPLE])
    const client = new Client(running)
    if (isNew) await client.setUp()
    else await client.signIn()
    const store = await until(async () => {
      const { body } = await client.get('/api/v1/health')
      return body.sensors[0]?.state === 'done' && body.store
    })
    const traffic = (await client.get('/api/v1/traffic?step=86400')).body.points
    // Health may be two seconds old; the list is not.
    const devices = (await client.get('/api/v1/devices?limit=500')).body.items.length
    await running.stop()
    const { findings, flows } = store
    return { devices, findings, flows, traffic }
  }
  const expected = await counted(whole, true)
  const first = await startUp(broken, [])
  await new Client(first).setUp()
  await first.stop()
  for (const wait of [600, 900, 1200]) {
    const running = await startUp(broken, ['--read', SAMPLE])
    await pause(wait)
    await killAll(running)
  }
  assert.deepEqual(await counted(broken, false), expected)
})
