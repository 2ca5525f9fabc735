// Requests, notifications and lists of links of constrained devices.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './coap.ts'

const text = (value: string) => Buffer.from(value).toString('hex')
/** GET coap://lamp/.well-known/core?rt=light, token abcd. */
const discovery = {
  hex:
    '42 01 0001 abcd' +
    '34' +
    text('lamp') +
    '8b' +
    text('.well-known') +
    '04' +
    text('core') +
    '48' +
    text('rt=light'),
}
const links = {
  from: 'responder' as const,
  hex: '62 45 0001 abcd c1 28 ff' + text('</light>;rt="light",</fw/version>'),
}
const observe = { hex: '41 01 0002 01 60 55' + text('state') }
const lines = [discovery, links, observe]

test('a discovery and its links', () => {
  const { said, anomalies, certainty } = rehearse(protocol, lines)
  assert.equal(certainty, 1)
  assert.deepEqual(anomalies, [])
  assert.partialDeepStrictEqual(said, [
    {
      kind: 'request',
      method: 'GET',
      host: 'lamp',
      path: '/.well-known/core',
      query: ['rt'],
    },
    { kind: 'response', code: '2.05', contentFormat: 40, resources: ['/light', '/fw/version'] },
    { kind: 'request', method: 'GET', path: '/state', observe: true },
  ])
})

test('an empty message says nothing', () => {
  const { said, anomalies } = rehearse(protocol, [{ hex: '70 00 0001' }])
  assert.deepEqual([said, anomalies], [[], []])
})

test('on other ports a request with a path, never text', () => {
  const elsewhere = (hex: string) => rehearse(protocol, [{ hex, destinationPort: 61616 }]).certainty
  assert.equal(elsewhere(discovery.hex), 2)
  assert.equal(elsewhere('40 01 0001'), 0)
  assert.equal(elsewhere(text('GET / HTTP/1.1\r\n\r\n')), 0)
})

test('reserved lengths and options over the end are malformed', () => {
  const { said, anomalies } = rehearse(protocol, [
    { hex: '40 01 0001 f0' },
    { hex: '40 01 0001 bf' },
    { hex: '40 01 0001 b5 61' },
    { hex: '40 01 0001 ff' },
  ])
  assert.deepEqual(said, [])
  assert.deepEqual(anomalies, Array(4).fill('coap-malformed'))
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, lines) > 0)
})
