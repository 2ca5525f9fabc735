// Numbers and times in words, and what a flow ran over.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { ago, carrier, countOf, plain, size, sourceName, span } from './browser/parts/wording.ts'

test('sizes have two digits and a unit', () => {
  assert.deepEqual([0, 999, 1000, 45_400, 123_456, 2.5e9].map(size), [
    '0 B',
    '999 B',
    '1.0 kB',
    '45 kB',
    '123 kB',
    '2.5 GB',
  ])
})

test('spans name their two largest units while the first is small', () => {
  assert.deepEqual([0, 59, 61, 3600, 7500, 90_000, 10 * 86_400 + 3600].map(span), [
    '0 s',
    '59 s',
    '1 min 1 s',
    '1 h',
    '2 h 5 min',
    '1 d 1 h',
    '10 d',
  ])
})

test('moments are told from now, both ways', () => {
  const now = Date.parse('2026-11-22T12:00:00Z')
  assert.equal(ago('2026-11-22T11:59:58Z', now), 'now')
  assert.equal(ago('2026-11-22T09:30:00Z', now), '2 h ago')
  assert.equal(ago('2026-11-25T12:00:00Z', now), 'in 3 d')
  assert.equal(ago('no time', now), 'no time')
})

test('a flow ran over a port, a protocol, or what its service says already', () => {
  assert.equal(carrier('tcp', 443, 'tls'), 'tcp/443')
  assert.equal(carrier('icmp', 0, ''), 'icmp')
  assert.equal(carrier('ip protocol 2054', 0, 'arp'), '')
  assert.equal(carrier('ip protocol 99', 0, ''), 'ip protocol 99')
})

test('words for people', () => {
  assert.equal(countOf(1, 'flow') + ', ' + countOf(1200, 'flow'), '1 flow, 1,200 flows')
  assert.deepEqual(['access-point', 'plc', 'voip-phone'].map(plain), [
    'Access point',
    'PLC',
    'Desk phone',
  ])
  assert.deepEqual(['/a/b.pcap', 'eth0', 'C:\\x\\y.pcapng'].map(sourceName), [
    'b.pcap',
    'eth0',
    'y.pcapng',
  ])
})
