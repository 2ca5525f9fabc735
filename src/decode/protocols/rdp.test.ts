// RDP connection requests, and the TPKT of others.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './rdp.ts'

/** TPKT and a COTP connect of this type around `rest`. */
const connect = (type: string, rest: string): string => {
  const bytes = rest.replace(/\s/g, '')
  const length = bytes.length / 2
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
  return `0300 ${hex(length + 11, 4)} ${hex(length + 6, 2)} ${type} 0000 0000 00 ${bytes}`
}
const cookie = Buffer.from('Cookie: mstshash=operator\r\n').toString('hex')
const session: Line[] = [
  { hex: connect('e0', `${cookie} 01 00 0800 0b000000`) },
  { from: 'responder', hex: connect('d0', '02 1f 0800 02000000') },
]

test('user and security, asked for and chosen', () => {
  const { certainty, said, progress } = rehearse(protocol, session)
  assert.deepEqual([certainty, progress], [2, 2])
  assert.deepEqual(said, [
    { kind: 'request', user: 'operator', protocols: ['tls', 'credssp', 'credssp-early'] },
    { kind: 'response', protocol: 'credssp' },
  ])
})

test('the weak form, and a refusal', () => {
  const { certainty, said } = rehearse(protocol, [
    { hex: connect('e0', '') },
    { from: 'responder', hex: connect('d0', '03 00 0800 05000000') },
  ])
  assert.equal(certainty, 1)
  assert.deepEqual(said, [
    { kind: 'request', protocols: ['rdp'] },
    { kind: 'refusal', code: 5 },
  ])
})

test('S7 and others over TPKT are told apart', () => {
  const certainty = (hex: string) => rehearse(protocol, [{ hex }]).certainty
  assert.equal(certainty(connect('e0', 'c1 02 0100 c2 02 0102 c0 01 0a')), 0)
  assert.equal(certainty(connect('f0', cookie)), 0)
  assert.equal(certainty('03'), 0)
})

test('torn, cut and flipped', () => {
  tear(protocol, session)
  assert(batter(protocol, session) > 500)
})

test('pictures over UDP beside the connection', () => {
  const first = {
    hex: `ffffffff 0040 1801 bbff5687 04d0 04d0 ${'00'.repeat(16)}`,
    ipProtocol: 17,
  }
  const { certainty, said, progress } = rehearse(protocol, [first])
  assert.deepEqual([certainty, said, progress], [2, [{ kind: 'datagrams', mtu: 1232 }], 2])
  assert.equal(rehearse(protocol, [{ hex: 'ffffffff 54536f75', ipProtocol: 17 }]).certainty, 0)
  assert(batter(protocol, [first]) > 100)
})
