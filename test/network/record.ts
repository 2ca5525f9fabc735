// The command line of the test network: raises it, lives, attacks, records the bridge, ends everything.
// usage: node test/network/record.ts normal|sample|attack --seconds N --out FILE.pcap
//        node test/network/record.ts clear

import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

import { attacks, sampleStory } from './attacks.ts'
import { makeCertificates } from './certificates.ts'
import { devices } from './devices.ts'
import { live, startLasting } from './life.ts'
import { runAttacks } from './label.ts'
import type { Label } from './label.ts'
import { bridge, clearDead, obstacle, raise } from './network.ts'
import type { Network, Started } from './network.ts'
import { startDevice, startInfrastructure } from './services.ts'
import { truthOf } from './truth.ts'

const kinds = ['normal', 'sample', 'attack', 'clear']
const programs = ['ip', 'nft', 'ethtool', 'tcpdump', 'dnsmasq', 'udhcpc', 'dhclient', 'dhcpcd']
const attackPrograms = ['nmap', 'hydra', 'arpspoof', 'masscan', 'hping3', 'arp-scan', 'iodine']

/** Starts tcpdump on the bridge, waits until it listens. The file is classic pcap in microseconds. */
export async function capture(network: Network): Promise<{ file: string; sniffer: Started }> {
  const file = join(network.directory, 'input.pcap')
  const words = ['tcpdump', '-Z', 'root', '-i', bridge, '-s', '0', '-U', '-w', file]
  const sniffer = network.start('gateway', words)
  for (let waited = 0; waited < 5000; waited += 100) {
    if (existsSync(file) && readFileSync(file).length >= 24) return { file, sniffer }
    await sleep(100)
  }
  throw new Error('tcpdump did not start')
}

async function joinAll(network: Network, up: Set<string>): Promise<void> {
  for (const device of devices) {
    if (device.role === 'attacker' || device.name === 'gateway' || device.name === 'phone') continue
    await startDevice(network, device.name)
    up.add(device.name)
    await sleep(400)
  }
}

async function record(kind: string, seconds: number, out: string): Promise<void> {
  const network = await raise(devices)
  const stopEarly = (): void => void network.end().then(() => process.exit(1))
  process.once('SIGINT', stopEarly)
  process.once('SIGTERM', stopEarly)
  try {
    const certificates = makeCertificates(network.directory)
    const up = new Set<string>()
    startInfrastructure(network, certificates)
    const { file, sniffer } = await capture(network)
    const recordedFrom = Date.now() * 1000
    const until = Date.now() + seconds * 1000
    await joinAll(network, up)
    startLasting(network, certificates)
    const life = live(network, certificates, (name) => up.has(name))
    const remaining = (): number => Math.max(0, until - Date.now())
    await sleep(Math.min(15_000, remaining()))
    await startDevice(network, 'phone')
    up.add('phone')
    const labels: Label[] = []
    if (kind !== 'normal') {
      await sleep(kind === 'sample' ? remaining() - (seconds * 1000) / 3 : remaining())
      await startDevice(network, 'mallory')
      await network.run('mallory', ['sysctl', '-qw', 'net.ipv4.ip_forward=1'])
      await network.run('mallory', ['sysctl', '-qw', 'net.ipv4.conf.eth0.send_redirects=0'])
      const steps = kind === 'sample' ? sampleStory : attacks
      labels.push(...(await runAttacks(network, steps, kind === 'sample' ? 4000 : 2000)))
    }
    await sleep(remaining())
    await life.stop()
    await network.stop(sniffer, 'SIGINT')
    const present = devices.filter(({ role }) => kind !== 'normal' || role !== 'attacker')
    copyFileSync(file, out)
    const recordedUntil = Date.now() * 1000
    const about = { capture: basename(out), recordedFrom, recordedUntil, present }
    writeFileSync(join(dirname(out), 'truth.json'), truthOf(about))
    const labelled = { schemaVersion: 1, capture: basename(out), labels }
    if (labels.length > 0) {
      writeFileSync(join(dirname(out), 'labels.json'), `${JSON.stringify(labelled, null, 2)}\n`)
    }
  } finally {
    await network.end()
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seconds: { type: 'string', default: '420' }, out: { type: 'string' } },
  })
  const [kind] = positionals
  if (!kinds.includes(kind) || (kind !== 'clear' && !values.out)) {
    console.error(
      'usage: record.ts normal|sample|attack --seconds N --out FILE, or record.ts clear',
    )
    process.exit(2)
  }
  if (kind === 'clear') return clearDead()
  const reason = obstacle(kind === 'normal' ? programs : [...programs, ...attackPrograms])
  if (reason) {
    console.error(reason)
    process.exit(3)
  }
  await record(kind, Number(values.seconds), values.out ?? '')
}

if (import.meta.main) await main()
