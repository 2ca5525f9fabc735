// The evidence commands as people run them: export, verify with its exit codes, key, list, erase.
import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EVIDENCE_MIGRATION, EVIDENCE_PLACES, EvidenceLog } from '../../evidence/index.ts'
import { FileKeyRing, startSigner } from '../../evidence/index.ts'

const MAIN = join(import.meta.dirname, '../main.ts')

function run(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'evidence', ...words], {
    encoding: 'utf8',
    // Loading the whole program is most of the time.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'thingward-compile') },
  })
  return { status, stdout, stderr }
}

/** A data folder with a log of five entries, of which one has personal content. */
async function dataFolder(t: TestContext): Promise<string> {
  const data = mkdtempSync(join(tmpdir(), 'evidence-'))
  t.after(() => rmSync(data, { recursive: true, force: true }))
  const at = (name: keyof typeof EVIDENCE_PLACES) => join(data, EVIDENCE_PLACES[name])
  const database = new DatabaseSync(at('database'))
  database.exec('PRAGMA journal_mode = WAL')
  for (const statement of EVIDENCE_MIGRATION) database.exec(statement)
  const { signer, stop } = await startSigner(at('signer'))
  const clock = () => Date.now() * 1000
  const keys = new FileKeyRing(at('keys'))
  const log = await EvidenceLog.open({ database, keys, signer, clock })
  for (const device of [1, 2, 3]) {
    const draft = { kind: 'device.changed', actor: 'system', subject: `device:${device}`, at: 1 }
    await log.append(draft)
  }
  const personal = { person: 'user:1', content: { name: 'Grace Hopper' } }
  await log.append({ kind: 'session.opened', actor: 'user:1', subject: 'user:1', at: 1, personal })
  await log.close()
  database.close()
  await stop()
  return data
}

test('export, key, verify: 0 for a log that holds, 1 for a broken one, 2 for none', async (t) => {
  const data = await dataFolder(t)
  const out = join(data, 'export.jsonl')
  const exported = run('export', '--out', out, '--data', data)
  assert.equal(exported.status, 0, exported.stderr)
  assert.match(exported.stderr, /5 entries written/)
  assert.equal(statSync(out).mode & 0o777, 0o600)
  const anchors = join(data, 'anchors')
  writeFileSync(anchors, exported.stdout)
  const { stdout: key } = run('key', '--data', data)

  const whole = run('verify', out, '--key', key.trim(), '--anchors', anchors)
  assert.equal(whole.status, 0, whole.stderr)
  assert.match(whole.stdout, /^whole: 5 entries/)
  assert.match(whole.stdout, /the one you gave/)
  assert.match(whole.stdout, /1 anchored outside/)

  writeFileSync(out, readFileSync(out, 'utf8').replace('device:2', 'device:9'))
  const broken = run('verify', out)
  assert.equal(broken.status, 1)
  assert.match(broken.stdout, /^BROKEN at entry 3 \(changed\): entry 3 was changed/)
  const { broken: said } = JSON.parse(run('verify', out, '--json').stdout) as {
    broken: { sequence: number }
  }
  assert.equal(said.sequence, 3)

  for (const words of [
    ['verify', join(data, 'none')],
    ['verify', anchors],
    ['verify', out, '--key', 'nonsense'],
    ['verify', out, '--anchors', join(data, 'none')],
    ['export', '--out', out, '--data', join(data, 'nowhere')],
    ['export', '--out', join(data, 'no/where'), '--data', data],
  ]) {
    const { status, stderr } = run(...words)
    assert.equal(status, 2, `${words.join(' ')}: ${stderr}`)
    assert.match(stderr, /^thingward: /)
  }
})

test('pack, and verify: 0 for a pack that holds, 1 for a changed one, 2 for none', async (t) => {
  const data = await dataFolder(t)
  const out = join(data, 'pack.zip')
  const made = run('pack', 'device:2', '--out', out, '--data', data)
  assert.equal(made.status, 0, made.stderr)
  assert.equal(statSync(out).mode & 0o777, 0o600)
  const whole = run('verify', out)
  assert.equal(whole.status, 0, whole.stderr)
  assert.match(whole.stdout, /^whole: 1 entries about device:2/)
  const bytes = readFileSync(out)
  // A name in the directory: the files it speaks of are not there any more.
  const at = bytes.lastIndexOf('evidence.json')
  writeFileSync(
    out,
    Buffer.concat([bytes.subarray(0, at), Buffer.from('E'), bytes.subarray(at + 1)]),
  )
  const broken = run('verify', out)
  assert.equal(broken.status, 1, broken.stderr)
  assert.match(broken.stdout, /^BROKEN \(file\): evidence\.json is missing/)
  writeFileSync(out, bytes.subarray(0, 100))
  assert.equal(run('verify', out).status, 2)
  assert.equal(run('pack', 'device:99', '--out', out, '--data', data).status, 2)
})

test('list, and erase: the content is gone from every later export, the log holds', async (t) => {
  const data = await dataFolder(t)
  const listed = run('list', '--kind', 'session.opened', '--json', '--data', data)
  assert.equal(JSON.parse(listed.stdout).entry.sequence, 5)
  assert.equal(run('list', '--data', data).stdout.split('\n').length, 6)
  const out = join(data, 'export.jsonl')
  assert.equal(run('export', '--out', out, '--personal', '--data', data).status, 0)
  assert.match(readFileSync(out, 'utf8'), /Grace Hopper/)

  const erased = run('erase', 'user:1', '--reason', 'asked to', '--data', data)
  assert.equal(erased.status, 0, erased.stderr)
  assert.match(erased.stderr, /1 entries of user:1 lost .*entry 6 says so/)
  assert.equal(run('erase', 'user:1', '--reason', 'again', '--data', data).status, 2)
  assert.equal(run('export', '--out', out, '--personal', '--data', data).status, 0)
  assert.doesNotMatch(readFileSync(out, 'utf8'), /Grace/)
  const whole = run('verify', out)
  assert.equal(whole.status, 0)
  assert.match(whole.stdout, /0 as committed to, 1 erased/)
})
