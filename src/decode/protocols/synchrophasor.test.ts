// C37.118 frames built by hand from IEEE C37.118.2; the CRC of the test is table-free on its own.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { tcp } from '../protocol.ts'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './synchrophasor.ts'

/** CRC-CCITT as annex B of the standard gives it in C. */
function crc(bytes: Buffer): number {
  let value = 0xffff
  for (const byte of bytes) {
    const mixed = (value >> 8) ^ byte
    value = (value << 8) & 0xffff
    const quick = mixed ^ (mixed >> 4)
    value ^= quick
    value ^= (quick << 5) & 0xffff
    value ^= (quick << 12) & 0xffff
  }
  return value
}
function frame(kind: string, body: string, from?: 'responder'): Line {
  const content = Buffer.from(body.replace(/\s/g, ''), 'hex')
  const head = Buffer.from(`aa${kind}000000f14893344a0019999a`, 'hex')
  head.writeUInt16BE(head.length + content.length + 2, 2)
  const whole = Buffer.concat([head, content, Buffer.alloc(2)])
  whole.writeUInt16BE(crc(whole.subarray(0, -2)), whole.length - 2)
  return { from, bytes: whole }
}
const name = (text: string) => Buffer.from(text.padEnd(16)).toString('hex')

const on = frame('41', '0002')
const ask = frame('41', '0005')
const unit = `${name('Blume PMU')} 00f1 0006 0001 0000 0000 ${name('V1LPM')} 00000000 0000 0001`
const configuration = frame('31', `00ffffff 0002 ${unit} ${unit} 001e`, 'responder')
const data = frame('01', '0000 42f68f24 c7c36623 43018 8cb 42480000 00000000', 'responder')
const header = frame('11', Buffer.from('Feeder 7').toString('hex'), 'responder')

test('a concentrator asks and starts, a unit describes itself and streams', () => {
  const { said, certainty, anomalies } = rehearse(protocol, [ask, configuration, on, data, data])
  assert.equal(certainty, 2)
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said, [
    { kind: 'command', operation: 'read', stream: 241, name: 'send configuration 2' },
    {
      kind: 'configuration',
      operation: 'monitor',
      stream: 241,
      version: 1,
      stations: ['Blume PMU', 'Blume PMU'],
    },
    { kind: 'command', operation: 'control', stream: 241, name: 'data on' },
    { kind: 'data', operation: 'monitor', stream: 241, version: 1 },
  ])
})

test('a header frame is text', () => {
  assert.equal(rehearse(protocol, [header]).said[0].text, 'Feeder 7')
})

test('a wrong checksum is no proof, and later an anomaly', () => {
  const broken = Buffer.from(on.bytes ?? [])
  broken[15] ^= 1
  assert.equal(rehearse(protocol, [{ bytes: broken }]).certainty, 0)
  const later = rehearse(protocol, [on, { bytes: broken }, on])
  assert.deepEqual([later.said.length, later.anomalies], [2, ['synchrophasor-crc']])
})

test('torn and damaged frames', () => {
  const lines = [ask, configuration, on, data, header]
  tear({ ...protocol, over: [tcp(4712)] }, lines)
  assert(batter(protocol, lines) > 1000)
})
