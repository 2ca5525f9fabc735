// Message floods: thousands within a second are found; a busy meter, a day of messages and what a
// broker passes on are not.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { SECOND } from '../../core/clock.ts'
import { Trial } from '../trial.ts'
import { detector } from './message-flood.ts'

const START = 1_700_000_000 * SECOND

interface Stream {
  readonly count: number
  readonly perSecond: number
  readonly fromOriginator?: boolean
}

function publish(trial: Trial, { count, perSecond, fromOriginator = true }: Stream): void {
  const ends = [trial.at('192.168.1.66'), trial.at('192.168.1.14')] as const
  for (let index = 0; index < count; index++) {
    const time = START + Math.round((index * SECOND) / perSecond)
    const fields = { kind: 'publish', topic: 'home/flood', qos: 0 }
    trial.says('mqtt', ends, { time, fields, fromOriginator })
  }
}

test('3000 messages in a third of a second', () => {
  const trial = new Trial(detector)
  publish(trial, { count: 3000, perSecond: 9000 })
  const [finding, ...more] = trial.findings()
  assert.equal(more.length, 0)
  assert.equal(finding.about, trial.at('192.168.1.66'))
  assert.equal(finding.count, 3000)
  assert.match(finding.seen, /3000 messages, 1000 and more within a second, to topic 'home\/flood'/)
})

test('a hundred a second for a minute, and what a broker passes on', () => {
  const trial = new Trial(detector)
  publish(trial, { count: 6000, perSecond: 100 })
  publish(trial, { count: 6000, perSecond: 9000, fromOriginator: false })
  assert.deepEqual(trial.findings(), [])
})
