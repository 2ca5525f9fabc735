// Multicast DNS: a browse with known answers, a probe, an announcement.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './mdns.ts'

const label = (text: string) => {
  const bytes = Buffer.from(text)
  return bytes.length.toString(16).padStart(2, '0') + bytes.toString('hex')
}
const service = label('_hap') + label('_tcp') + label('local') + '00'
const instance = label('Küche (2)')
const txt = label('md=Bridge 1') + label('ci=2')

const browse = {
  hex:
    '0000 0000 0001 0001 0000 0000' +
    service +
    '000c8001' +
    ('c00c 000c 0001 00001194 000d' + instance + 'c00c'),
}
/** The host name's record is proposed in the authority section. */
const probe = {
  hex:
    '0000 0000 0001 0000 0001 0000' +
    label('Cam-1') +
    label('local') +
    '00' +
    '00ff8001' +
    'c00c 0001 0001 00000078 0004 c0a80105',
}
/** Offsets: service 12, its 'local' 22, instance 45. */
const announcement = {
  hex:
    '0000 8400 0000 0001 0000 0003' +
    service +
    '000c 0001 00001194 000d' +
    instance +
    'c00c' +
    ('c027 0021 8001 00000078 000e 0000 0000 1f90' + label('cam-1') + 'c016') +
    ('c027 0010 8001 00001194 0011' + txt) +
    'c046 0001 8001 00000078 0004 c0a80105',
}

test('an announcement names services, host, port and text', () => {
  const { said, anomalies, certainty } = rehearse(protocol, [announcement])
  assert.equal(certainty, 1)
  assert.deepEqual(anomalies, [])
  const full = 'k\\195\\188che (2)._hap._tcp.local'
  assert.partialDeepStrictEqual(said, [
    {
      kind: 'response',
      answers: [
        { name: '_hap._tcp.local', type: 'PTR', ttl: 4500, data: full },
        { name: full, type: 'SRV', ttl: 120, data: 'cam-1.local', port: 8080 },
        { name: full, type: 'TXT', data: ['md=Bridge 1', 'ci=2'] },
        { name: 'cam-1.local', type: 'A', data: '192.168.1.5' },
      ],
      instances: ['Küche (2)'],
    },
  ])
})

test('known answers of a query are about others and left out', () => {
  const { said } = rehearse(protocol, [browse])
  assert.partialDeepStrictEqual(said, [
    { kind: 'query', questions: [{ name: '_hap._tcp.local', type: 'PTR' }], answers: [] },
  ])
  assert.equal(said[0].instances, undefined)
})

test('a probe says what its sender is about to own', () => {
  assert.partialDeepStrictEqual(rehearse(protocol, [probe]).said, [
    {
      questions: [{ name: 'cam-1.local', type: 'ANY' }],
      proposed: [{ name: 'cam-1.local', type: 'A', data: '192.168.1.5' }],
    },
  ])
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, [browse, probe, announcement]) > 0)
})
