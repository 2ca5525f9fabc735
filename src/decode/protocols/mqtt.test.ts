// MQTT clients of all versions; packets in one segment, over many, and too long to wait for.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './mqtt.ts'

const hexOf = (...parts: (string | number[])[]) =>
  parts
    .map((part) => (typeof part === 'string' ? part : Buffer.from(part).toString('hex')))
    .join('')
const text = (value: string) => {
  const bytes = Buffer.from(value)
  return bytes.length.toString(16).padStart(4, '0') + bytes.toString('hex')
}
const packet = (first: number, ...parts: string[]) => {
  const body = parts.join('').replaceAll(' ', '')
  const lengths: number[] = []
  let length = body.length / 2
  do {
    lengths.push((length & 127) | (length > 127 ? 128 : 0))
    length >>= 7
  } while (length > 0)
  return hexOf([first], lengths, body)
}
const line = (...packets: string[]): Line => ({ hex: packets.join('') })
const back = (...packets: string[]): Line => ({ from: 'responder', hex: packets.join('') })

const connect = packet(
  0x10,
  text('MQTT') + '04 ee 003c' + text('cam-01') + text('home/cam/state') + text('gone'),
  text('camera') + text('secret!'),
)
const connack = packet(0x20, '0000')
const publish = packet(0x31, text('home/cam/motion') + '7b7d')
const subscribe = packet(0x82, '0001' + text('home/+/set') + '01' + text('#') + '00')
const suback = packet(0x90, '0001 01 80')
const puback = packet(0x40, '0001')
const ping = 'c000'
const disconnect = 'e000'

const session = [
  line(connect),
  back(connack),
  line(publish + subscribe + ping),
  back(suback + 'd000' + puback),
  line(disconnect),
]

test('a session of version 3.1.1; the password is not said', () => {
  const { said, anomalies, certainty } = rehearse(protocol, session)
  assert.equal(certainty, 2)
  assert.deepEqual(anomalies, [])
  assert.partialDeepStrictEqual(said, [
    {
      kind: 'connect',
      version: '3.1.1',
      clientId: 'cam-01',
      user: 'camera',
      credentials: 'password',
      keepAliveSeconds: 60,
      will: 'home/cam/state',
      cleanStart: true,
    },
    { kind: 'connack', code: 0, accepted: true },
    { kind: 'publish', topic: 'home/cam/motion', qos: 0, retain: true, length: 2 },
    {
      kind: 'subscribe',
      filters: [
        { filter: 'home/+/set', qos: 1 },
        { filter: '#', qos: 0 },
      ],
    },
    { kind: 'suback', codes: [1, 128] },
    { kind: 'disconnect' },
  ])
  assert(!JSON.stringify(said).includes('secret'))
  tear(protocol, session)
})

const version5 = [
  line(
    packet(
      0x10,
      text('MQTT') + '05 06 001e 10 11 0000003c 15' + text('SCRAM') + '21 0014 ' + text(''),
      '05 18 00000001' + text('will') + text('x'),
    ),
  ),
  back(packet(0x20, '00 87 09 12' + text('auto-1'))),
  line(packet(0x32, text('a/b') + '0007 03 23 0005' + '7879')),
  line(packet(0x30, text('') + '03 23 0005' + '78')),
  line(packet(0x82, '0002 02 0b 07' + text('t/#') + '2e')),
  back(packet(0xe0, '8e 00')),
]

test('version 5: properties, an assigned client id, topic aliases', () => {
  const { said, anomalies } = rehearse(protocol, version5)
  assert.deepEqual(anomalies, [])
  assert.partialDeepStrictEqual(said, [
    { kind: 'connect', version: '5', clientId: '', authenticationMethod: 'SCRAM', will: 'will' },
    { kind: 'connack', code: 0x87, accepted: false, clientId: 'auto-1' },
    { kind: 'publish', topic: 'a/b', qos: 1, length: 2 },
    { kind: 'publish', topic: 'a/b', qos: 0, length: 1 },
    { kind: 'subscribe', filters: [{ filter: 't/#', qos: 2 }] },
    { kind: 'disconnect', code: 0x8e },
  ])
  tear(protocol, version5)
})

test('version 3.1 and a bridge', () => {
  const old = packet(0x10, text('MQIsdp') + '03 02 000a' + text('c'))
  const bridge = packet(0x10, text('MQTT') + '84 02 000a' + text('b'))
  assert.partialDeepStrictEqual(rehearse(protocol, [line(old)]).said, [{ version: '3.1' }])
  assert.partialDeepStrictEqual(rehearse(protocol, [line(bridge)]).said, [
    { version: '3.1.1', bridge: true },
  ])
})

test('a long publish is said at its start and stepped over by its length', () => {
  const long = Buffer.from(packet(0x30, text('image') + '00'.repeat(100_000)), 'hex')
  const parts = Array.from({ length: 80 }, (_, index) => ({
    bytes: Buffer.from(long.subarray(index * 1400, (index + 1) * 1400)),
  })).filter(({ bytes }) => bytes.length > 0)
  const { said, anomalies, left } = rehearse(protocol, [line(connect), ...parts, line(publish)])
  assert.deepEqual([anomalies, left], [[], 0])
  assert.partialDeepStrictEqual(said.slice(1), [
    { kind: 'publish', topic: 'image', length: 100_000 },
    { kind: 'publish', topic: 'home/cam/motion' },
  ])
})

test('other ports only with a CONNECT; in mid-stream only on its own', () => {
  const port = (sample: Line, destinationPort: number) =>
    rehearse(protocol, [{ ...sample, destinationPort }]).certainty
  assert.equal(port(line(connect), 21883), 2)
  assert.equal(port(line(publish), 21883), 0)
  assert.equal(port(line(publish), 1883), 1)
  assert.equal(port({ hex: '1603010100' }, 1883), 0)
  assert.equal(port(line(packet(0x10, text('HTTP') + '04')), 1883), 0)
})

test('bytes that are none end the segment, often enough the flow', () => {
  const noise = line('00ff00ff')
  const once = rehearse(protocol, [line(connect), noise, line(publish)])
  assert.deepEqual(once.anomalies, ['mqtt-malformed'])
  assert.equal(once.said.length, 2)
  const often = rehearse(protocol, [line(connect), ...Array<Line>(9).fill(noise), line(publish)])
  assert.equal(often.said.length, 1)
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, session) > 0)
  assert(batter(protocol, version5) > 0)
})
