// ARP messages of every kind, and what no Ethernet host sends.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './arp.ts'

const camera = '02a1b2c3d4e5'
const router = '02aabbccdd01'
const none = '000000000000'
const line = (operation: string, ...rest: string[]) => ({
  hex: `0001 0800 06 04 ${operation}` + rest.join(''),
})
const request = line('0001', camera, 'c0a80117', none, 'c0a80101')
const reply = line('0002', router, 'c0a80101', camera, 'c0a80117')

test('a request and its reply', () => {
  const { said, anomalies } = rehearse(protocol, [request, reply])
  assert.partialDeepStrictEqual(said, [
    {
      kind: 'request',
      senderMac: '02:a1:b2:c3:d4:e5',
      senderAddress: '192.168.1.23',
      targetMac: '00:00:00:00:00:00',
      targetAddress: '192.168.1.1',
    },
    { kind: 'reply', senderMac: '02:aa:bb:cc:dd:01', targetMac: '02:a1:b2:c3:d4:e5' },
  ])
  assert.deepEqual(anomalies, [])
})

test('probes and announcements are told apart, padding is no oddity', () => {
  const padding = '00'.repeat(18)
  const { said, left } = rehearse(protocol, [
    line('0001', camera, '00000000', none, 'c0a80117', padding),
    line('0001', camera, 'c0a80117', none, 'c0a80117', padding),
    line('0002', camera, 'c0a80117', 'ffffffffffff', 'c0a80117', padding),
  ])
  assert.deepEqual(
    said.map(({ kind, asReply }) => [kind, asReply]),
    [
      ['probe', undefined],
      ['announcement', undefined],
      ['announcement', true],
    ],
  )
  assert.equal(left, 0)
})

test('what is not Ethernet and IPv4 is counted', () => {
  const { said, anomalies } = rehearse(protocol, [
    { hex: '0001 0800 08 04 0001' + '00'.repeat(24) },
    line('0009', camera, 'c0a80117', none, 'c0a80101'),
    line('0001', camera),
  ])
  assert.deepEqual(said, [])
  assert.deepEqual(anomalies, ['arp-not-ethernet-ipv4', 'arp-operation', 'arp-short'])
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, [request, reply]) > 0)
})
