// Several MACs, one device: by what they say of themselves, with a reason, and back again.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { Site } from './rehearse.ts'
import { loadMacRegistry } from './mac-registry.ts'
import { isTelling } from './merging.ts'
import { identifier as bacnet } from './identifiers/bacnet.ts'
import { identifier as dhcp } from './identifiers/dhcp.ts'
import { identifier as ssdp } from './identifiers/ssdp.ts'

const WIRED = '00:11:32:00:00:01'
const WIRELESS = '00:11:32:00:00:02'

const site = () => new Site([bacnet, dhcp, ssdp])

const ask = (on: Site, mac: string, clientId: string) =>
  on.say('dhcp', `${mac} 0.0.0.0`, { kind: 'request', clientMac: mac, clientId })

test('the same DHCP client id joins two MACs, and the merge can be left out', () => {
  const on = site()
  ask(on, WIRED, 'ff56504d98000200000ab11')
  ask(on, WIRELESS, 'ff56504d98000200000ab11')
  const [device, ...others] = on.devices()
  assert.equal(others.length, 0)
  assert.deepEqual(device.macs, [WIRED, WIRELESS])
  assert.deepEqual(device.limits, ['likely-merge'])
  const [merge] = device.merges
  assert.equal(merge.strength, 'likely')
  assert.equal(merge.because, 'uses the same DHCP client id')
  const apart = on.inventory.devices({ withoutMerges: [merge.key] })
  assert.deepEqual(
    apart.map(({ macs }) => macs.join()),
    [WIRED, WIRELESS],
  )
  assert.equal(new Set(apart.map(({ id }) => id)).size, 2)
  assert.equal(on.devices().length, 1)
})

test('a client id that is just the MAC joins nobody', () => {
  const on = site()
  ask(on, WIRED, '01001132000001')
  ask(on, WIRELESS, '01001132000002')
  assert.equal(on.devices().length, 2)
  assert.deepEqual(on.device(WIRED).identities, [])
})

test('what is more telling and different forbids what is less telling and the same', () => {
  const on = site()
  ask(on, WIRED, 'ff56504d98000200000ab11')
  ask(on, WIRELESS, 'ff56504d98000200000ab22')
  for (const mac of [WIRED, WIRELESS]) {
    on.say('ssdp', `${mac} 192.168.1.5`, {
      kind: 'notify',
      target: 'upnp:rootdevice',
      usn: 'uuid:2f402f80-da50-11e1-9b23-001132000001::upnp:rootdevice',
    })
  }
  assert.equal(on.devices().length, 2)
})

test('an identity that many share is a factory default', () => {
  const on = site()
  for (let number = 1; number <= 5; number++) ask(on, `00:11:32:00:01:0${number}`, '00abcdef0123')
  assert.equal(on.devices().length, 5)
})

test('a router of BACnet networks is none of the devices behind it', () => {
  const on = site()
  for (const [mac, instance] of [
    [WIRED, 100],
    [WIRED, 101],
    [WIRELESS, 101],
  ] as const) {
    on.say('bacnet', `${mac} 192.168.1.5`, {
      kind: 'unconfirmed',
      service: 'i-am',
      deviceInstance: instance,
      vendorId: 5,
    })
  }
  assert.equal(on.devices().length, 2)
  assert.equal(on.device(WIRELESS).attributes.manufacturer?.value, 'Johnson Controls')
})

test('placeholders identify nobody', () => {
  for (const value of ['', '0', '00000000', '1234567890', 'FFFFFFFF', 'unknown', 'N/A', 'None']) {
    assert.equal(isTelling(value), false, value)
  }
  for (const value of ['221519K1100F55', 'bacnet-4194', 'ff56504d98000200000ab11']) {
    assert.equal(isTelling(value), true, value)
  }
})

test('without MACs an IPv6 address tells one, and joins the addresses that hold it', () => {
  const on = new Site([], { registry: loadMacRegistry })
  for (const address of ['fe80::211:32ff:fe00:1', 'fd00:1::211:32ff:fe00:1', 'fd00:1::1234']) {
    on.send(address, 'ff02::fb')
  }
  assert.equal(on.devices().length, 2)
  const device = on.device('fe80::211:32ff:fe00:1')
  assert.deepEqual(device.macs, [])
  assert.deepEqual(
    device.identities.map(({ kind, value, strength }) => [kind, value, strength]),
    [['eui64-mac', WIRED, 'likely']],
  )
  assert.ok(device.limits.includes('no-mac') && device.limits.includes('likely-merge'))
  assert.equal(device.merges[0].because, 'has the MAC that stands in the IPv6 address')
  assert.equal(device.attributes.manufacturer?.value, 'Synology')
  assert.equal(device.attributes.manufacturer.observations[0].source, 'eui64-prefix')
  assert.deepEqual(on.device('fd00:1::1234').identities, [])
})

test('an address that was chosen, or holds a random MAC, tells none', () => {
  const on = site()
  on.send('fe80::11:32ff:fe00:1', 'ff02::fb')
  on.send('fe80::211:3200:fe00:1', 'ff02::fb')
  for (const device of on.devices()) assert.deepEqual(device.identities, [])
})
