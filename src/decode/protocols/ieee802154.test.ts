// Frames built from IEEE 802.15.4-2020 7, RFC 4944 5 and ZigBee 05-3474-21 3.3 and 3.6.7.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { protocol } from './ieee802154.ts'

const frame = (hex: string): Line => ({ hex })
const SHORT = '4188 01 621a 0000 3412'
const zigbee = frame(`${SHORT} 0812 0000 3412 1e 07 8fd9b514004b1200 28 01000000`)
const zigbeeBeacon = frame('0080 05 621a 0000 ffcf 00 00 00 22 84 0102030405060708 ffffff 00')
const lowPan = frame('41cc 01 621a 8fd9b514004b1200 0102030405060708 7a33 3a')

test('ZigBee: the ends of the network behind those of the hop, once', () => {
  const { said, anomalies } = rehearse(protocol, [zigbee, zigbee])
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said, [
    {
      kind: 'data',
      pan: '0x1a62',
      source: '0x1234',
      destination: '0x0000',
      network: 'zigbee',
      networkSource: '0x1234',
      networkDestination: '0x0000',
      extendedSource: '00:12:4b:00:14:b5:d9:8f',
      networkProtected: true,
    },
  ])
})

test('beacons say which network it is, and whether it takes others', () => {
  const thread = `${Buffer.from('home').toString('hex').padEnd(32, '0')} 0102030405060708`
  const { said } = rehearse(protocol, [
    zigbeeBeacon,
    frame(`0080 05 621a 0000 ff4f 00 00 03 21 ${thread}`),
    frame('0080 05 621a 0000 ff0f 00 00'),
  ])
  const common = { kind: 'beacon', pan: '0x1a62', source: '0x0000' }
  assert.deepEqual(said, [
    {
      ...common,
      coordinator: true,
      open: true,
      network: 'zigbee',
      extendedPan: '08:07:06:05:04:03:02:01',
    },
    {
      ...common,
      coordinator: true,
      open: false,
      network: 'thread',
      name: 'home',
      extendedPan: '0102030405060708',
    },
    { ...common, coordinator: false, open: false },
  ])
})

test('6LoWPAN by its first octet, between extended addresses', () => {
  const { said } = rehearse(protocol, [
    lowPan,
    frame(`${SHORT} c123 0001`),
    frame(`${SHORT} e123 0001 05`),
    frame(`${SHORT} 8f 0001 0002 61`),
    frame(`${SHORT} 42 00`),
    frame(`${SHORT} 50 00`),
    frame(`${SHORT} 00 00`),
  ])
  assert.deepEqual(said[0], {
    kind: 'data',
    pan: '0x1a62',
    source: '08:07:06:05:04:03:02:01',
    destination: '00:12:4b:00:14:b5:d9:8f',
    network: '6lowpan',
    form: 'iphc',
  })
  // Later fragments say nothing new.
  assert.deepEqual(
    said.slice(1).map(({ form }) => form),
    ['fragment', 'mesh', 'hc1', 'broadcast'],
  )
})

const association = [
  frame('23c8 01 621a 0000 ffff 8fd9b514004b1200 01 8e'),
  frame('63cc 02 621a 8fd9b514004b1200 0102030405060708 02 3412 00'),
  frame('6388 03 621a 0000 3412 04'),
]

test('who joins; polls say nothing', () => {
  const { said } = rehearse(protocol, association)
  assert.deepEqual(
    said.map(({ kind, source, fullDevice, mains, status }) => [
      kind,
      source,
      fullDevice,
      mains,
      status,
    ]),
    [
      ['association-request', '00:12:4b:00:14:b5:d9:8f', true, true, undefined],
      ['association-response', '08:07:06:05:04:03:02:01', undefined, undefined, 0],
    ],
  )
})

test('what the MAC layer encrypts is not guessed', () => {
  const { said } = rehearse(protocol, [frame('4998 01 621a 0000 3412 05 01000000 7a33')])
  assert.deepEqual(said, [
    { pan: '0x1a62', source: '0x1234', destination: '0x0000', kind: 'data', protected: true },
  ])
})

test('damaged frames do no harm', () => {
  assert(batter(protocol, [zigbee, zigbeeBeacon, lowPan, ...association]) > 1000)
})
