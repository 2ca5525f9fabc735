// PROFINET frames built by hand from IEC 61158-6-10 as public guides describe it.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { protocol } from './profinet.ts'

const hexOf = (text: string) => Buffer.from(text, 'latin1').toString('hex')
const block = (kind: string, value: string) => {
  const size = value.replace(/\s/g, '').length / 2
  return `${kind}${size.toString(16).padStart(4, '0')}${value}${size % 2 === 1 ? '00' : ''}`
}
const dcp = (frameId: string, service: string, blocks: string): Line => {
  const body = blocks.replace(/\s/g, '')
  const length = (body.length / 2).toString(16).padStart(4, '0')
  return { hex: `${frameId}${service} 00000001 0000 ${length} ${body} ${'00'.repeat(8)}` }
}

const identify = dcp('fefe', '0500', block('ffff', ''))
const identity =
  block('0202', `0000 ${hexOf('press-3')}`) +
  block('0203', '0000 002a 010d') +
  block('0201', `0000 ${hexOf('S7-1200')}`) +
  block('0204', '0000 02 00') +
  block('0102', '0001 c0a80103 ffffff00 c0a801fe')
const found = dcp('feff', '0501', identity)
const rename = dcp('fefd', '0400', block('0202', `0001 ${hexOf('press-4')}`))
const renamed = dcp('fefd', '0401', block('0504', '0202 00'))
const refused = dcp('fefd', '0401', block('0504', '0202 03'))
const reset = dcp('fefd', '0400', block('0506', '0002'))
const get = dcp('fefd', '0300', '0202 0102')
const hello = dcp('fefc', '0600', block('0202', `0000 ${hexOf('valve-1')}`))
const cyclic: Line = { hex: `8001 ${'80'.repeat(40)} 0400 35 00` }

test('devices are found: name, ids, kind, role, address', () => {
  const { said, anomalies } = rehearse(protocol, [identify, found])
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said, [
    { kind: 'dcp', operation: 'discovery', service: 'identify' },
    {
      kind: 'dcp',
      operation: 'discovery',
      service: 'identify',
      response: true,
      stationName: 'press-3',
      vendorId: 42,
      deviceId: 269,
      deviceVendor: 'S7-1200',
      role: 'controller',
      address: '192.168.1.3',
      netmask: '255.255.255.0',
      gateway: '192.168.1.254',
    },
  ])
})

test('naming is a write, a factory reset is control, a refusal says its error', () => {
  const { said } = rehearse(protocol, [rename, renamed, refused, reset, get, hello])
  assert.deepEqual(
    said.map((fields) => [fields.service, fields.operation, fields.stationName ?? fields.command]),
    [
      ['set', 'write', 'press-4'],
      ['set', 'write', undefined],
      ['set', 'write', undefined],
      ['set', 'control', 'factory-reset'],
      ['get', 'read', undefined],
      ['hello', 'discovery', 'valve-1'],
    ],
  )
  assert.equal(said[1].error, undefined)
  assert.equal(said[2].error, 3)
})

test('each cyclic exchange is said once, each alarm every time', () => {
  const alarm: Line = { hex: `fc01 ${'00'.repeat(40)}` }
  const other: Line = { hex: `c010 ${'00'.repeat(44)}` }
  const { said } = rehearse(protocol, [cyclic, cyclic, other, cyclic, alarm, alarm])
  assert.deepEqual(
    said.map((fields) => [fields.frameId, fields.cyclic, fields.alarm]),
    [
      [0x8001, true, undefined],
      [0xc010, true, undefined],
      [0xfc01, undefined, 'high'],
      [0xfc01, undefined, 'high'],
    ],
  )
})

test('a length beyond the frame is counted', () => {
  const { said, anomalies } = rehearse(protocol, [{ hex: 'feff 0501 00000001 0000 00ff 0202' }])
  assert.deepEqual([said, anomalies], [[], ['profinet-short']])
})

test('damaged frames break nothing', () => {
  assert(batter(protocol, [identify, found, rename, refused, reset, get, hello, cyclic]) > 1000)
})
