// SMTP conversations of devices that send mail: logins in each form, the step to TLS, a mail.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { SECURE } from '../protocol.ts'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './smtp.ts'

/** `C:` lines come from the client, `S:` lines from the server. */
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
  S: 220 mail.example ESMTP Postfix
  C: EHLO camera-7
  S: 250-mail.example|250 AUTH LOGIN PLAIN
  C: AUTH LOGIN
  S: 334 VXNlcm5hbWU6
  C: ${base64('camera')}
  S: 334 UGFzc3dvcmQ6
  C: ${base64('hunter2')}
  S: 535 5.7.8 Error
  C: auth plain ${base64('\0operator\0geheim')}
  S: 235 2.7.0 Authentication successful
  C: MAIL FROM:<camera@plant.example>
  S: 250 Ok
  C: RCPT TO:<guard@home.example>
  S: 250 Ok
  C: DATA
`)

test('who greets, logs in and mails, without a password', () => {
  const { certainty, said, progress, ...rest } = rehearse(protocol, session)
  assert.deepEqual([certainty, progress], [2, 2])
  assert.deepEqual(said, [
    { kind: 'banner', text: 'mail.example ESMTP Postfix' },
    { kind: 'hello', name: 'camera-7' },
    { kind: 'login', user: 'camera', method: 'login' },
    { kind: 'login-result', accepted: false },
    { kind: 'login', user: 'operator', method: 'plain' },
    { kind: 'login-result', accepted: true },
    { kind: 'mail', fromDomain: 'plant.example', toDomain: 'home.example' },
  ])
  assert.doesNotMatch(JSON.stringify([said, rest]), /hunter2|geheim|guard/)
})

test('the other forms of a login', () => {
  const { said } = rehearse(
    protocol,
    play(`
      C: EHLO a
      C: AUTH PLAIN
      C: ${base64('x\0joe\0hunter2')}
      C: AUTH LOGIN ${base64('jim')}
      C: ${base64('hunter2')}
      C: AUTH CRAM-MD5
      C: AUTH LOGIN
      C: *
      C: QUIT
    `),
  )
  assert.deepEqual(
    said.slice(1).map(({ user, method }) => [user, method]),
    [
      ['joe', 'plain'],
      ['jim', 'login'],
      [undefined, 'cram-md5'],
    ],
  )
})

test('STARTTLS hands over to TLS', () => {
  const { said, progress } = rehearse(
    protocol,
    play('S: 220 x ESMTP\nC: EHLO y\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 Go ahead'),
  )
  assert.deepEqual(said.at(-1), { kind: 'start-tls' })
  assert.equal(progress, SECURE)
})

test('FTP and others are told apart', () => {
  const certainty = (script: string) => rehearse(protocol, play(script)).certainty
  assert.equal(certainty('S: 220 mail.example FTP server'), 1)
  assert.equal(certainty('S: 220 ready'), 1)
  assert.equal(certainty('C: HELO me'), 2)
  assert.equal(certainty('C: HEAD / HTTP/1.0'), 0)
  assert.equal(certainty('S: 200 OK'), 0)
})

test('torn, cut and flipped', () => {
  tear(protocol, session)
  assert(batter(protocol, session) > 5000)
})
