// MMS messages built by hand from ISO 9506-2 with the session and presentation layers of ISO 8327
// and 8823 in front, as IEC 61850-8-1 clause 25 prescribes.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './mms.ts'
import { protocol as s7comm } from './s7comm.ts'

const bare = (hex: string) => hex.replace(/\s/g, '')
const size = (hex: string) => bare(hex).length / 2
const element = (tag: string, value: string) =>
  tag + (size(value) > 127 ? '81' : '') + size(value).toString(16).padStart(2, '0') + bare(value)
const text = (tag: string, value: string) => element(tag, Buffer.from(value).toString('hex'))
const packet = (cotp: string, body: string, from?: 'responder'): Line => {
  const length = (4 + size(cotp) + size(body)).toString(16).padStart(4, '0')
  return { from, hex: `0300${length}${bare(cotp)}${bare(body)}` }
}
const data = (unit: string, from?: 'responder') =>
  packet('02f080', '01000100' + element('61', element('30', '020103' + element('a0', unit))), from)
const request = (service: string) => data(element('a0', `020105${service}`))
const response = (service: string) => data(element('a1', `020105${service}`), 'responder')
const named = (domain: string, item: string) => element('a1', text('1a', domain) + text('1a', item))
const variable = (domain: string, item: string) =>
  element('a0', element('30', element('a0', named(domain, item))))

const call = packet('11 e0 0000 0001 00 c1 02 0000 c2 02 0001 c0 01 0d', '')
const connect = packet(
  '02f080',
  '0d 20 05 06 13 01 00 16 01 02 14 02 0002 c1 14 31 12 a2 10 06 05 28ca220201 06 05 28ca220203',
)
const accept = packet('02f080', '0e 0c c1 0a 06 05 28ca220201 0000 00', 'responder')
const identify = request('8200')
const identified = response(
  element('a2', text('80', 'Acme') + text('81', 'BCU 7') + text('82', '1.4.2')),
)
const read = request(element('a4', element('a1', variable('BAY1', 'MMXU1$MX$Hz'))))
const write = request(element('a5', variable('BAY1', 'GGIO1$CF$SPCSO1') + element('a0', '830101')))
const operate = request(
  element('a5', variable('BAY1', 'XCBR1$CO$Pos$Oper') + element('a0', '830101')),
)
const kill = request(element('bf2c', text('1a', 'program-1')))
const values = element('a0', text('8a', 'BAY1/LLN0$rcb1'))
const report = data(
  element('a3', element('a0', element('a1', text('80', 'RPT')) + values)),
  'responder',
)
const failed = data(element('a2', '80010500'), 'responder')

test('a session begins, and a server identifies itself', () => {
  const { said, anomalies } = rehearse(protocol, [call, connect, accept, identify, identified])
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said, [
    { kind: 'initiate', operation: 'other' },
    { kind: 'initiate', operation: 'other', response: true },
    { kind: 'request', operation: 'discovery', service: 'identify' },
    {
      kind: 'response',
      operation: 'discovery',
      service: 'identify',
      response: true,
      device: { vendor: 'Acme', model: 'BCU 7', revision: '1.4.2' },
    },
  ])
})

test('reads, writes and commands name their variable', () => {
  const { said } = rehearse(protocol, [read, write, operate, kill, report, failed])
  assert.deepEqual(
    said.map((unit) => [unit.service ?? unit.kind, unit.operation, unit.domain, unit.item]),
    [
      ['read', 'read', 'BAY1', 'MMXU1$MX$Hz'],
      ['write', 'write', 'BAY1', 'GGIO1$CF$SPCSO1'],
      ['write', 'control', 'BAY1', 'XCBR1$CO$Pos$Oper'],
      ['kill', 'control', undefined, undefined],
      ['report', 'monitor', undefined, 'RPT'],
      ['error', 'other', undefined, undefined],
    ],
  )
  assert.equal(said[3].object, 'program-1')
  assert.equal(said[4].object, 'BAY1/LLN0$rcb1')
})

test('MMS and S7 on the same port know each other apart', () => {
  assert.equal(rehearse(protocol, [connect]).certainty, 2)
  assert.equal(rehearse(protocol, [read]).certainty, 2)
  assert.equal(rehearse(s7comm, [connect]).certainty, 0)
  assert.equal(rehearse(s7comm, [read]).certainty, 0)
  const setup = packet('02f080', '3201 0000 0001 0008 0000 f0 00 0001 0001 01e0')
  assert.equal(rehearse(protocol, [setup]).certainty, 0)
  assert.equal(rehearse(protocol, [setup]).progress, 3)
})

test('torn and damaged messages', () => {
  tear(protocol, [call, connect, identify, read, operate])
  const lines = [call, connect, accept, identify, identified, read, operate, kill, report]
  assert(batter(protocol, lines) > 1000)
})
