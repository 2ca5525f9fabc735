// Frames of captures and records of logs, each called by its name.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { amountRead, placesText } from './amount-read.ts'

const pcap = { name: 'a.pcap', format: 'pcap', records: 3, bytes: 9, first: 1, last: 2, lacks: [] }
const eve = { ...pcap, name: 'eve.json', format: 'eve', records: 1200, lines: 1300 }

test('captures have frames, logs have records, both have both', () => {
  assert.equal(amountRead({ frames: 1, sources: [pcap] }), '1 frame')
  assert.equal(amountRead({ frames: 0, sources: [pcap] }), '0 frames')
  assert.equal(amountRead({ frames: 0, sources: [eve] }), '1,200 records')
  assert.equal(amountRead({ frames: 3, sources: [pcap, eve] }), '3 frames and 1,200 records')
  assert.equal(amountRead({ frames: 0, sources: [{ ...eve, records: 0 }] }), '0 records')
})

test('proof in logs is cited by line', () => {
  const frames = [12, 14].map((frame) => ({ source: 'a.pcap', frame }))
  const line = { source: 'eve.json', frame: 7, unit: 'line' } as const
  assert.equal(placesText([...frames, line]), 'frames 12, 14 of a.pcap; line 7 of eve.json')
})
