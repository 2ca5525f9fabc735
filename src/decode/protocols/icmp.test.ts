// ICMP messages that change or map a network, and the many that are passed over.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './icmp.ts'

const inner = '4500 001c 0001 0000 4011 0000 c0a80117 cb007107 c0010035 0008 0000'
const redirect = { hex: '0501 0000 c0a80102' + inner }
const advertisement = { hex: '0900 0000 01020708 c0a80101 00000000' }
const mask = { hex: '1200 0000 0001 0001 ffffff00' }
const timestamp = { hex: '0d00 0000 0001 0001' + '00'.repeat(12) }

test('redirects, routers, masks and times', () => {
  const { said, anomalies } = rehearse(protocol, [redirect, advertisement, mask, timestamp])
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said, [
    { kind: 'redirect', type: 5, code: 1, gateway: '192.168.1.2', target: '203.0.113.7' },
    {
      kind: 'router-advertisement',
      type: 9,
      code: 0,
      lifetimeSeconds: 1800,
      gateway: '192.168.1.1',
    },
    { kind: 'mask', type: 18, code: 0, mask: '255.255.255.0' },
    { kind: 'timestamp', type: 13, code: 0 },
  ])
})

test('echoes and unreachables are not said', () => {
  const { said, anomalies, left } = rehearse(protocol, [
    { hex: '0800 0000 0001 0001 6162' },
    { hex: '0303 0000 00000000' + inner },
  ])
  assert.deepEqual([said, anomalies, left], [[], [], 0])
})

test('a short redirect is counted', () => {
  assert.deepEqual(rehearse(protocol, [{ hex: '0501 0000 c0a80102' }]).anomalies, ['icmp-short'])
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, [redirect, advertisement, mask, timestamp]) > 0)
})
