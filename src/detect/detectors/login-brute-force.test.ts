// Guessing at servers: quick refusals are found; an old password sent every few seconds, an unknown
// client id and a SIP phone that is asked for credentials each time are not.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { SECOND } from '../../core/clock.ts'
import type { Fields } from '../../flow/index.ts'
import { Trial } from '../trial.ts'
import { detector } from './login-brute-force.ts'

interface Dialogue {
  readonly protocol: string
  readonly offer: Fields
  readonly answer: Fields
  readonly count: number
  readonly seconds: number
}

function play(trial: Trial, { protocol, offer, answer, count, seconds }: Dialogue): number {
  const [client, server] = [trial.at('192.168.1.66'), trial.at('192.168.1.14')]
  for (let index = 1; index <= count; index++) {
    const time = index * seconds * SECOND
    trial.says(protocol, [client, server], { time, flow: index, fields: offer })
    const rest = { time, flow: index, fromOriginator: false, fields: answer }
    trial.says(protocol, [server, client], rest)
  }
  return trial.findings().length
}

const mqtt = {
  protocol: 'mqtt',
  offer: { kind: 'connect', credentials: 'password', user: 'admin' },
  answer: { kind: 'connack', code: 5, accepted: false },
}

test('FTP: six refusals', () => {
  const trial = new Trial(detector)
  const offer = { kind: 'login', user: 'ftp', method: 'password' }
  const answer = { kind: 'login-result', accepted: false }
  play(trial, { protocol: 'ftp', offer, answer, count: 6, seconds: 3 })
  const [finding] = trial.findings()
  assert.equal(finding.severity, 'high')
  assert.match(finding.seen, /6 refused FTP logins as 'ftp'/)
})

test('MQTT: forty connections within four seconds', () => {
  const trial = new Trial(detector)
  play(trial, { ...mqtt, count: 40, seconds: 0.1 })
  assert.match(trial.findings()[0].seen, /40 refused MQTT logins as 'admin'/)
})

test('MQTT: a thing with an old password, all day long', () => {
  assert.equal(play(new Trial(detector), { ...mqtt, count: 2000, seconds: 5 }), 0)
})

test('MQTT: a broker that is not ready, and a client without credentials', () => {
  const busy = { ...mqtt, answer: { kind: 'connack', code: 3, accepted: false } }
  assert.equal(play(new Trial(detector), { ...busy, count: 50, seconds: 0.1 }), 0)
  const plain = { ...mqtt, offer: { kind: 'connect' } }
  assert.equal(play(new Trial(detector), { ...plain, count: 50, seconds: 0.1 }), 0)
})

test('SIP: a phone that is asked for credentials first is not refused', () => {
  const offer = { kind: 'request', method: 'REGISTER' }
  const answer = { kind: 'response', status: 401 }
  const dialogue = { protocol: 'sip', offer, answer, count: 100, seconds: 0.1 }
  assert.equal(play(new Trial(detector), dialogue), 0)
  const guessing = { ...dialogue, offer: { ...offer, credentials: 'digest', user: '100' } }
  assert.equal(play(new Trial(detector), guessing), 1)
})

test('SMB: a share that wants another account is no wrong password', () => {
  const offer = { kind: 'login', user: 'anna', domain: '', workstation: 'PC' }
  const refused = (status: number) => ({ kind: 'login-result', accepted: false, status })
  const dialogue = { protocol: 'smb', offer, count: 30, seconds: 0.2 }
  const denied = { ...dialogue, answer: refused(0xc0000022) }
  assert.equal(play(new Trial(detector), denied), 0)
  const wrong = { ...dialogue, answer: refused(0xc000006d) }
  assert.equal(play(new Trial(detector), wrong), 1)
})
