// GOOSE frames built by hand from IEC 61850-8-1 annex A and C.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { protocol } from './goose.ts'

const element = (tag: string, value: string) => {
  const size = value.replace(/\s/g, '').length / 2
  return `${tag}${size > 127 ? '81' : ''}${size.toString(16).padStart(2, '0')}${value}`
}
const text = (tag: string, value: string) => element(tag, Buffer.from(value).toString('hex'))
const goose = (
  state: string,
  sequence: string,
  options = { reserved: '0000', test: '00' },
): Line => {
  const unit = element(
    '61',
    text('80', 'BAY1LD0/LLN0$GO$trip') +
      element('81', '07d0') +
      text('82', 'BAY1LD0/LLN0$Trip') +
      text('83', 'trip') +
      element('84', '488890c124000027') +
      element('85', state) +
      element('86', sequence) +
      element('87', options.test) +
      element('88', '03') +
      element('89', '00') +
      element('8a', '01') +
      element('ab', element('83', '01')),
  )
  const length = (8 + unit.replace(/\s/g, '').length / 2).toString(16).padStart(4, '0')
  return { hex: `3001 ${length} ${options.reserved} 0000 ${unit} 0000` }
}

test('a publisher is said when first seen and when its state changes', () => {
  const { said, anomalies } = rehearse(protocol, [
    goose('05', '00'),
    goose('05', '01'),
    goose('05', '02'),
    goose('06', '00'),
  ])
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said[0], {
    kind: 'goose',
    operation: 'monitor',
    appId: 0x3001,
    reference: 'BAY1LD0/LLN0$GO$trip',
    dataset: 'BAY1LD0/LLN0$Trip',
    goId: 'trip',
    stateNumber: 5,
    sequence: 0,
    configuration: 3,
    entries: 1,
    timeToLiveMs: 2000,
  })
  assert.deepEqual(
    said.map((fields) => fields.stateNumber),
    [5, 6],
  )
})

test('test and simulated frames say so', () => {
  const { said } = rehearse(protocol, [goose('05', '00', { reserved: '8000', test: '01' })])
  assert.deepEqual([said[0].test, said[0].simulated], [true, true])
})

test('a jump in the sequence is counted', () => {
  const { said, anomalies } = rehearse(protocol, [goose('05', '00'), goose('05', '07')])
  assert.equal(said.length, 1)
  assert.deepEqual(anomalies, ['goose-sequence'])
})

test('damaged frames break nothing and never pass for whole ones', () => {
  assert(batter(protocol, [goose('05', '00'), goose('06', '00')]) > 1000)
  const { said, anomalies } = rehearse(protocol, [{ hex: '3001 0100 0000 0000 6110 8003 414243' }])
  assert.deepEqual([said, anomalies], [[], ['goose-malformed']])
})
