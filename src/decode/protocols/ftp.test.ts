// FTP control connections: logins that fail and work, transfers, the step to TLS.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { SECURE } from '../protocol.ts'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './ftp.ts'

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

const session = play(`
  S: 220-Example FTP server|Authorised use only|220 ready
  C: USER admin
  S: 331 Password required
  C: PASS hunter2
  S: 530 Login incorrect.
  C: user operator
  S: 331 Password required
  C: PASS geheim
  S: 230-Hello|230 User logged in
  C: SYST
  S: 215 UNIX Type: L8
  C: STOR /firmware/pump.bin
  S: 150 Opening
  C: QUIT
  S: 221 Bye
`)

test('banner, logins with their results, system, transfers; never the password', () => {
  const { said, ...rest } = rehearse(protocol, session)
  assert.deepEqual(said, [
    { kind: 'banner', text: 'Example FTP server Authorised use only ready' },
    { kind: 'login', user: 'admin', method: 'password' },
    { kind: 'login-result', accepted: false },
    { kind: 'login', user: 'operator', method: 'password' },
    { kind: 'login-result', accepted: true },
    { kind: 'system', text: 'UNIX Type: L8' },
    { kind: 'transfer', method: 'STOR', path: '/firmware/pump.bin' },
  ])
  assert.doesNotMatch(JSON.stringify([said, rest]), /hunter2|geheim/)
})

test('AUTH TLS ends what can be read', () => {
  const { said, progress } = rehearse(
    protocol,
    play('S: 220 (vsFTPd 3.0.5)\nC: AUTH TLS\nS: 234 Proceed with negotiation.'),
  )
  assert.deepEqual(said, [{ kind: 'banner', text: '(vsFTPd 3.0.5)' }, { kind: 'start-tls' }])
  assert.equal(progress, SECURE)
})

test('mail servers and others are told apart', () => {
  const certainty = (script: string) => rehearse(protocol, play(script)).certainty
  assert.equal(certainty('S: 220 ProFTPD ready'), 2)
  assert.equal(certainty('S: 220 mail.example ESMTP'), 1, 'only on its own ports')
  assert.equal(certainty('C: USER joe'), 1)
  assert.equal(certainty('S: 227 Entering Passive Mode'), 1, 'joined in the middle')
  assert.equal(certainty('C: PASV'), 1)
  assert.equal(certainty('S: 2000 OK'), 0)
  assert.equal(certainty('C: PUT / HTTP/1.1'), 0)
})

test('torn, cut and flipped', () => {
  tear(protocol, session)
  assert(batter(protocol, session) > 3000)
})
