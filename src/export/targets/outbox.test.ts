// The queue on disk: order, places kept over restarts, bounds that count what they drop, torn
// records, and a process killed in the middle of writing.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import type { Message } from './message.ts'
import { Outbox } from './outbox.ts'
import { messageOf } from './rehearse.ts'

const root = mkdtempSync(join(tmpdir(), 'thingward-outbox-'))
after(() => rmSync(root, { recursive: true }))
let count = 0
const folder = () => join(root, String(++count))
const numbers = (messages: readonly Message[]) => messages.map(({ id }) => Number.parseInt(id))
const batch = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => messageOf(from + index))
const FRESH = { now: () => messageOf(0).at }

test('in order, the same again until they are done, over restarts', async () => {
  const path = folder()
  const first = await Outbox.open(path, FRESH)
  await Promise.all([first.append(batch(0, 3)), first.append(batch(3, 5))])
  assert.deepEqual(numbers(await first.next(2)), [0, 1])
  assert.deepEqual(numbers(await first.next(9)), [0, 1, 2, 3, 4])
  await first.done(2)
  await first.close()
  const second = await Outbox.open(path, FRESH)
  assert.equal(second.waiting, 3)
  await second.append(batch(5, 6))
  assert.deepEqual(numbers(await second.next(2)), [2, 3])
  await second.done(2)
  assert.deepEqual(numbers(await second.next(9)), [4])
  await second.done(1)
  assert.deepEqual(numbers(await second.next(9)), [5])
  await second.done(1)
  await second.close()
  assert.deepEqual(
    readdirSync(path).filter((name) => name.endsWith('.queue')),
    [],
    'what has arrived does not lie about',
  )
  const third = await Outbox.open(path, FRESH)
  await third.append(batch(6, 7))
  assert.deepEqual(numbers(await third.next(9)), [6])
  await third.close()
})

test('more bytes than are allowed: the oldest go, and are counted', async () => {
  const options = { ...FRESH, bytesMax: 20_000, segmentBytes: 4000 }
  const outbox = await Outbox.open(folder(), options)
  await outbox.append(batch(0, 2))
  assert.deepEqual(numbers(await outbox.next(2)), [0, 1])
  for (let at = 2; at < 100; at += 2) await outbox.append(batch(at, at + 2))
  const left: number[] = []
  for (;;) {
    const some = await outbox.next(7)
    if (some.length === 0) break
    left.push(...numbers(some))
    await outbox.done(some.length)
  }
  assert.equal(left.length + outbox.dropped, 100)
  assert.deepEqual(
    left,
    batch(outbox.dropped, 100).map(({ id }) => Number.parseInt(id)),
  )
  assert.equal(outbox.waiting, 0)
  await outbox.close()
})

test('what is older than allowed is dropped when its turn comes', async () => {
  const hour = 3_600_000_000
  const options = { now: () => messageOf(0).at + 2 * hour, ageMaxSeconds: 3600 }
  const outbox = await Outbox.open(folder(), options)
  await outbox.append([...batch(0, 3), messageOf(3, { at: messageOf(0).at + 2 * hour })])
  assert.deepEqual(numbers(await outbox.next(9)), [3])
  assert.deepEqual([outbox.dropped, outbox.waiting], [3, 1])
  await outbox.close()
})

test('a record that was torn or changed is left out, the others are not', async () => {
  const path = folder()
  const outbox = await Outbox.open(path, FRESH)
  await outbox.append(batch(0, 3))
  await outbox.close()
  const file = join(
    path,
    readdirSync(path).find((name) => name.endsWith('.queue'))!,
  )
  const lines = readFileSync(file, 'utf8').split('\n')
  lines[1] = lines[1].replace('Telnet', 'Tolnet')
  writeFileSync(file, lines.join('\n'))
  appendFileSync(file, 'abcdef01 {"id":"half')
  const again = await Outbox.open(path, FRESH)
  assert.deepEqual(numbers(await again.next(9)), [0, 2])
  assert.deepEqual([again.waiting, again.dropped], [2, 1])
  await again.append(batch(5, 6))
  await again.done(2)
  assert.deepEqual(numbers(await again.next(9)), [5])
  await again.close()
})

test('one process at a time; the lock of one that is gone is taken over', async () => {
  const path = folder()
  const outbox = await Outbox.open(path, FRESH)
  await assert.rejects(Outbox.open(path, FRESH), { code: 'outbox-busy' })
  await outbox.close()
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  writeFileSync(join(path, 'lock'), String(child.pid))
  await (await Outbox.open(path, FRESH)).close()
  await assert.rejects(Outbox.open('/dev/null/queue', FRESH), { code: 'cannot-write' })
})

test('killed in the middle of writing: whatever was acknowledged is there, in order', async () => {
  const path = folder()
  const script = `
    import { Outbox } from ${JSON.stringify(new URL('./outbox.ts', import.meta.url).href)}
    import { messageOf } from ${JSON.stringify(new URL('./rehearse.ts', import.meta.url).href)}
    const outbox = await Outbox.open(process.argv[1], { now: () => messageOf(0).at })
    for (let number = 0; ; number++) {
      await outbox.append([messageOf(number)])
      process.stdout.write(number + '\\n')
    }`
  for (let kill = 0; kill < 5; kill++) {
    rmSync(path, { recursive: true, force: true })
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, path])
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (out += piece))
    while (out.split('\n').length < 20 + kill * 7) await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'close')
    const told = out.trim().split('\n').map(Number)
    const outbox = await Outbox.open(path, FRESH)
    const found = numbers(await outbox.next(1_000_000))
    assert.ok(found.length >= told.length, `${found.length} of ${told.length}`)
    assert.deepEqual(found, [...found.keys()])
    await outbox.close()
  }
})
