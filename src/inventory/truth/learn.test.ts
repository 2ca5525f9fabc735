// What tables say of addresses, beside what the wire shows: MACs for logs without any and for hosts
// behind a router; the wire's word against a stale table; nothing from another time.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { DAY, HOUR } from '../../core/clock.ts'
import { loadIdentifiers } from '../index.ts'
import { Site } from '../rehearse.ts'
import { loadTruthKinds, readTruth, truthKind, type TruthUse } from './index.ts'

const identifiers = await loadIdentifiers()
const kinds = await loadTruthKinds()
const NOW = 1_700_000_000_000_000

const HOST = '00:11:22:33:44:55'
const OTHER = '00:11:22:33:44:66'
const ROUTER = '50:c7:bf:aa:00:01'

/** Gives a site a table; without `read`, written while it was looked at. */
function tell(site: Site, text: string, read = NOW): TruthUse {
  const kind = truthKind('table', text, kinds)
  const file = readTruth('table', text, { kind, read })
  return site.inventory.learnTruth([file], { first: NOW, last: NOW + HOUR })[0]
}

const neighbour = (address: string, mac = HOST) => `${address} dev lan0 lladdr ${mac} REACHABLE\n`
const lease = (address: string, name = 'plc-7') =>
  `${NOW / 1e6 + 3600} ${HOST} ${address} ${name} *\n`

test('logs without MACs: an address gets its MAC, its maker and its name', () => {
  const site = new Site(identifiers)
  site.talk('192.168.1.7', '192.168.1.1')
  const use = tell(site, lease('192.168.1.7'))
  assert.equal(use.used, 1)
  const device = site.device('192.168.1.7')
  assert.deepEqual(device.macs, [HOST])
  assert.equal(device.attributes.hostname?.value, 'plc-7')
  assert.equal(device.attributes.hostname?.observations[0].source, 'dhcp-dnsmasq-name')
  assert.deepEqual(device.limits, [])
  assert.ok(device.packetsOut > 0, 'its packets are counted for it')
  assert.equal(device.placement, 'routed')
})

test("a router's far side: hosts behind it are told apart by MAC", () => {
  const site = new Site(identifiers)
  for (const host of ['10.9.0.5', '10.9.0.6']) {
    site.talk(`${ROUTER} ${host}`, `${OTHER} 192.168.1.2`)
  }
  site.say('arp', ROUTER, { senderAddress: '192.168.1.1' })
  tell(site, neighbour('10.9.0.5'))
  const device = site.device('10.9.0.5')
  assert.deepEqual([device.macs, device.placement, device.behind], [[HOST], 'routed', ROUTER])
  assert.deepEqual(site.device('10.9.0.6').macs, [])
  assert.equal(site.device(ROUTER).kind, 'infrastructure')
})

test('one host behind a router without ARP: the table knows who is who', () => {
  const site = new Site(identifiers)
  site.talk(`${ROUTER} 192.168.1.1`, `${OTHER} 192.168.1.2`)
  site.talk(`${ROUTER} 10.9.0.5`, `${OTHER} 192.168.1.2`)
  tell(site, neighbour('10.9.0.5'))
  assert.deepEqual(site.device('10.9.0.5').macs, [HOST])
})

test('the wire against a table: an address stays where it was seen, and the table is named', () => {
  const site = new Site(identifiers)
  site.say('arp', `${OTHER} 192.168.1.7`, { senderAddress: '192.168.1.7' })
  site.talk(`${OTHER} 192.168.1.7`, `${ROUTER} 192.168.1.1`)
  const use = tell(site, lease('192.168.1.7'))
  assert.deepEqual([use.used, use.contradicted], [0, 1])
  const device = site.device('192.168.1.7')
  assert.deepEqual(device.macs, [OTHER])
  const [{ attribute, before, source }] = device.contradictions
  assert.deepEqual([attribute, source], ['address', 'truth-dnsmasq'])
  assert.match(before, /192\.168\.1\.7 at 00:11:22:33:44:55 \(table\)/)
})

test('a stale table makes no router of the one that has the address now', () => {
  const site = new Site(identifiers)
  site.talk(`${OTHER} 192.168.1.7`, `${ROUTER} 192.168.1.1`)
  tell(site, neighbour('192.168.1.7'))
  const device = site.device(OTHER)
  assert.notEqual(device.kind, 'infrastructure')
  assert.deepEqual(
    device.addresses.map(({ address }) => address),
    ['192.168.1.7'],
  )
})

test('a lease that was over, and a table of another week, say nothing', () => {
  const site = new Site(identifiers)
  site.talk('192.168.1.7', '192.168.1.1')
  const over = `${NOW / 1e6 - 60} ${HOST} 192.168.1.7 old *\n`
  assert.deepEqual([tell(site, over).used, tell(site, over).untimely], [0, 1])
  const week = tell(site, neighbour('192.168.1.7'), NOW - 7 * DAY)
  assert.equal(week.untimely, 1)
  assert.deepEqual(site.device('192.168.1.7').macs, [])
})

test('a device that only a table knows is listed, and said to be only announced', () => {
  const site = new Site(identifiers)
  site.talk('192.168.1.7', '192.168.1.1')
  tell(site, neighbour('192.168.1.99'))
  const device = site.device('192.168.1.99')
  assert.deepEqual([device.macs, device.limits], [[HOST], ['only-announced']])
})
