// Modbus/TCP messages made from the specification's own tables.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './modbus.ts'

const read: Line = { hex: '0001 0000 0006 11 03 006b 0003' }
const readAnswer: Line = { from: 'responder', hex: '0001 0000 0009 11 03 06 ae41 5652 4340' }
const write: Line = { hex: '0002 0000 000b 11 10 0001 0002 04 000a 0102' }
const exception: Line = { from: 'responder', hex: '0002 0000 0003 11 90 02' }
const ask: Line = { hex: '0003 0000 0005 01 2b 0e 01 00' }
const objects = '00 04 41636d65 01 03 504d31 02 04 56312e32'
const answer: Line = { from: 'responder', hex: `0003 0000 0019 01 2b 0e 01 01 00 00 03 ${objects}` }

test('a read and its answer', () => {
  const { said, certainty } = rehearse(protocol, [read, readAnswer])
  assert.equal(certainty, 2)
  assert.deepEqual(said, [
    {
      kind: 'request',
      unit: 17,
      function: 3,
      operation: 'read',
      name: 'read holding registers',
      address: 107,
      count: 3,
    },
    {
      kind: 'response',
      unit: 17,
      function: 3,
      operation: 'read',
      name: 'read holding registers',
    },
  ])
})

test('a write and its exception', () => {
  const { said } = rehearse(protocol, [write, exception])
  assert.equal(said[0].operation, 'write')
  assert.deepEqual([said[0].address, said[0].count], [1, 2])
  assert.deepEqual(said[1], {
    kind: 'exception',
    unit: 17,
    function: 16,
    operation: 'write',
    name: 'write multiple registers',
    exception: 2,
    exceptionName: 'illegal data address',
  })
})

test('a device identifies itself', () => {
  const { said } = rehearse(protocol, [ask, answer])
  assert.equal(said[0].operation, 'discovery')
  assert.deepEqual(said[1].device, { vendor: 'Acme', product: 'PM1', revision: 'V1.2' })
})

test('function 17 names the server, function 23 reads and writes', () => {
  const { said } = rehearse(protocol, [
    { hex: '0001 0000 0002 01 11' },
    { from: 'responder', hex: '0001 0000 0009 01 11 06 00ff 50 4d 35 00' },
    { hex: '0002 0000 000d 01 17 0003 0006 000e 0001 02 00ff' },
  ])
  assert.deepEqual(said[1].device, { server: 'PM5' })
  assert.deepEqual(said[2], {
    kind: 'request',
    unit: 1,
    function: 23,
    operation: 'write',
    name: 'read/write registers',
    address: 14,
    count: 1,
    readAddress: 3,
    readCount: 6,
  })
})

test('restarting communications and stopping a PLC are control', () => {
  const { said } = rehearse(protocol, [
    { hex: '0001 0000 0006 01 08 0001 0000' },
    { hex: '0002 0000 0006 01 08 0000 a537' },
    { hex: '0003 0000 0006 00 5a 01 41 ff 00' },
  ])
  assert.deepEqual(
    said.map((fields) => fields.operation),
    ['control', 'diagnostic', 'control'],
  )
  assert.equal(said[2].name, 'UMAS stop PLC')
})

test('two messages in one segment, and messages torn over segments', () => {
  const { said } = rehearse(protocol, [{ hex: `${read.hex}${write.hex}` }])
  assert.equal(said.length, 2)
  tear(protocol, [read, readAnswer, ask, answer])
})

test('a message whose count disagrees with its length is no proof', () => {
  assert.equal(rehearse(protocol, [{ hex: '0001 0000 0006 11 03 006b 0300' }]).certainty, 1)
  assert.equal(rehearse(protocol, [{ hex: '1603 0100 0006 11 03 006b 0003' }]).certainty, 0)
})

test('bytes that are no Modbus: foreign at the start, counted and skipped later', () => {
  assert.equal(rehearse(protocol, [{ hex: 'ff'.repeat(20) }]).progress, 3)
  const later = rehearse(protocol, [read, { hex: 'ff'.repeat(20) }, read])
  assert.deepEqual(later.anomalies, ['modbus-header'])
  assert.equal(later.said.length, 2)
})

test('damaged messages break nothing', () => {
  assert(batter(protocol, [read, readAnswer, write, exception, ask, answer]) > 500)
})
