// The reorder queue against sorting: same entries, same order, whatever the order of arrival.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ReorderQueue } from './reorder.ts'

const entry = fc.record({ time: fc.integer({ min: 0, max: 20 }), rank: fc.nat({ max: 2 }) })

test('gives entries by time, rank and arrival', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 200 }), (entries) => {
      const queue = new ReorderQueue<{ time: number; rank: number; arrival: number }>(1000)
      const numbered = entries.map((each, arrival) => ({ ...each, arrival }))
      for (const each of numbered) queue.push(each, each.time, each.rank)
      const given = Array.from({ length: entries.length }, () => queue.pop())
      const sorted = numbered.toSorted(
        (a, b) => a.time - b.time || a.rank - b.rank || a.arrival - b.arrival,
      )
      assert.deepEqual(given, sorted)
      assert.equal(queue.pop(), undefined)
    }),
  )
})

test('keeps its order while entries come and go', () => {
  fc.assert(
    fc.property(fc.array(entry, { minLength: 30, maxLength: 300 }), (entries) => {
      const queue = new ReorderQueue<{ time: number; rank: number }>(16)
      const given: number[] = []
      for (const each of entries) {
        if (queue.full) given.push(queue.pop()!.time)
        queue.push(each, each.time, each.rank)
        assert.ok(queue.count <= 16)
      }
      while (queue.count > 0) given.push(queue.pop()!.time)
      const times = (list: readonly number[]) => [...list].sort((a, b) => a - b)
      assert.deepEqual(times(given), times(entries.map(({ time }) => time)))
    }),
  )
})
