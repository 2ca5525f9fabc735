// A beacon, and JSON that is none.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './dropbox-lan.ts'

const beacon = {
  bytes: Buffer.from(
    '{"host_int": 123456789012345678901234567890, "version": [2, 0], ' +
      '"displayname": "", "port": 17500, "namespaces": [11, 12, 13]}',
  ),
}

test('a beacon without its ids', () => {
  const { said, certainty } = rehearse(protocol, [beacon])
  assert.equal(certainty, 2)
  assert.deepEqual(said, [{ kind: 'beacon', version: '2.0', port: 17500, folders: 3 }])
})

test('broken JSON is counted, other JSON not recognised', () => {
  const broken = { bytes: Buffer.from('{"host_int": ') }
  assert.deepEqual(rehearse(protocol, [broken]).anomalies, ['dropbox-lan-malformed'])
  assert.equal(rehearse(protocol, [{ bytes: Buffer.from('{"host": 1}') }]).certainty, 0)
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, [beacon]) > 0)
})
