// What each probe plans, and the bytes that two of them make.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { loadProbes, type ProbeGround, type Shot } from './index.ts'
import { query } from './probes/mdns.ts'
import { getSystem } from './probes/snmp.ts'

const ground: ProbeGround = {
  segment: { interface: 'lan0', own: [], own4: '192.0.2.1', own6: 'fe80::1', networks: [] },
  targets: ['192.0.2.2', '2001:db8::2'],
  alive: () => ['192.0.2.2', '2001:db8::2'],
  community: 'lantern',
}

const PLANS: { readonly [probe: string]: readonly Shot[] } = {
  mdns: [
    { target: '224.0.0.251', what: 'mDNS query' },
    { target: 'ff02::fb', what: 'mDNS query' },
  ],
  neighbours: [
    { target: '192.0.2.2', what: 'ARP request' },
    { target: '2001:db8::2', what: 'ND request' },
  ],
  snmp: [{ target: '192.0.2.2', what: 'SNMP get system' }],
  ssdp: [{ target: '239.255.255.250', what: 'M-SEARCH' }],
}

test('each probe says what it will send', async () => {
  const plans = (await loadProbes()).map((probe) => [probe.id, probe.plan(ground)])
  assert.deepEqual(Object.fromEntries(plans), PLANS)
})

test('without IPv4, what needs it is left out', async () => {
  const bare = { ...ground, segment: { ...ground.segment, own4: '' } }
  const plans = (await loadProbes()).flatMap((probe) => probe.plan(bare))
  assert.deepEqual(
    plans.map(({ what }) => what),
    ['mDNS query', 'ARP request', 'ND request'],
  )
})

test('an mDNS query as RFC 1035 4.1 has it', () => {
  assert.equal(
    query(['_http._tcp.local']).toString('hex'),
    '000000000001000000000000' + '055f68747470045f746370056c6f63616c00' + '000c0001',
  )
})

test('an SNMP get as RFC 3416 has it, for any community', () => {
  const bindings = ['1', '2', '5'].map((column) => `300c06082b06010201010${column}000500`)
  assert.equal(
    getSystem('public', 7).toString('hex'),
    `304202010104067075626c6963a035020107020100020100302a${bindings.join('')}`,
  )
  const long = getSystem('x'.repeat(200), 7)
  assert.equal(long.readUInt16BE(2), long.length - 4, 'long lengths count what follows')
})
