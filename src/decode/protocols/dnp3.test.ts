// DNP3 frames built by hand from IEEE 1815; the CRC of the test is written out bit by bit, not
// shared.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { tcp } from '../protocol.ts'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './dnp3.ts'

/** Appends CRC-16/DNP: polynomial 0x3d65 reflected, complemented, low byte first. */
function checked(bytes: Buffer): Buffer {
  let crc = 0
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const odd = ((crc ^ (byte >> bit)) & 1) === 1
      crc = odd ? (crc >> 1) ^ 0xa6bc : crc >> 1
    }
  }
  return Buffer.concat([bytes, Buffer.from([~crc & 255, (~crc >> 8) & 255])])
}

function frame(control: number, addresses: string, data = '', from?: 'responder'): Line {
  const user = Buffer.from(data.replace(/\s/g, ''), 'hex')
  const head = Buffer.from([5, 0x64, user.length + 5, control, ...Buffer.from(addresses, 'hex')])
  const parts = [checked(head)]
  for (let at = 0; at < user.length; at += 16) parts.push(checked(user.subarray(at, at + 16)))
  return { from, bytes: Buffer.concat(parts) }
}

const ascii = (text: string) => Buffer.from(text, 'latin1').toString('hex')
const attribute = (variation: string, text: string) =>
  `00${variation} 00 0000 01 ${text.length.toString(16).padStart(2, '0')} ${ascii(text)}`

const read = frame(0xc4, '04000100', 'c0 c1 01 3c0206 3c0306')
const answer = frame(0x44, '01000400', 'c0 c1 81 9000 0101000003 81', 'responder')
const operate = frame(0xc4, '04000100', 'c1 c2 05 0c01 28 0100 0000 41 01 64000000 64000000 00')
const restart = frame(0xc4, '04000100', 'c2 c3 0d')
const unsolicited = frame(0x44, '01000400', 'c3 f0 82 0000 0201 28 0100 0000 81', 'responder')
const named = attribute('fc', 'Acme') + attribute('fa', 'RTU-7 Model B') + attribute('f2', '1.20')
const attributes = frame(0x44, '01000400', `c4 c4 81 0000 ${named}`, 'responder')
const status = frame(0xc9, '04000100')

test('a read and its answer with internal indications', () => {
  const { said, certainty } = rehearse(protocol, [read, answer])
  assert.equal(certainty, 2)
  assert.deepEqual(said, [
    {
      kind: 'request',
      source: 1,
      destination: 4,
      function: 1,
      name: 'read',
      operation: 'read',
      object: 'g60v2',
    },
    {
      kind: 'response',
      source: 4,
      destination: 1,
      function: 129,
      name: 'response',
      operation: 'other',
      object: 'g1v1',
      internalIndications: ['need time', 'device restart'],
      values: undefined,
    },
  ])
})

test('operating and restarting are control, reporting is monitor', () => {
  const { said } = rehearse(protocol, [operate, restart, unsolicited])
  assert.deepEqual(
    said.map((fields) => [fields.kind, fields.operation, fields.object]),
    [
      ['request', 'control', 'g12v1'],
      ['request', 'control', undefined],
      ['unsolicited', 'monitor', 'g2v1'],
    ],
  )
})

test('device attributes, across blocks', () => {
  const { said } = rehearse(protocol, [attributes])
  assert.deepEqual(said[0].values, {
    manufacturer: 'Acme',
    product: 'RTU-7 Model B',
    firmware: '1.20',
  })
})

test('link status of one station is said once, of another again', () => {
  const { said } = rehearse(protocol, [status, status, frame(0xc9, '05000100')])
  assert.deepEqual(
    said.map((fields) => fields.destination),
    [4, 5],
  )
})

test('confirmations and later fragments are not said', () => {
  const confirm = frame(0xc4, '04000100', 'c5 c0 00')
  const later = frame(0x44, '01000400', '86 c4 81 0000 0101', 'responder')
  assert.deepEqual(rehearse(protocol, [confirm, later]).said, [])
})

test('a header with a wrong CRC is no DNP3', () => {
  const broken = Buffer.from(read.bytes ?? [])
  broken[8] ^= 1
  const { certainty, progress } = rehearse(protocol, [{ bytes: broken }])
  assert.deepEqual([certainty, progress], [0, 3])
})

test('frames torn over segments and damaged frames', () => {
  const lines = [read, answer, operate, restart, unsolicited, attributes, status]
  tear({ ...protocol, over: [tcp(20000)] }, lines)
  assert(batter(protocol, lines) > 1000)
})
