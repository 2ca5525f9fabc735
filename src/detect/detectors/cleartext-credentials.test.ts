// Clear-text credentials: found per protocol, never printed.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { Trial } from '../trial.ts'
import { detector } from './cleartext-credentials.ts'

test('HTTP basic authentication is found once per client and server, with the user', () => {
  const trial = new Trial(detector)
  const client = trial.at('192.168.1.20')
  const camera = trial.at('192.168.1.11')
  const fields = { kind: 'request', method: 'GET', uri: '/', credentials: 'basic', user: 'admin' }
  for (let time = 1; time <= 3; time++) trial.says('http', [client, camera], { time, fields })
  const [finding, ...more] = trial.findings()
  assert.equal(more.length, 0)
  assert.equal(finding.count, 3)
  assert.match(finding.seen, /HTTP: basic authentication, user 'admin'/)
  assert.deepEqual([...finding.targets], [camera])
})

test('digest and anonymous requests are none', () => {
  const trial = new Trial(detector)
  const [client, camera] = [trial.at('192.168.1.20'), trial.at('192.168.1.11')]
  trial.says('http', [client, camera], {
    fields: { kind: 'request', credentials: 'digest', user: 'a' },
  })
  trial.says('http', [client, camera], { fields: { kind: 'request', uri: '/' } })
  trial.says('mqtt', [client, camera], { fields: { kind: 'connect', clientId: 'x' } })
  assert.equal(trial.findings().length, 0)
})

test('logins of mail: the password itself counts, a proof of it does not', () => {
  const trial = new Trial(detector)
  const [client, server] = [trial.at('192.168.1.20'), trial.at('192.168.1.11')]
  const says = (protocol: string, method: string) =>
    trial.says(protocol, [client, server], { fields: { kind: 'login', user: 'joe', method } })
  says('pop3', 'apop')
  says('imap', 'scram-sha-256')
  assert.equal(trial.findings().length, 0)
  says('pop3', 'password')
  says('imap', 'plain')
  assert.deepEqual(
    trial.findings().map(({ seen }) => seen),
    ["POP3 without TLS: login, user 'joe'", "IMAP without TLS: login, user 'joe'"],
  )
})

test('SNMP communities weigh little, version 3 is fine', () => {
  const trial = new Trial(detector)
  const [client, printer] = [trial.at('192.168.1.20'), trial.at('192.168.1.15')]
  trial.says('snmp', [client, printer], { fields: { kind: 'get', version: '3', user: 'x' } })
  assert.equal(trial.findings().length, 0)
  trial.says('snmp', [client, printer], {
    fields: { kind: 'get', version: '1', communityKind: 'public' },
  })
  assert.equal(trial.findings()[0].severity, 'low')
})

test('LDAP: a simple bind shows the password, SASL does not', () => {
  const trial = new Trial(detector)
  const [from, to] = [trial.at('192.168.1.15'), trial.at('192.168.1.2')]
  trial.says('ldap', [from, to], { fields: { kind: 'login', user: 'cn=a', credentials: 'sasl' } })
  assert.equal(trial.findings().length, 0)
  trial.says('ldap', [from, to], {
    fields: { kind: 'login', user: 'cn=printer', credentials: 'password' },
  })
  assert.match(trial.findings()[0].seen, /LDAP without TLS: login, user 'cn=printer'/)
})
