// Group membership in all three versions.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './igmp.ts'

const ssdp = 'effffffa'
const mdns = 'e00000fb'
const lines = [
  { hex: '1164 0000 00000000' },
  { hex: '1600 0000' + ssdp },
  { hex: '1200 0000' + ssdp },
  { hex: '1700 0000' + ssdp },
  { hex: '2200 0000 0000 0002 0400 0000' + ssdp + '0300 0000' + mdns },
  { hex: '1164 0000' + ssdp + '027d 0000' },
]

test('queries, reports and leaves', () => {
  const { said, anomalies } = rehearse(protocol, lines)
  assert.deepEqual(anomalies, [])
  const group = '239.255.255.250'
  assert.deepEqual(said, [
    { kind: 'query', version: 2, groups: [] },
    { kind: 'report', version: 2, groups: [group] },
    { kind: 'report', version: 1, groups: [group] },
    { kind: 'leave', version: 2, groups: [group] },
    { kind: 'report', version: 3, groups: [group] },
    { kind: 'leave', version: 3, groups: ['224.0.0.251'] },
    { kind: 'query', version: 3, groups: [group] },
  ])
})

test('a short report is counted', () => {
  assert.deepEqual(rehearse(protocol, [{ hex: '1600 0000' }]).anomalies, ['igmp-short'])
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, lines) > 0)
})
