// Raises and ends the network: one namespace per device (all named tw-...), a bridge in the
// gateway, an outside behind it. Every program started here is remembered and ended by its
// process id.

import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync } from 'node:fs'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { cell, lan, outsideHosts } from './addressing.ts'
import type { Device } from './device.ts'
import { gateway } from './devices.ts'

/** Namespaces carry the id of the run: two runs do not meet, and a dead run's can be told. */
const family = 'tw-'
const folderFamily = 'thingward-network-'
export const prefix = `${family}${process.pid}-`
export const bridge = 'br-lan'
const enter = join(import.meta.dirname, 'programs', 'enter.sh')

export type Started = {
  id: number
  name: string
  command: string[]
  exited: Promise<number>
  running: boolean
}
export type Network = {
  /** Working files of this run: certificates, configurations, logs. Removed at the end. */
  directory: string
  devices: Device[]
  /** Starts a program in the namespace of a device and leaves it running. */
  start(name: string, command: string[], environment?: Record<string, string>): Started
  /** Runs a program to its end, or to the time limit, and answers its exit code. */
  run(name: string, command: string[], timeLimitMs?: number): Promise<number>
  stop(started: Started, signal?: NodeJS.Signals): Promise<void>
  /** What runs now in the namespace of a device under the name of a program. */
  running(name: string, program: string): Started[]
  /** The ids of all processes in the namespace of a device, also of those that programs started. */
  idsIn(name: string): number[]
  /** Puts the cable in: only from now on the device can be heard. */
  plugIn(name: string): void
  unplug(name: string): void
  /** Ends every program, then the namespaces, then the working files. */
  end(): Promise<void>
}

const namespace = (name: string): string => `${prefix}${name}`

function ip(...words: string[]): void {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] })
}

function inside(name: string, ...words: string[]): void {
  execFileSync('ip', ['netns', 'exec', namespace(name), ...words], { stdio: 'ignore' })
}

/** What is missing to raise the network here, or null. */
export function obstacle(programs: string[]): string | null {
  if (process.platform !== 'linux') return 'network namespaces need Linux'
  if (process.getuid?.() !== 0) return 'raising network namespaces needs root'
  const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin']
  const missing = programs.filter(
    (program) => !folders.some((folder) => existsSync(join(folder, program))),
  )
  if (missing.length > 0) return `not installed: ${missing.join(', ')} (see packages.txt)`
  try {
    ip('netns', 'add', namespace('probe'))
    ip('netns', 'del', namespace('probe'))
  } catch {
    return 'this machine does not let us make network namespaces'
  }
  return null
}

/** The namespaces of this run; of `everyone`, those of all runs. */
export function standing(of: 'own' | 'everyone' = 'own'): string[] {
  const start = of === 'own' ? prefix : family
  const listed = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' })
  return listed
    .split('\n')
    .map((line) => line.split(' ')[0])
    .filter((name) => name.startsWith(start))
}

/** Ends and removes what runs that are dead have left. */
export async function clearDead(): Promise<void> {
  const isDead = (id: string): boolean => !existsSync(`/proc/${id}`)
  await clear(standing('everyone').filter((name) => isDead(name.split('-')[1])))
  for (const folder of readdirSync(tmpdir())) {
    const [id] = folder.startsWith(folderFamily) ? folder.slice(folderFamily.length).split('-') : []
    if (id && isDead(id)) rmSync(join(tmpdir(), folder), { recursive: true, force: true })
  }
}

/** Ends the programs in our namespaces, by id, and the namespaces. */
async function clear(names: string[]): Promise<void> {
  for (const name of names) {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const ids = processesIn(name)
      for (const id of ids) endProcess(id, signal)
      if (ids.length > 0) await sleep(200)
    }
    ip('netns', 'del', name)
  }
}

function processesIn(name: string): number[] {
  const listed = execFileSync('ip', ['netns', 'pids', name], { encoding: 'utf8' })
  return listed.split('\n').filter(Boolean).map(Number)
}

function endProcess(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(id, signal)
  } catch {
    // It has ended by itself.
  }
}

export async function raise(devices: Device[]): Promise<Network> {
  if (standing().length > 0) throw new Error('a process raises one network at a time')
  const directory = mkdtempSync(join(tmpdir(), `${folderFamily}${process.pid}-`))
  const started = new Set<Started>()
  try {
    raiseGateway()
    raiseOutside()
    for (const device of devices) if (device.name !== gateway.name) raiseDevice(device)
    for (const { name } of [...devices, { name: 'outside' }]) prepareFolder(directory, name)
  } catch (error) {
    await clear(standing())
    throw error
  }
  const start: Network['start'] = (name, command, environment) => {
    return launch(started, { directory: join(directory, name), name, command, environment })
  }
  return {
    directory,
    devices,
    start,
    stop,
    async run(name, command, timeLimitMs = 30_000) {
      const one = start(name, command)
      const timer = setTimeout(() => void stop(one), timeLimitMs)
      const code = await one.exited
      clearTimeout(timer)
      return code
    },
    running: (name, program) => {
      return [...started].filter((one) => one.name === name && one.command[0] === program)
    },
    idsIn: (name) => processesIn(namespace(name)),
    plugIn: (name) => ip('-n', namespace(name), 'link', 'set', 'eth0', 'up'),
    unplug(name) {
      ip('-n', namespace(name), 'link', 'set', 'eth0', 'down')
      ip('-n', namespace(name), '-4', 'addr', 'flush', 'dev', 'eth0')
    },
    async end() {
      await Promise.all([...started].map((one) => stop(one)))
      await clear(standing())
      if (!process.env.THINGWARD_NETWORK_KEEP) rmSync(directory, { recursive: true, force: true })
    },
  }
}

type Launch = {
  directory: string
  name: string
  command: string[]
  environment: Record<string, string> | undefined
}

function launch(started: Set<Started>, what: Launch): Started {
  const words = ['netns', 'exec', namespace(what.name), enter, what.directory, ...what.command]
  const log = openSync(join(what.directory, 'output'), 'a')
  const child: ChildProcess = spawn('ip', words, {
    cwd: what.directory,
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...what.environment, RESOLVER: join(what.directory, 'resolv.conf') },
  })
  closeSync(log)
  if (child.pid === undefined) throw new Error(`cannot start ${what.command.join(' ')}`)
  const one: Started = {
    id: child.pid,
    name: what.name,
    command: what.command,
    running: true,
    exited: new Promise((resolve) => {
      child.once('close', (code) => {
        one.running = false
        started.delete(one)
        resolve(code ?? -1)
      })
    }),
  }
  started.add(one)
  return one
}

/** Ends the process group that `launch` made for the program. */
async function stop(one: Started, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (one.running) endProcess(-one.id, signal)
  await Promise.race([one.exited, sleep(1500)])
  if (one.running) endProcess(-one.id, 'SIGKILL')
  await Promise.race([one.exited, sleep(500)])
}

function prepareFolder(directory: string, name: string): void {
  const own = join(directory, name)
  const running = ['run/dhcpcd', 'run/avahi-daemon', 'run/lock']
  for (const folder of [...running, 'dhcp', 'dhcpcd', 'snmp', 'avahi', 'log']) {
    mkdirSync(join(own, folder), { recursive: true })
  }
  const resolver = name === gateway.name || name === 'outside' ? '127.0.0.1' : lan.gateway
  writeFileSync(join(own, 'resolv.conf'), `nameserver ${resolver}\n`)
}

/** The sender makes checksums and segments, as on a wire: there is no card to leave them to. */
function withoutOffload(name: string, link: string): void {
  const features = ['tx', 'sg', 'tso', 'gso', 'gro'].flatMap((feature) => [feature, 'off'])
  inside(name, 'ethtool', '-K', link, ...features)
}

function raiseGateway(): void {
  const own = namespace(gateway.name)
  ip('netns', 'add', own)
  ip('-n', own, 'link', 'set', 'lo', 'up')
  const quiet = ['type', 'bridge', 'mcast_snooping', '0']
  ip('-n', own, 'link', 'add', bridge, 'address', gateway.mac, ...quiet)
  withoutOffload(gateway.name, bridge)
  ip('-n', own, 'addr', 'add', `${gateway.ipv4}/24`, 'dev', bridge)
  for (const network of lan.ipv6) {
    const address = network.replace('::/', '::1/')
    ip('-n', own, '-6', 'addr', 'add', address, 'dev', bridge, 'nodad')
  }
  inside(gateway.name, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1')
  // Else the gateway's NAT also tracks what is only bridged, and drops what an attacker relays.
  const filters = ['iptables', 'ip6tables', 'arptables']
  const off = filters.map((filter) => `net.bridge.bridge-nf-call-${filter}=0`)
  inside(gateway.name, 'sysctl', '-e', '-qw', ...off)
}

function raiseOutside(): void {
  const own = namespace('outside')
  const router = namespace(gateway.name)
  ip('netns', 'add', own)
  ip('-n', own, 'link', 'set', 'lo', 'up')
  ip('link', 'add', 'up0', 'netns', router, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', own)
  withoutOffload(gateway.name, 'up0')
  withoutOffload('outside', 'eth0')
  ip('-n', router, 'addr', 'add', '203.0.113.1/24', 'dev', 'up0')
  ip('-n', router, '-6', 'addr', 'add', '2001:db8:113::1/64', 'dev', 'up0', 'nodad')
  for (const host of outsideHosts) {
    ip('-n', own, 'addr', 'add', `203.0.113.${host}/24`, 'dev', 'eth0')
    ip('-n', own, '-6', 'addr', 'add', `2001:db8:113::${host}/64`, 'dev', 'eth0', 'nodad')
  }
  ip('-n', router, 'link', 'set', 'up0', 'up')
  ip('-n', own, 'link', 'set', 'eth0', 'up')
  ip('-n', own, '-6', 'route', 'add', lan.ipv6[1], 'via', '2001:db8:113::1')
  ip('-n', router, 'link', 'set', bridge, 'up')
  const rules = `table ip nat {
    chain post {
      type nat hook postrouting priority 100;
      oifname "up0" masquerade
    }
  }`
  execFileSync('ip', ['netns', 'exec', router, 'nft', '-f', '-'], { input: rules })
}

function raiseDevice(device: Device): void {
  const own = namespace(device.name)
  const behind = namespace(device.zone === 'cell' ? 'cell' : gateway.name)
  const port = `p-${device.name}`
  ip('netns', 'add', own)
  ip('-n', own, 'link', 'set', 'lo', 'up')
  const pair = ['type', 'veth', 'peer', 'name', port, 'netns', behind]
  ip('link', 'add', 'eth0', 'netns', own, 'address', device.mac, ...pair)
  withoutOffload(device.name, 'eth0')
  if (device.zone === 'cell') ip('-n', behind, 'addr', 'add', `${cell.gateway}/24`, 'dev', port)
  else ip('-n', behind, 'link', 'set', port, 'master', bridge)
  ip('-n', behind, 'link', 'set', port, 'up')
  const settings = [
    `net.ipv4.ip_forward=${device.name === 'cell' ? 1 : 0}`,
    `net.ipv6.conf.eth0.disable_ipv6=${device.ipv6 === 'none' ? 1 : 0}`,
    `net.ipv6.conf.eth0.use_tempaddr=${device.ipv6 === 'private' ? 2 : 0}`,
    'net.ipv4.ping_group_range=0 2147483647',
  ]
  inside(device.name, 'sysctl', '-qw', ...settings)
}
