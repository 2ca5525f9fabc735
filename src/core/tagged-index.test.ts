// The tagged index against a plain list, through any order of insertions and removals.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { TaggedIndex } from './tagged-index.ts'

const slotsOf = (index: TaggedIndex, hash: number): number[] => {
  const slots: number[] = []
  for (let at = index.first(hash); at >= 0; at = index.next(hash, at)) slots.push(index.slot(at))
  return slots.toSorted((a, b) => a - b)
}

test('finds what was inserted and not removed, where hashes collide and at the end too', () => {
  const step = fc.record({
    hash: fc.constantFrom(0, 1, 2, 7, 8, 15, 16, 31, 2 ** 31 - 1),
    add: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const index = new TaggedIndex(4)
      const model: { hash: number; slot: number }[] = []
      steps.forEach(({ hash, add }, slot) => {
        const known = model.findIndex((entry) => entry.hash === hash)
        if (add || known < 0) {
          index.insert(hash, slot)
          model.push({ hash, slot })
        } else {
          index.remove(hash, model[known].slot)
          model.splice(known, 1)
        }
        assert.equal(index.size, model.length)
        for (const one of new Set(steps.map((each) => each.hash))) {
          const expected = model.filter((entry) => entry.hash === one).map((entry) => entry.slot)
          assert.deepEqual(
            slotsOf(index, one),
            expected.toSorted((a, b) => a - b),
          )
        }
      })
    }),
    { verbose: 1 },
  )
})
