// IEC 60870-5-104 frames built by hand from the standard.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './iec104.ts'

const start: Line = { hex: '68 04 07 00 00 00' }
const started: Line = { from: 'responder', hex: '68 04 0b 00 00 00' }
const probe: Line = { hex: '68 04 43 00 00 00' }
const acknowledge: Line = { hex: '68 04 01 00 0a 00' }
const interrogate: Line = { hex: '68 0e 0000 0000 64 01 06 00 0100 000000 14' }
const reported: Line = {
  from: 'responder',
  hex: '68 12 0200 0200 01 02 14 00 0100 640000 01 650000 00',
}
const command: Line = { hex: '68 0e 0200 0600 2d 01 06 05 0100 d20400 81' }
const refused: Line = { from: 'responder', hex: '68 0e 0400 0400 2d 01 47 05 0100 d20400 81' }

test('data transfer starts; link tests and acknowledgements are not said', () => {
  const { said, certainty } = rehearse(protocol, [start, started, probe, acknowledge])
  assert.equal(certainty, 2)
  assert.deepEqual(
    said.map((fields) => fields.control),
    ['STARTDT act', 'STARTDT con'],
  )
})

test('an interrogation and what it brings', () => {
  const { said, anomalies } = rehearse(protocol, [interrogate, reported])
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said[0], {
    kind: 'i',
    operation: 'read',
    type: 100,
    name: 'C_IC_NA_1',
    cause: 'activation',
    commonAddress: 1,
    address: 0,
    count: 1,
  })
  assert.equal(said[1].operation, 'monitor')
  assert.deepEqual([said[1].name, said[1].address, said[1].count], ['M_SP_NA_1', 100, 2])
  assert.equal(said[1].cause, 'interrogated by station')
})

test('a command is control; a refusal says so', () => {
  const { said } = rehearse(protocol, [command, refused])
  assert.deepEqual(
    [said[0].operation, said[0].name, said[0].address, said[0].originatorAddress],
    ['control', 'C_SC_NA_1', 1234, 5],
  )
  assert.equal(said[0].negative, undefined)
  assert.equal(said[1].negative, true)
})

test('texts that begin with h, and frames whose parts disagree, are something else', () => {
  assert.equal(rehearse(protocol, [{ bytes: Buffer.from('hello world, hello') }]).certainty, 0)
  assert.equal(rehearse(protocol, [{ hex: '68 04 07 00 00 01' }]).certainty, 0)
  assert.equal(rehearse(protocol, [{ hex: '68 05 07 00 00 00 00' }]).certainty, 0)
  assert.equal(
    rehearse(protocol, [{ hex: '68 0e 0000 0000 f0 01 06 00 0100 000000 14' }]).certainty,
    1,
  )
})

test('two frames in one segment, torn and damaged frames', () => {
  assert.equal(rehearse(protocol, [{ hex: `${command.hex}${interrogate.hex}` }]).said.length, 2)
  tear(protocol, [start, interrogate, reported, command, refused])
  assert(batter(protocol, [start, started, probe, interrogate, reported, command, refused]) > 500)
})
