// Logged packets: read, cut short, of somebody else.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { blockedFlow, type BlockedFlow } from './blocked-flow.ts'
import { NflogReader } from './drivers/nflog.ts'

function attribute(type: number, value: Uint8Array): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt16LE(4 + value.length)
  head.writeUInt16LE(type, 2)
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length & 3)) & 3)])
}

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const V4 = bytes('4500 0028 0000 4000 4006 0000 c000020b cb00710a c350 01bb 00000000')
const V6 = bytes(
  `6000 0000 0008 1140 20010db8000100000000000000000011 20010db8000200000000000000000010 1388 0035`,
)
const HARDWARE = bytes('0006 0000 02000000000b 0000')

const record = (prefix: string, payload: Uint8Array) =>
  Buffer.concat([
    bytes('0200 0035'),
    attribute(1, bytes('0800 0200')),
    attribute(10, Buffer.from(`${prefix}\0`)),
    attribute(8, HARDWARE),
    attribute(9, payload),
  ])

const FLOW: BlockedFlow = {
  time: 5,
  hold: 'refuse',
  way: 'from',
  reason: 'unknown-peer',
  mac: '02:00:00:00:00:0b',
  source: '192.0.2.11',
  destination: '203.0.113.10',
  ipProtocol: 6,
  sourcePort: 50_000,
  destinationPort: 443,
}

test('IPv4 and IPv6, with who, what and why', () => {
  assert.deepEqual(blockedFlow(record('thingward refuse from unknown-peer: ', V4), 5), FLOW)
  assert.deepEqual(blockedFlow(record('thingward would to invalid: ', V6), 6), {
    time: 6,
    hold: 'would',
    way: 'to',
    reason: 'invalid',
    mac: '02:00:00:00:00:0b',
    source: '2001:db8:1::11',
    destination: '2001:db8:2::10',
    ipProtocol: 17,
    sourcePort: 5000,
    destinationPort: 53,
  })
})

test('what is not ours, or cut short, is left out', () => {
  assert.equal(blockedFlow(record('somebody else: ', V4), 5), undefined)
  assert.equal(blockedFlow(record('thingward refuse from nonsense: ', V4), 5), undefined)
  const whole = record('thingward refuse from unknown-peer: ', V4)
  for (let length = 0; length < whole.length - 4; length++) {
    const flow = blockedFlow(whole.subarray(0, length), 5)
    assert.ok(flow === undefined || flow.source === '192.0.2.11')
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      blockedFlow(noise, 1)
      blockedFlow(record('thingward refuse from unknown-peer: ', noise), 1)
    }),
  )
})

test('pcap in pieces of any size gives the same', () => {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4)
  header.writeUInt32LE(239, 20)
  const one = record('thingward refuse from unknown-peer: ', V4)
  const head = Buffer.alloc(16)
  head.writeUInt32LE(5, 4)
  head.writeUInt32LE(one.length, 8)
  const file = Buffer.concat([header, head, one, head, one])
  for (const size of [1, 7, 64, file.length]) {
    const flows: BlockedFlow[] = []
    const reader = new NflogReader((flow) => flows.push(flow))
    for (let at = 0; at < file.length; at += size) reader.push(file.subarray(at, at + size))
    assert.deepEqual(flows, [FLOW, FLOW])
  }
  assert.throws(() => new NflogReader(() => undefined).push(Buffer.alloc(24)), { code: 'no-log' })
})
