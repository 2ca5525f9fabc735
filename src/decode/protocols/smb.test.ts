// A file server tells its dialect, names and build; a client logs in; version 1 tells its system.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './smb.ts'

const wide = (text: string) => Buffer.from(text, 'utf16le').toString('hex')
const little = (value: number, bytes: number) => {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntLE(value, 0, bytes)
  return buffer.toString('hex')
}
const framed = (hex: string) => {
  const bytes = hex.replaceAll(' ', '')
  return (bytes.length / 2).toString(16).padStart(8, '0') + bytes
}
const smb2 = (command: number, status: number, response: boolean, body: string) =>
  framed(
    'fe534d42 4000 0000' +
      little(status, 4) +
      little(command, 2) +
      '0100' +
      (response ? '01000000' : '00000000') +
      '00'.repeat(44) +
      body,
  )
const negotiate = smb2(0, 0, true, '4100 0300 1103 0000' + '00'.repeat(56))

const pair = (id: number, text: string) => {
  const hex = wide(text)
  return little(id, 2) + little(hex.length / 2, 2) + hex
}
const pairs = pair(2, 'WORK') + pair(1, 'NAS') + pair(3, 'nas.lan') + '00000000'
const ntlmChallenge =
  Buffer.from('NTLMSSP\0').toString('hex') +
  little(2, 4) +
  '0000 0000 38000000'.replaceAll(' ', '') +
  little(0xe2898215, 4) +
  '1122334455667788' +
  '00'.repeat(8) +
  little(pairs.length / 2, 2).repeat(2) +
  little(56, 4) +
  '0a00' +
  little(17763, 2) +
  '0000000f' +
  pairs
const challenge = smb2(1, 0xc0000016, true, '0900 0000 4800 0000 a181' + ntlmChallenge)

const user = wide('operator')
const station = wide('PC-7')
const ntlmLogin =
  Buffer.from('NTLMSSP\0').toString('hex') +
  little(3, 4) +
  '00'.repeat(16) +
  (little(0, 4) + little(64, 4)) +
  (little(user.length / 2, 2).repeat(2) + little(64, 4)) +
  (little(station.length / 2, 2).repeat(2) + little(64 + user.length / 2, 4)) +
  ('00'.repeat(8) + little(0xe2888215, 4)) +
  user +
  station
const login = smb2(1, 0, false, '1900 0001 a182' + ntlmLogin)
const refused = smb2(1, 0xc000006d, true, '0900 0000 0000 0000')

const back = (hex: string): Line => ({ from: 'responder', hex })
const session = [
  { hex: smb2(0, 0, false, '2400 0100' + '00'.repeat(32)) },
  back(negotiate),
  back(challenge),
  { hex: login },
  back(refused),
]

test('dialect, challenge, login and refusal of version 3.1.1', () => {
  const { said, anomalies, certainty } = rehearse(protocol, session)
  assert.equal(certainty, 2)
  assert.deepEqual(anomalies, [])
  assert.partialDeepStrictEqual(said, [
    { kind: 'negotiate', dialect: '3.1.1', signingRequired: true },
    { kind: 'challenge', host: 'NAS', domain: 'WORK', dnsHost: 'nas.lan', osVersion: '10.0.17763' },
    { kind: 'login', user: 'operator', domain: '', workstation: 'PC-7' },
    { kind: 'login-result', accepted: false, status: 0xc000006d },
  ])
  tear(protocol, session)
})

const smb1 = (command: string, body: string) =>
  framed('ff534d42' + command + '00000000' + '98' + '01c8' + '00'.repeat(20) + body)
const old = [
  back(smb1('72', '11' + '00'.repeat(34) + '0000')),
  back(smb1('73', '03 ff00 0000 0000 2000'.replaceAll(' ', '') + '00' + wide('Unix\0Samba 3.0\0'))),
]

test('version 1 tells its system', () => {
  const { said, anomalies } = rehearse(protocol, old)
  assert.deepEqual(anomalies, [])
  assert.partialDeepStrictEqual(said, [
    { kind: 'negotiate', dialect: '1' },
    { kind: 'login-result', accepted: true },
    { kind: 'system', os: 'Unix', software: 'Samba 3.0' },
  ])
})

test('the session service on port 139 comes first', () => {
  const request = '81000044' + '20' + '43'.repeat(32) + '00' + '20' + '43'.repeat(32) + '00'
  const { said, certainty } = rehearse(protocol, [
    { hex: request, destinationPort: 139 },
    { from: 'responder', hex: '82000000' + negotiate },
  ])
  assert.equal(certainty, 2)
  assert.equal(said.length, 1)
})

test('other first bytes are not SMB', () => {
  assert.equal(rehearse(protocol, [{ hex: '00000010 11111111' }]).certainty, 0)
  assert.equal(rehearse(protocol, [{ hex: '00ff0010 fe534d42' }]).certainty, 0)
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, session) > 0)
  assert(batter(protocol, old) > 0)
})
