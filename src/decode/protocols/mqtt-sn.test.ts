// A sensor looks for a gateway, connects, registers a topic and publishes.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './mqtt-sn.ts'

const text = (value: string) => Buffer.from(value).toString('hex')
const packet = (body: string) => {
  const hex = body.replaceAll(' ', '')
  return { hex: (hex.length / 2 + 1).toString(16).padStart(2, '0') + hex }
}
const lines = [
  packet('01 00'),
  packet('02 07'),
  packet('04 04 01 003c' + text('sensor-1')),
  packet('05 00'),
  packet('0a 0001 0001' + text('t/1')),
  packet('0c 20 0001 0002' + text('21.5')),
  packet('0c 12 ' + text('ab') + '0000' + text('x')),
  packet('12 01 0003 0009'),
  packet('12 00 0003' + text('t/#')),
  packet('16'),
  packet('18'),
]

test('from search to disconnect', () => {
  const { said, anomalies, certainty } = rehearse(protocol, lines)
  assert.equal(certainty, 1)
  assert.deepEqual(anomalies, [])
  assert.partialDeepStrictEqual(said, [
    { kind: 'search' },
    { kind: 'gateway', gateway: 7 },
    { kind: 'connect', clientId: 'sensor-1', keepAliveSeconds: 60, cleanStart: true, will: false },
    { kind: 'connack', accepted: true },
    { kind: 'register', topic: 't/1', topicId: 1 },
    { kind: 'publish', topicId: 1, qos: 1, retain: false, length: 4 },
    { kind: 'publish', topic: 'ab', retain: true, length: 1 },
    { kind: 'subscribe', topicId: 9 },
    { kind: 'subscribe', filter: 't/#' },
    { kind: 'disconnect' },
  ])
})

test('elsewhere only a connect with a readable id', () => {
  const port = 47000
  assert.equal(rehearse(protocol, [{ ...lines[2], destinationPort: port }]).certainty, 2)
  assert.equal(rehearse(protocol, [{ ...lines[4], destinationPort: port }]).certainty, 0)
  const binary = packet('04 04 01 003c 0102')
  assert.equal(rehearse(protocol, [{ ...binary, destinationPort: port }]).certainty, 0)
})

test('the long form of the length', () => {
  const body = '0a 0001 0001' + text('x'.repeat(300))
  const { said } = rehearse(protocol, [{ hex: '01 0134' + body }])
  assert.equal(said.length, 1)
})

test('a length beyond the datagram is malformed', () => {
  assert.deepEqual(rehearse(protocol, [{ hex: '09 04 04' }]).anomalies, ['mqtt-sn-malformed'])
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, lines) > 0)
})
