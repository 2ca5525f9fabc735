// POP3 conversations of devices that fetch mail: logins in each form, the step to TLS.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { END, FOREIGN, SECURE } from '../protocol.ts'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './pop3.ts'

/** `C:` lines come from the client, `S:` lines from the server; '|' ends a line within one. */
const play = (script: string): Line[] =>
  script
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .map((line) => ({
      from: line.startsWith('S:') ? 'responder' : 'originator',
      bytes: Buffer.from(`${line.slice(3).replaceAll('|', '\r\n')}\r\n`),
    }))
const base64 = (text: string) => Buffer.from(text).toString('base64')

const session = play(`
  S: +OK Dovecot POP3 ready. <1.2@mail.example>
  C: CAPA
  S: +OK|USER|SASL PLAIN LOGIN|IMPLEMENTATION Dovecot 2.3|.
  C: AUTH
  S: +OK|PLAIN|LOGIN|.
  C: USER panel
  S: +OK
  C: PASS hunter2
  S: -ERR wrong
  C: AUTH PLAIN
  S: +
  C: ${base64('\0operator\0geheim')}
  S: -ERR [AUTH] again
  C: apop joe c4c9334bac560ecc979e58001b3e22fb
  S: +OK logged in
  C: RETR 1
  S: +OK|secret mail|.
`)

test('who greets, can what, logs in; without a password or a mail', () => {
  const { certainty, said, progress, ...rest } = rehearse(protocol, session)
  assert.deepEqual([certainty, progress], [2, END])
  assert.deepEqual(said, [
    { kind: 'banner', text: 'Dovecot POP3 ready. <1.2@mail.example>' },
    {
      kind: 'capabilities',
      list: ['USER', 'SASL', 'IMPLEMENTATION'],
      software: 'Dovecot 2.3',
    },
    { kind: 'capabilities', list: ['PLAIN', 'LOGIN'] },
    { kind: 'login', user: 'panel', method: 'password' },
    { kind: 'login-result', accepted: false },
    { kind: 'login', user: 'operator', method: 'plain' },
    { kind: 'login-result', accepted: false },
    { kind: 'login', user: 'joe', method: 'apop' },
    { kind: 'login-result', accepted: true },
  ])
  assert.doesNotMatch(JSON.stringify([said, rest]), /hunter2|geheim|c4c9|secret/)
})

test('STLS hands over to TLS, if it is accepted', () => {
  const refused = 'S: +OK POP3\nC: STLS\nS: -ERR no'
  assert.deepEqual(rehearse(protocol, play(refused)).said, [{ kind: 'banner', text: 'POP3' }])
  const { said, progress } = rehearse(protocol, play('S: +OK POP3\nC: STLS\nS: +OK go'))
  assert.deepEqual(said.at(-1), { kind: 'start-tls' })
  assert.equal(progress, SECURE)
})

test('joined in the middle, pipelined, called off', () => {
  const { said } = rehearse(
    protocol,
    play(`
      C: AUTH LOGIN
      S: +
      C: *
      S: -ERR off
      C: USER a|PASS b
      S: +OK|-ERR no
    `),
  )
  assert.deepEqual(said, [
    { kind: 'login-result', accepted: false },
    { kind: 'login', user: 'a', method: 'password' },
    { kind: 'login-result', accepted: false },
  ])
})

test('others are told apart', () => {
  const certainty = (script: string) => rehearse(protocol, play(script)).certainty
  assert.equal(certainty('S: +OK'), 1)
  assert.equal(certainty('S: +OK POP server ready'), 2)
  assert.equal(certainty('S: +PONG'), 0)
  assert.equal(certainty('C: USER me'), 1)
  assert.equal(certainty('C: QUITE wrong'), 0)
  assert.equal(certainty('C: CONNECT a:443 HTTP/1.1'), 0)
  assert.equal(rehearse(protocol, play('S: +PONG')).progress, FOREIGN)
})

test('torn, cut and flipped', () => {
  tear(protocol, session)
  assert(batter(protocol, session) > 5000)
})
