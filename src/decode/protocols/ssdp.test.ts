// Announcements, searches and answers, as UPnP devices write them.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './ssdp.ts'

const http = (...lines: string[]) => ({ bytes: Buffer.from(lines.join('\r\n') + '\r\n\r\n') })
const notify = http(
  'NOTIFY * HTTP/1.1',
  'HOST: 239.255.255.250:1900',
  'CACHE-CONTROL: max-age = 1800',
  'LOCATION: http://192.168.1.5:49152/description.xml',
  'NT: upnp:rootdevice',
  'NTS: ssdp:alive',
  'SERVER: Linux/4.4 UPnP/1.0 Bridge/1.2',
  'bridge-id: 02A1B2FFFEC3D4E5',
  'USN: uuid:2f402f80-da50-11e1-9b23-02a1b2c3d4e5::upnp:rootdevice',
)
const search = http(
  'M-SEARCH * HTTP/1.1',
  'HOST: 239.255.255.250:1900',
  'MAN: "ssdp:discover"',
  'MX: 3',
  'ST: urn:dial-multiscreen-org:service:dial:1',
  'USER-AGENT: Browser/1.0',
)
const answer = {
  ...http(
    'HTTP/1.1 200 OK',
    'EXT:',
    'st: urn:dial-multiscreen-org:service:dial:1',
    'Location: http://192.168.1.9:8008/ssdp/device-desc.xml',
  ),
  sourcePort: 40000,
  destinationPort: 50000,
}

test('an announcement with a header of its maker', () => {
  const { said, certainty, anomalies } = rehearse(protocol, [notify])
  assert.equal(certainty, 2)
  assert.deepEqual(anomalies, [])
  assert.partialDeepStrictEqual(said, [
    {
      kind: 'notify',
      target: 'upnp:rootdevice',
      state: 'alive',
      usn: 'uuid:2f402f80-da50-11e1-9b23-02a1b2c3d4e5::upnp:rootdevice',
      location: 'http://192.168.1.5:49152/description.xml',
      server: 'Linux/4.4 UPnP/1.0 Bridge/1.2',
      age: 1800,
      extra: { 'bridge-id': '02A1B2FFFEC3D4E5' },
    },
  ])
})

test('a search, and its answer from whatever port', () => {
  assert.partialDeepStrictEqual(rehearse(protocol, [search]).said, [
    {
      kind: 'search',
      target: 'urn:dial-multiscreen-org:service:dial:1',
      userAgent: 'Browser/1.0',
    },
  ])
  const { said, certainty } = rehearse(protocol, [answer])
  assert.equal(certainty, 2)
  assert.partialDeepStrictEqual(said, [
    { kind: 'response', location: 'http://192.168.1.9:8008/ssdp/device-desc.xml' },
  ])
})

test('HTTP without search target is SSDP on its port only', () => {
  assert.equal(rehearse(protocol, [http('HTTP/1.1 200 OK', 'Server: x')]).certainty, 1)
  assert.equal(rehearse(protocol, [http('NOTICE')]).certainty, 0)
})

test('headers are bounded', () => {
  const many = Array.from({ length: 60 }, (_, index) => `x-${index}: ${'y'.repeat(400)}`)
  const { said } = rehearse(protocol, [http('NOTIFY * HTTP/1.1', ...many)])
  const extra = said[0].extra as Record<string, string>
  assert.equal(Object.keys(extra).length, 8)
  assert.equal(extra['x-0'].length, 256)
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, [search, answer]) > 0)
})
