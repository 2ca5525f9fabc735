// Chunks built from RFC 9260 3.3; ports and tags come before and are not the protocol's.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { protocol } from './sctp.ts'

const server = (hex: string): Line => ({ from: 'responder', hex })
const init =
  '01000030 00000001 00010000 000a 0800 00000007 00050008c0000201' +
  '0006001420010db8000000000000000000000001'
const initAck = '02000014 00000002 00010000 0005 000a 00000009'
const cookie = '0a000005 01 000000'
const data = '00030013 00000007 0002 0000 00000003 414243 00'

const association: Line[] = [
  { hex: init },
  server(initAck),
  { hex: `${cookie} ${data}` },
  server(`03000010 00000007 00010000 0000 0000 ${data}`),
  { hex: data },
  { hex: '40030018 00000008 0001 0000 00000000 0000003c 41424344' },
  server('07000008 00000008'),
]

test('an association from INIT to SHUTDOWN, each kind of content once a side', () => {
  const { said, anomalies } = rehearse(protocol, association)
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said, [
    {
      kind: 'init',
      outboundStreams: 10,
      inboundStreams: 2048,
      addresses: ['192.0.2.1', '2001:db8::1'],
    },
    { kind: 'init-ack', outboundStreams: 5, inboundStreams: 10 },
    { kind: 'data', stream: 2, payloadProtocol: 3, payload: 'm3ua' },
    { kind: 'data', stream: 2, payloadProtocol: 3, payload: 'm3ua' },
    { kind: 'data', stream: 1, payloadProtocol: 60, payload: 'ngap' },
    { kind: 'shutdown' },
  ])
})

test('aborts with and without a cause', () => {
  const { said } = rehearse(protocol, [{ hex: '06000008 00030004' }, { hex: '06000004' }])
  assert.deepEqual(said, [{ kind: 'abort', cause: 3 }, { kind: 'abort' }])
})

test('chunks that lie are counted', () => {
  const counted = (hex: string) => rehearse(protocol, [{ hex }]).anomalies
  assert.deepEqual(counted('00000003 41'), ['sctp-chunk-cut'])
  assert.deepEqual(counted('000000ff 41'), ['sctp-chunk-cut'])
  assert.deepEqual(counted('00000008 00000001'), ['sctp-data-short'])
  assert.deepEqual(counted('01000008 00000001'), ['sctp-init-short'])
  assert(batter(protocol, association) > 1000)
})
