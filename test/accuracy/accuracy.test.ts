// What the comparisons are made of, and that the agreement does not get worse: `npm run accuracy`
// shows all of it.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { captures, needsCaptures } from '../needs.ts'
import { ndpiLabels } from './ndpi-labels.ts'
import { Score, plainAddress, share, tupleOf, type Part } from './reading.ts'
import { zeekBaselines } from './zeek-baselines.ts'

test('a flow is the same in both directions and in any spelling of its addresses', () => {
  const there = { from: '2001:db8::1:0:0:1', fromPort: 5, to: '192.0.2.1', toPort: 443 }
  const back = { from: '192.0.2.1', fromPort: 443, to: '2001:db8:0:0:1::1', toPort: 5 }
  assert.equal(tupleOf(6, there), tupleOf(6, back))
  assert.notEqual(tupleOf(6, there), tupleOf(17, back))
  assert.notEqual(tupleOf(6, there), tupleOf(6, { ...back, toPort: 6 }))
  assert.equal(plainAddress('2a03:2880::face:b00c::3'), '2a03:2880::face:b00c::3')
})

test('sets are compared value by value; 1.000 means all', () => {
  const score = new Score()
  score.compare(new Set(['a', 'b']), new Set(['b', 'c', 'd']))
  assert.deepEqual([score.both, score.onlyOurs, score.onlyTheirs], [1, 1, 2])
  assert.deepEqual([score.precision, score.recall], ['0.500', '0.333'])
  assert.deepEqual([share(1999, 2000), share(5, 5), share(0, 0)], ['0.999', '1.000', '–'])
})

const skip = needsCaptures()

/** The named cells of a part's row. */
function row(part: Part | undefined, name: string): { readonly [column: string]: number } {
  assert.ok(part, 'the captures are there')
  const found = part.rows.find((cells) => cells[0] === name)
  assert.ok(found, name)
  return Object.fromEntries(part.header.map((column, index) => [column, Number(found[index])]))
}

test('protocols of flows agree with nDPI', { skip }, async () => {
  const all = row(await ndpiLabels(captures!), 'all')
  assert.ok(all['same'] > 1900, `${all['same']} flows`)
  assert.ok(all['precision'] >= 0.99 && all['recall'] >= 0.975, JSON.stringify(all))
})

test('flows agree with Zeek', { skip }, async () => {
  const part = await zeekBaselines(captures!)
  const least = {
    originator: 0.95,
    state: 0.95,
    'history (TCP, first letters)': 0.98,
    'retransmission seen (TCP)': 0.99,
    'hole seen (TCP)': 0.99,
    packets: 0.94,
    service: 0.95,
  }
  for (const [aspect, bound] of Object.entries(least)) {
    const { agreement, same } = row(part, aspect)
    assert.ok(agreement >= bound && same > 30, `${aspect}: ${agreement} of ${same}`)
  }
})
