// The byte writer against JSON.stringify: whatever the texts and numbers, each line parses to the
// same.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { isoTime } from '../core/clock.ts'
import { ByteLines, constant } from './byte-line.ts'

function written(write: (lines: ByteLines) => void): string {
  const parts: Buffer[] = []
  const lines = new ByteLines((bytes) => void parts.push(Buffer.from(bytes)))
  write(lines)
  lines.flush()
  return Buffer.concat(parts).toString('utf8')
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(
      '"',
      '\\',
      '\n',
      '\0',
      '\u007f',
      '\ud800',
      '\udc00',
      'é',
      '漢',
      '😀',
      'a',
      '\u2028',
    ),
  }),
)

test('texts of any kind come back', () => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1, maxLength: 8 }), (texts) => {
      const line = written((lines) => {
        texts.forEach((text) => {
          lines.text(text)
          lines.end()
        })
      })
      const back = line
        .trimEnd()
        .split('\n')
        .map((each) => JSON.parse(each) as string)
      // A lone surrogate is escaped, as JSON.stringify does, so it comes back as it was.
      assert.deepEqual(back, texts)
    }),
  )
})

test('whole numbers come back, all others are 0', () => {
  const numbers = fc.oneof(
    fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    fc.nat({ max: 1000 }),
    fc.constantFrom(
      0,
      9,
      10,
      99,
      2 ** 31 - 1,
      2 ** 31,
      2 ** 32,
      1e9,
      1e10 - 1,
      Number.MAX_SAFE_INTEGER,
    ),
  )
  fc.assert(
    fc.property(numbers, (value) => {
      assert.equal(
        written((lines) => (lines.number(value), lines.end())),
        `${value}\n`,
      )
    }),
  )
  for (const odd of [NaN, -1, -5.5, Infinity, 2 ** 60]) {
    assert.equal(
      written((lines) => (lines.number(odd), lines.end())),
      '0\n',
      String(odd),
    )
  }
})

test('times are those of isoTime', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800_000_000 }), (time) => {
      const text = written((lines) => (lines.time(time), lines.end())).trim()
      assert.equal(`${text}Z`, isoTime(time))
    }),
  )
})

test('lines stay whole in every chunk, however long they are', () => {
  const chunks: string[] = []
  const lines = new ByteLines((bytes) => void chunks.push(bytes.toString('latin1')))
  const part = constant('{"a":')
  const expected: string[] = []
  for (let index = 0; index < 4000; index++) {
    const text = 'x'.repeat((index * 37) % 1500) + (index % 1000 === 0 ? 'y'.repeat(700_000) : '')
    lines.reserve(64)
    lines.put(part)
    lines.text(text)
    lines.byte(0x7d)
    lines.end()
    expected.push(`{"a":"${text}"}`)
  }
  lines.flush()
  assert.ok(chunks.length > 3)
  for (const chunk of chunks) assert.ok(chunk.endsWith('}\n'))
  assert.equal(chunks.join(''), expected.join('\n') + '\n')
  assert.equal(lines.lines, 4000)
})
