// Rogue DHCP: a second server on the same network is found, the first alone is not.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { Trial } from '../trial.ts'
import { detector } from './rogue-dhcp.ts'

let clock = 0

function offers(trial: Trial, server: string, router: string): void {
  const time = ++clock
  const fields = { kind: 'offer', server, router: [router], nameServers: [router] }
  trial.says('dhcp', [trial.at(server), trial.at('255.255.255.255')], { time, fields })
}

test('a second server with another gateway', () => {
  const trial = new Trial(detector)
  offers(trial, '192.168.1.1', '192.168.1.1')
  offers(trial, '192.168.1.66', '192.168.1.66')
  const [finding, ...more] = trial.findings()
  assert.equal(more.length, 0)
  assert.equal(finding.severity, 'high')
  assert.equal(finding.about, trial.at('192.168.1.66'))
  assert.match(finding.expected, /192\.168\.1\.1: gateway 192\.168\.1\.1/)
})

test('a failover pair that hands out the same gateway weighs little', () => {
  const trial = new Trial(detector)
  offers(trial, '192.168.1.2', '192.168.1.1')
  offers(trial, '192.168.1.3', '192.168.1.1')
  assert.equal(trial.findings()[0].severity, 'low')
})

test('one server may offer as often as it likes', () => {
  const trial = new Trial(detector)
  for (let count = 1; count < 9; count++) offers(trial, '192.168.1.1', '192.168.1.1')
  assert.equal(trial.findings().length, 0)
})
