// PostgreSQL messages built from its documentation, chapter 53: start-up, logins, the step to TLS.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { END, FOREIGN, SECURE } from '../protocol.ts'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './postgresql.ts'

const framed = (letter: string, content: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(4 + content.length)
  return Buffer.concat([Buffer.from(letter), length, content])
}
const start = (text: string): Line => {
  const version = Buffer.from([0, 3, 0, 0])
  return { bytes: framed('', Buffer.concat([version, Buffer.from(text)])) }
}
const client = (letter: string, text: string): Line => ({
  bytes: framed(letter, Buffer.from(text)),
})
const server = (letter: string, text: string): Line => ({
  from: 'responder',
  bytes: framed(letter, Buffer.from(text, 'latin1')),
})
const tlsRequest: Line = { hex: '00000008 04d2162f' }
const parameters = start('user\0panel\0database\0plant\0application_name\0psql\0\0')

const session: Line[] = [
  tlsRequest,
  { from: 'responder', hex: '4e' },
  parameters,
  server('R', '\0\0\0\x03'),
  client('p', 'hunter2\0'),
  server('R', '\0\0\0\0'),
  server('S', 'server_version\x0016.4\0'),
  server('S', 'TimeZone\0UTC\0'),
  server('Z', 'I'),
]

test('who wants which database, how it logs in, what serves it; no password', () => {
  const { certainty, said, progress, anomalies } = rehearse(protocol, session)
  assert.deepEqual([certainty, progress, anomalies], [2, END, []])
  assert.deepEqual(said, [
    { kind: 'start', user: 'panel', database: 'plant', application: 'psql' },
    { kind: 'login', user: 'panel', method: 'password' },
    { kind: 'login-result', accepted: true },
    { kind: 'server', version: '16.4' },
  ])
})

test('SASL that fails', () => {
  const { said, progress } = rehearse(protocol, [
    parameters,
    server('R', '\0\0\0\nSCRAM-SHA-256\0\0'),
    client('p', 'SCRAM-SHA-256\0'),
    server('R', '\0\0\0\x0br=1'),
    client('p', 'c=2'),
    server('E', 'SFATAL\0\0'),
  ])
  assert.deepEqual(said.slice(1), [
    { kind: 'login', user: 'panel', method: 'sasl' },
    { kind: 'login-result', accepted: false },
  ])
  assert.equal(progress, END)
})

test('SSLRequest hands over to TLS, if it is accepted', () => {
  const { said, progress, certainty } = rehearse(protocol, [
    tlsRequest,
    { from: 'responder', hex: '53' },
  ])
  assert.deepEqual([certainty, said, progress], [2, [{ kind: 'start-tls' }], SECURE])
})

test('others are told apart', () => {
  assert.equal(rehearse(protocol, [{ hex: '00000008 04d2162f 16' }]).certainty, 0)
  assert.equal(rehearse(protocol, [{ hex: '000100000006 0103 00000001' }]).progress, FOREIGN)
  assert.equal(rehearse(protocol, [{ from: 'responder', hex: '53' }]).progress, FOREIGN)
})

test('torn, cut and flipped', () => {
  tear(protocol, session)
  assert(batter(protocol, session) > 1000)
})
