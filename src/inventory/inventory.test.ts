// The Inventory as others see it: services, industrial parts, persons, contradictions, bounds.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { INVENTORY_LIMITS } from './limits.ts'
import { loadMacRegistry } from './mac-registry.ts'
import { Site } from './rehearse.ts'
import { identifier as dhcp } from './identifiers/dhcp.ts'
import { identifier as http } from './identifiers/http.ts'
import { identifier as industrial } from './identifiers/industrial.ts'
import { identifier as mdns } from './identifiers/mdns.ts'

const PLC = '00:80:f4:10:00:07 192.168.1.17'
const STATION = 'a4:83:e7:10:00:0a 192.168.1.9'

const site = () => new Site([dhcp, http, mdns], { registry: loadMacRegistry })

test('an answered port is a service, an unanswered or refused one is not', () => {
  const on = site()
  on.talk(STATION, PLC, { responderPort: 502, service: 'modbus' })
  on.talk(STATION, PLC, { responderPort: 502, service: 'modbus' })
  on.talk(STATION, PLC, { responderPort: 23, state: 'REJ' })
  on.talk(STATION, PLC, { responderPort: 22, state: 'S0', responderPackets: 0 })
  const { services } = on.device('192.168.1.17')
  assert.equal(services.length, 1)
  assert.equal(services[0].port, 502)
  assert.equal(services[0].protocol, 'modbus')
  assert.equal(services[0].flows, 2)
})

test("a service's banner is what it said on that port", () => {
  const on = site()
  on.say('http:8080', PLC, { kind: 'response', status: 200, server: 'GoAhead/3.4.2' })
  on.talk(STATION, PLC, { responderPort: 80, service: 'http' })
  on.talk(STATION, PLC, { responderPort: 8080, service: 'http' })
  assert.deepEqual(
    on.device('192.168.1.17').services.map(({ port, banner }) => `${port} ${banner}`),
    ['80 ', '8080 GoAhead/3.4.2'],
  )
})

test('who answers Modbus is a controller, who asks is a station and not a person', () => {
  const on = site()
  on.say('dhcp', `${STATION.split(' ')[0]} 0.0.0.0`, {
    kind: 'request',
    clientMac: STATION.split(' ')[0],
    vendorClass: 'MSFT 5.0',
  })
  on.talk(STATION, PLC, { responderPort: 502, service: 'modbus' })
  const [plc, station] = [on.device('192.168.1.17'), on.device('192.168.1.9')]
  assert.deepEqual(plc.industrial, { role: 'server', answers: ['modbus'], asks: [] })
  assert.equal(plc.attributes.type?.value, 'plc')
  assert.equal(plc.attributes.manufacturer?.value, 'Schneider Electric')
  assert.equal(station.industrial?.role, 'client')
  assert.equal(station.kind, 'device')
})

test('a phone is a person’s, and a MAC prefix alone makes nobody a person’s or a router', () => {
  const on = site()
  const phone = 'd6:3f:9a:10:00:0c'
  on.say('dhcp', `${phone} 0.0.0.0`, {
    kind: 'request',
    clientMac: phone,
    vendorClass: 'android-dhcp-13',
  })
  // Prefixes of VMware and of Cisco.
  on.talk('00:0c:29:00:00:01 192.168.1.2', '00:0e:83:00:00:01 192.168.1.3')
  assert.equal(on.device(phone).kind, 'person')
  assert.equal(on.device('192.168.1.2').kind, 'device')
  assert.equal(on.device('192.168.1.3').kind, 'device')
})

test('a chip maker’s prefix says next to nothing about the manufacturer', () => {
  const on = site()
  on.talk('24:0a:c4:10:00:03 192.168.1.13', STATION)
  const { manufacturer } = on.device('192.168.1.13').attributes
  assert.equal(manufacturer?.value, 'Espressif')
  assert.ok((manufacturer?.confidence ?? 1) < 0.3)
})

test('another host name or system on the same MAC is told as it happens (I9)', () => {
  const on = site()
  const mac = 'c0:56:e3:10:00:01'
  const request = (hostname: string, vendorClass: string) =>
    on.say('dhcp', `${mac} 0.0.0.0`, { kind: 'request', clientMac: mac, hostname, vendorClass })
  request('ipcam-4c21', 'udhcp 1.16.1')
  request('ipcam-4c21', 'udhcp 1.16.1')
  assert.deepEqual(on.inventory.contradictions, [])
  request('DESKTOP-4F5G6H7', 'MSFT 5.0')
  assert.deepEqual(
    on.inventory.contradictions.map(({ attribute, before, after, frame }) => [
      attribute,
      before,
      after,
      frame,
    ]),
    [
      ['os', 'udhcp 1.16.1', 'MSFT 5.0', 3],
      ['hostname', 'ipcam-4c21', 'DESKTOP-4F5G6H7', 3],
    ],
  )
  assert.equal(on.device(mac).contradictions.length, 2)
})

test('a device that says ever new things fills its own share, and that is declared', () => {
  const on = site()
  for (let number = 0; number < 1000; number++) {
    on.say('http:80', PLC, { kind: 'response', status: 200, server: `Server-${number}` })
  }
  const [met, ...others] = on.inventory.limitsMet()
  assert.equal(others.length, 0)
  assert.equal(met.name, INVENTORY_LIMITS.notesEndpoint.name)
  assert.equal(met.dropped, 1000 - INVENTORY_LIMITS.notesSource.value)
})

test('hosts outside cannot crowd out what is ours', () => {
  const on = new Site([http])
  const most = INVENTORY_LIMITS.notesOutside.value
  const server = on.at('50:c7:bf:aa:00:01 203.0.113.7')
  assert.ok(server > 0)
  for (let number = 0; number < 3000; number++) {
    const address = `203.${number >> 8}.${number & 255}.9`
    for (let text = 0; text < 8; text++) {
      on.say('http:80', `50:c7:bf:aa:00:01 ${address}`, {
        kind: 'response',
        status: 200,
        server: `nginx/1.${text}`,
      })
    }
  }
  assert.ok(on.inventory.notes.size <= most)
  on.say('http:80', PLC, { kind: 'response', status: 200, server: 'GoAhead-Webs' })
  assert.equal(on.device('192.168.1.17').software[0].name, 'GoAhead')
})

test('the same messages in another order give the same devices', () => {
  const play = (order: readonly number[]) => {
    const on = site()
    const steps = [
      () => on.talk(STATION, PLC, { responderPort: 502, service: 'modbus' }),
      () => on.talk(PLC, '50:c7:bf:aa:00:01 203.0.113.9'),
      () =>
        on.say('mdns', STATION, {
          kind: 'response',
          answers: [{ name: 'annas-macbook.local', type: 'A', data: '192.168.1.9' }],
        }),
    ]
    for (const step of order) steps[step]()
    return on.devices().map(({ macs, name, kind, attributes }) => {
      return [macs.join(), name, kind, attributes.type?.value, attributes.type?.confidence]
    })
  }
  assert.deepEqual(play([2, 1, 0]), play([0, 1, 2]))
})

test('one direction is enough to know who answers', () => {
  const on = new Site([industrial])
  on.say('dnp3:20000', PLC, { kind: 'response', function: 129 })
  const { industrial: part, attributes } = on.device('192.168.1.17')
  assert.deepEqual(part, { role: 'server', answers: ['dnp3'], asks: [] })
  assert.equal(attributes.type?.value, 'rtu')
})

test('local prefixes widen what is ours, and nonsense is refused by name', () => {
  const on = new Site([], { local: ['203.0.113.0/24', '2001:db8::/32'] })
  assert.equal(on.inventory.localHint(on.at('203.0.113.9')), 'local')
  assert.equal(on.inventory.localHint(on.at('2001:db8:1::9')), 'local')
  assert.equal(on.inventory.localHint(on.at('203.0.114.9')), 'outside')
  for (const prefix of ['', 'home', '203.0.113.0/33', '0.0.0.0/0', '::/0', '10.0.0.0/-1']) {
    assert.throws(() => new Site([], { local: [prefix] }), { code: 'bad-local-prefix' }, prefix)
  }
})
