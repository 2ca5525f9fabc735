// DNS tunnels: many new long names below one domain are found, once, at who asks; reverse look-ups,
// repeated long names and a handful of generated ones are not.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { SECOND } from '../../core/clock.ts'
import { Trial } from '../trial.ts'
import { detector } from './dns-tunnel.ts'

const START = 1_700_000_000 * SECOND

interface Asking {
  readonly from?: string
  readonly type?: string
  readonly every?: number
}

function ask(trial: Trial, names: readonly string[], asking: Asking = {}): void {
  const { from = '192.168.1.16', type = 'A', every = 0.2 } = asking
  names.forEach((name, index) => {
    const fields = { kind: 'query', questions: [{ name, type }] }
    const time = START + index * every * SECOND
    trial.says('dns', [trial.at(from), trial.at('192.168.1.1')], { time, fields })
  })
}

/** Labels of letters and digits that look like data; the same numbers, the same labels. */
const label = (index: number, length: number) => {
  let state = index + 1
  return Array.from({ length }, () => {
    state = Math.imul(state, 1103515245) + 12345
    return ((state >>> 16) % 36).toString(36)
  }).join('')
}
const tunnel = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => `${label(index, 60)}.${label(-index, 30)}.t.evil.test`,
  )

test('200 names of 90 characters, asked for as TXT', () => {
  const trial = new Trial(detector)
  ask(trial, tunnel(200), { type: 'TXT' })
  const [finding, ...more] = trial.findings()
  assert.equal(more.length, 0)
  assert.equal(finding.severity, 'high')
  assert.equal(finding.about, trial.at('192.168.1.16'))
  assert.match(finding.seen, /200 different long names below evil\.test within 39\.8 s/)
})

test('asked for as addresses it weighs less; the resolver that passes them on is not told', () => {
  const trial = new Trial(detector)
  ask(trial, tunnel(100))
  ask(trial, tunnel(100), { from: '192.168.1.1' })
  const findings = trial.findings()
  assert.deepEqual(
    findings.map(({ severity, about }) => [severity, about]),
    [['medium', trial.at('192.168.1.16')]],
  )
})

test('reverse look-ups, one long name all day, a few generated names, a slow trickle', () => {
  const trial = new Trial(detector)
  const reverse = Array.from({ length: 200 }, (_, index) => {
    return `${label(index, 16).split('').join('.')}.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa`
  })
  ask(trial, reverse, { type: 'PTR' })
  const own = 'a1b2c3d4e5f6a7b8c9d0e1f2a3b4-ats.iot.maker.example'
  ask(trial, Array<string>(3000).fill(own))
  ask(
    trial,
    Array.from({ length: 30 }, (_, index) => `${label(index, 30)}.metric.cdn.example`),
  )
  ask(trial, tunnel(120), { every: 60 })
  const shown = Array.from({ length: 400 }, (_, index) => `${label(index % 50, 32)}.img.shop.test`)
  ask(trial, shown)
  assert.deepEqual(trial.findings(), [])
})

test('names of raw bytes, most of them cut before their domain', () => {
  const trial = new Trial(detector)
  const bytes = (index: number) =>
    label(index, 60).replace(/[a-m]/g, (c) => `\\2${c.charCodeAt(0) % 56}`)
  const names = Array.from({ length: 100 }, (_, index) => {
    const data = bytes(index)
    return index % 10 === 0 ? `${data}.t.evil.test` : data.repeat(4).slice(0, 253)
  })
  ask(trial, names, { type: 'NULL' })
  const [finding] = trial.findings()
  assert.match(finding.seen, /100 different long names below evil\.test/)
})
