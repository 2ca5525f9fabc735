// Example Protocol messages: as the document shows them, torn, damaged, and something else on its
// port.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, tear } from '../../src/decode/rehearse.ts'
import { protocol } from './protocol.ts'

const flow = [{ hex: '4558 05 68656c6c6f' }, { from: 'responder', hex: '4558 03 796573' }] as const

test('a request and its answer', () => {
  const { said, certainty, anomalies } = rehearse(protocol, flow)
  assert.equal(certainty, 2)
  assert.deepEqual(said, [
    { kind: 'request', name: 'hello' },
    { kind: 'response', name: 'yes' },
  ])
  assert.deepEqual(anomalies, [])
})

test('torn over segments it says the same; damaged it never throws', () => {
  tear(protocol, flow)
  assert.ok(batter(protocol, flow) > 100)
})

test('something else is not taken', () => {
  assert.equal(rehearse(protocol, [{ hex: '474554202f' }]).certainty, 0)
})
