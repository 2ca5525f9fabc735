// A device's way to its address, and option encodings that clients get wrong.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './dhcp.ts'

const zeros = (count: number) => '00'.repeat(count)
const text = (value: string) => Buffer.from(value).toString('hex')
const option = (code: number, hex: string) =>
  Buffer.from([code, hex.length / 2]).toString('hex') + hex

interface Parts {
  operation?: string
  given?: string
  name?: string
  file?: string
}

const dhcp = (options: string[], { operation = '01', given = zeros(4), name, file }: Parts = {}) =>
  operation +
  '010600 3903f326 00008000' +
  (zeros(4) + given + zeros(4) + zeros(4)) +
  ('02a1b2c3d4e5' + zeros(10)) +
  (name ?? '').padEnd(128, '0') +
  (file ?? '').padEnd(256, '0') +
  '63825363' +
  options.join('') +
  'ff'

const discover = {
  hex: dhcp([
    option(53, '01'),
    option(61, '0102a1b2c3d4e5'),
    option(12, text('cam-01')),
    option(60, text('udhcp 1.30.1')),
    option(55, '0103060c0f1c2a'),
    option(57, '0240'),
    option(161, text('https://maker.example/cam')),
    option(50, 'c0a80117'),
    option(81, '0400 00'.replace(' ', '') + '06' + text('cam-01') + '03' + text('lan') + '00'),
    option(77, '04' + text('iPXE')),
  ]),
}
const ack = {
  from: 'responder' as const,
  hex: dhcp(
    [
      option(53, '05'),
      option(54, 'c0a80101'),
      option(51, '00015180'),
      option(3, 'c0a80101'),
      option(6, 'c0a8010108080808'),
      option(15, text('lan') + '00'),
    ],
    { operation: '02', given: 'c0a80117', file: text('boot.img') },
  ),
}

test('a device introduces itself and is given an address', () => {
  const { said, certainty, anomalies } = rehearse(protocol, [discover, ack])
  assert.equal(certainty, 2)
  assert.deepEqual(anomalies, [])
  assert.partialDeepStrictEqual(said, [
    {
      kind: 'discover',
      transaction: 0x3903f326,
      clientMac: '02:a1:b2:c3:d4:e5',
      requestedAddress: '192.168.1.23',
      hostname: 'cam-01',
      fqdn: 'cam-01.lan',
      vendorClass: 'udhcp 1.30.1',
      clientId: '0102a1b2c3d4e5',
      parameterList: [1, 3, 6, 12, 15, 28, 42],
      maxSize: 576,
      mudUrl: 'https://maker.example/cam',
      userClass: 'iPXE',
      options: { 53: '01', 57: '0240' },
    },
    {
      kind: 'ack',
      assignedAddress: '192.168.1.23',
      server: '192.168.1.1',
      leaseSeconds: 86400,
      router: ['192.168.1.1'],
      nameServers: ['192.168.1.1', '8.8.8.8'],
      domain: 'lan',
      bootFile: 'boot.img',
    },
  ])
})

test('options in the name and file fields, and in several pieces', () => {
  const { said } = rehearse(protocol, [
    {
      hex: dhcp([option(52, '03'), option(53, '03'), option(161, text('https://a'))], {
        name: option(12, text('in-name')) + 'ff',
        file: option(161, text('.example/b')) + 'ff',
      }),
    },
  ])
  assert.partialDeepStrictEqual(said, [
    { kind: 'request', hostname: 'in-name', mudUrl: 'https://a.example/b' },
  ])
  assert.equal(said[0].bootFile, undefined)
})

test('bare FQDN and user class texts, control characters, BOOTP', () => {
  const { said } = rehearse(protocol, [
    {
      hex: dhcp([option(81, '000000' + text('host.lan')), option(77, text('plain'))]),
    },
    { hex: dhcp([option(53, '01'), option(12, text('a\u001b[2Jb'))]) },
  ])
  assert.partialDeepStrictEqual(said, [
    { kind: 'bootp', fqdn: 'host.lan', userClass: 'plain' },
    { kind: 'discover', hostname: 'a.[2Jb' },
  ])
})

test('an option over the end is counted; what came before is said', () => {
  const { said, anomalies } = rehearse(protocol, [
    { hex: dhcp([option(53, '01')]).slice(0, -2) + '0cff61' },
  ])
  assert.deepEqual(anomalies, ['dhcp-malformed'])
  assert.equal(said[0].kind, 'discover')
})

test('without the cookie it is something else', () => {
  const foreign = rehearse(protocol, [{ hex: discover.hex.replace('63825363', '63825364') }])
  assert.equal(foreign.certainty, 0)
  assert.deepEqual(foreign.anomalies, ['dhcp-malformed'])
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, [discover, ack]) > 0)
})
