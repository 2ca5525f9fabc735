// Slow requests: many that hang together are found; one after the other, answered ones and a few
// are not.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { SECOND } from '../../core/clock.ts'
import type { Flow } from '../../flow/index.ts'
import { Trial } from '../trial.ts'
import { detector } from './slow-requests.ts'

const START = 1_700_000_000 * SECOND

/** As many connections of eleven seconds, beginning `gap` seconds apart. */
function hold(trial: Trial, [count, gap]: readonly [number, number], rest: Partial<Flow>): void {
  for (let index = 0; index < count; index++) {
    const first = START + Math.round(index * gap * SECOND)
    trial.flow(trial.at('192.168.1.66'), trial.at('192.168.1.11'), {
      ...{ first, last: first + 11 * SECOND, responderPort: 80, originatorPayload: 370 },
      ...rest,
    })
  }
}

test('forty connections whose requests do not end', () => {
  const trial = new Trial(detector)
  hold(trial, [40, 0.05], {})
  const [finding, ...more] = trial.findings()
  assert.equal(more.length, 0)
  assert.equal(finding.about, trial.at('192.168.1.66'))
  assert.match(finding.seen, /^\d\d connections to port 80 held at one time for up to 1\d/)
})

test('one after the other, a browser at a page that hangs, long polls that are answered', () => {
  const trial = new Trial(detector)
  hold(trial, [60, 12], { responderPort: 8080 })
  hold(trial, [6, 0], { responderPort: 8081 })
  hold(trial, [60, 0.1], { responderPort: 8082, responderPayload: 40 })
  hold(trial, [60, 0.1], { responderPort: 8083, originatorPayload: 90_000 })
  hold(trial, [60, 0.1], { responderPort: 8084, originatorPayload: 0 })
  assert.deepEqual(trial.findings(), [])
})
