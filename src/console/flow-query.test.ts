// The query box of the flows: keys, quotes, spans, and what it says about what it does not know.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { readQuery, withKey } from './browser/screens/flows/query.ts'

const NOW = Date.parse('2026-11-22T12:30:40.500Z')
const read = (text: string) => readQuery(text, NOW)

test('keys become filters, the rest are words', () => {
  const query = read('service:telnet front door PORT:23 peer:192.168.50.66')
  assert.deepEqual(query, {
    device: '',
    peer: '192.168.50.66',
    service: 'telnet',
    port: '23',
    from: '',
    to: '',
    q: 'front door',
    wrong: [],
  })
})

test('quotes hold blanks together, also where the last one is missing', () => {
  assert.equal(read('device:"front door" port:80').device, 'front door')
  assert.equal(read('device:"front door').device, 'front door')
  assert.equal(read('"two words" more').q, 'two words more')
})

test('addresses with colons are words or values, not keys', () => {
  assert.equal(read('fe80::1').q, 'fe80::1')
  assert.equal(read('c0:56:e3:10:00:01').q, 'c0:56:e3:10:00:01')
  assert.deepEqual(read('fe80::1 c0:56:e3:10:00:01').wrong, [])
  assert.equal(read('peer:2001:db8::5').peer, '2001:db8::5')
})

test('times are read, and spans count back from now in whole minutes', () => {
  assert.equal(read('from:2026-11-22T10:00Z').from, '2026-11-22T10:00:00.000Z')
  assert.equal(read('last:15m').from, '2026-11-22T12:15:00.000Z')
  assert.equal(read('last:2d').from, '2026-11-20T12:30:00.000Z')
})

test('what does not fit is said and left out', () => {
  for (const text of ['port:70000', 'port:http', 'last:soon', 'from:yesterday', 'speed:1']) {
    const query = read(text)
    assert.equal(query.wrong.length, 1, text)
    assert.deepEqual([query.port, query.from], ['', ''], text)
  }
})

test('a key is put in, replaced and taken out', () => {
  assert.equal(withKey('port:23 door', 'port', '80'), 'door port:80')
  assert.equal(withKey('door', 'device', 'front door'), 'door device:"front door"')
  assert.equal(withKey('device:"front door" x', 'device', ''), 'x')
})
