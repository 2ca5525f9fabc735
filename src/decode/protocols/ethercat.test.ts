// EtherCAT frames built by hand from the public description of its frame format.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { protocol } from './ethercat.ts'

const le16 = (value: number) => Buffer.from([value & 255, value >> 8]).toString('hex')
const datagram = (command: number, station: number, register: number, data: string, more = false) =>
  Buffer.from([command, 0]).toString('hex') +
  le16(station) +
  le16(register) +
  le16((data.length / 2) | (more ? 0x8000 : 0)) +
  `0000${data}0000`
const frame = (...datagrams: string[]): Line => {
  const body = datagrams.join('')
  return { hex: `${le16((body.length / 2) | 0x1000)}${body}${'00'.repeat(10)}` }
}

const cyclic = frame(datagram(7, 0, 0x0130, '0000', true), datagram(12, 0, 1, '00'.repeat(8)))
const poll = frame(datagram(4, 0x1001, 0x0130, '0000'))
const operate = frame(datagram(5, 0x1001, 0x0120, '0800'))
const stop = frame(datagram(8, 0, 0x0120, '0100'))

test('each combination of commands is said once', () => {
  const { said, anomalies } = rehearse(protocol, [cyclic, cyclic, poll, cyclic])
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said, [
    { kind: 'frame', operation: 'write', commands: ['BRD', 'LRW'], datagrams: 2 },
    { kind: 'frame', operation: 'read', commands: ['FPRD'], datagrams: 1 },
  ])
})

test('asking for a state is control, every time', () => {
  const { said } = rehearse(protocol, [operate, stop, stop])
  const states = said.filter((fields) => fields.operation === 'control')
  assert.deepEqual(
    states.map((fields) => [fields.state, fields.station]),
    [
      ['operational', 0x1001],
      ['init', undefined],
      ['init', undefined],
    ],
  )
})

test('a frame that promises more than it holds is counted', () => {
  assert.deepEqual(rehearse(protocol, [{ hex: 'ff17 0100' }]).anomalies, ['ethercat-short'])
  const broken = frame(datagram(4, 1, 0x0130, '0000', true))
  assert.deepEqual(rehearse(protocol, [broken]).anomalies, ['ethercat-datagram'])
})

test('damaged frames break nothing', () => {
  assert(batter(protocol, [cyclic, poll, operate, stop]) > 500)
})
