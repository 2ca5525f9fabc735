// Example: one case that it finds, and one that looks similar and is fine.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { MINUTE, SECOND } from '../../src/core/clock.ts'
import { Trial } from '../../src/detect/trial.ts'
import { detector } from './detector.ts'

const START = 1_700_000_000 * SECOND

/** Twenty flows to port 9, `gap` microseconds apart. */
function play(gap: number) {
  const trial = new Trial(detector)
  const [from, to] = [trial.at('192.0.2.10'), trial.at('192.0.2.20')]
  for (let count = 0; count < 20; count++) {
    trial.flow(from, to, { responderPort: 9, first: START + count * gap })
  }
  return { from, findings: trial.findings() }
}

test('twenty flows within a minute are found, with what was expected and seen', () => {
  const { from, findings } = play(SECOND)
  assert.equal(findings.length, 1)
  assert.equal(findings[0].about, from)
  assert.match(findings[0].expected, /fewer than 20/)
  assert.equal(findings[0].seen, '20 flows')
})

test('the same number over twenty minutes is fine', () => {
  assert.deepEqual(play(MINUTE).findings, [])
})
