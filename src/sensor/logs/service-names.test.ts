// Names of services in logs, in our words.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { serviceName } from './service-names.ts'

test('one name of several; what turned to TLS keeps both', () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ['', 25, ''],
    ['ssl', 443, 'tls'],
    ['dns', 5353, 'mdns'],
    ['smb,gssapi,ntlm', 445, 'smb'],
    ['smtp,ssl', 25, 'smtp-tls'],
    ['ssl,ldap_tcp', 389, 'ldap-tls'],
    ['quic,ssl', 443, 'quic'],
    ['-', 80, ''],
  ]
  for (const [text, port, name] of cases) assert.equal(serviceName(text, port), name, text)
})
