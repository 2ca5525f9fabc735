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

test('three passwords refused and one accepted at the pace of a program', () => {
  const trial = new Trial(detector)
  const [client, camera] = [trial.at('192.168.1.66'), trial.at('192.168.1.11')]
  ;[401, 401, 401, 200].forEach((status, index) => {
    const time = index * SECOND
    const fields = { kind: 'request', uri: '/', credentials: 'basic', user: 'admin' }
    trial.says('http', [client, camera], { time, flow: 1, fields })
    const rest = { time, flow: 1, fromOriginator: false, fields: { kind: 'response', status } }
    trial.says('http', [camera, client], rest)
  })
  const [finding] = trial.findings()
  assert.equal(finding.severity, 'medium')
  assert.match(finding.seen, /3 refused web logins as 'admin' within 3 s, then one was accepted/)
})

test('a form that is refused with 403 counts, one answered with a page does not', () => {
  const trial = new Trial(detector)
  const forms = (status: number) => {
    for (let index = 1; index <= 20; index++) {
      const ends = [trial.at('192.168.1.66'), trial.at(`192.168.1.${status - 190}`)] as const
      const time = index * SECOND
      const fields = { kind: 'request', uri: '/login', credentials: 'form' }
      trial.says('http', ends, { time, flow: status, fields })
      const rest = { time, flow: status, fromOriginator: false }
      trial.says('http', [ends[1], ends[0]], { ...rest, fields: { kind: 'response', status } })
    }
    return trial.findings().length
  }
  assert.equal(forms(200), 0)
  assert.equal(forms(403), 1)
})
