// A host asks for an IPv6 address, is given one, and both through a relay.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './dhcpv6.ts'

const text = (value: string) => Buffer.from(value).toString('hex')
const short = (value: number) => value.toString(16).padStart(4, '0')
const option = (code: number, hex: string) => {
  const bytes = hex.replaceAll(' ', '')
  return short(code) + short(bytes.length / 2) + bytes
}
const duid = option(1, '0001 0001 2a3b4c5d 02a1b2c3d4e5')
const solicit =
  '01 abcdef' +
  duid +
  option(6, '0017 0018 0027') +
  option(16, '0000a0b1' + short(6) + text('camera')) +
  option(15, short(4) + text('iPXE')) +
  option(39, '00 06' + text('cam-01')) +
  option(112, text('https://maker.example/cam')) +
  option(3, '00000001 00000000 00000000')
const reply =
  '07 abcdef' +
  duid +
  option(2, '0003 0001 02aabbccdd01') +
  option(
    3,
    '00000001 00000e10 00001518' + option(5, '20010db8000000010000000000001017 00001c20 00002a30'),
  ) +
  option(
    25,
    '00000001 0 0000000 00000000' +
      option(26, '00001c20 00002a30 38' + '20010db8000101000000000000000000'),
  ) +
  option(23, '20010db8000000010000000000000035')
const relay =
  '0c 00' +
  '20010db8000000010000000000000001' +
  'fe8000000000000000a1b2fffec3d4e5' +
  option(79, '0001 02a1b2c3d4e5') +
  option(9, '0b 000001' + option(1, '0002 00000009 0a0b'))

const lines = [{ hex: solicit }, { from: 'responder' as const, hex: reply }, { hex: relay }]

test('a solicitation and its reply', () => {
  const { said, anomalies, certainty } = rehearse(protocol, lines)
  assert.equal(certainty, 1)
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said[0], {
    kind: 'solicit',
    transaction: 0xabcdef,
    clientDuid: '000100012a3b4c5d02a1b2c3d4e5',
    clientMac: '02:a1:b2:c3:d4:e5',
    parameterList: [23, 24, 39],
    enterprise: 0xa0b1,
    vendorClass: 'camera',
    userClass: 'iPXE',
    fqdn: 'cam-01',
    mudUrl: 'https://maker.example/cam',
  })
  assert.partialDeepStrictEqual(said[1], {
    kind: 'reply',
    serverDuid: '0003000102aabbccdd01',
    addresses: ['2001:db8:0:1::1017'],
    prefixes: ['2001:db8:1:100::/56'],
    nameServers: ['2001:db8:0:1::35'],
  })
})

test('what a relay carries is the message; the relay knows the MAC', () => {
  assert.deepEqual(rehearse(protocol, [lines[2]]).said, [
    {
      kind: 'information-request',
      transaction: 1,
      relay: true,
      clientMac: '02:a1:b2:c3:d4:e5',
      clientDuid: '0002000000090a0b',
    },
  ])
})

test('an option over the end is counted', () => {
  const { anomalies } = rehearse(protocol, [{ hex: '01 abcdef 0001 00ff 00' }])
  assert.deepEqual(anomalies, ['dhcpv6-malformed'])
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, lines) > 0)
})
