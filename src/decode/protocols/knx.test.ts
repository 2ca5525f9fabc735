// KNXnet/IP datagrams built by hand from the KNX specifications 3/8 as published in EN ISO 22510.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { protocol } from './knx.ts'

const datagram = (service: string, body: string, from?: 'responder'): Line => {
  const bare = body.replace(/\s/g, '')
  const length = (6 + bare.length / 2).toString(16).padStart(4, '0')
  return { from, hex: `0610${service}${length}${bare}` }
}
const place = '08 01 c0a80102 0e57'
const name = Buffer.from('KNX IP Router').toString('hex').padEnd(60, '0')
const device = `36 01 20 00 1105 0000 00c501020304 e000170c 020000000009 ${name}`
const families = '08 02 02 01 04 01 05 01'
const tunnel = (frame: string) => datagram('0420', `04 01 00 00 ${frame}`)

const search = datagram('0201', place)
const found = datagram('0202', `${place} ${device} ${families}`, 'responder')
const connect = datagram('0205', `${place} ${place} 04 04 02 00`)
const connected = datagram('0206', `01 00 ${place} 04 04 1101`, 'responder')
const write = tunnel('11 00 bc e0 0000 0a03 01 0081')
const confirmed = tunnel('2e 00 bc e0 1101 0a03 01 0081')
const routed = datagram('0530', '29 00 bc d0 1105 1203 01 0000')
const restart = tunnel('11 00 b0 60 0000 1107 01 4380')
const alive = datagram('0207', `01 00 ${place}`)

test('a search and what a router says of itself', () => {
  const { said, certainty, anomalies } = rehearse(protocol, [search, found])
  assert.equal(certainty, 2)
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said[0], { kind: 'search', operation: 'discovery', address: '192.168.1.2:3671' })
  assert.deepEqual(said[1].device, {
    name: 'KNX IP Router',
    serial: '00c501020304',
    mac: '02:00:00:00:00:09',
    individualAddress: '1.1.5',
    medium: 'IP',
    multicast: '224.0.23.12',
    programming: false,
  })
  assert.deepEqual(said[1].families, ['core', 'tunnelling', 'routing'])
})

test('a tunnel: who writes to which group; confirmations and keep-alives are not said', () => {
  const { said } = rehearse(protocol, [connect, connected, write, confirmed, alive])
  assert.deepEqual(said, [
    { kind: 'connect', operation: 'other', connection: 'tunnel' },
    { kind: 'connect', operation: 'other', response: true, status: 0 },
    {
      kind: 'tunnel',
      name: 'group value write',
      operation: 'write',
      sender: '0.0.0',
      target: '1/2/3',
    },
  ])
})

test('routing and restarts', () => {
  const { said } = rehearse(protocol, [routed, restart])
  assert.deepEqual(
    said.map((fields) => [fields.kind, fields.name, fields.operation, fields.target]),
    [
      ['routing', 'group value read', 'read', '2/2/3'],
      ['tunnel', 'restart', 'control', '1.1.7'],
    ],
  )
})

test('what is secured is said once', () => {
  const secure = datagram('0950', '00'.repeat(32))
  assert.equal(rehearse(protocol, [secure, secure]).said.length, 1)
})

test('lengths and services that do not fit are something else', () => {
  assert.equal(rehearse(protocol, [{ hex: '0610 0201 0010 08' }]).certainty, 0)
  assert.equal(rehearse(protocol, [datagram('0299', '00')]).certainty, 0)
})

test('damaged datagrams break nothing', () => {
  assert(batter(protocol, [search, found, connect, connected, write, routed, restart]) > 1000)
})
