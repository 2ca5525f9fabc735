// Breaking of long comment lines: what moves, what stays.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { wrapComments } from './comments.ts'

const long = (count: number) => Array.from({ length: count }, () => 'word').join(' ')

test('words that do not fit move to the next line of the comment', () => {
  const wrapped = wrapComments(`// ${long(21)}\n// end\ncode()`)
  assert.equal(wrapped, `// ${long(19)}\n// ${long(2)} end\ncode()`)
})

test('a documentation comment of one line becomes three or more', () => {
  assert.equal(
    wrapComments(`  /** ${long(25)} */`),
    `  /**\n   * ${long(19)}\n   * ${long(6)}\n   */`,
  )
})

test('lists, code and what fits are left alone', () => {
  const list = `// ${long(21)}\n// - item`
  assert.equal(wrapComments(list), `// ${long(19)}\n// ${long(2)}\n// - item`)
  for (const text of [`const a = '${long(30)}' // b`, `// ${long(19)}`, `// ${'x'.repeat(120)}`]) {
    assert.equal(wrapComments(text), text)
  }
})

test('wrapping twice changes nothing more', () => {
  const once = wrapComments(`   * ${long(90)}\n   * ${long(3)}`)
  assert.equal(wrapComments(once), once)
  assert.ok(once.split('\n').every((line) => line.length <= 100))
})
