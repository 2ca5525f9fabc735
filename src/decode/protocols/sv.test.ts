// Sampled value frames built by hand from IEC 61850-9-2.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { protocol } from './sv.ts'

const element = (tag: string, value: string) =>
  `${tag}${(value.length / 2).toString(16).padStart(2, '0')}${value}`
const unit = (name: string, sample: string, clock: string) =>
  element(
    '30',
    element('80', Buffer.from(name).toString('hex')) +
      element('82', sample) +
      element('83', '00000001') +
      element('85', clock) +
      element('87', '00'.repeat(16)),
  )
const frame = (units: string[], reserved = '0000'): Line => {
  const count = units.length.toString(16).padStart(2, '0')
  const body = element('60', element('80', count) + element('a2', units.join('')))
  const length = (8 + body.length / 2).toString(16).padStart(4, '0')
  return { hex: `4000 ${length} ${reserved} 0000 ${body}` }
}

test('a stream is said once, and again when it loses its clock', () => {
  const { said, anomalies } = rehearse(protocol, [
    frame([unit('MU01', '0000', '02')]),
    frame([unit('MU01', '0001', '02')]),
    frame([unit('MU01', '0002', '00')], '8000'),
  ])
  assert.deepEqual(anomalies, [])
  assert.deepEqual(
    said.map((fields) => [fields.reference, fields.clock, fields.appId, fields.simulated]),
    [
      ['MU01', 'global', 0x4000, undefined],
      ['MU01', 'none', 0x4000, true],
    ],
  )
})

test('several streams in one frame', () => {
  const { said } = rehearse(protocol, [frame([unit('A', '0000', '01'), unit('B', '0000', '01')])])
  assert.deepEqual(
    said.map((fields) => fields.reference),
    ['A', 'B'],
  )
})

test('damaged frames break nothing', () => {
  const lines = [frame([unit('MU01', '0000', '02')]), frame([unit('MU01', '0001', '00')])]
  assert(batter(protocol, lines) > 1000)
  assert.deepEqual(rehearse(protocol, [{ hex: '4000 0040 0000 0000' }]).anomalies, ['sv-malformed'])
})
