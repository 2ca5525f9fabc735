// A camera asks for its outer address and for a relay.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './stun.ts'

const text = (value: string) => Buffer.from(value).toString('hex')
const message = (type: string, attributes: string) => {
  const hex = attributes.replaceAll(' ', '')
  const length = (hex.length / 2).toString(16).padStart(4, '0')
  return `${type}${length}2112a442${'0102030405060708090a0b0c'}${hex}`
}
const request = { hex: message('0001', '8022 0008' + text('cam/1\0\0\0')) }
/** 203.0.113.7:50000 under the cookie. */
const success = { from: 'responder' as const, hex: message('0101', '0020 0008 0001 e242 ea12d545') }
const allocate = { hex: message('0003', '0006 0004' + text('user') + '0014 0004' + text('home')) }
const refused = { from: 'responder' as const, hex: message('0113', '0009 0004 00000401') }
const lines = [request, success, allocate, refused]

test('binding and allocation', () => {
  const { said, anomalies, certainty } = rehearse(protocol, lines)
  assert.equal(certainty, 2)
  assert.deepEqual(anomalies, [])
  assert.partialDeepStrictEqual(said, [
    { kind: 'request', method: 'binding', software: 'cam/1' },
    { kind: 'success', method: 'binding', mapped: '203.0.113.7:50000' },
    { kind: 'request', method: 'allocate', realm: 'home', user: 'user' },
    { kind: 'error', method: 'allocate', error: 401 },
  ])
})

test('a wrong cookie or length is no STUN', () => {
  const wrong = allocate.hex.replace('2112', '2113')
  assert.equal(rehearse(protocol, [{ hex: wrong }]).certainty, 0)
  assert.equal(rehearse(protocol, [{ hex: request.hex + '00000000' }]).certainty, 0)
})

test('without a cookie, as of old: on its own port only, whole or not at all', () => {
  const old = (type: string, attributes: string) =>
    message(type, attributes).replace('2112a442', '31323334')
  const asked = { hex: old('0001', '0003 0004 00000000') }
  const told = { from: 'responder' as const, hex: old('0101', '0001 0008 0001 c350 cb007107') }
  const { said, certainty, anomalies } = rehearse(protocol, [asked, told])
  assert.deepEqual([certainty, anomalies], [1, []])
  assert.partialDeepStrictEqual(said, [
    { kind: 'request', method: 'binding' },
    { kind: 'success', mapped: '203.0.113.7:50000' },
  ])
  assert.equal(rehearse(protocol, [{ hex: asked.hex + '00' }]).certainty, 0)
  assert.equal(rehearse(protocol, [{ hex: old('0001', '0003 0014 00000000') }]).certainty, 0)
})

test('over TCP in pieces', () => {
  const bytes = Buffer.from(request.hex, 'hex')
  const parts = [bytes.subarray(0, 7), bytes.subarray(7)]
  const { said } = rehearse(
    protocol,
    parts.map((part) => ({ bytes: part, ipProtocol: 6 })),
  )
  assert.equal(said.length, 1)
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, lines) > 0)
})
