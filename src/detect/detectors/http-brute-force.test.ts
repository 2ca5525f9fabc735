// Web guessing: refused credentials count, a browser's first request without them does not.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { SECOND } from '../../core/clock.ts'
import { Trial } from '../trial.ts'
import { detector } from './http-brute-force.ts'

function tries(trial: Trial, count: number, credentials?: string): void {
  const [client, camera] = [trial.at('192.168.1.66'), trial.at('192.168.1.11')]
  for (let index = 1; index <= count; index++) {
    const time = index * SECOND
    const request = {
      kind: 'request',
      uri: '/',
      ...(credentials && { credentials, user: 'admin' }),
    }
    trial.says('http', [client, camera], { time, flow: index, fields: request })
    const response = { kind: 'response', status: 401 }
    const rest = { time, flow: index, fromOriginator: false, sourcePort: 80, fields: response }
    trial.says('http', [camera, client], rest)
  }
}

test('twelve refused passwords', () => {
  const trial = new Trial(detector)
  tries(trial, 12, 'basic')
  const [finding] = trial.findings()
  assert.equal(finding.count, 12)
  assert.match(finding.seen, /12 refused web logins/)
})

test('pages asked for without credentials, and a few wrong passwords', () => {
  const trial = new Trial(detector)
  tries(trial, 40)
  tries(trial, 4, 'basic')
  assert.equal(trial.findings().length, 0)
})
