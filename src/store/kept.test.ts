// Answers are shared while they are fresh, and never when they failed.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { KeptAnswers } from './kept.ts'

test('one computation for all who ask within its age; a failed one is asked again', async () => {
  let now = 1000
  let computed = 0
  const kept = new KeptAnswers(() => now)
  const ask = () => kept.get('devices', 10, async () => ++computed)
  assert.deepEqual(await Promise.all([ask(), ask()]), [1, 1])
  now += 9
  assert.equal(await ask(), 1)
  now += 1
  assert.equal(await ask(), 2)
  now -= 500
  assert.equal(await ask(), 3, 'a clock set back does not keep an answer for ever')
  const fails = () => kept.get('bad', 10, () => Promise.reject(new Error('no')))
  await assert.rejects(fails)
  assert.equal(await kept.get('bad', 10, async () => 4), 4)
})
