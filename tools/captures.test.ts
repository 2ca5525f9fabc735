// Capture archives: found by name or beside the project, unpacked once, made anew when the manifest
// changes, and a broken one leaves nothing half-made behind.
import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findCaptures } from './captures.ts'

/** A project with a folder of archives beside it. */
function place(t: TestContext) {
  const above = mkdtempSync(join(tmpdir(), 'captures-'))
  t.after(() => rmSync(above, { recursive: true }))
  t.mock.method(console, 'log', () => {})
  const root = join(above, 'project')
  const archives = join(above, 'beside/captures')
  mkdirSync(root)
  mkdirSync(join(archives, 'source+one'), { recursive: true })
  writeFileSync(join(archives, 'source+one/a.pcap'), 'bytes')
  const words = ['-czf', join(archives, 'one.tar.gz'), '-C', archives, 'source+one']
  assert.equal(spawnSync('tar', words).status, 0)
  rmSync(join(archives, 'source+one'), { recursive: true })
  writeFileSync(join(archives, 'MANIFEST.tsv'), 'path\nsource+one/a.pcap\n')
  for (const name of ['THINGWARD_CAPTURES', 'THINGWARD_CAPTURE_ARCHIVES']) {
    const kept = process.env[name]
    delete process.env[name]
    t.after(() => void (kept === undefined ? delete process.env[name] : (process.env[name] = kept)))
  }
  return { root, archives, cache: join(root, 'node_modules/.cache/captures') }
}

test('archives beside the project are unpacked once', (t) => {
  const { root, archives, cache } = place(t)
  const folder = findCaptures(root)
  assert.ok(folder)
  assert.equal(readFileSync(join(folder, 'source+one/a.pcap'), 'utf8'), 'bytes')
  assert.ok(existsSync(join(folder, 'MANIFEST.tsv')))
  rmSync(join(archives, 'one.tar.gz'))
  assert.equal(findCaptures(root), folder)
  writeFileSync(join(archives, 'MANIFEST.tsv'), 'path\n')
  const fresh = findCaptures(root)
  assert.notEqual(fresh, folder)
  assert.equal(readdirSync(cache).length, 1)
})

test('a named folder comes first; a named one that is not there is none', (t) => {
  const { root, archives } = place(t)
  process.env.THINGWARD_CAPTURES = archives
  assert.equal(findCaptures(root), archives)
  process.env.THINGWARD_CAPTURES = join(archives, 'nowhere')
  assert.equal(findCaptures(root), undefined)
})

test('a broken archive is said and leaves nothing behind', (t) => {
  const { root, archives, cache } = place(t)
  writeFileSync(join(archives, 'two.tar.gz'), 'not an archive')
  const said = t.mock.method(console, 'error', () => {})
  assert.equal(findCaptures(root), undefined)
  assert.match(String(said.mock.calls[0].arguments[0]), /two\.tar\.gz does not unpack/)
  assert.deepEqual(readdirSync(cache), [])
})

test('without archives there are no captures', (t) => {
  const { root, archives } = place(t)
  rmSync(archives, { recursive: true })
  assert.equal(findCaptures(root), undefined)
})
