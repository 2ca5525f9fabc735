// Raises a small part of the test network, records it, and looks with tcpdump whether the devices
// joined and spoke; then nothing may be left behind. Needs root and the packages of packages.txt.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import oui from 'oui-data' with { type: 'json' }

import { needs, needsRoot } from '../needs.ts'
import { eui64 } from './addressing.ts'
import { makeCertificates } from './certificates.ts'
import { deviceNamed, devices, gateway } from './devices.ts'
import { obstacle, raise, standing } from './network.ts'
import type { Network } from './network.ts'
import { capture } from './record.ts'
import { startDevice, startInfrastructure } from './services.ts'

const programs = ['ip', 'nft', 'ethtool', 'sysctl', 'openssl', 'tcpdump', 'dnsmasq', 'udhcpc']
programs.push('mosquitto', 'coap-server-gnutls', 'coap-client-notls')
const skip = needsRoot() || needs(...programs) || (obstacle(programs) ?? false)

test('the table names the manufacturer that the MAC prefix says', () => {
  for (const { name, mac, manufacturer } of devices) {
    const listed = (oui as Record<string, string>)[
      mac.replaceAll(':', '').slice(0, 6).toUpperCase()
    ]
    assert.equal(manufacturer, listed?.split('\n')[0] ?? null, name)
  }
})

test('names, MACs and addresses of the table are used once', () => {
  for (const key of ['name', 'mac', 'ipv4'] as const) {
    assert.equal(new Set(devices.map((device) => device[key])).size, devices.length, key)
  }
})

test('an EUI-64 address is made as the kernel makes it', () => {
  assert.equal(eui64('fe80::', '00:17:88:10:00:02'), 'fe80::217:88ff:fe10:2')
})

function read(file: string, filter: string): string[] {
  const words = ['-n', '-v', '-r', file, filter]
  return execFileSync('tcpdump', words, { encoding: 'utf8', stdio: 'pipe' }).split('\n')
}

async function recordFiveSeconds(network: Network): Promise<string> {
  startInfrastructure(network, makeCertificates(network.directory))
  const { file, sniffer } = await capture(network)
  await Promise.all([startDevice(network, 'bulb'), startDevice(network, 'phone')])
  const url = `coap://${deviceNamed('bulb').ipv4}/time`
  await network.run('phone', ['coap-client-notls', '-B', '3', '-m', 'get', url], 5000)
  await sleep(1000)
  await network.stop(sniffer, 'SIGINT')
  return file
}

test(
  'raises a gateway and two devices, records them, leaves nothing',
  {
    skip,
    timeout: 30_000,
  },
  async () => {
    const network = await raise([gateway, deviceNamed('bulb'), deviceNamed('phone')])
    const ids: number[] = []
    try {
      const file = await recordFiveSeconds(network)
      for (const { name } of network.devices) ids.push(...network.idsIn(name))
      const dhcp = read(file, 'udp port 67').join('\n')
      for (const name of ['bulb', 'phone']) {
        const { mac, ipv4 } = deviceNamed(name)
        assert.match(dhcp, new RegExp(`Request from ${mac}`), `${name} asked for an address`)
        assert.match(dhcp, new RegExp(`Your-IP ${ipv4}`), `${name} was given its address`)
      }
      const ends = read(file, 'udp port 5683').filter((line) => line.includes(' > '))
      const { ipv4 } = deviceNamed('bulb')
      assert.ok(
        ends.some((line) => line.includes(`> ${ipv4}.5683`)),
        'the phone asked the bulb',
      )
      assert.ok(
        ends.some((line) => line.includes(`${ipv4}.5683 >`)),
        'the bulb answered',
      )
      assert.ok(!read(file, 'tcp or udp').join('\n').includes('bad'), 'checksums are as on a wire')
    } finally {
      await network.end()
    }
    assert.ok(ids.length >= 4, 'the programs that ran are known')
    assert.deepEqual(standing(), [])
    assert.deepEqual(
      ids.filter((id) => existsSync(`/proc/${id}`)),
      [],
    )
    assert.ok(!existsSync(network.directory))
  },
)
