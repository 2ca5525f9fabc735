// docs/reference/ says what the code says: every page is made anew and compared.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { golden } from '../test/golden.ts'
import { FOLDER, referencePages } from './reference.ts'
import { table } from './reference/markdown.ts'

const pages = await referencePages()

for (const [name, text] of pages) {
  test(`docs/reference/${name} is what the code says`, () => golden(join(FOLDER, name), text))
}

test('no page is left of something that is gone', () => {
  assert.deepEqual(readdirSync(FOLDER).toSorted(), [...pages.keys()].toSorted())
})

test('cells cannot break their table', () => {
  assert.equal(table(['a'], [['x|y\n  z']]), '| a |\n| --- |\n| x\\|y z |')
})
