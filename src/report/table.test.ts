// Tables for terminals: aligned, cut to the width, and nothing hostile gets through.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { safeText, tableLines } from './table.ts'

const columns = [
  { title: 'NAME', of: (row: readonly string[]) => row[0], most: 12 },
  { title: 'COUNT', of: (row: readonly string[]) => row[1], right: true as const },
]

test('columns are as wide as their content and numbers stand to the right', () => {
  assert.deepEqual(
    tableLines(
      [
        ['camera', '7'],
        ['größe', '12345678'],
      ],
      columns,
    ),
    ['NAME       COUNT', 'camera         7', 'größe   12345678'],
  )
})

test('long text is cut, by column and by terminal', () => {
  assert.deepEqual(tableLines([['a-name-much-too-long', '1']], columns)[1], 'a-name-much…      1')
  const [, line] = tableLines([['a-name-much-too-long', '1']], columns, 15)
  assert.ok(line.length <= 15)
})

test('names from the network cannot move the cursor or turn the text around', () => {
  assert.equal(safeText('\u001b[2Jgone\r\n\u202eexe.fdp'), '·[2Jgone···exe.fdp')
})

test('a hundred thousand rows are no problem', () => {
  const rows = Array.from({ length: 100_000 }, (_, index) => ['x', String(index)])
  assert.equal(tableLines(rows, columns).length, 100_001)
})
