// Which endpoints make one device: routers, what is behind them, what is outside, who owns an
// address, and who is only a name.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { Site } from './rehearse.ts'
import { identifier as arp } from './identifiers/arp.ts'
import { identifier as dhcp } from './identifiers/dhcp.ts'
import { identifier as icmpv6 } from './identifiers/icmpv6.ts'

const CAMERA = 'c0:56:e3:10:00:01'
const LAPTOP = 'a4:83:e7:10:00:0a'
const ROUTER = '50:c7:bf:aa:00:01'
const BROADCAST = 'ff:ff:ff:ff:ff:ff 255.255.255.255'

const site = () => new Site([arp, dhcp, icmpv6])

function claim(on: Site, mac: string, address: string): void {
  on.say('arp', mac, { kind: 'reply', senderMac: mac, senderAddress: address })
}

test('a MAC with its v4 and v6 addresses is one device', () => {
  const on = site()
  on.talk(`${CAMERA} 192.168.1.5`, `${LAPTOP} 192.168.1.9`)
  on.talk(`${CAMERA} fe80::c256:e3ff:fe10:1`, `${LAPTOP} fe80::1`)
  on.talk(`${CAMERA} 2001:db8::c256:e3ff:fe10:1`, `${LAPTOP} 2001:db8::9`)
  const camera = on.device(CAMERA)
  assert.equal(on.devices().length, 2)
  assert.equal(camera.addresses.length, 3)
  assert.equal(camera.placement, 'adjacent')
  assert.deepEqual(camera.limits, [])
})

test('who relays outside addresses is a router, and hosts outside are no devices', () => {
  const on = site()
  on.talk(`${CAMERA} 192.168.1.5`, `${ROUTER} 203.0.113.7`)
  on.talk(`${CAMERA} 192.168.1.5`, `${ROUTER} 198.51.100.7`)
  const [camera, router] = [on.device(CAMERA), on.device(ROUTER)]
  assert.equal(on.devices().length, 2)
  assert.equal(router.kind, 'infrastructure')
  assert.equal(router.attributes.type?.value, 'router')
  assert.equal(camera.kind, 'unknown')
  assert.equal(on.inventory.isLocal(on.at(`${ROUTER} 203.0.113.7`)), false)
  assert.equal(on.inventory.deviceOf(on.at(`${ROUTER} 203.0.113.7`)), undefined)
  assert.equal(on.inventory.isInfrastructure(on.at(ROUTER)), true)
  assert.equal(on.inventory.localHint(on.at(`${ROUTER} 203.0.113.7`)), 'outside')
})

test('one outside address that talks to a private one is enough', () => {
  const on = site()
  on.talk(`${CAMERA} 192.168.1.5`, `${ROUTER} 203.0.113.7`)
  assert.equal(on.device(ROUTER).kind, 'infrastructure')
})

test('the router keeps the address that it answers ARP for; the rest behind it is routed', () => {
  const on = site()
  claim(on, ROUTER, '192.168.1.30')
  claim(on, LAPTOP, '192.168.1.9')
  on.talk(`${LAPTOP} 192.168.1.9`, `${ROUTER} 10.20.0.11`)
  on.talk(`${LAPTOP} 192.168.1.9`, `${ROUTER} 192.168.1.30`)
  on.talk(`${LAPTOP} 192.168.1.9`, `${ROUTER} 10.20.0.11`)
  const pump = on.device('10.20.0.11')
  assert.deepEqual(pump.macs, [])
  assert.equal(pump.placement, 'routed')
  assert.equal(pump.behind, ROUTER)
  assert.deepEqual(pump.limits, ['weak-identity'])
  assert.deepEqual(
    on.device(ROUTER).addresses.map(({ address }) => address),
    ['192.168.1.30'],
  )
})

test('an address of before the lease makes no router', () => {
  const on = site()
  on.talk(`${CAMERA} 192.168.0.20`, `${LAPTOP} 192.168.0.9`)
  claim(on, CAMERA, '10.10.10.37')
  on.talk(`${CAMERA} 10.10.10.37`, `${LAPTOP} 10.10.10.9`)
  const camera = on.device(CAMERA)
  assert.notEqual(camera.kind, 'infrastructure')
  assert.deepEqual(
    camera.addresses.map(({ address }) => address),
    ['192.168.0.20', '10.10.10.37'],
  )
})

test('scanned but silent addresses, broadcast and multicast are no devices', () => {
  const on = site()
  on.send(`${LAPTOP} 192.168.1.9`, '02:00:00:00:00:77 192.168.1.77')
  on.send(`${LAPTOP} 192.168.1.9`, BROADCAST)
  on.send(`${LAPTOP} 192.168.1.9`, '01:00:5e:00:00:fb 224.0.0.251')
  assert.deepEqual(
    on.devices().flatMap(({ macs }) => macs),
    [LAPTOP],
  )
})

test('0.0.0.0 belongs to its MAC, and a lease proves the address', () => {
  const on = site()
  on.say('dhcp', `${CAMERA} 0.0.0.0 > ${BROADCAST}`, { kind: 'discover', clientMac: CAMERA })
  on.say('dhcp', `${ROUTER} 192.168.1.1`, {
    kind: 'ack',
    clientMac: CAMERA,
    assignedAddress: '192.168.1.5',
    options: { 1: 'ffffff00' },
  })
  const camera = on.device(CAMERA)
  assert.deepEqual(
    camera.addresses.map(({ address }) => address),
    ['192.168.1.5'],
  )
  assert.deepEqual(on.inventory.localPrefixes, ['192.168.1.0/24'])
})

test('a global prefix that the site announces is local, others are not', () => {
  const on = site()
  on.say('icmpv6', `${ROUTER} fe80::1`, {
    kind: 'router-advertisement',
    routerLifetimeSeconds: 1800,
    prefixes: [{ prefix: '2001:db8:50::', length: 64 }],
  })
  assert.equal(on.inventory.localHint(on.at(`${CAMERA} 2001:db8:50::77`)), 'local')
  assert.equal(on.inventory.localHint(on.at(`${CAMERA} 2001:db8:51::77`)), 'outside')
  assert.equal(on.device(ROUTER).kind, 'infrastructure')
})

test('without MACs devices are addresses, and say so', () => {
  const on = site()
  on.talk('192.168.1.5', '203.0.113.7')
  assert.equal(on.devices().length, 1)
  assert.deepEqual(on.device('192.168.1.5').limits, ['no-mac'])
})

test('a lease seen in the same logs gives the address its MAC', () => {
  const on = site()
  on.talk('192.168.1.5', '203.0.113.7')
  on.say('dhcp', '192.168.1.1', {
    kind: 'ack',
    clientMac: CAMERA,
    assignedAddress: '192.168.1.5',
  })
  const camera = on.device('192.168.1.5')
  assert.deepEqual(camera.macs, [CAMERA])
  assert.deepEqual(camera.limits, [])
})

test('an address claimed by two stays with the first, and the dispute is told', () => {
  const on = site()
  const mallory = '08:00:27:10:00:66'
  claim(on, ROUTER, '192.168.1.1')
  on.talk(`${LAPTOP} 192.168.1.9`, `${ROUTER} 192.168.1.1`)
  claim(on, mallory, '192.168.1.66')
  claim(on, mallory, '192.168.1.1')
  claim(on, ROUTER, '192.168.1.1')
  const attacker = on.device(mallory)
  assert.deepEqual(
    attacker.addresses.map(({ address }) => address),
    ['192.168.1.66'],
  )
  assert.deepEqual(attacker.limits, ['disputed-address'])
  assert.equal(attacker.contradictions[0].before, `192.168.1.1 at ${ROUTER}`)
  assert.equal(on.device('192.168.1.1').macs[0], ROUTER)
})

test('who relays under a disputed address is no router', () => {
  const on = site()
  const mallory = '08:00:27:10:00:66'
  claim(on, ROUTER, '192.168.1.1')
  on.talk(`${LAPTOP} 192.168.1.9`, `${ROUTER} 203.0.113.7`)
  claim(on, mallory, '192.168.1.1')
  on.talk(`${LAPTOP} 192.168.1.9`, `${mallory} 203.0.113.7`)
  claim(on, ROUTER, '192.168.1.1')
  assert.equal(on.device(ROUTER).kind, 'infrastructure')
  assert.equal(on.device(mallory).kind, 'unknown')
  assert.deepEqual(on.device(mallory).limits, ['disputed-address', 'relays-disputed'])
})

test('an address that moves to another MAC later is no dispute', () => {
  const on = site()
  claim(on, CAMERA, '192.168.1.5')
  claim(on, LAPTOP, '192.168.1.5')
  assert.deepEqual(on.device(LAPTOP).limits, [])
})

test('a leaseholder that speaks through a repeater keeps its own name', () => {
  const on = site()
  const repeater = '14:cc:20:00:00:01'
  on.say('dhcp', `${repeater} 0.0.0.0 > ${BROADCAST}`, { kind: 'request', clientMac: CAMERA })
  on.say('dhcp', `${ROUTER} 192.168.1.1`, {
    kind: 'ack',
    clientMac: CAMERA,
    assignedAddress: '192.168.1.5',
  })
  claim(on, repeater, '192.168.1.5')
  claim(on, repeater, '192.168.1.6')
  on.talk(`${repeater} 192.168.1.5`, `${LAPTOP} 192.168.1.9`)
  const camera = on.device(CAMERA)
  assert.deepEqual(camera.limits, ['shared-mac'])
  assert.equal(camera.packetsOut, 1)
  assert.deepEqual(
    on.device(repeater).addresses.map(({ address }) => address),
    ['192.168.1.6'],
  )
})

test('random MACs are flagged, those that software gives out are not', () => {
  const on = site()
  on.talk('d6:3f:9a:10:00:0c 192.168.1.22', '52:54:00:12:34:56 192.168.1.23')
  assert.deepEqual(on.device('192.168.1.22').limits, ['randomised-mac'])
  assert.deepEqual(on.device('192.168.1.23').limits, [])
})

test('ids are given by MAC, stay, and new devices get new ones', () => {
  const on = site()
  on.talk(`${LAPTOP} 192.168.1.9`, `${ROUTER} 192.168.1.1`)
  const before = on.devices().map(({ id, macs }) => `${id} ${macs.join()}`)
  assert.deepEqual(before, [`d1 ${ROUTER}`, `d2 ${LAPTOP}`])
  on.talk('00:17:88:10:00:02 192.168.1.12', `${ROUTER} 192.168.1.1`)
  const after = on.devices().map(({ id, macs }) => `${id} ${macs.join()}`)
  assert.deepEqual(after.toSorted(), [...before, 'd3 00:17:88:10:00:02'].toSorted())
})

test('a flood of made-up senders is counted, not listed; a few of them are', () => {
  const play = (count: number) => {
    const on = site()
    on.talk(`${LAPTOP} 192.168.1.9`, `${ROUTER} 192.168.1.1`)
    for (let number = 0; number < count; number++) {
      const end = number.toString(16).padStart(4, '0').replace(/(..)$/, ':$1')
      on.send(`02:aa:bb:cc:${end} 198.51.${number >> 8}.${number & 255}`, `${ROUTER} 192.168.1.1`)
    }
    return on
  }
  assert.equal(play(10).devices().length, 12)
  const flooded = play(1000)
  assert.equal(flooded.devices().length, 2)
  assert.deepEqual(
    flooded.inventory.limitsMet().map(({ name, dropped }) => `${name} ${dropped}`),
    ['inventoryFleetingForeign 1000'],
  )
})

test('who floods under made-up addresses is one device, and no router', () => {
  for (const prefix of ['10.77', '198.51']) {
    const on = site()
    claim(on, CAMERA, '192.168.1.5')
    on.talk(`${CAMERA} 192.168.1.5`, `${LAPTOP} 192.168.1.9`)
    for (let number = 0; number < 1000; number++) {
      const sender = `${prefix}.${number >> 8}.${number & 255}`
      on.send(`${CAMERA} ${sender}`, `${LAPTOP} 192.168.1.9`)
    }
    const camera = on.device(CAMERA)
    assert.equal(on.devices().length, 2)
    assert.equal(camera.kind, 'unknown')
    assert.deepEqual(camera.limits, ['forged-addresses'])
    assert.equal(camera.addresses.length, 1)
    assert.equal(camera.packetsOut, 1002)
  }
})

test('a router under a flood from outside stays a router', () => {
  const on = site()
  claim(on, ROUTER, '192.168.1.1')
  for (let number = 0; number < 10; number++) {
    on.talk(`${LAPTOP} 192.168.1.9`, `${ROUTER} 203.0.113.${number}`)
  }
  for (let number = 0; number < 1000; number++) {
    on.send(`${ROUTER} 198.51.${number >> 8}.${number & 255}`, `${LAPTOP} 192.168.1.9`)
  }
  assert.equal(on.device(ROUTER).kind, 'infrastructure')
})

test('a hundred thousand addresses behind one MAC are looked at in seconds', () => {
  const on = new Site([arp], {}, 1 << 18)
  const started = performance.now()
  for (let number = 0; number < 100_000; number++) {
    on.send(`${ROUTER} 10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`, LAPTOP)
    on.send(LAPTOP, `${ROUTER} 10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`)
  }
  assert.ok(on.devices().length >= 2)
  assert.ok(performance.now() - started < 30_000)
})
