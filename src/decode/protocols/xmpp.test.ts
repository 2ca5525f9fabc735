// XMPP streams as RFC 6120 shows them: logins, the step to TLS.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { END, FOREIGN, SECURE } from '../protocol.ts'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './xmpp.ts'

const client = (text: string): Line => ({ bytes: Buffer.from(text) })
const server = (text: string): Line => ({ from: 'responder', bytes: Buffer.from(text) })
const base64 = (text: string) => Buffer.from(text).toString('base64')
const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
const TLS = "xmlns='urn:ietf:params:xml:ns:xmpp-tls'"

const opening: Line[] = [
  client("<?xml version='1.0'?><stream:stream to='chat.example' version='1.0'>"),
  server(`<stream:stream from="chat.example" id='1'><stream:features><starttls ${TLS}/>`),
]
const session: Line[] = [
  ...opening,
  server(`<mechanisms ${SASL}><mechanism>PLAIN</mechanism></mechanisms></stream:features>`),
  client(`<auth ${SASL} mechanism='PLAIN'>${base64('\0joe\0hunter2')}</auth>`),
  server(`<failure ${SASL}><not-authorized/></failure>`),
  client(`<auth ${SASL} mechanism="SCRAM-SHA-1">${base64('n,,n=joe')}</auth>`),
  server(`<success ${SASL}>dg==</success>`),
]

test('which server, who logs in; without a password', () => {
  const { certainty, said, progress } = rehearse(protocol, session)
  assert.deepEqual([certainty, progress], [2, END])
  assert.deepEqual(said, [
    { kind: 'stream', to: 'chat.example' },
    { kind: 'stream', from: 'chat.example' },
    { kind: 'login', user: 'joe', method: 'plain' },
    { kind: 'login-result', accepted: false },
    { kind: 'login', method: 'scram-sha-1' },
    { kind: 'login-result', accepted: true },
  ])
})

test('STARTTLS hands over to TLS', () => {
  const { said, progress } = rehearse(protocol, [
    ...opening,
    client(`<starttls ${TLS}/>`),
    server(`<proceed ${TLS}/>`),
  ])
  assert.deepEqual(said.at(-1), { kind: 'start-tls' })
  assert.equal(progress, SECURE)
})

test('a flow joined in its middle', () => {
  const { certainty, said, progress } = rehearse(protocol, [
    client("<iq type='get' id='1'><q/></iq>"),
  ])
  assert.deepEqual([certainty, said, progress], [1, [], END])
})

test('others are told apart', () => {
  assert.equal(rehearse(protocol, [client('<html><body>')]).certainty, 0)
  assert.equal(rehearse(protocol, [client('no tag at all >')]).progress, FOREIGN)
})

test('torn, cut and flipped', () => {
  tear(protocol, session)
  assert(batter(protocol, session) > 1000)
})
