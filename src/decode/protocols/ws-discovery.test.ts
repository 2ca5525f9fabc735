// A camera found by a probe, and a printer that says hello.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './ws-discovery.ts'

const envelope = (action: string, body: string) => ({
  bytes: Buffer.from(
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" ' +
      'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" ' +
      'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header>' +
      `<a:Action s:mustUnderstand="1">http://schemas.xmlsoap.org/ws/2005/04/discovery/${action}` +
      `</a:Action></s:Header><s:Body>${body}</s:Body></s:Envelope>`,
  ),
})
const probe = envelope('Probe', '<d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe>')
const scopes =
  'onvif://www.onvif.org/name/Yard%20Cam onvif://www.onvif.org/hardware/C-100\n' +
  'onvif://www.onvif.org/Profile/Streaming onvif://www.onvif.org/location/'
const matches = envelope(
  'ProbeMatches',
  '<d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>' +
    'urn:uuid:1419d68a-1dd2-11b2-a105-02a1b2c3d4e5</a:Address></a:EndpointReference>' +
    '<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>' +
    `<d:Scopes>${scopes}</d:Scopes><d:XAddrs>http://192.168.1.30/onvif/device_service</d:XAddrs>` +
    '</d:ProbeMatch></d:ProbeMatches>',
)

test('a probe and its match', () => {
  const { said, certainty, anomalies } = rehearse(protocol, [
    probe,
    { ...matches, from: 'responder' },
  ])
  assert.equal(certainty, 2)
  assert.deepEqual(anomalies, [])
  assert.partialDeepStrictEqual(said, [
    { kind: 'probe', types: ['dn:NetworkVideoTransmitter'] },
    {
      kind: 'probe-matches',
      endpoint: 'urn:uuid:1419d68a-1dd2-11b2-a105-02a1b2c3d4e5',
      types: ['dn:NetworkVideoTransmitter', 'tds:Device'],
      addresses: ['http://192.168.1.30/onvif/device_service'],
      name: 'Yard Cam',
      hardware: 'C-100',
      profiles: ['Streaming'],
    },
  ])
  assert.equal(said[1].location, undefined)
})

test('without prefixes, with broken percent signs and entities left alone', () => {
  const hello = envelope(
    'Hello',
    '<Hello><Types>wprt:PrintDeviceType</Types>' +
      '<Scopes>onvif://www.onvif.org/name/50%&lt;</Scopes><XAddrs/></Hello>',
  )
  assert.partialDeepStrictEqual(rehearse(protocol, [hello]).said, [
    { kind: 'hello', types: ['wprt:PrintDeviceType'], name: '50%&lt;' },
  ])
})

test('other XML is not WS-Discovery', () => {
  const other = { bytes: Buffer.from('<?xml version="1.0"?><a/>') }
  const { said, anomalies, certainty } = rehearse(protocol, [other])
  assert.equal(certainty, 1)
  assert.deepEqual([said, anomalies], [[], ['ws-discovery-unknown-action']])
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, [probe, { ...matches, from: 'responder' }]) > 0)
})
