// ARP spoofing: a fight over an address is found, a change of owner and VRRP are not.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { SECOND } from '../../core/clock.ts'
import { Trial } from '../trial.ts'
import { detector } from './arp-spoofing.ts'

const GATEWAY = '02:00:00:00:00:01'
const ATTACKER = '02:00:00:00:00:66'

function claims(trial: Trial, mac: string, seconds: readonly number[]): void {
  const from = trial.at('', mac)
  for (const second of seconds) {
    const fields = { kind: 'reply', senderAddress: '192.168.1.1', senderMac: mac }
    trial.says('arp', [from, trial.at('', 'ff:ff:ff:ff:ff:ff')], { time: second * SECOND, fields })
  }
}

test('a second MAC that claims the gateway while the gateway lives', () => {
  const trial = new Trial(detector)
  claims(trial, GATEWAY, [1, 20])
  claims(trial, ATTACKER, [30])
  claims(trial, GATEWAY, [31])
  claims(trial, ATTACKER, [32, 34, 36])
  const [finding] = trial.findings()
  assert.equal(finding.severity, 'high')
  assert.equal(finding.about, trial.at('', ATTACKER))
  assert.match(finding.expected, /192\.168\.1\.1 is at 02:00:00:00:00:01/)
  assert.match(finding.seen, new RegExp(ATTACKER))
})

test('a new owner of an address is no attack', () => {
  const trial = new Trial(detector)
  claims(trial, GATEWAY, [1, 2, 3])
  claims(trial, ATTACKER, [100, 200])
  assert.equal(trial.findings().length, 0)
})

test('claims far apart, and VRRP, are no attack', () => {
  const trial = new Trial(detector)
  claims(trial, GATEWAY, [1])
  claims(trial, ATTACKER, [5000, 5001, 5002, 5003, 5004, 5005, 5006, 5007])
  assert.equal(trial.findings().length, 0)
  const redundant = new Trial(detector)
  claims(redundant, GATEWAY, [1, 3, 5, 7])
  claims(redundant, '00:00:5e:00:01:07', [2, 4, 6, 8])
  assert.equal(redundant.findings().length, 0)
})
