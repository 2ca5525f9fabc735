// An access point asks for a device, is answered, and keeps account.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './radius.ts'

const text = (value: string) => Buffer.from(value).toString('hex')
const attribute = (type: number, hex: string) =>
  Buffer.from([type, hex.length / 2 + 2]).toString('hex') + hex
const message = (code: string, ...attributes: string[]) => {
  const body = attributes.join('')
  const length = (20 + body.length / 2).toString(16).padStart(4, '0')
  return `${code}07${length}${'5a'.repeat(16)}${body}`
}
const request = {
  hex: message(
    '01',
    attribute(1, text('02a1b2c3d4e5')),
    attribute(2, '11'.repeat(16)),
    attribute(4, 'c0a80102'),
    attribute(32, text('ap-1')),
    attribute(30, text('02-AA-BB-CC-DD-01:things')),
    attribute(31, text('02-A1-B2-C3-D4-E5')),
  ),
}
const accept = { from: 'responder' as const, hex: message('02', attribute(81, '01' + text('42'))) }
const start = { hex: message('04', attribute(40, '00000001'), attribute(8, 'c0a80150')) }

test('request, accept, accounting', () => {
  const { said, anomalies, certainty } = rehearse(protocol, [request, accept, start])
  assert.equal(certainty, 1)
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said, [
    {
      kind: 'access-request',
      identifier: 7,
      user: '02a1b2c3d4e5',
      nasAddress: '192.168.1.2',
      nasName: 'ap-1',
      calledStation: '02-AA-BB-CC-DD-01:things',
      callingStation: '02-A1-B2-C3-D4-E5',
    },
    { kind: 'access-accept', identifier: 7, vlan: '42' },
    { kind: 'accounting-request', identifier: 7, status: 'start', assignedAddress: '192.168.1.80' },
  ])
})

test('an attribute over the end, or of no length, is malformed; those before are said', () => {
  const name = attribute(32, text('ap-1'))
  for (const broken of ['01ff', '0100']) {
    const { said, anomalies } = rehearse(protocol, [{ hex: message('01', name, broken) }])
    assert.equal(said[0].nasName, 'ap-1')
    assert.deepEqual(anomalies, ['radius-malformed'])
  }
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, [request, accept, start]) > 0)
})
