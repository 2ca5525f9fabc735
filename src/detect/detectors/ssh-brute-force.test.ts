// SSH guessing: many short sessions are found, a few and long ones are not.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { SECOND } from '../../core/clock.ts'
import { Trial } from '../trial.ts'
import { detector } from './ssh-brute-force.ts'

function sessions(trial: Trial, count: number, seconds: number): void {
  const [client, server] = [trial.at('192.168.1.66'), trial.at('192.168.1.19')]
  for (let index = 1; index <= count; index++) {
    const first = index * 4 * SECOND
    trial.flow(client, server, {
      first,
      last: first + seconds * SECOND,
      responderPort: 22,
      service: 'ssh',
      responderPackets: 12,
      originatorPayload: 2100,
    })
  }
}

test('twelve sessions of two seconds', () => {
  const trial = new Trial(detector)
  sessions(trial, 12, 2)
  assert.match(trial.findings()[0].seen, /12 refused SSH logins/)
})

test('five short ones, or twelve long ones', () => {
  const trial = new Trial(detector)
  sessions(trial, 5, 2)
  assert.equal(trial.findings().length, 0)
  const long = new Trial(detector)
  sessions(long, 12, 120)
  assert.equal(long.findings().length, 0)
})
