// HART-IP messages built by hand from the public descriptions of HCF_SPEC-085 and of command 0.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { tcp } from '../protocol.ts'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './hart-ip.ts'

const message = (type: string, id: string, body: string, from?: 'responder'): Line => {
  const bare = body.replace(/\s/g, '')
  const length = (8 + bare.length / 2).toString(16).padStart(4, '0')
  return { from, hex: `01 ${type} ${id} 00 0001 ${length} ${bare}` }
}
const tag = Buffer.from('FT-101 inlet flow').toString('hex').padEnd(64, '0')
const identity7 = 'fe 1a2b 05 07 03 12 08 01 0a0b0c 05 04 0001 00 0026 0026 81'
const identity5 = 'fe 26 06 05 05 02 03 08 00 0a0b0d'

const initiate = message('00', '00', '01 0000ea60')
const initiated = message('01', '00', '01 0000ea60', 'responder')
const ask = message('00', '03', '02 80 00 00 82')
const answered = message('01', '03', `06 80 00 18 00 00 ${identity7} 55`, 'responder')
const answered5 = message('01', '03', `06 80 00 0e 00 00 ${identity5} 55`, 'responder')
const readTag = message('00', '03', '82 9a2b0a0b0c 14 00 20')
const tagged = message('01', '03', `86 9a2b0a0b0c 14 22 00 00 ${tag} 11`, 'responder')
const reset = message('00', '03', '82 9a2b0a0b0c 2a 00 20')
const refused = message('01', '03', '86 9a2b0a0b0c 2a 02 07 00 20', 'responder')
const burst = message('02', '03', '81 9a2b0a0b0c 03 04 00 00 4129 33', 'responder')
const alive = message('00', '02', '')

test('a session, and what a device says of itself', () => {
  const { said, certainty, anomalies } = rehearse(protocol, [initiate, initiated, ask, answered])
  assert.equal(certainty, 2)
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said, [
    { kind: 'session', operation: 'other' },
    {
      kind: 'request',
      operation: 'discovery',
      command: 0,
      name: 'read unique identifier',
      address: '00',
    },
    {
      kind: 'response',
      operation: 'discovery',
      command: 0,
      name: 'read unique identifier',
      address: '00',
      device: {
        manufacturerId: 0x26,
        deviceType: 0x1a2b,
        protocolRevision: 7,
        revision: 3,
        softwareRevision: 18,
        serial: '0a0b0c',
      },
    },
  ])
  const old = rehearse(protocol, [answered5]).said[0].device as { manufacturerId: number }
  assert.equal(old.manufacturerId, 0x26)
})

test('tags are said, resets are control, refusals have a status, bursts are monitor', () => {
  const { said } = rehearse(protocol, [readTag, tagged, reset, refused, burst, alive])
  assert.equal(said[1].longTag, 'FT-101 inlet flow')
  assert.deepEqual(
    said.slice(2).map((fields) => [fields.kind, fields.operation, fields.status]),
    [
      ['request', 'control', undefined],
      ['response', 'control', 7],
      ['publish', 'monitor', undefined],
    ],
  )
})

test('headers that do not fit are something else', () => {
  assert.equal(rehearse(protocol, [{ hex: '0100 0300 0001 0040 02800000' }]).certainty, 0)
  assert.equal(rehearse(protocol, [{ hex: '0109 0300 0001 000d 0280000082' }]).certainty, 0)
  assert.equal(rehearse(protocol, [message('00', '03', '02 80 00 07 82')]).certainty, 1)
})

test('torn and damaged messages', () => {
  const lines = [initiate, ask, answered, readTag, tagged, reset, refused, burst]
  tear({ ...protocol, over: [tcp(5094)] }, lines)
  assert(batter(protocol, lines) > 1000)
})
