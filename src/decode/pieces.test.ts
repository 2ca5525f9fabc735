// Messages in pieces: any order, any overlap, and what is refused.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Pieces } from './pieces.ts'

test('pieces in any order make the whole, and only when all are there', () => {
  const message = Buffer.from(Array.from({ length: 300 }, (_, index) => index & 255))
  const piece = fc.tuple(fc.nat(299), fc.nat(299))
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (list) => {
      const pieces = new Pieces()
      const there = new Set<number>()
      for (const [one, other] of list) {
        const [start, stop] = [Math.min(one, other), Math.max(one, other) + 1]
        assert(pieces.add(start, message, start, stop))
        for (let at = start; at < stop; at++) there.add(at)
      }
      let whole = 0
      while (there.has(whole)) whole++
      assert.equal(pieces.whole, whole)
      assert.deepEqual(pieces.buffer.subarray(0, whole), message.subarray(0, whole))
    }),
  )
})

test('bounds: length and holes', () => {
  const bytes = Buffer.alloc(10)
  assert.equal(new Pieces().add(16_380, bytes, 0, 10), false)
  assert.equal(new Pieces().add(2 ** 60, bytes, 0, 10), false)
  assert.equal(new Pieces().add(5, bytes, 3, 3), true, 'an empty piece is nothing')
  const scattered = new Pieces()
  let kept = 0
  while (kept < 1000 && scattered.add(kept * 3, bytes, 0, 1)) kept++
  assert.equal(kept, 64)
})
