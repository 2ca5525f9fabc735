// FINS messages built by hand from Omron's command references.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { tcp } from '../protocol.ts'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './omron-fins.ts'

const head = (control: string) => `${control} 00 02 000a00 000100 07`
const ask = (command: string): Line => ({ hex: `${head('80')} ${command}` })
const answer = (command: string): Line => ({ from: 'responder', hex: `${head('c0')} ${command}` })
const text = (value: string) => Buffer.from(value.padEnd(20, '\0')).toString('hex')
const envelope = (line: Line): Line => {
  const body = (line.hex ?? '').replace(/\s/g, '')
  const length = (8 + body.length / 2).toString(16).padStart(8, '0')
  return { from: line.from, hex: `46494e53${length}0000000200000000${body}` }
}

const read = ask('0101 82 0064 00 000a')
const write = ask('0102 82 0064 00 0001 1234')
const stop = ask('0402 ffff')
const identify = ask('0501 00')
const identified = answer(`0501 0000 ${text('CP1L-M30DR-D')} ${text('01.00')} ${'00'.repeat(40)}`)
const refused = answer('0102 2002')
const hello: Line = { hex: '46494e53 0000000c 00000000 00000000 00000000' }

test('reads, writes and stops are told apart', () => {
  const { said, certainty } = rehearse(protocol, [read, write, stop])
  assert.equal(certainty, 1)
  assert.deepEqual(said[0], {
    kind: 'request',
    operation: 'read',
    command: 0x0101,
    name: 'memory read',
    source: '0.1.0',
    destination: '0.10.0',
    area: 0x82,
    address: 100,
    count: 10,
  })
  assert.deepEqual(
    said.map((fields) => fields.operation),
    ['read', 'write', 'control'],
  )
})

test('a PLC says its model; a refusal its end code', () => {
  const { said, anomalies } = rehearse(protocol, [identify, identified, refused])
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said[1].device, { model: 'CP1L-M30DR-D', version: '01.00' })
  assert.equal(said[2].status, 0x2002)
})

test('the same over TCP', () => {
  const lines = [hello, envelope(read), envelope(identified)]
  const { said, certainty } = rehearse(protocol, lines)
  assert.equal(certainty, 2)
  assert.equal(said.length, 2)
  tear({ ...protocol, over: [tcp(9600)] }, lines)
})

test('RTP is something else', () => {
  assert.equal(rehearse(protocol, [{ hex: '8000 0102 0000 1234 deadbeef d5d5d5' }]).certainty, 0)
  assert.equal(rehearse(protocol, [{ hex: '8062 0102 0000 1234 deadbeef d5d5d5' }]).certainty, 0)
})

test('damaged messages break nothing', () => {
  const lines = [read, write, stop, identify, identified, refused]
  assert(batter(protocol, lines) > 1000)
  assert(batter(protocol, [hello, envelope(read), envelope(identified)]) > 1000)
})
