// kill -9 in mid-append, again and again: every entry that was acknowledged is there afterwards,
// with the hash that was acknowledged, and the chain is whole. And no acknowledgement without
// fdatasync before it.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { exportEvidence } from './export.ts'
import { freshFolder, nearSigner, openDatabase } from './rehearse.ts'
import { EvidenceTable } from './table.ts'
import { verifyEvidence } from './verify.ts'

const KILLS = 25
const WRITER = join(import.meta.dirname, 'kill-writer.ts')

/** Runs the writer until `kill`; answers what it acknowledged: `sequence hash`, a line each. */
function write(folder: string, until: number): Promise<string[]> {
  const child = spawn(process.execPath, [WRITER, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    // The time runs from the first acknowledgement, so that each run is cut at its work.
    if (said === '') setTimeout(() => child.kill('SIGKILL'), until)
    said += chunk
  })
  return new Promise((resolve) => {
    child.once('close', () => resolve(said.split('\n').slice(0, -1)))
  })
}

test(`${KILLS} times kill -9: nothing that was acknowledged is lost`, async (t) => {
  const folder = freshFolder(t)
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
  t.diagnostic(`seed ${seed}`)
  let state = seed
  const random = () => (state = (state * 48_271 + 1) % 2_147_483_647) / 2_147_483_647
  const acknowledged: string[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    acknowledged.push(...(await write(folder, Math.floor(random() * 60))))
  }
  const database = openDatabase(join(folder, 'store.sqlite'))
  const table = new EvidenceTable(database)
  assert.ok(acknowledged.length > KILLS, 'each run acknowledged something')
  for (const line of acknowledged) {
    const [sequence, hash] = line.split(' ')
    const [row] = table.range(Number(sequence) - 1, 1)
    assert.equal(row?.sequence, Number(sequence), `entry ${sequence} was acknowledged`)
    assert.equal(Buffer.from(row.hash).toString('hex'), hash)
  }
  assert.equal(database.prepare('PRAGMA integrity_check').get()!.integrity_check, 'ok')
  // A row and its entry came together or not at all.
  const apart = database.prepare(
    `SELECT count(*) AS count FROM
      (SELECT sequence AS entry FROM evidence WHERE kind = 'row.changed')
      FULL JOIN change ON entry = sequence WHERE entry IS NULL OR sequence IS NULL`,
  )
  assert.equal(apart.get()!.count, 0)
  database.close()

  const clock = () => Date.now() * 1000
  const signer = nearSigner(join(folder, 'signer'), clock)
  const file = join(folder, 'export.jsonl')
  await exportEvidence({ database: join(folder, 'store.sqlite'), signer, file, clock })
  const result = await verifyEvidence(file, { key: (await signer.state()).key })
  assert.equal(result.broken, undefined)
  assert.equal(result.personal.checked, 0)
})

test('fdatasync comes before each acknowledgement', async (t) => {
  if (spawnSync('strace', ['-V']).error) return t.skip('strace is not installed')
  const folder = freshFolder(t)
  const calls = ['-f', '-e', 'trace=fdatasync,fsync,write', '-e', 'signal=none', '-s', '16']
  const traced = spawnSync('strace', [...calls, process.execPath, WRITER, folder, '40'], {
    encoding: 'utf8',
  })
  if (/ptrace|Operation not permitted/.test(traced.stderr)) return t.skip('strace may not trace')
  let synced = false
  let acknowledged = 0
  for (const line of traced.stderr.split('\n')) {
    if (/fd?(data)?sync\(/.test(line)) synced = true
    else if (/ write\(1, "\d+ |^write\(1, "\d+ /.test(line)) {
      assert.ok(synced, `acknowledged before it was on disk: ${line}`)
      acknowledged++
      synced = false
    }
  }
  assert.ok(acknowledged >= 5, traced.stderr.slice(-500))
})
