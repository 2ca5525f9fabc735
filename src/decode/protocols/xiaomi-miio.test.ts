// The greeting, answers with and without token, an encrypted message.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './xiaomi-miio.ts'

const hello = { hex: '2131 0020' + 'ff'.repeat(28) }
const answer = (token: string) => ({
  from: 'responder' as const,
  hex: '2131 0020 00000000 0000abcd 00000e10' + token,
})
const told = answer('0123456789abcdef0123456789abcdef')
const quiet = answer('00'.repeat(16))
const secret = { hex: '2131 0040 00000000 0000abcd 00000e11' + '77'.repeat(48) }

test('a greeting that shows the token says so, not the token', () => {
  const { said, anomalies, certainty } = rehearse(protocol, [hello, told, quiet, secret])
  assert.equal(certainty, 2)
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said, [
    { kind: 'hello' },
    { kind: 'hello-answer', deviceId: 0xabcd, uptimeSeconds: 3600, tokenShown: true },
    { kind: 'hello-answer', deviceId: 0xabcd, uptimeSeconds: 3600, tokenShown: undefined },
    { kind: 'message', deviceId: 0xabcd, uptimeSeconds: 3601, length: 32 },
  ])
  assert(!JSON.stringify(said).includes('0123456789'))
})

test('a length that does not fit is none', () => {
  assert.equal(rehearse(protocol, [{ hex: hello.hex + '00' }]).certainty, 0)
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, [hello, told, secret]) > 0)
})
