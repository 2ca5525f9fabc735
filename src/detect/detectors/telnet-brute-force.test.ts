// Telnet guessing: many refusals are found, three are a person; success after refusals is critical.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { SECOND } from '../../core/clock.ts'
import { Trial } from '../trial.ts'
import { detector } from './telnet-brute-force.ts'

interface Pace {
  readonly seconds?: number
  readonly users?: readonly string[]
}

function results(trial: Trial, accepted: readonly boolean[], pace: Pace = {}): void {
  const { seconds = 1, users = ['root'] } = pace
  const [client, server] = [trial.at('192.168.1.66'), trial.at('192.168.1.11')]
  accepted.forEach((yes, index) => {
    const fields = { kind: 'login-result', accepted: yes, user: users[index % users.length] }
    const time = (index + 1) * seconds * SECOND
    trial.says('telnet', [server, client], { time, fields, fromOriginator: false, sourcePort: 23 })
  })
}

test('eight refusals in a row', () => {
  const trial = new Trial(detector)
  results(trial, Array<boolean>(8).fill(false))
  const [finding] = trial.findings()
  assert.equal(finding.severity, 'high')
  assert.match(finding.seen, /8 refused Telnet logins as 'root'/)
  assert.deepEqual([...finding.sources], [trial.at('192.168.1.66')])
})

test('a success after the refusals makes it critical', () => {
  const trial = new Trial(detector)
  results(trial, [false, false, false, false, false, false, true])
  assert.equal(trial.findings()[0].severity, 'critical')
})

test('a person who mistypes twice', () => {
  const trial = new Trial(detector)
  results(trial, [false, false, true])
  assert.equal(trial.findings().length, 0)
})

test('a success after three refusals, each within seconds, weighs less than many refusals', () => {
  const trial = new Trial(detector)
  results(trial, [false, false, false, true], { seconds: 2 })
  const [finding] = trial.findings()
  assert.equal(finding.severity, 'medium')
  assert.match(finding.seen, /3 refused Telnet logins as 'root' within 6 s, then one was accepted/)
})

test('the same with another user each time weighs more', () => {
  const trial = new Trial(detector)
  results(trial, [false, false, false, false, true], {
    seconds: 2,
    users: ['root', 'admin', 'guest'],
  })
  assert.equal(trial.findings()[0].severity, 'high')
})

test('a person who needs four tries, and a script that fails and succeeds by turns', () => {
  const trial = new Trial(detector)
  results(trial, [false, false, false, true], { seconds: 9 })
  assert.equal(trial.findings().length, 0)
  const turns = new Trial(detector)
  results(turns, [false, true, false, true, false, true, false, true])
  assert.equal(turns.findings().length, 0)
})
