// MELSEC frames built by hand from Mitsubishi's reference manual SH-080008.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { tcp } from '../protocol.ts'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './melsec.ts'

const bare = (hex: string) => hex.replace(/\s/g, '')
const le16 = (value: number) => Buffer.from([value & 255, value >> 8]).toString('hex')
const frame = (subheader: string, body: string, from?: 'responder'): Line => ({
  from,
  hex: `${subheader} 00 ff ff03 00 ${le16(bare(body).length / 2)} ${body}`,
})
const request = (body: string) => frame('5000', `1000 ${body}`)
const answer = (body: string) => frame('d000', body, 'responder')

const read = request('0104 0000 640000 a8 0a00')
const write = request('0114 0000 640000 a8 0100 3412')
const stop = request('0210 0000 0100')
const ask = request('0101 0000')
const named = answer(`0000 ${Buffer.from('Q03UDECPU'.padEnd(16)).toString('hex')} 6802`)
const refused = answer('5cc0 00ffff0300')
const fourth: Line = { hex: '5400 0100 0000 00 ff ff03 00 0600 1000 0110 0000' }
const melsoft: Line = {
  hex: `57 00 00 00 00 11 11 07 ${'00'.repeat(40)}`,
  destinationPort: 5562,
}

test('reads, writes and stops are told apart', () => {
  const { said, certainty } = rehearse(protocol, [read, write, stop, fourth])
  assert.equal(certainty, 2)
  assert.deepEqual(said[0], {
    kind: 'request',
    operation: 'read',
    command: 0x0401,
    name: 'device read',
    network: 0,
    station: 0,
    area: 0xa8,
    address: 100,
    count: 10,
  })
  assert.deepEqual(
    said.map((fields) => [fields.name, fields.operation]),
    [
      ['device read', 'read'],
      ['device write', 'write'],
      ['remote stop', 'control'],
      ['remote run', 'control'],
    ],
  )
})

test('a PLC says its type; a refusal its end code', () => {
  const { said, anomalies } = rehearse(protocol, [ask, named, write, refused])
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said[1].device, { model: 'Q03UDECPU', code: 0x0268 })
  assert.equal(said[3].status, 0xc05c)
  assert.equal(said[3].operation, 'write')
})

test('MELSOFT is said once', () => {
  const { said, certainty } = rehearse(protocol, [melsoft, melsoft])
  assert.equal(certainty, 1)
  assert.deepEqual(said, [{ kind: 'melsoft', operation: 'other' }])
})

test('texts and frames whose lengths disagree are something else', () => {
  assert.equal(rehearse(protocol, [{ bytes: Buffer.from('POST / HTTP/1.1\r\n') }]).certainty, 0)
  assert.equal(rehearse(protocol, [{ hex: `${read.hex}00` }]).certainty, 0)
})

test('torn and damaged frames', () => {
  const lines = [read, write, stop, ask, named, refused, fourth]
  tear({ ...protocol, over: [tcp(5007)] }, lines)
  assert(batter(protocol, [...lines, melsoft]) > 1000)
})
