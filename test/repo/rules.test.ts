// The rules of the style card tried on texts that break them: a rule that cannot fail protects
// nothing.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { cycles, features, importTable, importsOf, packages, purity } from './imports.ts'
import { codeLines, columns, fileSize, functions } from './measure.ts'
import { bannedName, doors, explicitAny, header, leftOver, resolve } from './names.ts'
import { readTexts, type Complaint } from './source.ts'

const brief = (complaints: readonly Complaint[]) =>
  complaints.map(({ rule, path, line, name }) => `${rule} ${path}:${line} ${name}`)

const body = (lines: number) => Array.from({ length: lines }, (_, at) => `  use(${at})`).join('\n')

test('comments and blank lines are not code', () => {
  const lines = ['// a', '', 'code()', '/* b', ' still b */', '  // c', '/** d */', 'more() // e']
  assert.deepEqual(codeLines(lines).map(Number), [0, 0, 1, 0, 0, 0, 0, 1])
})

test('a file of 301 lines of code is too long, one of 300 is not', () => {
  const text = (lines: number) => '// what it is\n' + 'x()\n'.repeat(lines)
  const [long, short] = readTexts({ 'src/long.ts': text(301), 'src/short.ts': text(300) })
  assert.deepEqual(brief(fileSize(long)), ['file-lines src/long.ts:1 src/long.ts'])
  assert.deepEqual(fileSize(short), [])
})

test('tables and test cases count for the whole file only', () => {
  const rows = (lines: number) => `const TABLE = new Map([\n${"  ['a', 1],\n".repeat(lines)}])\n`
  const [table, code, huge, cases] = readTexts({
    'src/table.ts': rows(500) + 'x()\n'.repeat(90),
    'src/code.ts': `const made = [\n${'  () => 1,\n'.repeat(301)}]\n`,
    'src/huge.ts': rows(601),
    'src/cases.test.ts': `test('a', () => {\n${body(400)}\n})\n`,
  })
  assert.deepEqual([...fileSize(table), ...fileSize(cases)], [])
  assert.match(fileSize(code)[0].text, /^303 lines of code/)
  assert.match(fileSize(huge)[0].text, /^603 lines with tables/)
})

test('long functions are named; tables and test cases are exempt', () => {
  const [source] = readTexts({
    'src/policy/a.ts': `
function long() {\n${body(59)}\n}
const fine = () => {\n${body(58)}\n}
const table = () => ({\n${'  a: 1,\n'.repeat(90)}})
const flat = (x) => {\n  switch (x) {\n${'    case 1: return 2\n'.repeat(90)}  }\n}
test('case', () => {\n${body(90)}\n})
class Noun { method() {\n${body(60)}\n} }`,
  })
  assert.deepEqual(brief(functions(source)), [
    'function-lines src/policy/a.ts:2 long',
    'function-lines src/policy/a.ts:401 method',
  ])
})

test('three parameters, six on the hot path', () => {
  const text = 'const four = (a, b, c, d) => a\nfunction six(a, b, c, d, e, f) {}'
  const [cold, hot] = readTexts({
    'src/policy/a.ts': text,
    'src/flow/a.ts': text + '\nconst g = (a,b,c,d,e,f,h) => a',
  })
  assert.deepEqual(brief(functions(cold)), [
    'parameters src/policy/a.ts:1 four',
    'parameters src/policy/a.ts:2 six',
  ])
  assert.deepEqual(brief(functions(hot)), ['parameters src/flow/a.ts:3 g'])
})

test('101 columns are too many', () => {
  const [source] = readTexts({ 'src/a.ts': `${'x'.repeat(100)}\n${'y'.repeat(101)}` })
  assert.deepEqual(brief(columns(source)), ['columns src/a.ts:2 2'])
})

test('any is found where it is a type, not in texts and names', () => {
  const [source] = readTexts({ 'src/a.ts': `const any = 'any'\nlet x: any\nlet y = x as any[]` })
  assert.deepEqual(brief(explicitAny(source)), ['any src/a.ts:2 any', 'any src/a.ts:3 any'])
})

test('headers: none, six lines, and a good one', () => {
  const [none, six, good] = readTexts({
    'src/none.ts': 'x()',
    'src/six.ts': '// a\n'.repeat(6),
    'src/good.ts': '#!/usr/bin/env node\n// a\n',
  })
  assert.equal(header(none).length + header(six).length, 2)
  assert.deepEqual(header(good), [])
})

test('names that fit everything', () => {
  assert.equal(bannedName('src/utils/a.ts').length, 1)
  assert.equal(bannedName('src/flow/types.ts').length, 1)
  assert.equal(bannedName('src/flow/helper.test.ts').length, 1)
  assert.deepEqual(bannedName('src/flow/typed-array.ts'), [])
})

test('a test left alone is found', () => {
  const [source] = readTexts({ 'src/a.test.ts': `test.only('x', () => {})` })
  assert.deepEqual(brief(leftOver(source)), ['left-over src/a.test.ts:1 only'])
})

test('an undocumented export of a door is found in the file it stands in', () => {
  const sources = readTexts({
    'src/flow/index.ts': `// d\nexport { known, unknown } from './a.ts'\nexport * from './b.ts'`,
    'src/flow/a.ts': `// h

/** Documented. */
export const known = 1

export const unknown = 2

export const inner = 3`,
    'src/flow/b.ts': `// h

/** Both. */
export const one = 1
export const two = 2

export class Bare {}`,
  })
  assert.deepEqual(brief(doors(sources)), [
    'door src/flow/a.ts:6 unknown',
    'door src/flow/b.ts:7 Bare',
  ])
})

const TABLE = importTable(`
| folder | holds | may import |
|---|---|---|
| \`core\` | a | – |
| \`flow\` | b | \`core\` |
| \`app\` | c | all |
`)

test('the import table is read from markdown', () => {
  assert.deepEqual(
    [...TABLE],
    [
      ['core', []],
      ['flow', ['core']],
      ['app', 'all'],
    ],
  )
})

test('the import table holds for values and types; doors are not climbed over', () => {
  const sources = readTexts({
    'src/core/a.ts': `import type { X } from '../flow/index.ts'`,
    'src/flow/b.ts': `import { a } from '../core/a.ts'\nlet x: import('../app/index.ts').X`,
    'src/app/index.ts': `import { b } from '../flow/b.ts'\nimport { c } from '../flow/index.ts'`,
    'src/new/d.ts': `import { a } from '../core/a.ts'`,
    'src/flow/e.ts': `import { a } from '../../test/needs.ts'`,
    'src/flow/f.test.ts': `import { a } from '../app/index.ts'`,
    'src/app/g.ts': `import type { A } from '../flow/contract/index.ts'
import { b } from '../flow/contract/index.ts'`,
  })
  assert.deepEqual(brief(features(sources, TABLE)), [
    'import-table src/core/a.ts:1 ../flow/index.ts',
    'import-table src/flow/b.ts:2 ../app/index.ts',
    'door-only src/app/index.ts:1 ../flow/b.ts',
    'import-table src/new/d.ts:1 ../core/a.ts',
    'import-table src/flow/e.ts:1 ../../test/needs.ts',
    'door-only src/app/g.ts:2 ../flow/contract/index.ts',
  ])
})

test('cycles count what is there at run time', () => {
  const ring = readTexts({
    'src/a.ts': `import { b } from './b.ts'`,
    'src/b.ts': `export { c } from './c.ts'`,
    'src/c.ts': `import { type A } from './a.ts'`,
  })
  assert.equal(cycles(ring).length, 1)
  assert.match(cycles(ring)[0].text, /src\/a\.ts → src\/b\.ts → src\/c\.ts → src\/a\.ts/)
  const erased = readTexts({
    'src/a.ts': `import { b } from './b.ts'`,
    'src/b.ts': `import type { A } from './a.ts'`,
  })
  assert.deepEqual(cycles(erased), [])
})

test('pure folders know neither files nor the clock', () => {
  const text = `import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
const now = Date.now()
// Date.now() in a comment is fine
const then = new Date(now)
const pick = Math.random()`
  const [pure, free, tested] = readTexts({
    'src/detect/a.ts': text,
    'src/app/a.ts': text,
    'src/detect/a.test.ts': text,
  })
  assert.deepEqual(
    purity(pure).map((each) => each.line),
    [1, 3, 6],
  )
  assert.deepEqual([...purity(free), ...purity(tested)], [])
})

test('packages have to be declared, modules of Node carry node:', () => {
  const text = `import fs from 'fs'
import a from '@scope/a/b'
import t from 'tool'
import 'node:fs'`
  const [source, check, bundled] = readTexts({
    'src/a.ts': text,
    'test/a.ts': text,
    'src/console/browser/a.tsx': text,
  })
  const declared = { run: ['@scope/a'], develop: ['tool'] }
  assert.deepEqual(brief(packages(source, declared)), [
    'package src/a.ts:1 fs',
    'package src/a.ts:3 tool',
  ])
  assert.deepEqual(brief(packages(check, declared)), ['package test/a.ts:1 fs'])
  assert.deepEqual(brief(packages(bundled, declared)), ['package src/console/browser/a.tsx:1 fs'])
})

test('imports of every form are seen', () => {
  const [source] = readTexts({
    'src/a/b.ts': `import '../c.ts'
export * from './d.ts'
export type { E } from './e.ts'
const f = await import('./f.ts')`,
  })
  assert.deepEqual(
    importsOf(source).map(({ target, typeOnly }) => [target, typeOnly]),
    [
      ['src/c.ts', false],
      ['src/a/d.ts', false],
      ['src/a/e.ts', true],
      ['src/a/f.ts', false],
    ],
  )
  assert.equal(resolve('src/a/b.ts', '../../test/x.ts'), 'test/x.ts')
})
