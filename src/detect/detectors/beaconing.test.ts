// Beaconing: an even beat to a nameless host weighs most; people and bursts have no beat.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { SECOND } from '../../core/clock.ts'
import type { Flow } from '../../flow/index.ts'
import { Trial } from '../trial.ts'
import { detector } from './beaconing.ts'

function calls(trial: Trial, starts: readonly number[], rest: Partial<Flow>): void {
  const [from, to] = [trial.at('192.168.1.11'), trial.at('203.0.113.66')]
  for (const start of starts) trial.flow(from, to, { first: start * SECOND, ...rest })
}

const even = Array.from({ length: 20 }, (_, index) => 1 + index * 30)

test('an even beat to a nameless host on an odd port', () => {
  const trial = new Trial(detector)
  calls(trial, even, { responderPort: 48101, originatorPayload: 4 })
  const [finding] = trial.findings()
  assert.equal(finding.severity, 'high')
  assert.match(finding.seen, /20 connections to 203\.0\.113\.66 port 48101, every 30 s/)
})

test('the same beat to a named service over TLS is worth a note', () => {
  const trial = new Trial(detector)
  calls(trial, even, { responderPort: 443, service: 'tls', serverName: 'api.example.com' })
  assert.equal(trial.findings()[0].severity, 'info')
})

test('keep-alives of one long connection are no calls', () => {
  const trial = new Trial(detector)
  calls(trial, even, { responderPort: 8883, directionCertain: false })
  assert.equal(trial.findings().length, 0)
})

test('no beat: a person at work, a burst, and calls inside the site', () => {
  const trial = new Trial(detector)
  calls(trial, [1, 5, 90, 95, 300, 302, 900, 904, 1800, 1803, 1805, 2500], { responderPort: 80 })
  calls(
    trial,
    Array.from({ length: 50 }, (_, index) => 3000 + index * 0.2),
    { responderPort: 81 },
  )
  const [from, to] = [trial.at('192.168.1.11'), trial.at('192.168.1.14')]
  for (const start of even) trial.flow(from, to, { first: start * SECOND, responderPort: 1883 })
  assert.equal(trial.findings().length, 0)
})
