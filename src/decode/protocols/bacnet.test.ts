// BACnet/IP messages built by hand from ANSI/ASHRAE 135 (clause 20 and annex F give the encodings).
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { protocol } from './bacnet.ts'

/** Wraps NPDU hex in a BVLC of `type`. */
const bvlc = (type: string, npdu: string, from?: 'responder'): Line => {
  const body = npdu.replace(/\s/g, '')
  const length = (4 + body.length / 2).toString(16).padStart(4, '0')
  return { from, hex: `81${type}${length}${body}` }
}

const whoIs = bvlc('0b', '01 20 ffff 00 ff 10 08')
const iAm = bvlc('0b', '01 00 10 00 c4 020004d2 22 05c4 91 03 21 18')
const forwarded = bvlc('04', 'c0a8010a bac0 01 08 0005 01 0c 10 00 c4 020004d2 2205c4 9100 2207d0')
const read = bvlc('0a', '01 04 00 05 01 0c 0c 020004d2 19 79')
const vendor = bvlc('0a', '01 00 30 01 0c 0c 020004d2 19 79 3e 75 05 00 41636d65 3f', 'responder')
const write = bvlc('0a', '01 04 00 05 02 0f 0c 00400001 19 55 3e 44 42280000 3f 39 08')
const done = bvlc('0a', '01 00 20 02 0f', 'responder')
const restart = bvlc('0a', '01 04 00 05 03 14 09 00 1d 07 00 736563726574')
const denied = bvlc('0a', '01 00 50 03 14 91 04 91 1a', 'responder')
const multiple = bvlc(
  '0a',
  '01 00 30 04 0e 0c 020004d2 1e 29 4d 4e 75 04 00 503233 4f 29 2c 4e 75 05 04 00310030 4f' +
    '29 78 4e 22 01f4 4f 29 4c 4e c4 020004d2 c4 00000001 4f 29 70 5e 91 02 91 20 5f 1f',
  'responder',
)

test('who is there, I am, and I am behind a router', () => {
  const { said, certainty } = rehearse(protocol, [whoIs, iAm, forwarded])
  assert.equal(certainty, 2)
  assert.deepEqual(said[0], {
    kind: 'unconfirmed',
    operation: 'discovery',
    bvlc: 'original-broadcast-npdu',
    destinationNetwork: 65535,
    service: 'who-is',
  })
  assert.equal(said[1].service, 'i-am')
  assert.equal(said[1].deviceInstance, 1234)
  assert.equal(said[1].vendorId, 24)
  assert.equal(said[2].origin, '192.168.1.10:47808')
  assert.equal(said[2].sourceNetwork, 5)
  assert.equal(said[2].sourceStation, '0c')
  assert.equal(said[2].vendorId, 2000)
})

test('a device object says its vendor', () => {
  const { said } = rehearse(protocol, [read, vendor])
  assert.deepEqual(said[1], {
    kind: 'complex-ack',
    operation: 'read',
    bvlc: 'original-unicast-npdu',
    service: 'read-property',
    objectType: 'device',
    instance: 1234,
    deviceInstance: 1234,
    property: 'vendor-name',
    values: { 'vendor-name': 'Acme' },
  })
})

test('many properties in one answer: texts in two charsets, a number, a list, an error', () => {
  const { said, anomalies } = rehearse(protocol, [multiple])
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said[0].values, {
    'object-name': 'P23',
    'firmware-revision': '10',
    'vendor-identifier': 500,
  })
  assert.equal(said[0].vendorId, 500)
})

test('a write is told from a read; the value is not said', () => {
  const { said } = rehearse(protocol, [write, done])
  assert.deepEqual(said[0], {
    kind: 'confirmed',
    operation: 'write',
    bvlc: 'original-unicast-npdu',
    service: 'write-property',
    objectType: 'analog-output',
    instance: 1,
    property: 'present-value',
  })
  assert.equal(said[1].kind, 'simple-ack')
})

test('a restart with a password: the command is said, the password is not', () => {
  const { said } = rehearse(protocol, [restart, denied])
  assert.equal(said[0].command, 'cold-start')
  assert.equal(said[0].operation, 'control')
  assert(!JSON.stringify(said).includes('secret'))
  assert.equal(said[1].kind, 'error')
  assert.equal(said[1].error, 26)
})

test('routers and broadcast tables', () => {
  const { said } = rehearse(protocol, [
    bvlc('0b', '01 80 01 0005'),
    bvlc('05', '003c'),
    bvlc('00', '0000'),
    bvlc('01', '0a000001bac0ffffffff'),
  ])
  assert.deepEqual(
    said.map((fields) => [fields.service, fields.operation]),
    [
      ['i-am-router-to-network', 'discovery'],
      ['register-foreign-device', 'other'],
      ['write-broadcast-distribution-table', 'write'],
    ],
  )
})

test('other datagrams that begin with 0x81 are not BACnet', () => {
  assert.equal(rehearse(protocol, [{ hex: '810a 0010 0120' }]).certainty, 1)
  assert.equal(rehearse(protocol, [{ hex: '8105 0000 0000' }]).certainty, 0)
  assert.equal(rehearse(protocol, [{ hex: '810a 0008 02201008' }]).certainty, 0)
})

test('damaged messages break nothing', () => {
  const lines = [whoIs, iAm, forwarded, read, vendor, write, restart, denied, multiple]
  assert(batter(protocol, lines) > 1000)
})
