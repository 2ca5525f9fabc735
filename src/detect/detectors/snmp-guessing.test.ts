// SNMP guessing: different communities in vain are found; polling a dead agent, a discovery with
// three communities and a switch with one for each VLAN are not.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { SECOND } from '../../core/clock.ts'
import { Trial } from '../trial.ts'
import { detector } from './snmp-guessing.ts'

interface Ask {
  readonly mark: number
  readonly at: number
  readonly answered?: boolean
  readonly server?: string
}

function ask(trial: Trial, { mark, at, answered, server = '192.168.1.15' }: Ask): void {
  const [client, agent] = [trial.at('192.168.1.66'), trial.at(server)]
  const fields = { version: '1', communityMark: mark, communityKind: 'other', names: [] }
  const time = at * SECOND
  trial.tick(time)
  trial.says('snmp', [client, agent], { time, fields: { kind: 'get', ...fields } })
  if (!answered) return
  const rest = { time: time + 100, fromOriginator: false, fields: { kind: 'response', ...fields } }
  trial.says('snmp', [agent, client], rest)
}

test('six communities, none answered', () => {
  const trial = new Trial(detector)
  for (let mark = 0; mark < 6; mark++) ask(trial, { mark, at: 10 + mark / 100 })
  const [finding, ...more] = trial.findings()
  assert.equal(more.length, 0)
  assert.equal(finding.severity, 'high')
  assert.equal(finding.about, trial.at('192.168.1.66'))
  assert.match(finding.seen, /^6 different communities within 0\.05 s$/)
})

test('one of them is answered', () => {
  const trial = new Trial(detector)
  for (let mark = 0; mark < 6; mark++) ask(trial, { mark, at: 10 + mark, answered: mark === 4 })
  const [finding] = trial.findings()
  assert.equal(finding.severity, 'critical')
  assert.match(finding.seen, /one of which was answered/)
})

test('two communities in vain at each of many addresses', () => {
  const trial = new Trial(detector)
  for (let host = 1; host <= 12; host++) {
    const server = `192.168.1.${100 + host}`
    for (const mark of [1, 2]) ask(trial, { mark, at: host + mark, server })
  }
  const [finding, ...more] = trial.findings()
  assert.equal(more.length, 0)
  assert.equal(finding.severity, 'medium')
  assert.match(finding.seen, /each of 12 addresses/)
})

test('a dead agent asked for hours', () => {
  const trial = new Trial(detector)
  for (let at = 0; at < 7200; at += 30) ask(trial, { mark: 7, at })
  assert.equal(trial.findings().length, 0)
})

test('a discovery with three communities, and one community for each of thirty VLANs', () => {
  const trial = new Trial(detector)
  for (let mark = 0; mark < 3; mark++) ask(trial, { mark, at: 10 + mark, answered: mark === 2 })
  const server = '192.168.1.2'
  for (let mark = 0; mark < 30; mark++) ask(trial, { mark, at: 20, answered: true, server })
  assert.equal(trial.findings().length, 0)
})

test('version 3: wrong passwords are reported, getting to know the engine is not', () => {
  const report = (trial: Trial, name: string, count: number) => {
    const fields = { kind: 'report', version: '3', user: 'admin', names: [name] }
    for (let index = 1; index <= count; index++) {
      const ends = [trial.at('192.168.1.15'), trial.at('192.168.1.66')] as const
      trial.says('snmp', ends, { time: index * SECOND, fromOriginator: false, fields })
    }
    return trial.findings()
  }
  const [finding] = report(new Trial(detector), '1.3.6.1.6.3.15.1.1.5.0', 6)
  assert.match(finding.seen, /6 refused SNMPv3 logins as 'admin'/)
  assert.equal(report(new Trial(detector), '1.3.6.1.6.3.15.1.1.4.0', 40).length, 0)
})
