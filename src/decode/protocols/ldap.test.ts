// LDAP messages built from RFC 4511: binds in each form, the step to TLS.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { END, FOREIGN, NEXT, SECURE } from '../protocol.ts'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './ldap.ts'

const hexOf = (text: string) => Buffer.from(text).toString('hex')
const element = (tag: string, content: string) => {
  const bare = content.replace(/\s/g, '')
  return tag + (bare.length / 2).toString(16).padStart(2, '0') + bare
}
const message = (number: string, operation: string): string =>
  element('30', element('02', number) + operation)
const client = (number: string, operation: string): Line => ({ hex: message(number, operation) })
const server = (number: string, operation: string): Line => ({
  from: 'responder',
  hex: message(number, operation),
})
const bind = (name: string, choice: string) =>
  element('60', `020103 ${element('04', hexOf(name))} ${choice}`)
const result = (tag: string, code: string) => element(tag, `0a01${code} 0400 0400`)

const session: Line[] = [
  client('01', bind('', element('80', ''))),
  server('01', result('61', '00')),
  client('02', bind('cn=joe,dc=example', element('80', hexOf('hunter2')))),
  server('02', result('61', '31')),
  client('03', bind('', element('a3', element('04', hexOf('GSS-SPNEGO')) + element('04', '0102')))),
  server('03', result('61', '0e')),
  client('04', bind('cn=joe', element('80', hexOf('geheim')))),
  server('04', result('61', '00')),
]

test('who logs in and how; anonymous binds are none, passwords are dropped', () => {
  const { certainty, said, progress, anomalies } = rehearse(protocol, session)
  assert.deepEqual([certainty, progress, anomalies], [2, END, []])
  assert.deepEqual(said, [
    { kind: 'login', user: 'cn=joe,dc=example', method: 'simple', credentials: 'password' },
    { kind: 'login-result', accepted: false },
    { kind: 'login', method: 'gss-spnego', credentials: 'sasl' },
    { kind: 'login', user: 'cn=joe', method: 'simple', credentials: 'password' },
    { kind: 'login-result', accepted: true },
  ])
  assert.doesNotMatch(JSON.stringify(said), /hunter2|geheim/)
})

const startTls = client('01', element('77', element('80', hexOf('1.3.6.1.4.1.1466.20037'))))

test('StartTLS hands over to TLS, if it is accepted', () => {
  assert.equal(rehearse(protocol, [startTls, server('01', result('78', '02'))]).progress, NEXT)
  const { said, progress, certainty } = rehearse(protocol, [
    startTls,
    server('01', result('78', '00')),
  ])
  assert.deepEqual([certainty, said, progress], [2, [{ kind: 'start-tls' }], SECURE])
})

test('long lengths, NTLM, and what is something else', () => {
  const long = `3084000000${message('01', bind('u', element('8a', '4e54'))).slice(2)}`
  assert.deepEqual(rehearse(protocol, [{ hex: long }]).said, [
    { kind: 'login', user: 'u', method: 'ntlm', credentials: 'sasl' },
  ])
  assert.equal(rehearse(protocol, [{ hex: '302002010063' }]).certainty, 0)
  assert.equal(rehearse(protocol, [client('05', element('63', '0400'))]).certainty, 1)
  assert.equal(rehearse(protocol, [{ hex: '3003020100 02' }]).certainty, 0)
  assert.equal(rehearse(protocol, [{ hex: '474554202f' }]).progress, FOREIGN)
})

test('torn, cut and flipped', () => {
  tear(protocol, session)
  assert(batter(protocol, session) > 1000)
})
