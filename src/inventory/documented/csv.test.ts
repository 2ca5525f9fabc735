// Tables: RFC 4180, what spreadsheets do to it, and what somebody does on purpose.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { csvLine, readCsv } from './csv.ts'

const cells = (text: string | Uint8Array) =>
  readCsv(typeof text === 'string' ? Buffer.from(text) : text).rows.map((row) => row.cells)

test('quotes, doubled quotes, line ends inside quotes (RFC 4180 2.5 to 2.7)', () => {
  const text = 'a,b,c\r\n"1,1","say ""hi""","two\r\nlines"\r\n,,x\r\n'
  assert.deepEqual(cells(text), [
    ['a', 'b', 'c'],
    ['1,1', 'say "hi"', 'two\r\nlines'],
    ['', '', 'x'],
  ])
})

test('lines are counted through quoted line ends, and empty lines are none', () => {
  const { rows } = readCsv(Buffer.from('a,b\n"1\n2",x\n\n,\nlast,y'))
  assert.deepEqual(
    rows.map(({ line }) => line),
    [1, 2, 6],
  )
})

test('semicolons, tabs and the sep= line of spreadsheets', () => {
  assert.deepEqual(cells('a;b\n1;"2,5"'), [
    ['a', 'b'],
    ['1', '2,5'],
  ])
  assert.deepEqual(cells('a\tb\n1\t2')[1], ['1', '2'])
  const { rows, delimiter } = readCsv(Buffer.from('sep=|\r\na|b,c\r\n1|2,3'))
  assert.deepEqual([delimiter, rows[0].cells, rows[1].line], ['|', ['a', 'b,c'], 3])
})

test('UTF-8 with a mark, UTF-16 of both kinds, Windows letters', () => {
  const text = 'Gerät,Ort\nÖfen,Köln\n'
  const swapped = Buffer.from(text, 'utf16le').swap16()
  const inputs: [string, Buffer][] = [
    ['utf-8', Buffer.from(`\ufeff${text}`)],
    ['utf-16le', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])],
    ['utf-16be', Buffer.concat([Buffer.from([0xfe, 0xff]), swapped])],
    ['utf-16le', Buffer.from('Name,Ort\nÖfen,Köln\n', 'utf16le')],
    ['windows-1252', Buffer.from(text, 'latin1')],
  ]
  for (const [encoding, bytes] of inputs) {
    const table = readCsv(bytes)
    assert.equal(table.encoding, encoding)
    assert.deepEqual(table.rows[1].cells, ['Öfen', 'Köln'])
  }
})

test('a quote that never closes, text behind a quote, endless columns and cells are told', () => {
  const open = readCsv(Buffer.from('a,b\n1,"open\n2,3\n'))
  assert.deepEqual(open.problems, [{ line: 2, what: 'a quote that never closes' }])
  assert.deepEqual(cells('"a"b,c'), [['ab', 'c']])
  const wide = readCsv(Buffer.from(`${'x,'.repeat(1000)}y\n`))
  assert.equal(wide.rows[0].cells.length, 256)
  assert.match(wide.problems[0].what, /more than 256 columns/)
  const long = readCsv(Buffer.from(`a,${'z'.repeat(10_000)}`))
  assert.equal(long.rows[0].cells[1].length, 4096)
})

test('what csvLine writes is read back, whatever the cells hold', () => {
  const cell = fc.string({ unit: 'binary' }).map((text) => text.replace(/[=+\-@\t\r]/g, ''))
  const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { minLength: 1 })
  fc.assert(
    fc.property(rows, (table) => {
      const filled = table.map((row) => ['x', ...row])
      // The delimiter is guessed from the first line, so that one is plain.
      const head = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
      const text = [head, ...filled].map(csvLine).join('\r\n')
      assert.deepEqual(cells(text).slice(1), filled)
    }),
  )
})

test('any bytes are read without a throw, within the bounds', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      for (const { cells: row } of readCsv(bytes).rows) assert.ok(row.length <= 256)
    }),
  )
})

test('no cell that we write is a formula for a spreadsheet', () => {
  assert.equal(csvLine(['=1+1', '@x', '-2', '-a', 'a"b']), `'=1+1,'@x,-2,'-a,"a""b"`)
})
