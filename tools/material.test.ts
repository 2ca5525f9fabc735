// Archives of other people's data: found beside the project, unpacked once, named by their
// variables.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { findMaterial } from './material.ts'

const NAMES = ['THINGWARD_MUD', 'THINGWARD_YANG', 'THINGWARD_RECOG']

test('archives beside the project become folders, but for those already named', (t) => {
  const above = mkdtempSync(join(tmpdir(), 'material-'))
  t.after(() => rmSync(above, { recursive: true }))
  for (const name of NAMES) {
    const kept = process.env[name]
    delete process.env[name]
    t.after(() => void (kept === undefined ? delete process.env[name] : (process.env[name] = kept)))
  }
  const root = join(above, 'project')
  mkdirSync(root)
  assert.deepEqual(findMaterial(root), {})

  mkdirSync(join(above, 'beside/data'), { recursive: true })
  mkdirSync(join(above, 'mud/yang'), { recursive: true })
  const { stdout } = spawnSync('tar', ['-c', '-C', above, 'mud'], { encoding: 'buffer' })
  writeFileSync(join(above, 'beside/data/mud.tar.zst'), zstdCompressSync(stdout))
  const found = findMaterial(root)
  assert.deepEqual(Object.keys(found), ['THINGWARD_MUD', 'THINGWARD_YANG'])
  assert.ok(existsSync(found.THINGWARD_YANG))
  process.env.THINGWARD_MUD = '/somewhere'
  assert.deepEqual(findMaterial(root), { THINGWARD_YANG: found.THINGWARD_YANG })

  writeFileSync(join(above, 'beside/data/mud.tar.zst'), zstdCompressSync(Buffer.from('no tar')))
  const said = t.mock.method(console, 'error', () => {})
  assert.deepEqual(findMaterial(root), {})
  assert.match(String(said.mock.calls[0].arguments[0]), /mud\.tar\.zst does not unpack/)
})
