// The compiler and the linter on the whole project, as two tests among the others.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { PROJECTS, ROOT } from './source.ts'

/** Fails with what the tool printed. */
function clean(tool: string, ...words: string[]): void {
  const path = join(ROOT, 'node_modules/.bin', tool)
  const { status, stdout, stderr } = spawnSync(path, words, { cwd: ROOT, encoding: 'utf8' })
  assert.equal(status, 0, `${tool} ${words.join(' ')}\n${stdout}${stderr}`)
}

for (const project of PROJECTS) {
  test(`the types hold (tsc, ${project})`, () => clean('tsc', '--noEmit', '-p', project))
}
test('the linter is content (oxlint)', () => clean('oxlint'))
