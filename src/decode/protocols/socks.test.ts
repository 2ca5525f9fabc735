// SOCKS requests in its versions, and what only begins alike.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './socks.ts'

const hexOf = (text: string) => Buffer.from(text).toString('hex')

const five: Line[] = [
  { hex: '05 02 00 02' },
  { from: 'responder', hex: '05 02' },
  { hex: `01 04 ${hexOf('root')} 07 ${hexOf('hunter2')}` },
  { from: 'responder', hex: '01 00' },
  { hex: `05 01 00 03 0b ${hexOf('hub.example')} 01bb` },
  { from: 'responder', hex: '05 00 00 01 c0000201 1000' },
]

test('version 5: login and request, without the password', () => {
  const { certainty, said, ...rest } = rehearse(protocol, five)
  assert.equal(certainty, 2)
  assert.deepEqual(said, [
    { kind: 'login', user: 'root', credentials: 'password' },
    { kind: 'login-result', accepted: true },
    { kind: 'request', version: '5', command: 'connect', host: 'hub.example', port: 443 },
    { kind: 'response', version: '5', accepted: true },
  ])
  assert.doesNotMatch(JSON.stringify([said, rest]), /hunter2/)
})

test('addresses of version 5, and a refusal', () => {
  const request = (hex: string) => rehearse(protocol, [five[0], { hex }]).said[0]
  assert.equal(request('05 01 00 01 c0000207 0050').host, '192.0.2.7')
  assert.equal(request(`05 03 00 04 20010db8${'00'.repeat(11)}09 0035`).host, '2001:db8::9')
  const refused = rehearse(protocol, [
    ...five.slice(0, 1),
    five[4],
    { from: 'responder', hex: '05 02 00 01 00000000 0000' },
  ])
  assert.deepEqual(refused.said[1], { kind: 'response', version: '5', accepted: false })
})

const four: Line[] = [
  { hex: `04 01 0050 00000001 ${hexOf('me')} 00 ${hexOf('hub.example')} 00` },
  { from: 'responder', hex: '00 5a 0000 00000000' },
]

test('version 4 and 4a', () => {
  const { certainty, said, progress } = rehearse(protocol, four)
  assert.deepEqual([certainty, progress], [2, 2])
  assert.deepEqual(said, [
    {
      kind: 'request',
      version: '4',
      command: 'connect',
      host: 'hub.example',
      port: 80,
      user: 'me',
    },
    { kind: 'response', version: '4', accepted: true },
  ])
  const plain = rehearse(protocol, [{ hex: '04 01 0050 c0000207 00' }])
  assert.equal(plain.said[0].host, '192.0.2.7')
})

test('others are told apart', () => {
  const certainty = (hex: string) => rehearse(protocol, [{ hex }]).certainty
  assert.equal(certainty('05 00 0b 03'), 0, 'DCE/RPC')
  assert.equal(certainty('05 02 00 02 05 01'), 0)
  assert.equal(certainty('05 01 02'), 1, 'only on its own ports')
  const other = rehearse(protocol, [{ hex: '05 01 00' }, { from: 'responder', hex: '06 00' }])
  assert.equal(other.progress, 3)
  assert.equal(certainty('04 03 0050 c0000207 00'), 0)
  assert.equal(certainty('04 01 0050 c0000207 01 00'), 0, 'no user has such a name')
})

test('torn, cut and flipped', () => {
  tear(protocol, five)
  tear(protocol, four)
  assert(batter(protocol, five) > 500)
  assert(batter(protocol, four) > 200)
})
