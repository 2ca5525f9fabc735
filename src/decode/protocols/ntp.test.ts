// NTP messages as clients and servers send them, and one that is none.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { rehearse } from '../rehearse.ts'
import { protocol } from './ntp.ts'

const rest = '00'.repeat(46)

test('a client asks, a server answers', () => {
  const { said, certainty } = rehearse(protocol, [
    { hex: '2300' + rest },
    { from: 'responder', hex: '2402' + rest },
  ])
  assert.equal(certainty, 1)
  assert.deepEqual(said, [
    { kind: 'client', version: 4, stratum: 0 },
    { kind: 'server', version: 4, stratum: 2 },
  ])
})

test('mode 7 is told apart: it is what amplification attacks send', () => {
  const { said } = rehearse(protocol, [{ hex: '1700032a' }])
  assert.deepEqual(said, [{ kind: 'private', version: 2 }])
})

test('four bytes of something else are not NTP', () => {
  assert.equal(rehearse(protocol, [{ hex: 'ffffffff' }]).certainty, 0)
})
