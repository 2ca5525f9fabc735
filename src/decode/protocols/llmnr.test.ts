// A Windows host looks for a name on the link and another claims it.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './llmnr.ts'

const question = '045750414400' + '00010001'
const query = { hex: '77aa 0000 0001 0000 0000 0000' + question }
const response = {
  from: 'responder' as const,
  hex: '77aa 8400 0001 0001 0000 0000' + question + 'c00c 0001 0001 0000001e 0004 c0a80166',
}

test('a query and a claim that knows of others', () => {
  const { said, anomalies, certainty } = rehearse(protocol, [query, response])
  assert.equal(certainty, 1)
  assert.deepEqual(anomalies, [])
  assert.partialDeepStrictEqual(said, [
    { kind: 'query', id: 0x77aa, questions: [{ name: 'wpad', type: 'A' }], answers: [] },
    {
      kind: 'response',
      rcode: 'NOERROR',
      conflict: true,
      answers: [{ name: 'wpad', type: 'A', ttl: 30, data: '192.168.1.102' }],
    },
  ])
})

test('over TCP with its length before it', () => {
  const { said, progress } = rehearse(protocol, [
    { hex: '0016' + query.hex, ipProtocol: 6 },
    { hex: '0016' + query.hex.slice(0, 20), ipProtocol: 6 },
  ])
  assert.equal(said.length, 1)
  assert.equal(progress, 1)
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, [query, response]) > 0)
})
