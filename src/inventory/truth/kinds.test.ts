// Each kind of table as its own program wrote it on a test network (dnsmasq 2.90, ISC dhcpd 4.4.3,
// Kea 2.2, iproute2 6.1, net-tools, net-snmp 5.9), or, where there is no such program to run, in
// the shape that its interface documents.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { loadTruthKinds, readTruth, truthKind, type AddressFact } from './index.ts'

const kinds = await loadTruthKinds()
const READ = 1_795_327_300_000_000
const MAC = '02:00:5e:00:53:11'

interface Case {
  readonly kind: string
  readonly text: string
  /** `mac address name`, and what else matters. */
  readonly facts: readonly string[]
  readonly left?: number
}

const shown = ({ mac, address, name, port }: AddressFact): string =>
  [mac, address, name, port].filter((word) => word !== '').join(' ')

const CASES: { readonly [what: string]: Case } = {
  'dnsmasq, with DHCPv6 and no name': {
    kind: 'dnsmasq',
    text:
      `1795330854 ${MAC} 192.168.77.110 plc-hall-7 01:${MAC}\n` +
      `0 06-${MAC} 192.168.77.111 * *\n` +
      'duid 00:01:00:01:32:95:41:97:ce:c4:b4:6b:d0:c1\n' +
      '1795330854 5263121 2001:db8::77 plc-hall-7 00:01:00:01:32:95:41:97:02:00:5e:00:53:11\n',
    facts: [`${MAC} 192.168.77.110 plc-hall-7`, `${MAC} 192.168.77.111`],
  },
  'ISC dhcpd, a journal': {
    kind: 'isc-dhcpd',
    text: `# The format of this file is documented in the dhcpd.leases(5) manual page.
# This lease file was written by isc-dhcp-4.4.3-P1

# authoring-byte-order entry is generated, DO NOT DELETE
authoring-byte-order little-endian;

server-duid "\\000\\001\\000\\0012\\225A\\227\\316\\304\\264k\\320\\301";

lease 192.168.77.20 {
  starts 0 2026/11/22 06:00:58;
  ends 0 2026/11/22 06:10:58;
  cltt 0 2026/11/22 06:00:58;
  binding state active;
  next binding state free;
  rewind binding state free;
  hardware ethernet 02:00:5e:00:53:11;
  uid "\\377\\000\\021\\"3";
  set vendor-class-identifier = "udhcp 1.35.0";
  client-hostname "plc-hall-7";
}
lease 192.168.77.21 {
  starts epoch 1795327258; # Sun Nov 22 06:00:58 2026
  ends never;
  binding state active;
  hardware ethernet 02:00:5e:00:53:12;
  on commit { set a = "}"; }
}
lease 192.168.77.22 {
  binding state abandoned;
  hardware ethernet 02:00:5e:00:53:13;
}
`,
    facts: [`${MAC} 192.168.77.20 plc-hall-7`, '02:00:5e:00:53:12 192.168.77.21'],
  },
  "Kea's memfile": {
    kind: 'kea',
    text:
      'address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,' +
      'hostname,state,user_context\n' +
      `192.168.77.60,${MAC},01:${MAC},3600,1795330860,1,0,0,plc-hall-7,0,\n` +
      '192.168.77.61,02:00:5e:00:53:12,,3600,1795330860,1,0,0,a&#x2cb,0,{ "x": 1&#x2c "y": 2 }\n' +
      '192.168.77.62,02:00:5e:00:53:13,,3600,1795330860,1,0,0,,1,\n',
    facts: [`${MAC} 192.168.77.60 plc-hall-7`, '02:00:5e:00:53:12 192.168.77.61 a,b'],
  },
  "Kea's memfile for DHCPv6": {
    kind: 'kea',
    text:
      'address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,' +
      'fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context,hwtype,hwaddr_source\n' +
      `2001:db8:0::5,00:01:02,3600,1795330860,1,3000,0,9,128,0,0,plc,${MAC},0,,1,2\n` +
      `2001:db8:9::,00:01:02,3600,1795330860,1,3000,2,9,48,0,0,,${MAC},0,,1,2\n`,
    facts: [`${MAC} 2001:db8::5 plc`],
  },
  'Kea on its control socket': {
    kind: 'kea',
    text:
      `{ "arguments": { "leases": [ { "client-id": "01:${MAC}", "cltt": 1795327260, ` +
      `"fqdn-fwd": false, "fqdn-rev": false, "hostname": "plc-hall-7", "hw-address": "${MAC}", ` +
      '"ip-address": "192.168.77.60", "state": 0, "subnet-id": 1, "valid-lft": 3600 } ] }, ' +
      '"result": 0, "text": "1 IPv4 lease(s) found." }',
    facts: [`${MAC} 192.168.77.60 plc-hall-7`],
  },
  'ip -j neigh': {
    kind: 'ip-neigh',
    text:
      `[{"dst":"192.168.77.110","dev":"lan0","lladdr":"${MAC}","state":["DELAY"]},` +
      '{"dst":"192.168.77.9","dev":"lan0","state":["FAILED"]},' +
      '{"dst":"ff02::1","dev":"lan0","lladdr":"33:33:00:00:00:01","state":["NOARP"]},' +
      `{"dst":"fe80::1","dev":"lan0","lladdr":"${MAC}","router":null,"state":["STALE"]}]`,
    facts: [`${MAC} 192.168.77.110 lan0`, `${MAC} fe80::1 lan0`],
  },
  'ip neigh': {
    kind: 'ip-neigh',
    text:
      `192.168.77.110 dev lan0 lladdr ${MAC} DELAY \n` +
      `fe80::1 dev lan0 lladdr ${MAC} router STALE\n` +
      '192.168.77.9 dev lan0  FAILED\n',
    facts: [`${MAC} 192.168.77.110 lan0`, `${MAC} fe80::1 lan0`],
  },
  'arp -an of Linux': {
    kind: 'arp',
    text:
      `? (192.168.77.110) at ${MAC} [ether] on lan0\n` +
      '? (192.168.77.9) at <incomplete> on lan0\n',
    facts: [`${MAC} 192.168.77.110 lan0`],
  },
  'arp -an of macOS, without leading zeros': {
    kind: 'arp',
    text:
      '? (192.168.1.1) at 2:0:5e:0:53:11 on en0 ifscope [ethernet]\n' +
      '? (224.0.0.251) at 1:0:5e:0:0:fb on en0 ifscope permanent [ethernet]\n' +
      '? (10.0.0.9) at (incomplete) on en0 [ethernet]\n',
    facts: [`${MAC} 192.168.1.1 en0`],
    left: 1,
  },
  'arp -a of Windows': {
    kind: 'arp',
    text:
      '\r\nInterface: 192.168.1.9 --- 0x4\r\n' +
      '  Internet Address      Physical Address      Type\r\n' +
      '  192.168.1.1           02-00-5e-00-53-11     dynamic   \r\n' +
      '  192.168.1.255         ff-ff-ff-ff-ff-ff     static    \r\n',
    facts: [`${MAC} 192.168.1.1`],
    left: 1,
  },
  'show ip arp': {
    kind: 'arp',
    text:
      'Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n' +
      'Internet  192.168.1.1             5   0200.5e00.5311  ARPA   Vlan10\n' +
      'Internet  192.168.1.3             0   Incomplete      ARPA\n',
    facts: [`${MAC} 192.168.1.1 Vlan10`],
  },
  '/proc/net/arp': {
    kind: 'proc-arp',
    text:
      'IP address       HW type     Flags       HW address            Mask     Device\n' +
      `192.168.77.110   0x1         0x2         ${MAC}     *        lan0\n` +
      '192.168.77.9     0x1         0x0         00:00:00:00:00:00     *        lan0\n',
    facts: [`${MAC} 192.168.77.110 lan0`],
  },
  'UniFi stat/sta': {
    kind: 'unifi',
    text: JSON.stringify({
      meta: { rc: 'ok' },
      data: [
        {
          _id: 'x',
          mac: MAC,
          ip: '192.168.1.7',
          hostname: 'esp-07',
          name: 'Lamp',
          essid: 'IoT',
          is_wired: false,
          oui: 'Espressif',
          assoc_time: 1795320000,
          latest_assoc_time: 1795326000,
          last_seen: 1795327000,
        },
        {
          _id: 'y',
          mac: '02:00:5e:00:53:12',
          ip: '192.168.1.8',
          is_wired: true,
          sw_mac: '02:00:5e:00:53:99',
          sw_port: 4,
          last_seen: 1795327000,
        },
      ],
    }),
    facts: [
      `${MAC} 192.168.1.7 Lamp IoT`,
      '02:00:5e:00:53:12 192.168.1.8 port 4 of 02:00:5e:00:53:99',
    ],
  },
  'UniFi integration API': {
    kind: 'unifi',
    text: JSON.stringify({
      offset: 0,
      limit: 25,
      data: [
        {
          type: 'WIRELESS',
          id: 'u',
          name: 'Lamp',
          connectedAt: '2026-11-22T05:00:00Z',
          ipAddress: '192.168.1.7',
          macAddress: MAC,
          uplinkDeviceId: 'v',
        },
      ],
    }),
    facts: [`${MAC} 192.168.1.7 Lamp wireless`],
  },
  'OpenWrt getDHCPLeases': {
    kind: 'openwrt',
    text: JSON.stringify({
      dhcp_leases: [
        { expires: 30000, hostname: 'plug', macaddr: MAC.toUpperCase(), ipaddr: '192.168.1.7' },
        { expires: 5, macaddr: MAC, ipaddr: '192.168.1.8' },
      ],
      dhcp6_leases: [
        {
          expires: 30000,
          hostname: 'plug',
          macaddr: MAC,
          duid: '0001',
          ip6addr: '2001:db8::7',
          ip6addrs: ['2001:db8::7/128'],
        },
      ],
    }),
    facts: [
      `${MAC} 192.168.1.7 plug`,
      `${MAC} 192.168.1.8`,
      `${MAC} 2001:db8::7 plug`,
      `${MAC} 2001:db8::7 plug`,
    ],
  },
  'OpenWrt getHostHints behind JSON-RPC': {
    kind: 'openwrt',
    text: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      result: [
        0,
        {
          [MAC.toUpperCase()]: {
            ipaddrs: ['192.168.1.7'],
            ip6addrs: ['fe80::7'],
            name: 'plug.lan',
          },
        },
      ],
    }),
    facts: [`${MAC} 192.168.1.7 plug.lan`, `${MAC} fe80::7 plug.lan`],
  },
  'OpenWrt odhcpd': {
    kind: 'openwrt',
    text: JSON.stringify({
      device: {
        'br-lan': {
          leases: [{ mac: '02005e005311', hostname: 'plug', address: '192.168.1.7', valid: 40000 }],
        },
      },
    }),
    facts: [`${MAC} 192.168.1.7 plug`],
  },
  'OpenWrt hostapd': {
    kind: 'openwrt',
    text: JSON.stringify({
      freq: 5180,
      clients: { [MAC]: { auth: true, assoc: true, signal: -54 } },
    }),
    facts: [`${MAC} wifi`],
  },
  'snmpwalk of a switch': {
    kind: 'snmpwalk',
    text: `iso.3.6.1.2.1.17.4.3.1.1.0.17.34.51.68.85 = Hex-STRING: 00 11 22 33 44 55
iso.3.6.1.2.1.17.4.3.1.1.2.0.94.0.83.17 = Hex-STRING: 02 00 5E 00 53 11
iso.3.6.1.2.1.17.4.3.1.2.0.17.34.51.68.85 = INTEGER: 9
iso.3.6.1.2.1.17.4.3.1.2.2.0.94.0.83.17 = INTEGER: 3
iso.3.6.1.2.1.17.4.3.1.3.0.17.34.51.68.85 = INTEGER: 4
iso.3.6.1.2.1.17.4.3.1.3.2.0.94.0.83.17 = INTEGER: 3
iso.3.6.1.2.1.17.7.1.2.2.1.2.10.2.0.94.0.83.18 = INTEGER: 5
`,
    facts: [`${MAC} port 3`, '02:00:5e:00:53:12 port 5 in 10'],
  },
  'snmpwalk -On of a router': {
    kind: 'snmpwalk',
    text: `.1.3.6.1.2.1.4.22.1.2.2.192.168.77.110 = Hex-STRING: 02 00 5E 00 53 11
.1.3.6.1.2.1.4.35.1.4.2.1.4.192.168.77.110 = Hex-STRING: 02 00 5E 00 53 11
.1.3.6.1.2.1.4.35.1.4.2.2.16.32.1.13.184.0.119.0.0.0.0.0.0.0.0.0.5 = Hex-STRING: 02 00 5E 00 53 11
`,
    facts: [`${MAC} 192.168.77.110`, `${MAC} 192.168.77.110`, `${MAC} 2001:db8:77::5`],
  },
  'snmpwalk with names, and -OQ': {
    kind: 'snmpwalk',
    text: `BRIDGE-MIB::dot1dTpFdbPort.2.0.94.0.83.17 = INTEGER: 3
BRIDGE-MIB::dot1dTpFdbStatus.2.0.94.0.83.17 = INTEGER: learned(3)
IP-MIB::ipNetToMediaPhysAddress.2.192.168.77.110 = STRING: 2:0:5e:0:53:11
IP-MIB::ipNetToPhysicalPhysAddress.2.ipv4."192.168.77.111" = STRING: 2:0:5e:0:53:11
ipNetToPhysicalPhysAddress.2.ipv6."20:01:0d:b8:00:77:00:00:00:00:00:00:00:00:00:05" = 2:0:5e:0:53:11
iso.3.6.1.2.1.4.22.1.2.2.192.168.77.112 = "02 00 5E 00 53 11 "
`,
    facts: [
      `${MAC} 192.168.77.110`,
      `${MAC} 192.168.77.111`,
      `${MAC} 2001:db8:77::5`,
      `${MAC} 192.168.77.112`,
      `${MAC} port 3`,
    ],
  },
}

for (const [what, { kind, text, facts, left = 0 }] of Object.entries(CASES)) {
  test(`${what}: known by its text, and read`, () => {
    const found = truthKind('table', text, kinds)
    assert.equal(found.id, kind)
    const file = readTruth('table', text, { kind: found, read: READ })
    assert.deepEqual(file.facts.map(shown), facts)
    assert.deepEqual([file.problems, file.left], [[], left])
  })
}

const factsOf = (what: string) => {
  const { text } = CASES[what]
  return readTruth('t', text, { kind: truthKind('t', text, kinds), read: READ }).facts
}

test('leases hold from start to end; tables a day before and after they were read', () => {
  const [lease, endless] = factsOf('ISC dhcpd, a journal')
  assert.deepEqual([lease.from, lease.to], [1_795_327_258e6, 1_795_327_858e6])
  assert.deepEqual([endless.from, endless.to], [1_795_327_258e6, Infinity])
  const [kea] = factsOf('Kea on its control socket')
  assert.deepEqual([kea.from, kea.to], [1_795_327_260e6, 1_795_330_860e6])
  const [neighbour] = factsOf('ip neigh')
  assert.deepEqual([neighbour.from, neighbour.to], [READ - 86_400e6, READ + 86_400e6])
  const [left] = factsOf('OpenWrt getDHCPLeases')
  assert.equal(left.to, READ + 30_000e6)
})

test('client ids are what the wire would show of them', () => {
  const [lease] = factsOf('ISC dhcpd, a journal')
  assert.equal(lease.clientId, 'ff00112233')
  assert.equal(factsOf("Kea's memfile")[0].clientId, '0102005e005311')
})

test('a text of no known kind is an error that names the kinds there are', () => {
  assert.throws(() => truthKind('x', 'hello\n', kinds), {
    code: 'unknown-truth',
    message: /dnsmasq/,
  })
})

test('whatever stands in a table, no kind throws', () => {
  const lines = Object.values(CASES).flatMap(({ text }) => text.split('\n'))
  const words = fc.oneof(fc.constantFrom(...lines), fc.string(), fc.constantFrom('{', '}', '"'))
  fc.assert(
    fc.property(fc.array(words), fc.constantFrom(...kinds), (parts, kind) => {
      for (const text of [parts.join('\n'), parts.join(' ')]) {
        for (const fact of readTruth('t', text, { kind, read: READ }).facts) {
          assert.match(fact.mac, /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/)
        }
      }
    }),
  )
})
