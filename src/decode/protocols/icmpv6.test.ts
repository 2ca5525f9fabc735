// Neighbours, routers and listeners of an IPv6 link.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './icmpv6.ts'

const target = 'fe80 0000 0000 0000 00a1 b2ff fec3 d4e5'
const lines = {
  solicitation: { hex: '8700 0000 00000000' + target + '0101 02aabbccdd01' },
  probe: { hex: '8700 0000 00000000' + target },
  advertisement: { hex: '8800 0000 e0000000' + target + '0201 02a1b2c3d4e5' },
  router: {
    hex:
      '8600 0000 40c0 0708 00000000 00000000' +
      '0101 02aabbccdd01' +
      '0501 0000 000005dc' +
      ('0304 40c0 00015180 00003840 00000000' + '20010db8000000010000000000000000') +
      ('1903 0000 00000708' + '20010db8000000010000000000000035'),
  },
  ask: { hex: '8500 0000 00000000 0101 02a1b2c3d4e5' },
  redirect: { hex: '8900 0000 00000000' + target + '20010db8000000000000000000000007' },
  report: {
    hex:
      '8f00 0000 0000 0002' +
      ('0400 0000 ff0200000000000000000000000000fb' + '0400 0000') +
      'ff020000000000000000000000000001',
  },
  done: { hex: '8400 0000 00000000 ff0200000000000000000000000000fb' },
  query: { hex: '8200 0000 27100000' + '00'.repeat(16) },
}

test('neighbours ask, claim and probe', () => {
  const { said, anomalies } = rehearse(protocol, [
    lines.solicitation,
    lines.probe,
    lines.advertisement,
  ])
  assert.deepEqual(anomalies, [])
  const own = 'fe80::a1:b2ff:fec3:d4e5'
  assert.partialDeepStrictEqual(said, [
    { kind: 'neighbour-solicitation', target: own, linkAddress: '02:aa:bb:cc:dd:01' },
    { kind: 'neighbour-solicitation', target: own, probe: true },
    {
      kind: 'neighbour-advertisement',
      target: own,
      linkAddress: '02:a1:b2:c3:d4:e5',
      router: true,
      solicited: true,
      override: true,
    },
  ])
  assert.equal(said[0].probe, undefined)
})

test('a router says what there is', () => {
  const { said } = rehearse(protocol, [lines.router, lines.ask, lines.redirect])
  assert.partialDeepStrictEqual(said, [
    {
      kind: 'router-advertisement',
      routerLifetimeSeconds: 1800,
      managed: true,
      otherConfiguration: true,
      linkAddress: '02:aa:bb:cc:dd:01',
      mtu: 1500,
      prefixes: [{ prefix: '2001:db8:0:1::', length: 64 }],
      nameServers: ['2001:db8:0:1::35'],
    },
    { kind: 'router-solicitation', linkAddress: '02:a1:b2:c3:d4:e5' },
    { kind: 'redirect', target: 'fe80::a1:b2ff:fec3:d4e5', destination: '2001:db8::7' },
  ])
})

test('listeners of both versions', () => {
  const { said } = rehearse(protocol, [lines.report, lines.done, lines.query])
  assert.deepEqual(said, [
    { kind: 'mld', listener: 'report', groups: ['ff02::fb', 'ff02::1'] },
    { kind: 'mld', listener: 'done', groups: ['ff02::fb'] },
    { kind: 'mld', listener: 'query', groups: undefined },
  ])
})

test('echoes are passed over, half a target is short', () => {
  assert.deepEqual(rehearse(protocol, [{ hex: '8000 0000 0001 0001' }]).said, [])
  const { said, anomalies } = rehearse(protocol, [{ hex: '8700 0000 00000000 fe80' }])
  assert.deepEqual([said, anomalies], [[], ['icmpv6-short']])
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, Object.values(lines)) > 0)
})
