// The handshake's shape, and shapes that are nearly it.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './wireguard.ts'

const initiation = { hex: '01000000' + 'ab'.repeat(144) }
const response = { from: 'responder' as const, hex: '02000000' + 'cd'.repeat(88) }
const data = { hex: '04000000' + 'ef'.repeat(60) }

test('a handshake, then silence about data', () => {
  const { said, certainty, progress } = rehearse(protocol, [initiation, response, data])
  assert.equal(certainty, 2)
  assert.deepEqual(said, [{ kind: 'initiation' }, { kind: 'response' }])
  assert.equal(progress, 2)
})

test('other lengths are no handshake; data counts on the own port only', () => {
  assert.equal(rehearse(protocol, [{ hex: initiation.hex + '00' }]).certainty, 0)
  assert.equal(rehearse(protocol, [{ hex: '01000001' + 'ab'.repeat(144) }]).certainty, 0)
  assert.equal(rehearse(protocol, [data]).certainty, 1)
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, [initiation, response, data]) > 0)
})
