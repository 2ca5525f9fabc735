// A lamp is found, tells what it is, and is switched.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './lifx.ts'

const message = (type: number, body = '', target = '000000000000', flags = '0034') => {
  const bytes = Buffer.from(
    '0000' +
      flags +
      '01020304' +
      target +
      '0000' +
      '00'.repeat(6) +
      '0001' +
      '00'.repeat(8) +
      '0000' +
      '0000' +
      body,
    'hex',
  )
  bytes.writeUInt16LE(bytes.length, 0)
  bytes.writeUInt16LE(type, 32)
  return { bytes }
}
const lamp = '02a1b2c3d4e5'
const find = message(2)
const version = message(33, '01000000' + '1b000000' + '00000000', lamp, '0014')
const firmware = message(15, '00'.repeat(16) + '4600' + '0300', lamp, '0014')
const power = message(117, 'ffff00000000', lamp, '0014')

test('discovery, version, firmware and control', () => {
  const { said, anomalies, certainty } = rehearse(protocol, [find, version, firmware, power])
  assert.equal(certainty, 2)
  assert.deepEqual(anomalies, [])
  assert.partialDeepStrictEqual(said, [
    { kind: 'request', type: 2, operation: 'discovery' },
    { kind: 'state', mac: '02:a1:b2:c3:d4:e5', vendor: 1, product: 27 },
    { kind: 'state', firmware: '3.70' },
    { kind: 'request', operation: 'control' },
  ])
})

test('a length that does not fit is none', () => {
  const bytes = Buffer.concat([find.bytes, Buffer.from([0])])
  assert.equal(rehearse(protocol, [{ bytes }]).certainty, 0)
  assert.deepEqual(rehearse(protocol, [{ bytes }]).anomalies, ['lifx-malformed'])
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, [find, version, firmware, power]) > 0)
})
