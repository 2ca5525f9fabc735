// What each identifier concludes from one message: a table of cases, `says` lists what must come
// out (attribute: value), and nothing but the listed attributes may.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Fields } from '../flow/index.ts'
import type { AttributeName, Device } from './device.ts'
import { loadIdentifiers } from './index.ts'
import { Site } from './rehearse.ts'

const MAC = '02:00:00:00:00:05'
const HERE = `${MAC} 192.168.1.5`

interface Case {
  /** Identifier id. */
  readonly by: string
  readonly what: string
  readonly protocol?: string
  readonly fields: Fields
  /** The port that it was answered from; a client's message otherwise. */
  readonly port?: number
  readonly says: { readonly [name in AttributeName]?: string }
  /** Further: 'name version' of software, 'kind value' of identities, MUD URLs. */
  readonly software?: readonly string[]
  readonly identities?: readonly string[]
  readonly mudUrls?: readonly string[]
}

const CASES: readonly Case[] = [
  {
    by: 'dhcp',
    what: 'a camera on BusyBox',
    fields: {
      kind: 'request',
      clientMac: MAC,
      hostname: 'DCS-935L',
      vendorClass: 'udhcp 1.22.1',
      parameterList: [1, 3, 6, 12, 15, 28, 42],
    },
    says: {
      manufacturer: 'D-Link',
      type: 'camera',
      model: 'DCS-935L',
      os: 'Linux (BusyBox)',
      hostname: 'DCS-935L',
    },
    software: ['BusyBox udhcpc 1.22.1'],
  },
  {
    by: 'dhcp',
    what: "Axis's vendor class with firmware, and a MUD URL",
    fields: {
      kind: 'request',
      clientMac: MAC,
      vendorClass: 'AXIS,Network Camera,M3045-V,9.80.1',
      mudUrl: 'https://mud.axis.test/m3045.json',
    },
    says: { manufacturer: 'Axis', type: 'camera', model: 'M3045-V', firmware: '9.80.1' },
    mudUrls: ['https://mud.axis.test/m3045.json'],
  },
  {
    by: 'dhcp',
    what: "an iPhone's parameter list",
    fields: { kind: 'request', clientMac: MAC, parameterList: [1, 121, 3, 6, 15, 119, 252] },
    says: { manufacturer: 'Apple', type: 'phone', os: 'iOS' },
  },
  {
    by: 'dhcpv6',
    what: 'a DUID and a name',
    fields: { kind: 'solicit', clientDuid: '00010001aabbccdd020000000005', fqdn: 'br3e.lan' },
    says: { hostname: 'br3e' },
    identities: ['duid 00010001aabbccdd020000000005'],
  },
  {
    by: 'arp',
    what: 'an owner of an address, nothing else',
    fields: { kind: 'reply', senderMac: MAC, senderAddress: '192.168.1.5' },
    says: {},
  },
  {
    by: 'icmpv6',
    what: 'a router',
    fields: { kind: 'router-advertisement', routerLifetimeSeconds: 1800 },
    says: { type: 'router' },
  },
  {
    by: 'dns',
    what: "a maker's cloud, however deep the name",
    fields: { kind: 'query', questions: [{ name: 'eu.a.b.xbcs.net', type: 'A' }] },
    says: { manufacturer: 'Belkin' },
  },
  {
    by: 'dns',
    what: 'hosting of everybody says nothing',
    fields: { kind: 'query', questions: [{ name: 's3-us-west-2.amazonaws.com', type: 'A' }] },
    says: {},
  },
  {
    by: 'tls',
    what: "a maker's cloud by server name",
    fields: { kind: 'client-hello', serverName: 'bridge.meethue.com' },
    says: { manufacturer: 'Philips', type: 'hub' },
  },
  {
    by: 'tls',
    what: 'a QUIC client of it',
    protocol: 'quic',
    fields: { kind: 'initial', serverName: 'www.roku.com' },
    says: { manufacturer: 'Roku', type: 'media-player' },
  },
  {
    by: 'tls',
    what: 'a self-signed certificate of a recorder',
    fields: {
      kind: 'certificate',
      from: 'server',
      chain: [{ subject: 'C=CN,O=Acme,CN=NVR 1', commonName: 'NVR 1', selfSigned: true }],
    },
    port: 443,
    says: { manufacturer: 'Acme', type: 'recorder' },
  },
  {
    by: 'http',
    what: "a server's name, realm and title",
    fields: { kind: 'response', status: 401, server: 'Hikvision-Webs', realm: 'DS-2CD2143' },
    port: 80,
    says: { manufacturer: 'Hikvision', type: 'camera' },
  },
  {
    by: 'http',
    what: 'a browser on Android',
    fields: {
      kind: 'request',
      userAgent: 'Mozilla/5.0 (Linux; Android 13; SM-G991B) Chrome/112.0 Mobile Safari/537.36',
    },
    says: { manufacturer: 'Samsung', type: 'phone', model: 'SM-G991B', os: 'Android 13' },
    software: ['Chrome 112.0'],
  },
  {
    by: 'banner',
    what: 'an SSH server on Raspberry Pi OS',
    protocol: 'ssh',
    fields: { kind: 'banner', software: 'OpenSSH_8.4p1', comment: 'Raspbian-5+deb11u1' },
    port: 22,
    says: { os: 'Raspberry Pi OS' },
    software: ['OpenSSH 8.4p1'],
  },
  {
    by: 'banner',
    what: 'a mail server',
    protocol: 'pop3',
    fields: { kind: 'banner', text: 'mail.example Cyrus POP3 v2.3.16 server ready' },
    port: 110,
    says: { type: 'server' },
    software: ['Cyrus 2.3.16'],
  },
  {
    by: 'banner',
    what: 'a mail server by its own word',
    protocol: 'imap',
    fields: { kind: 'identity', name: 'Dovecot' },
    port: 143,
    says: { type: 'server' },
    software: ['Dovecot'],
  },
  {
    by: 'banner',
    what: 'an RTSP camera',
    protocol: 'rtsp',
    fields: { kind: 'response', status: 200, server: 'Hipcam RealServer/V1.0' },
    port: 554,
    says: { type: 'camera' },
    software: ['Hipcam RealServer 1.0'],
  },
  {
    by: 'mdns',
    what: 'a HomeKit lock by its category',
    fields: {
      kind: 'response',
      answers: [
        { name: 'front._hap._tcp.local', type: 'TXT', data: ['md=Lock 3', 'ci=6', 'c#=4'] },
        { name: 'front.local', type: 'A', data: '192.168.1.5' },
      ],
    },
    says: { type: 'lock', model: 'Lock 3', hostname: 'front' },
  },
  {
    by: 'mdns',
    what: 'a printer by its service',
    fields: {
      kind: 'response',
      answers: [
        { name: 'x._ipp._tcp.local', type: 'SRV', data: { host: 'x.local', port: 631 } },
        { name: 'x._ipp._tcp.local', type: 'TXT', data: ['ty=Brother HL-L2350DW', 'note=hall'] },
      ],
    },
    says: { type: 'printer', model: 'Brother HL-L2350DW' },
  },
  {
    by: 'llmnr',
    what: 'who answers for a name',
    fields: { kind: 'response', answers: [{ name: 'office-7', type: 'A', data: '192.168.1.5' }] },
    says: { hostname: 'office-7', type: 'computer', os: 'Windows' },
  },
  {
    by: 'nbns',
    what: 'a host announcement of Windows',
    fields: {
      kind: 'datagram',
      name: 'OFFICE7',
      suffix: 0,
      announcement: { host: 'OFFICE7', version: '10.0', serverType: 0x1003, comment: '' },
    },
    says: { hostname: 'OFFICE7', type: 'computer', os: 'Windows NT 10.0' },
  },
  {
    by: 'ssdp',
    what: 'a switch that names itself in its UDN',
    fields: {
      kind: 'notify',
      target: 'upnp:rootdevice',
      server: 'Unspecified, UPnP/1.0, Unspecified',
      usn: 'uuid:Insight-1_0-231550K1200AB1::upnp:rootdevice',
    },
    says: {
      manufacturer: 'Belkin',
      type: 'plug',
      model: 'WeMo Insight',
      serial: '231550K1200AB1',
      os: 'embedded',
    },
    identities: ['upnp-uuid insight-1_0-231550k1200ab1'],
  },
  {
    by: 'ws-discovery',
    what: 'an ONVIF camera',
    fields: {
      kind: 'probe-matches',
      types: ['dn:NetworkVideoTransmitter'],
      hardware: 'IPC-HFW4431',
      endpoint: 'urn:uuid:4d454930-0000-1000-8000-bcbac2a4b6c1',
    },
    says: { type: 'camera', model: 'IPC-HFW4431' },
    identities: ['upnp-uuid 4d454930-0000-1000-8000-bcbac2a4b6c1'],
  },
  {
    by: 'snmp',
    what: "a printer's system group",
    fields: {
      kind: 'response',
      version: '1',
      values: {
        '1.3.6.1.2.1.1.1.0': 'HP ETHERNET MULTI-ENVIRONMENT,PID:HP LaserJet 400 M401dn',
        '1.3.6.1.2.1.1.2.0': '1.3.6.1.4.1.11.2.3.9.1',
      },
    },
    says: { manufacturer: 'HP', type: 'printer', model: 'LaserJet 400 M401dn' },
  },
  {
    by: 'lldp',
    what: 'a telephone with its inventory',
    fields: {
      kind: 'neighbour',
      capabilities: ['bridge', 'telephone'],
      manufacturer: 'Polycom',
      model: 'VVX 411',
      firmware: '6.4.6',
    },
    says: { manufacturer: 'Polycom', type: 'voip-phone', model: 'VVX 411', firmware: '6.4.6' },
  },
  {
    by: 'modbus',
    what: 'function 43/14',
    fields: {
      kind: 'response',
      device: { vendor: 'Schneider Electric', product: 'TM221CE16T', revision: 'V1.6.2' },
    },
    port: 502,
    says: {
      manufacturer: 'Schneider Electric',
      type: 'plc',
      model: 'TM221CE16T',
      firmware: '1.6.2',
    },
  },
  {
    by: 's7comm',
    what: 'component identification',
    fields: {
      kind: 'userdata',
      values: { orderNumber: '6ES7 315-2EH14-0AB0', firmware: '3.2.8', serial: 'S C-X4U421302009' },
    },
    port: 102,
    says: {
      manufacturer: 'Siemens',
      type: 'plc',
      model: '6ES7 315-2EH14-0AB0',
      firmware: '3.2.8',
      serial: 'S C-X4U421302009',
    },
    identities: ['serial S C-X4U421302009'],
  },
  {
    by: 'enip',
    what: 'a list-identity answer',
    fields: {
      kind: 'list-identity',
      identity: {
        vendorId: 1,
        deviceType: 14,
        productCode: 54,
        revision: '20.13',
        serial: '006c061a',
        productName: '1756-L61/B LOGIX5561',
      },
    },
    port: 44_818,
    says: {
      manufacturer: 'Rockwell Automation',
      type: 'plc',
      model: '1756-L61/B LOGIX5561',
      firmware: '20.13',
      serial: '006c061a',
    },
    identities: ['serial cip-1-006c061a'],
  },
  {
    by: 'bacnet',
    what: 'properties of a device object',
    fields: {
      kind: 'complex-ack',
      objectType: 'device',
      values: {
        'vendor-name': 'Delta Controls',
        'model-name': 'eBCON',
        'firmware-revision': '3.4',
      },
    },
    port: 47_808,
    says: { manufacturer: 'Delta Controls', model: 'eBCON', firmware: '3.4' },
  },
  {
    by: 'opcua',
    what: 'build information',
    fields: { kind: 'message', values: { manufacturerName: 'Beckhoff', softwareVersion: '4.3.1' } },
    port: 4840,
    says: { manufacturer: 'Beckhoff', firmware: '4.3.1' },
  },
  {
    by: 'profinet',
    what: 'an identify answer of a controller',
    fields: {
      kind: 'dcp',
      service: 'identify',
      response: true,
      stationName: 'plc-line-3',
      deviceVendor: 'S7-1500',
      vendorId: 0x2a,
      role: 'controller',
    },
    says: { manufacturer: 'Siemens', type: 'plc', model: 'S7-1500', hostname: 'plc-line-3' },
  },
  {
    by: 'mqtt',
    what: "Tasmota's own client id",
    fields: { kind: 'connect', clientId: 'DVES_1A2B3C' },
    says: { type: 'plug', os: 'Tasmota' },
  },
  {
    by: 'industrial',
    what: 'an answer in DNP3, whoever asked',
    protocol: 'dnp3',
    fields: { kind: 'response', function: 129 },
    port: 20_000,
    says: { type: 'rtu' },
  },
  {
    by: 'tplink',
    what: 'a plug that answers get_sysinfo',
    fields: {
      kind: 'response',
      model: 'HS110(EU)',
      type: 'IOT.SMARTPLUGSWITCH',
      firmware: '1.2.5 Build 171213',
      deviceId: '8006E9A3B1C2',
    },
    port: 9999,
    says: {
      manufacturer: 'TP-Link',
      type: 'plug',
      model: 'HS110(EU)',
      firmware: '1.2.5 Build 171213',
    },
    identities: ['device-id 8006e9a3b1c2'],
  },
  {
    by: 'tuya',
    what: 'an announcement says the platform, no maker',
    fields: { kind: 'announcement', deviceId: 'bf1234567890abcdef', version: '3.3' },
    says: {},
    software: ['Tuya platform 3.3'],
    identities: ['device-id tuya-bf1234567890abcdef'],
  },
  {
    by: 'xiaomi-miio',
    what: 'an answer to a hello',
    fields: { kind: 'hello-answer', deviceId: 123_987_456 },
    port: 54_321,
    says: { manufacturer: 'Xiaomi' },
    identities: ['device-id miio-123987456'],
  },
  {
    by: 'lifx',
    what: 'a lamp with its firmware',
    fields: { kind: 'state', firmware: '3.70' },
    port: 56_700,
    says: { manufacturer: 'LIFX', type: 'light', firmware: '3.70' },
  },
  {
    by: 'sip',
    what: 'a telephone by its user agent',
    fields: { kind: 'request', method: 'REGISTER', userAgent: 'Yealink SIP-T46S 66.84.0.15' },
    says: { manufacturer: 'Yealink', type: 'voip-phone', model: 'T46S', firmware: '66.84.0.15' },
  },
  {
    by: 'smb',
    what: 'a Windows server by its challenge',
    fields: { kind: 'challenge', host: 'FILES-2', osVersion: '10.0.17763' },
    port: 445,
    says: { hostname: 'FILES-2', type: 'computer', os: 'Windows NT 10.0.17763' },
  },
  {
    by: 'knx',
    what: 'a router that describes itself',
    fields: {
      kind: 'description',
      response: true,
      device: { name: 'IP Router', serial: '00c501020304', mac: '' },
    },
    port: 3671,
    says: { type: 'gateway', model: 'IP Router', serial: '00c501020304' },
    identities: ['serial knx-00c501020304'],
  },
  {
    by: 'dropbox-lan',
    what: 'a beacon',
    fields: { kind: 'beacon' },
    says: { type: 'computer' },
    software: ['Dropbox'],
  },
  {
    by: 'eapol',
    what: 'a device that joins by WPS',
    fields: { kind: 'eap', device: { manufacturer: 'Edimax', model: 'IC-3115W', serial: '12345' } },
    says: { manufacturer: 'Edimax', type: 'camera', model: 'IC-3115W', serial: '12345' },
  },
  {
    by: 'omron-fins',
    what: 'controller data',
    fields: { kind: 'response', device: { model: 'CJ2M-CPU31', version: '02.01' } },
    port: 9600,
    says: { manufacturer: 'Omron', type: 'plc', model: 'CJ2M-CPU31', firmware: '02.01' },
  },
  {
    by: 'melsec',
    what: 'a CPU model',
    fields: { kind: 'response', device: { model: 'Q03UDVCPU', code: 614 } },
    port: 5007,
    says: { manufacturer: 'Mitsubishi Electric', type: 'plc', model: 'Q03UDVCPU' },
  },
  {
    by: 'mms',
    what: 'an identify answer',
    fields: {
      kind: 'response',
      device: { vendor: 'Schweitzer Engineering', model: 'SEL-421', revision: 'R127' },
    },
    port: 102,
    says: { manufacturer: 'SEL', type: 'rtu', model: 'SEL-421', firmware: 'R127' },
  },
  {
    by: 'ieee80211',
    what: 'an access point that says what it is',
    fields: {
      kind: 'probe-response',
      bssid: MAC,
      ssid: 'plant',
      protection: ['wpa2-personal'],
      manufacturer: 'Acme',
      model: 'Gate 7',
      serial: '12345678',
      deviceType: 'network-infrastructure',
    },
    says: { manufacturer: 'Acme', model: 'Gate 7', type: 'access-point' },
  },
  {
    by: 'ieee80211',
    what: 'a beacon alone',
    fields: { kind: 'beacon', bssid: MAC, ssid: '', protection: ['open'] },
    says: { type: 'access-point' },
  },
  {
    by: 'ubiquiti',
    what: 'a gateway',
    fields: {
      kind: 'device',
      mac: MAC,
      model: 'UGW3',
      product: 'UniFiSecurityGateway',
      firmware: '4.3.33',
      hostname: 'attic',
    },
    says: {
      manufacturer: 'Ubiquiti',
      model: 'UniFiSecurityGateway',
      type: 'router',
      firmware: '4.3.33',
      hostname: 'attic',
    },
  },
]

const all = await loadIdentifiers()

const valuesOf = (device: Device) =>
  Object.fromEntries(Object.entries(device.attributes).map(([name, { value }]) => [name, value]))

for (const one of CASES) {
  test(`${one.by}: ${one.what}`, () => {
    const identifier = all.find(({ id }) => id === one.by)
    assert.ok(identifier, `no identifier ${one.by}`)
    const site = new Site([identifier])
    const protocol = one.protocol ?? one.by
    for (const _ of [1, 2]) {
      site.say(one.port === undefined ? protocol : `${protocol}:${one.port}`, HERE, one.fields)
    }
    const device = site.device(MAC)
    assert.deepEqual(valuesOf(device), one.says)
    assert.deepEqual(
      device.software.map(({ name, version }) => `${name} ${version}`.trim()),
      one.software ?? [],
    )
    assert.deepEqual(
      device.identities.map(({ kind, value }) => `${kind} ${value}`),
      one.identities ?? [],
    )
    assert.deepEqual(device.mudUrls, one.mudUrls ?? [])
    // The second time only counts.
    for (const { observations } of Object.values(device.attributes)) {
      for (const observation of observations) {
        if (observation.frame > 0) assert.deepEqual([observation.count, observation.frame], [2, 1])
      }
    }
  })
}

test('coap: a path asked of a device speaks of the device', () => {
  const identifier = all.find(({ id }) => id === 'coap')
  assert.ok(identifier)
  const site = new Site([identifier])
  site.send(HERE, '02:00:00:00:00:06 192.168.1.6')
  site.say('coap', `02:00:00:00:00:06 192.168.1.6 > ${HERE}`, { kind: 'request', path: 'light' })
  assert.deepEqual(valuesOf(site.device(MAC)), { type: 'light' })
  assert.deepEqual(valuesOf(site.device('02:00:00:00:00:06')), {})
})

test('radius: the network says which MAC has which address', () => {
  const identifier = all.find(({ id }) => id === 'radius')
  assert.ok(identifier)
  const site = new Site([identifier])
  const station = { callingStation: '02-00-00-00-00-05', calledStation: '02-00-00-00-00-99:net' }
  const fields = { kind: 'accounting-request', ...station, assignedAddress: '192.168.1.5' }
  site.send(HERE, '02:00:00:00:00:06 192.168.1.6')
  site.say('radius', '02:00:00:00:00:09 192.168.1.2', fields)
  const found = site.device('192.168.1.5')
  assert.deepEqual(found.macs, [MAC])
  assert.equal(site.device('192.168.1.2').attributes.type?.value, 'access-point')
})

test('hostile fields of any shape are never a throw', () => {
  const odd = [undefined, null, -1, 1e99, '', '\u0000', [], [[]], {}, { a: [null] }, true]
  const names = [
    ...new Set(CASES.flatMap(({ fields }) => Object.keys(fields))),
    'path',
    'topic',
    'clientId',
    'hostname',
    'options',
    'assignedAddress',
    'prefixes',
  ]
  const site = new Site(all)
  const kinds = new Set(CASES.map(({ fields }) => fields['kind']))
  for (const { protocols } of all) {
    for (const protocol of protocols) {
      for (const kind of kinds) {
        for (const value of odd) {
          const fields = Object.fromEntries(names.map((name) => [name, value]))
          site.say(protocol, HERE, { ...fields, kind } as Fields)
        }
      }
    }
  }
  assert.equal(site.devices().length, 1)
})
