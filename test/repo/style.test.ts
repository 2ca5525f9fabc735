// The style card, held against every TypeScript file of the project.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { hold, noneStale } from './exceptions.ts'
import { cycles, features, importTable, purity } from './imports.ts'
import { columns, fileSize, functions } from './measure.ts'
import { bannedName, doors, explicitAny, header, leftOver } from './names.ts'
import { readProject, readText, type Complaint, type Source } from './source.ts'

const sources = readProject()
const each = (rule: (source: Source) => Complaint[]) => sources.flatMap(rule)

test('there are sources to look at', () => assert.ok(sources.length > 30))
test('files have at most 300 lines of code', () => hold(['file-lines'], each(fileSize)))
test('functions are short and take few parameters', () =>
  hold(['function-lines', 'parameters'], each(functions)))
test('lines have at most 100 columns', () => hold(['columns'], each(columns)))
test('no explicit any', () => hold(['any'], each(explicitAny)))
test('each file opens with what it is', () => hold(['header'], each(header)))
test('no name that fits everything', () =>
  hold(
    ['banned-name'],
    each(({ path }) => bannedName(path)),
  ))
test('no test is left switched off or alone', () => hold(['left-over'], each(leftOver)))
test('what leaves a feature is documented', () => hold(['door'], doors(sources)))
test('no cycle of imports at run time', () => hold(['cycle'], cycles(sources)))
test('decode, flow, policy and detect are pure', () => hold(['purity'], each(purity)))
test('features import each other as docs/architecture.md says', () => {
  const table = importTable(readText('docs/architecture.md'))
  assert.ok(table.size > 5, 'docs/architecture.md has a table with the column "may import"')
  hold(['import-table', 'door-only'], features(sources, table))
})
test('no exception is listed that is not needed', noneStale)
