// The log at work: in the caller's transaction, in group commits, with personal content, and what
// it says when signing fails or the table does not fit the signatures.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { readdirSync, statSync } from 'node:fs'
import { OperatingError } from '../core/errors.ts'
import { readCheckpoint } from './checkpoint.ts'
import { EMPTY_HEAD, entryHash, nextEntry } from './entry.ts'
import { change, freshFolder, nearSigner, rehearse } from './rehearse.ts'
import { EvidenceTable } from './table.ts'

const code = (wanted: string) => (cause: unknown) =>
  cause instanceof OperatingError && cause.code === wanted

test('an entry is one text, and one hash, for ever', () => {
  const draft = { ...change(7, { to: 'b', from: 'a' }), at: 2 }
  const { canonical, hash } = nextEntry(EMPTY_HEAD, draft, { recorded: 3 })
  assert.equal(
    canonical,
    '{"actor":"system","at":2,"facts":{"from":"a","to":"b"},"kind":"device.changed",' +
      `"previous":"${'0'.repeat(64)}","recorded":3,"sequence":1,"subject":"device:7","version":1}`,
  )
  assert.equal(hash, '11e8b84aa86b7ea7c6849a677bdc654133a9081363f13043abee6e2784b01e20')
})

test('the first entry names the key; entries follow each other', async (t) => {
  const { log, signer, close } = await rehearse(freshFolder(t))
  await Promise.all([log.append(change(1)), log.append(change(2)), log.append(change(3))])
  const rows = log.list({ oldestFirst: true })
  const { origin, key } = await signer.state()
  assert.equal(rows[0].entry.kind, 'log.opened')
  assert.equal(rows[0].entry.facts.key, key)
  assert.equal(rows[0].entry.facts.origin, origin)
  assert.equal(rows.length, 4)
  rows.forEach(({ entry }, index) => {
    assert.equal(entry.sequence, index + 1)
    assert.equal(entry.previous, index === 0 ? EMPTY_HEAD.hash : rows[index - 1].hash)
  })
  await close()
})

test('an entry written in a transaction is there with it, and gone with it', async (t) => {
  const { log, database, close } = await rehearse(freshFolder(t))
  database.exec('CREATE TABLE device (id INTEGER PRIMARY KEY)')
  for (const [id, end] of [
    [1, 'COMMIT'],
    [2, 'ROLLBACK'],
    [3, 'COMMIT'],
  ] as const) {
    database.exec('BEGIN IMMEDIATE')
    database.prepare('INSERT INTO device VALUES (?)').run(id)
    log.write({ ...change(id), personal: { person: 'user:1', content: { id } } })
    database.exec(end)
  }
  const devices = database.prepare('SELECT id FROM device').all()
  assert.deepEqual(
    devices.map(({ id }) => id),
    [1, 3],
  )
  const subjects = log.list({ kind: 'device.changed' }).map(({ entry }) => entry.subject)
  assert.deepEqual(subjects, ['device:3', 'device:1'])
  assert.deepEqual(log.health().entries, 3)
  assert.throws(() => log.write(change(4)), /inside a transaction/)
  await close()
})

test('a draft that is refused takes no neighbour with it', async (t) => {
  const { log, close } = await rehearse(freshFolder(t))
  const large = change(2, { text: 'x'.repeat(70_000) })
  const outcomes = await Promise.allSettled([
    log.append(change(1)),
    log.append(large),
    log.append({ ...change(3), kind: 'Not A Kind' }),
    log.append(change(4)),
  ])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
  )
  assert.ok(code('evidence-too-large')((outcomes[1] as PromiseRejectedResult).reason))
  assert.equal(log.health().entries, 3)
  await close()
})

test('rows can be neither changed nor deleted by a statement', async (t) => {
  const { database, close } = await rehearse(freshFolder(t))
  assert.throws(() => database.exec("UPDATE evidence SET entry = '{}'"), /only ever appended/)
  assert.throws(() => database.exec('DELETE FROM evidence'), /only ever appended/)
  await close()
})

test('lists by kind, actor, subject and time, page by page', async (t) => {
  const { log, close } = await rehearse(freshFolder(t))
  for (let device = 0; device < 10; device++) await log.append(change(device % 2))
  const one = log.list({ subject: 'device:1', limit: 3 })
  assert.deepEqual(
    one.map(({ entry }) => entry.sequence),
    [11, 9, 7],
  )
  const rest = log.list({ subject: 'device:1', limit: 3, after: 7 })
  assert.deepEqual(
    rest.map(({ entry }) => entry.sequence),
    [5, 3],
  )
  const from = one[1].entry.recorded
  assert.equal(log.list({ from, kind: 'device.changed' }).length, 3)
  assert.equal(log.list({ to: from, actor: 'system', subject: 'device:1' }).length, 3)
  await close()
})

test('personal content is sealed, opens, and is erased for good; the chain stays', async (t) => {
  const folder = freshFolder(t)
  const { log, database, keys, close } = await rehearse(folder)
  const secret = 'Ada Lovelace 192.0.2.77'
  const personal = { person: 'user:1', content: { secret } }
  const { sequence } = await log.append({ ...change(1), personal })
  const kept = await log.append({ ...change(2), personal: { ...personal, person: 'user:2' } })
  const opened = log.personal(sequence)
  assert.ok(typeof opened === 'object' && 'content' in opened)
  assert.deepEqual(opened.content, { secret })
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  const table = new EvidenceTable(database)
  const { sealed } = table.personal(sequence)!
  assert.equal(Buffer.from(sealed).includes('Ada'), false)
  // Sealed content opens in its own place only.
  database.prepare('UPDATE evidence_personal SET sealed = ? WHERE sequence = ?').run(sealed, 3)
  assert.equal(log.personal(kept.sequence), 'damaged')

  const before = table.head()
  await log.erase('user:1', { actor: 'user:9', reason: 'asked to' })
  assert.equal(log.personal(sequence), 'erased')
  assert.equal(keys.find('user:1'), undefined)
  assert.equal(readdirSync(join(folder, 'evidence-keys')).length, 1)
  const [{ entry }] = log.list({ kind: 'personal.erased' })
  assert.deepEqual(entry.facts, { entries: 1, reason: 'asked to' })
  assert.equal(entry.previous, before.hash)
  const [row] = table.range(sequence - 1, 1)
  assert.equal(entryHash(row.entry), Buffer.from(row.hash).toString('hex'))
  // The same person may come back; what was erased does not.
  const again = await log.append({ ...change(3), personal })
  assert.equal(log.personal(sequence), 'erased')
  assert.equal(typeof log.personal(again.sequence), 'object')
  assert.equal(log.personal(1), undefined)
  await close()
})

test('an erasure that a crash cut in half is finished at the next start', async (t) => {
  const folder = freshFolder(t)
  const first = await rehearse(folder)
  const personal = { person: 'user:1', content: 'x' }
  const { sequence } = await first.log.append({ ...change(1), personal })
  await first.log.append({ ...change(1), kind: 'personal.erased', subject: 'user:1' })
  assert.equal(typeof first.log.personal(sequence), 'object')
  await first.close()
  const second = await rehearse(folder)
  assert.equal(second.log.personal(sequence), 'erased')
  assert.equal(second.keys.find('user:1'), undefined)
  await second.close()
})

test('keys are readable by their owner only', async (t) => {
  const folder = freshFolder(t)
  const { log, close } = await rehearse(folder)
  await log.append({ ...change(1), personal: { person: 'user:1', content: 'x' } })
  for (const name of ['evidence-keys', 'signer']) {
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o700)
    for (const file of readdirSync(join(folder, name))) {
      assert.equal(statSync(join(folder, name, file)).mode & 0o777, 0o600, file)
    }
  }
  await close()
})

test('checkpoints come by themselves after so many entries', async (t) => {
  const { log, close } = await rehearse(freshFolder(t), { checkpointEntries: 10 })
  for (let device = 0; device < 12; device++) await log.append(change(device))
  for (let turn = 0; turn < 100 && log.health().signed === 0; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.ok(log.health().signed >= 10)
  await close()
})

test('a log opened again goes on, and signs what was not signed', async (t) => {
  const folder = freshFolder(t)
  const first = await rehearse(folder)
  await first.log.append(change(1))
  await first.log.checkpoint()
  await first.log.append(change(2))
  first.database.close()
  const second = await rehearse(folder)
  await second.log.append(change(3))
  assert.equal(readCheckpoint(await second.log.checkpoint())!.size, 4)
  assert.deepEqual(second.log.health().signed, 4)
  await second.close()
})

test('a signature that was lost on its way is found again', async (t) => {
  const folder = freshFolder(t)
  const { log, signer, database, close } = await rehearse(folder)
  await log.append(change(1))
  const { size } = await signer.state()
  const leaves = new EvidenceTable(database).hashes(size, 10)
  await signer.sign({ from: size, leaves: leaves.map((leaf) => Buffer.from(leaf).toString('hex')) })
  await log.append(change(2))
  assert.equal(readCheckpoint(await log.checkpoint())!.size, 3)
  assert.deepEqual(
    database
      .prepare('SELECT size FROM evidence_checkpoint ORDER BY ordinal')
      .all()
      .map((row) => row.size),
    [2, 3],
  )
  await close()
})

test('a table that was cut or rewritten behind our back is told, and not signed', async (t) => {
  for (const tamper of [
    'DELETE FROM evidence WHERE sequence > 3',
    'UPDATE evidence SET hash = randomblob(32) WHERE sequence = 2',
  ]) {
    const folder = freshFolder(t)
    const first = await rehearse(folder)
    for (let device = 0; device < 5; device++) await first.log.append(change(device))
    await first.log.checkpoint()
    first.database.exec('DROP TRIGGER evidence_keeps; DROP TRIGGER evidence_stays')
    first.database.exec(`DELETE FROM evidence_checkpoint; ${tamper}`)
    await first.close()
    const second = await rehearse(folder)
    await assert.rejects(second.log.checkpoint(), code('evidence-rewritten'))
    assert.equal(second.log.health().problem?.code, 'evidence-rewritten')
    await second.log.append(change(9))
    await assert.rejects(second.log.checkpoint(), code('evidence-rewritten'))
    await second.close()
  }
})

test('without a signer entries are still taken, and health says what is missing', async (t) => {
  const folder = freshFolder(t)
  const clock = () => 1_700_000_000_000_000
  const near = nearSigner(join(folder, 'signer'), clock)
  let isGone = false
  const gone = new OperatingError('signer-unreachable', 'gone')
  const signer = {
    state: () => (isGone ? Promise.reject(gone) : near.state()),
    sign: near.sign,
    close: near.close,
  }
  const { log, close } = await rehearse(folder, { signer, clock })
  await log.checkpoint()
  isGone = true
  await log.append(change(1))
  await assert.rejects(log.checkpoint(), code('signer-unreachable'))
  assert.deepEqual(
    [log.health().entries, log.health().signed, log.health().problem?.code],
    [2, 1, 'signer-unreachable'],
  )
  isGone = false
  await log.checkpoint()
  assert.deepEqual([log.health().signed, log.health().problem], [2, undefined])
  await close()
})
