// NetBIOS names asked for, claimed, listed and announced.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './nbns.ts'

const latin = (text: string) => Buffer.from(text, 'latin1').toString('hex')
/** First-level encoding of a 15-character name and its suffix. */
const name = (text: string, suffix: number, padding = ' ') => {
  const bytes = Buffer.from(text.padEnd(15, padding) + String.fromCharCode(suffix), 'latin1')
  const nibbles = [...bytes].flatMap((byte) => [0x41 + (byte >> 4), 0x41 + (byte & 15)])
  return '20' + Buffer.from(nibbles).toString('hex') + '00'
}

const query = { hex: '8001 0110 0001 0000 0000 0000' + name('NAS', 0x20) + '00200001' }
const answer = {
  from: 'responder' as const,
  hex: '8001 8500 0000 0001 0000 0000' + name('NAS', 0x20) + '00200001 000493e0 0006 0000 c0a80105',
}
const registration = {
  hex:
    '8002 2910 0001 0000 0000 0001' +
    name('PRINTER', 0) +
    '00200001 c00c 00200001 000493e0 0006 0000 c0a80109',
}
const status = {
  from: 'responder' as const,
  hex:
    '8003 8400 0000 0001 0000 0000' +
    name('*', 0, '\0') +
    '00210001 00000000 0053 02' +
    (latin('NAS'.padEnd(15)) + '20' + '0400' + latin('WORKGROUP'.padEnd(15)) + '00' + '8400') +
    ('02a1b2c3d4e5' + '00'.repeat(40)),
}

test('a query, its answer, a registration', () => {
  const { said, anomalies, certainty } = rehearse(protocol, [query, answer, registration])
  assert.equal(certainty, 1)
  assert.deepEqual(anomalies, [])
  assert.partialDeepStrictEqual(said, [
    { kind: 'query', name: 'NAS', suffix: 0x20 },
    { kind: 'response', name: 'NAS', address: '192.168.1.5' },
    { kind: 'registration', name: 'PRINTER', suffix: 0, address: '192.168.1.9' },
  ])
})

test('a node status lists names and MAC', () => {
  assert.partialDeepStrictEqual(rehearse(protocol, [status]).said, [
    {
      kind: 'response',
      name: '*',
      names: [
        { name: 'NAS', suffix: 0x20, group: false },
        { name: 'WORKGROUP', suffix: 0, group: true },
      ],
      mac: '02:a1:b2:c3:d4:e5',
    },
  ])
})

/** SMB transaction with 17 words; the data begins 86 bytes behind the SMB header's start. */
const mailslot =
  'ff534d4225' +
  '00'.repeat(27) +
  '11' +
  '00'.repeat(24) +
  ('5600' + '0300 0100 0000 0200 2a00') +
  latin('\\MAILSLOT\\BROWSE\0')
const announce = {
  destinationPort: 138,
  sourcePort: 138,
  hex:
    '110a 8004 c0a80105 008a 00c0 0000' +
    name('NAS', 0) +
    name('WORKGROUP', 0x1d) +
    mailslot +
    ('01 00 80fc0a00' + latin('NAS'.padEnd(16, '\0')) + '0601 039a8100 0f01 55aa') +
    latin('Disk station\0'),
}

test('a browser announcement says what the host is', () => {
  const { said, anomalies, certainty } = rehearse(protocol, [announce])
  assert.equal(certainty, 1)
  assert.deepEqual(anomalies, [])
  assert.partialDeepStrictEqual(said, [
    {
      kind: 'datagram',
      name: 'NAS',
      address: '192.168.1.5',
      destination: 'WORKGROUP',
      announcement: {
        host: 'NAS',
        version: '6.1',
        serverType: 0x819a03,
        comment: 'Disk station',
      },
    },
  ])
})

test('names that are not encoded are malformed', () => {
  const broken = rehearse(protocol, [{ hex: query.hex.replace(/204[^ ]{4}/, '20000000') }])
  assert.deepEqual(broken.anomalies, ['nbns-malformed'])
})

test('damaged messages do no harm', () => {
  for (const line of [query, answer, registration, status, announce]) {
    assert(batter(protocol, [line]) > 0)
  }
})
