// Kept outputs: equal, different, missing, and accepted.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { firstDifference, golden } from './golden.ts'

test('the first difference is shown with what stands before it', () => {
  assert.equal(firstDifference('a\nb\nc', 'a\nB\nc'), 'line 2:\n  a\n- b\n- c\n+ B\n+ c')
  assert.equal(firstDifference('a', 'a\nb'), 'line 2:\n  a\n+ b')
})

test('equal passes, different and missing fail, accepted is written', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'golden-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'deep/expect.txt')
  assert.throws(() => golden(path, 'one\n'), /missing.*npm run accept/)
  const own = JSON.stringify(import.meta.resolve('./golden.ts'))
  const code = `const { golden } = await import(${own})
    golden(${JSON.stringify(path)}, 'one\\n')`
  const env = { ...process.env, THINGWARD_ACCEPT: '1' }
  const words = ['--input-type=module', '-e', code]
  assert.equal(spawnSync(process.execPath, words, { env }).status, 0)
  assert.equal(readFileSync(path, 'utf8'), 'one\n')
  golden(path, 'one\n')
  writeFileSync(path, 'two\n')
  assert.throws(() => golden(path, 'one\n'), /differs.*\nline 1:\n- two\n- \n\+ one/)
})
