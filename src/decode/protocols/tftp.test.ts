// Files fetched and stored, and requests that are none.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './tftp.ts'

const text = (value: string) => Buffer.from(value + '\0').toString('hex')
const fetch = {
  hex: '0001' + text('fw/cam-1.bin') + text('octet') + text('blksize') + text('1468'),
}
const store = { hex: '0002' + text('config.cfg') + text('NetASCII') }
const refused = { from: 'responder' as const, hex: '0005 0001' + text('File not found') }

test('read, write and refusal', () => {
  const { said, anomalies, certainty } = rehearse(protocol, [fetch, store, refused])
  assert.equal(certainty, 2)
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said, [
    { kind: 'read', file: 'fw/cam-1.bin', mode: 'octet' },
    { kind: 'write', file: 'config.cfg', mode: 'netascii' },
    { kind: 'error', code: 1 },
  ])
})

test('without a known mode it is something else', () => {
  const other = { hex: '0001' + text('name') + text('raw') }
  assert.equal(rehearse(protocol, [other]).certainty, 0)
  assert.deepEqual(rehearse(protocol, [other]).anomalies, ['tftp-malformed'])
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, [fetch, store, refused]) > 0)
})
