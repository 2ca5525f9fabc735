// IMAP conversations of devices and programs: logins in each form, literals, the step to TLS.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { END, FOREIGN, NEXT, SECURE } from '../protocol.ts'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './imap.ts'

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
  S: * OK [CAPABILITY IMAP4rev1 STARTTLS ID] Dovecot ready.
  C: a1 ID ("name" "Panel \\"7\\"" "version" "1.0" "os" NIL "address" "home")
  S: * ID ("name" "Dovecot" "vendor" "Example")
  S: a1 OK done
  C: a2 login "the panel" hunter2
  S: a2 NO wrong
  C: a3 LOGIN {5}
  S: + go
  C: panel {7+}|geheim7
  S: a3 NO [AUTHENTICATIONFAILED] wrong
  C: a4 AUTHENTICATE PLAIN
  S: +
  C: ${base64('\0operator\0geheim')}
  S: a4 OK logged in
  C: a5 SELECT INBOX
`)

test('who greets, with what program, who logs in; without a password', () => {
  const { certainty, said, progress, ...rest } = rehearse(protocol, session)
  assert.deepEqual([certainty, progress], [2, END])
  assert.deepEqual(said, [
    { kind: 'banner', text: 'Dovecot ready.' },
    { kind: 'capabilities', list: ['IMAP4REV1', 'STARTTLS', 'ID'] },
    { kind: 'identity', name: 'Panel "7"', version: '1.0' },
    { kind: 'identity', name: 'Dovecot', vendor: 'Example' },
    { kind: 'login', user: 'the panel', method: 'password' },
    { kind: 'login-result', accepted: false },
    { kind: 'login', user: 'panel', method: 'password' },
    { kind: 'login-result', accepted: false },
    { kind: 'login', user: 'operator', method: 'plain' },
    { kind: 'login-result', accepted: true },
  ])
  assert.doesNotMatch(JSON.stringify([said, rest]), /hunter2|geheim|home/)
})

test('STARTTLS hands over to TLS, if it is accepted', () => {
  const opening = 'S: * OK IMAP4rev1\nC: . CAPABILITY\nS: * CAPABILITY IMAP4rev1 STARTTLS\n'
  const refused = rehearse(protocol, play(`${opening}C: 2 STARTTLS\nS: 2 BAD no\nC: 3 NOOP`))
  assert.equal(refused.progress, NEXT)
  const { said, progress } = rehearse(protocol, play(`${opening}C: 2 STARTTLS\nS: 2 OK go`))
  assert.deepEqual(said, [
    { kind: 'banner', text: 'IMAP4rev1' },
    { kind: 'capabilities', list: ['IMAP4REV1', 'STARTTLS'] },
    { kind: 'start-tls' },
  ])
  assert.equal(progress, SECURE)
})

test('servers that close, trust, or are joined in the middle; logins called off', () => {
  const ends = (script: string) => rehearse(protocol, play(script)).progress
  assert.equal(ends('S: * BYE too many'), END)
  assert.equal(ends('S: * PREAUTH hello'), END)
  assert.equal(ends('C: a APPEND INBOX {99999}'), END)
  const { said } = rehearse(
    protocol,
    play('C: a AUTHENTICATE LOGIN\nS: +\nC: *\nS: a BAD off\nC: b LOGIN {3}\nC: joe "x"'),
  )
  assert.deepEqual(said, [
    { kind: 'login-result', accepted: false },
    { kind: 'login', user: 'joe', method: 'password' },
  ])
})

test('others are told apart', () => {
  const certainty = (script: string) => rehearse(protocol, play(script)).certainty
  assert.equal(certainty('S: * OK ready'), 1)
  assert.equal(certainty('S: * OK IMAP4 ready'), 2)
  assert.equal(certainty('S: *3'), 0)
  assert.equal(certainty('C: a1 LOGIN x y'), 1)
  assert.equal(certainty('C: about this'), 0)
  assert.equal(rehearse(protocol, play('S: *3')).progress, FOREIGN)
})

test('torn, cut and flipped', () => {
  tear(protocol, session)
  assert(batter(protocol, session) > 5000)
})
