// The spool under load that never pauses, and when the disk says no.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { OperatingError } from '../../core/errors.ts'
import { freshFolder, madeFlows } from './rehearse.ts'
import { spoolLine } from './spool-line.ts'
import { Spool } from './spool.ts'

const flows = madeFlows(100, 7)
const lines = {
  text: flows.map(spoolLine).join(''),
  rows: flows.length,
  from: Math.min(...flows.map(({ last }) => last)),
  to: Math.max(...flows.map(({ last }) => last)),
}

const open = (directory: string, segmentRows = 1000) =>
  new Spool({ directory, converted: 0, known: () => undefined, syncMs: 1, segmentRows })

test('segments are closed while lines keep coming, and on demand between two writes', async (t) => {
  const spool = open(freshFolder(t))
  const underWay = new Set<Promise<void>>()
  let sealed = 0
  for (let batch = 0; batch < 200; batch++) {
    const appended = spool.append(lines).then(() => void underWay.delete(appended))
    underWay.add(appended)
    if (batch % 50 === 49) void spool.seal(true).then(() => sealed++)
    // There is always something to write.
    while (underWay.size > 5) await Promise.race(underWay)
  }
  await Promise.all(underWay)
  await spool.seal(true)
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(sealed, 4)
  const ready = spool.ready()
  assert.ok(ready.length >= 12, `${ready.length} segments`)
  for (const { path, rows, bytes, from, to } of ready) {
    assert.ok(rows <= 1600, `${rows} rows`)
    const text = readFileSync(path, 'utf8')
    assert.deepEqual([text.split('\n').length - 1, Buffer.byteLength(text)], [rows, bytes])
    assert.deepEqual([from, to], [lines.from, lines.to])
  }
  assert.equal(
    ready.reduce((sum, { rows }) => sum + rows, 0),
    20_000,
  )
  await spool.close()
})

test('a disk that says no is told to whoever waits; later it goes on', async (t) => {
  const folder = join(freshFolder(t), 'spool')
  const spool = open(folder)
  rmSync(folder, { recursive: true })
  await assert.rejects(spool.append(lines), (cause) => cause instanceof OperatingError)
  await spool.close()
  const again = open(folder)
  await again.append(lines)
  assert.equal(again.segments()[0].rows, 100)
  await again.close()
})

test('lines that nobody can write down in time are refused', async (t) => {
  const spool = open(freshFolder(t))
  const large = { ...lines, text: 'x'.repeat(40_000_000) }
  await spool.append(lines)
  // The first is being written while the others wait.
  const taken = [spool.append(large), spool.append(large), spool.append(large)]
  await assert.rejects(spool.append(lines), /faster than the disk/)
  await Promise.all(taken)
  await spool.append(lines)
  await spool.close()
})
