// A small network for tests of the gate: things on a bridge, a router that is the gate, hosts
// outside; each a namespace, all removed at the end. In each an agent that does what it is told.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
export const PREFIX = `tw-gate-${process.pid}-`

/** One host: its MAC and addresses. */
export interface Host {
  readonly name: string
  readonly mac: string
  readonly v4: string
  readonly v6: string
}

export const CAMERA: Host = host('camera', 11)
export const LAMP: Host = host('lamp', 12)
export const CLOUD = { v4: '203.0.113.10', v6: '2001:db8:2::10' }
export const ELSEWHERE = { v4: '203.0.113.66', v6: '2001:db8:2::66' }
export const GATE = { v4: '192.0.2.1', v6: '2001:db8:1::1' }

function host(name: string, number: number): Host {
  const mac = `02:00:00:00:00:${number}`
  return { name, mac, v4: `192.0.2.${number}`, v6: `2001:db8:1::${number}` }
}

const run = (program: string, ...words: string[]) => {
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr}`)
}
const ip = (...words: string[]) => run('ip', ...words)
export const inside = (name: string, ...words: string[]): string[] => [
  'ip',
  'netns',
  'exec',
  `${PREFIX}${name}`,
  ...words,
]

/** Namespaces, cables, addresses. */
export function raise(): void {
  for (const name of ['gate', 'camera', 'lamp', 'outside']) {
    ip('netns', 'add', PREFIX + name)
    ip('-n', PREFIX + name, 'link', 'set', 'lo', 'up')
  }
  const gate = PREFIX + 'gate'
  ip('-n', gate, 'link', 'add', 'lan0', 'type', 'bridge', 'mcast_snooping', '0')
  for (const { name, mac } of [CAMERA, LAMP]) {
    const peer = ['type', 'veth', 'peer', 'name', `p-${name}`, 'netns', gate]
    ip('link', 'add', 'eth0', 'netns', PREFIX + name, 'address', mac, ...peer)
    ip('-n', gate, 'link', 'set', `p-${name}`, 'master', 'lan0', 'up')
  }
  const up = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', PREFIX + 'outside']
  ip('link', 'add', 'wan0', 'netns', gate, ...up)
  const [program, ...words] = inside('gate', 'sysctl', '-qw')
  run(program, ...words, 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1')
  spawnSync(program, [...words, 'net.bridge.bridge-nf-call-iptables=0'])
  address('gate', 'lan0', [`${GATE.v4}/24`, `${GATE.v6}/64`])
  address('gate', 'wan0', ['203.0.113.1/24', '2001:db8:2::1/64'])
  address(
    'outside',
    'eth0',
    [CLOUD, ELSEWHERE].flatMap(({ v4, v6 }) => [`${v4}/24`, `${v6}/64`]),
  )
  ip('-n', PREFIX + 'outside', 'route', 'add', '192.0.2.0/24', 'via', '203.0.113.1')
  ip('-n', PREFIX + 'outside', '-6', 'route', 'add', '2001:db8:1::/64', 'via', '2001:db8:2::1')
  for (const { name, v4, v6 } of [CAMERA, LAMP]) {
    address(name, 'eth0', [`${v4}/24`, `${v6}/64`])
    ip('-n', PREFIX + name, 'route', 'add', 'default', 'via', GATE.v4)
    ip('-n', PREFIX + name, '-6', 'route', 'add', 'default', 'via', GATE.v6)
  }
}

/**
 * The gate as a bridge in the cable: camera and lamp on one side, the outside's host on the other.
 */
export function raiseBridge(): void {
  const gate = PREFIX + 'gate'
  for (const name of ['gate', 'camera', 'lamp', 'outside']) {
    ip('netns', 'add', PREFIX + name)
    ip('-n', PREFIX + name, 'link', 'set', 'lo', 'up')
  }
  ip('-n', gate, 'link', 'add', 'br0', 'type', 'bridge', 'mcast_snooping', '0')
  for (const [name, mac] of [...[CAMERA, LAMP].map((one) => [one.name, one.mac]), OUTSIDE]) {
    const peer = ['type', 'veth', 'peer', 'name', `p-${name}`, 'netns', gate]
    ip('link', 'add', 'eth0', 'netns', PREFIX + name, 'address', mac, ...peer)
    ip('-n', gate, 'link', 'set', `p-${name}`, 'master', 'br0', 'up')
  }
  ip('-n', gate, 'link', 'set', 'br0', 'up')
  const filters = ['iptables', 'ip6tables'].map((one) => `net.bridge.bridge-nf-call-${one}=1`)
  const [program, ...words] = inside('gate', 'sysctl', '-qw', ...filters)
  run(program, ...words)
  for (const { name, v4, v6 } of [CAMERA, LAMP]) address(name, 'eth0', [`${v4}/24`, `${v6}/64`])
  address(
    'outside',
    'eth0',
    [SERVER, OTHER].flatMap(({ v4, v6 }) => [`${v4}/24`, `${v6}/64`]),
  )
}

const OUTSIDE = ['outside', '02:00:00:00:00:99'] as const
/** Addresses of the outside's host where the gate is a bridge. */
export const SERVER = { v4: '192.0.2.9', v6: '2001:db8:1::9' }
export const OTHER = { v4: '192.0.2.66', v6: '2001:db8:1::66' }

function address(name: string, link: string, addresses: readonly string[]): void {
  for (const each of addresses) {
    const quick = each.includes(':') ? ['nodad'] : []
    ip('-n', PREFIX + name, 'addr', 'add', each, 'dev', link, ...quick)
  }
  ip('-n', PREFIX + name, 'link', 'set', link, 'up')
}

/** Removes the namespaces; with them goes everything in them. */
export function fell(): void {
  for (const name of ['gate', 'camera', 'lamp', 'outside']) {
    spawnSync('ip', ['netns', 'del', PREFIX + name])
  }
}

/** A program in one namespace that answers orders. */
export class Agent {
  private readonly child: ChildProcess
  private readonly waiting = new Map<number, (text: string) => void>()
  private last = 0

  constructor(name: string) {
    const path = join(ROOT, 'test/e2e/gate-agent.ts')
    const [program, ...words] = inside(name, process.execPath, path)
    this.child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] })
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      const [id, text] = JSON.parse(line) as [number, string]
      this.waiting.get(id)?.(text)
      this.waiting.delete(id)
    })
  }

  ask(act: string, host = '', port = 0): Promise<string> {
    const id = ++this.last
    return new Promise((resolve) => {
      this.waiting.set(id, resolve)
      this.child.stdin!.write(`${JSON.stringify({ id, act, host, port })}\n`)
    })
  }

  end(): void {
    this.child.kill('SIGKILL')
  }
}
