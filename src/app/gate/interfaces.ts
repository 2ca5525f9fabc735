// What this machine knows of its interfaces: addresses and networks, ports of bridges, neighbours.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { networkInterfaces } from 'node:os'
import { OperatingError } from '../../core/errors.ts'
import { contains, parsePrefix, type Prefix } from '../../policy/index.ts'

/** One interface as it is now. */
export interface Interface {
  readonly name: string
  readonly addresses: readonly string[]
  readonly networks: readonly string[]
  /** It and, where it is a bridge, its ports. */
  readonly ports: readonly string[]
  /** The bridge it is a port of. */
  readonly bridge?: string
}

/** Throws an OperatingError when there is no interface of that name. */
export function interfaceNamed(name: string): Interface {
  if (!/^[\w.-]{1,15}$/.test(name) || !existsSync(`/sys/class/net/${name}`)) {
    const there = readdirSync('/sys/class/net').filter((one) => one !== 'lo')
    const what = `there is no interface '${name}' here; there are: ${there.join(', ') || 'none'}`
    throw new OperatingError('no-interface', what)
  }
  const own = networkInterfaces()[name] ?? []
  const bridged = `/sys/class/net/${name}/brif`
  const above = `/sys/class/net/${name}/master`
  return {
    name,
    addresses: own.map(({ address }) => address.split('%')[0]),
    networks: own.flatMap(({ cidr }) => (cidr === null ? [] : [cidr.replace(/%[^/]*/, '')])),
    ports: [name, ...(existsSync(bridged) ? readdirSync(bridged).toSorted() : [])],
    ...(existsSync(`${above}/bridge`) && { bridge: basename(readlinkSync(above)) }),
  }
}

/** Whether an address lies in a network of this interface. */
export function isOn({ networks }: Interface, address: string): boolean {
  const inner = parsePrefix(address)
  const outer = networks.map(parsePrefix).filter((one): one is Prefix => one !== undefined)
  return inner !== undefined && outer.some((one) => contains(one, inner))
}

/** One neighbour the machine has spoken with. */
export interface Neighbour {
  readonly interface: string
  readonly mac: string
  readonly address: string
}

/** The neighbours of these interfaces; none where `ip` is missing. */
export async function neighboursOf(names: readonly string[]): Promise<Neighbour[]> {
  const lists = await Promise.all(names.map((name) => neighbours(name)))
  return lists.flat()
}

function neighbours(name: string): Promise<Neighbour[]> {
  return new Promise((resolve) => {
    const child = spawn('ip', ['-j', 'neigh', 'show', 'dev', name], {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 5000,
    })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
    })
    child.on('error', () => resolve([]))
    child.on('close', () => resolve(neighboursFrom(name, text)))
  })
}

function neighboursFrom(name: string, text: string): Neighbour[] {
  try {
    const rows = JSON.parse(text || '[]') as { readonly dst?: string; readonly lladdr?: string }[]
    return rows.flatMap(({ dst, lladdr }) =>
      dst !== undefined && lladdr !== undefined
        ? [{ interface: name, mac: lladdr, address: dst }]
        : [],
    )
  } catch {
    return []
  }
}

/** Whether what is bridged passes the filters of IPv4 and IPv6. Throws an OperatingError if not. */
export function needsBridgeFilter(): void {
  const isOn = ['iptables', 'ip6tables'].every((which) => {
    try {
      return readFileSync(`/proc/sys/net/bridge/bridge-nf-call-${which}`, 'utf8').trim() === '1'
    } catch {
      return false
    }
  })
  if (isOn) return
  const what =
    'a bridge gate needs br_netfilter: modprobe br_netfilter; sysctl -w ' +
    'net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1'
  throw new OperatingError('no-bridge-filter', what)
}
