// What may be asked: networks of the interface itself, bounded, without our own addresses.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { networkOf, overlap, targetsIn, type Segment } from './segment.ts'

const segment: Segment = {
  interface: 'lan0',
  own: ['192.0.2.1', 'fe80::1', '2001:db8::1'],
  own4: '192.0.2.1',
  own6: 'fe80::1',
  networks: ['192.0.2.1/24', 'fe80::1/64', '2001:db8::1/64'].map((text) => networkOf(text)!),
}

test('addresses of a prefix without its edges and ourselves', () => {
  assert.deepEqual(
    targetsIn(['192.0.2.0/29'], segment),
    [2, 3, 4, 5, 6].map((n) => `192.0.2.${n}`),
  )
  assert.deepEqual(targetsIn(['192.0.2.9'], segment), ['192.0.2.9'])
  assert.deepEqual(targetsIn(['192.0.2.8/31'], segment), ['192.0.2.8', '192.0.2.9'])
  assert.deepEqual(targetsIn(['2001:db8::/126'], segment), [
    '2001:db8::',
    '2001:db8::2',
    '2001:db8::3',
  ])
  assert.equal(targetsIn(['192.0.2.0/24', '192.0.2.0/25'], segment).length, 253)
})

test('other segments, larger networks and nonsense are refused', () => {
  const cases: [string, string][] = [
    ['192.0.3.0/24', 'off-segment'],
    ['192.0.2.0/23', 'off-segment'],
    ['0.0.0.0/0', 'off-segment'],
    ['2001:db8::/64', 'too-many'],
    ['192.0.2.0/33', 'bad-prefix'],
    ['192.0.2.0/-1', 'bad-prefix'],
    ['office', 'bad-prefix'],
  ]
  for (const [prefix, code] of cases) {
    assert.throws(() => targetsIn([prefix], segment), { code }, prefix)
  }
})

test('networks that share an address', () => {
  const shared = (one: string, other: string) => overlap(networkOf(one)!, networkOf(other)!)
  assert.ok(shared('10.0.0.0/8', '10.20.0.0/16'))
  assert.ok(shared('10.20.0.7/32', '10.20.0.0/16'))
  assert.ok(!shared('10.20.0.0/16', '10.21.0.0/16'))
  assert.ok(!shared('0.0.0.0/0', '::/0'))
})
