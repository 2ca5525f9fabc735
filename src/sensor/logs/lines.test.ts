// Lines over chunk borders: the same lines however the bytes arrive, and none longer than the
// limit.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { LineReader } from './lines.ts'

async function* chunksOf(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b)
  let from = 0
  for (const to of [...places, bytes.length]) {
    yield bytes.subarray(from, to)
    from = to
  }
}

async function read(reader: LineReader) {
  const lines: [number, string][] = []
  const tooLong: number[] = []
  while (await reader.fill()) {
    for (let line = reader.next(); line !== undefined; line = reader.next()) {
      lines.push([reader.line, line])
    }
    tooLong.push(...reader.tooLong)
    reader.tooLong = []
  }
  return { lines, tooLong }
}

test('gives every line once, with its number, whatever the chunks', async () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'ü', '\t', '漢', ' '), maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 20 }),
      fc.array(fc.nat(), { maxLength: 8 }),
      fc.boolean(),
      async (lines, cuts, ended) => {
        const limit = 40
        const bytes = Buffer.from(lines.join('\n') + (ended && lines.length > 0 ? '\n' : ''))
        const { lines: given, tooLong } = await read(new LineReader(chunksOf(bytes, cuts), limit))
        const numbered = lines.map((text, index): [number, string] => [index + 1, text])
        const fits = ([, text]: [number, string]) => Buffer.byteLength(text) <= limit
        assert.deepEqual(
          given,
          numbered.filter((each) => fits(each) && each[1] !== ''),
        )
        const long = numbered.filter((each) => !fits(each)).map(([number]) => number)
        assert.deepEqual(tooLong, long)
      },
    ),
  )
})

test('a line without end does not grow', async () => {
  async function* endless(): AsyncGenerator<Buffer> {
    for (let turn = 0; turn < 1000; turn++) yield Buffer.alloc(10_000, 65)
    yield Buffer.from('\nlast')
  }
  const { lines, tooLong } = await read(new LineReader(endless(), 50_000))
  assert.deepEqual(lines, [[2, 'last']])
  assert.deepEqual(tooLong, [1])
})

test('what was read before a failure is given, and why it ended', async () => {
  async function* broken(): AsyncGenerator<Buffer> {
    yield Buffer.from('one\r\ntw')
    throw new Error('the disk is gone')
  }
  const reader = new LineReader(broken())
  const { lines } = await read(reader)
  assert.deepEqual(lines, [
    [1, 'one'],
    [2, 'tw'],
  ])
  assert.equal(reader.failure?.message, 'the disk is gone')
})
