// Network scan: breadth of failures is found; a dead server, a busy client and multicast are not.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { SECOND } from '../../core/clock.ts'
import { Trial } from '../trial.ts'
import { detector } from './network-scan.ts'

test('one port at many addresses', () => {
  const trial = new Trial(detector)
  const camera = trial.at('192.168.1.11')
  for (let host = 1; host <= 40; host++) {
    const target = trial.at(`192.168.1.${100 + host}`)
    trial.flow(camera, target, { first: host * SECOND, responderPort: 23, state: 'S0' })
  }
  const [finding] = trial.findings()
  assert.equal(finding.about, camera)
  assert.equal(finding.severity, 'high')
  assert.match(finding.seen, /failed attempts at 37 addresses, tcp\/23/)
})

test('many ports at one address', () => {
  const trial = new Trial(detector)
  const [from, to] = [trial.at('192.168.1.66'), trial.at('192.168.1.11')]
  for (let port = 1; port <= 60; port++) {
    trial.flow(from, to, { first: port * SECOND, responderPort: port, state: 'REJ' })
  }
  assert.match(trial.findings()[0].seen, /at 1 address, 57 ports/)
})

test('a device whose server is down tries again and again, which is no scan', () => {
  const trial = new Trial(detector)
  const [from, to] = [trial.at('192.168.1.11'), trial.at('203.0.113.9')]
  for (let time = 1; time <= 200; time++) {
    trial.flow(from, to, { first: time * SECOND, responderPort: 443, state: 'S0' })
  }
  assert.equal(trial.findings().length, 0)
})

test('answered connections to many hosts are no scan, nor are failures spread over a day', () => {
  const trial = new Trial(detector)
  const from = trial.at('192.168.1.11')
  for (let host = 1; host <= 60; host++) {
    trial.flow(from, trial.at(`203.0.113.${host}`), { first: host * SECOND, responderPort: 443 })
    const rare = { first: host * 1200 * SECOND, responderPort: 443, state: 'S0' as const }
    trial.flow(from, trial.at(`198.51.100.${host}`), rare)
  }
  assert.equal(trial.findings().length, 0)
})

test('ARP requests for a whole network', () => {
  const trial = new Trial(detector)
  const from = trial.at('', '02:00:00:00:00:66')
  const everybody = trial.at('', 'ff:ff:ff:ff:ff:ff')
  for (let host = 1; host <= 50; host++) {
    const fields = { kind: 'request', targetAddress: `192.168.1.${host}` }
    trial.says('arp', [from, everybody], { time: host * SECOND, fields })
  }
  assert.match(trial.findings()[0].seen, /ARP requests for 50 different addresses/)
})
