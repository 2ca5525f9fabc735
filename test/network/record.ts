// The command line of the test network: raises it, lives, attacks, records the bridge, ends
// everything.
// usage: node test/network/record.ts normal|sample|attack --seconds N --out FILE.pcap
//        node test/network/record.ts clear

import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

import { attacks, sampleStory } from './attacks.ts'
import { makeCertificates } from './certificates.ts'
import { devices } from './devices.ts'
import { live } from './life.ts'
import type { Life } from './life.ts'
import { runAttacks } from './label.ts'
import type { Label } from './label.ts'
import { bridge, clearDead, obstacle, raise } from './network.ts'
import type { Network, Started } from './network.ts'
import { startDevice, startInfrastructure } from './services.ts'
import { truthOf } from './truth.ts'

const kinds = ['normal', 'sample', 'attack', 'clear']
const programs = ['ip', 'nft', 'ethtool', 'tcpdump', 'dnsmasq', 'udhcpc', 'dhclient', 'dhcpcd']
const attackPrograms = ['nmap', 'hydra', 'arpspoof', 'masscan', 'hping3', 'arp-scan', 'iodine']

/** Starts tcpdump on the bridge and waits until it listens: classic pcap in microseconds. */
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

/** The hub is plugged in before what talks to it; the attacker and the phone come later. */
async function plugInThings(network: Network, life: Life): Promise<void> {
  for (const { name, role } of devices) {
    if (role === 'attacker' || name === 'gateway' || name === 'phone') continue
    await startDevice(network, name)
    await sleep(700)
    life.begin(name)
  }
}

type Recording = { kind: string; seconds: number; out: string }

async function record({ kind, seconds, out }: Recording): Promise<void> {
  const network = await raise(devices)
  const stopEarly = (): void => void network.end().then(() => process.exit(1))
  process.once('SIGINT', stopEarly)
  process.once('SIGTERM', stopEarly)
  try {
    const certificates = makeCertificates(network.directory)
    startInfrastructure(network, certificates)
    const { file, sniffer } = await capture(network)
    const recordedFrom = Date.now() * 1000
    const untilMs = Date.now() + seconds * 1000
    const life = live(network, certificates)
    await plugInThings(network, life)
    await sleep(15_000)
    await startDevice(network, 'phone')
    life.begin('phone')
    const fromMs = kind === 'sample' ? untilMs - (seconds * 1000) / 3 : untilMs
    const labels = kind === 'normal' ? [] : await beAttacked(network, kind, fromMs)
    await sleep(Math.max(0, untilMs - Date.now()))
    await life.stop()
    await network.stop(sniffer, 'SIGINT')
    copyFileSync(file, out)
    const present = devices.filter(({ role }) => kind !== 'normal' || role !== 'attacker')
    const recordedUntil = Date.now() * 1000
    const truth = truthOf({ capture: basename(out), recordedFrom, recordedUntil, present })
    writeFileSync(join(dirname(out), 'truth.json'), truth)
    if (labels.length === 0) return
    const labelled = { schemaVersion: 1, capture: basename(out), labels }
    writeFileSync(join(dirname(out), 'labels.json'), `${JSON.stringify(labelled, null, 2)}\n`)
  } finally {
    await network.end()
  }
}

/** From `fromMs`: the story of the sample, or every attack once. */
async function beAttacked(network: Network, kind: string, fromMs: number): Promise<Label[]> {
  await sleep(Math.max(0, fromMs - Date.now()))
  await startDevice(network, 'mallory')
  const relay = ['net.ipv4.ip_forward=1', 'net.ipv4.conf.all.send_redirects=0']
  await network.run('mallory', ['sysctl', '-qw', ...relay, 'net.ipv4.conf.eth0.send_redirects=0'])
  return kind === 'sample'
    ? runAttacks(network, sampleStory, 4000)
    : runAttacks(network, attacks, 2000)
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
  await record({ kind, seconds: Number(values.seconds), out: values.out ?? '' })
}

if (import.meta.main) await main()
