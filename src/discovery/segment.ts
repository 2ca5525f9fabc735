// The segment that may be asked: networks that the interface itself is in, and no others.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { parseV4, parseV6, v4Text, v6Text } from '../core/addresses.ts'
import { OperatingError } from '../core/errors.ts'
import { DISCOVERY_LIMITS } from './limits.ts'

const run = promisify(execFile)
const TARGETS_MAX = DISCOVERY_LIMITS.targets.value

/** A network as bits: 32 or 128 of them. */
export interface Network {
  readonly text: string
  readonly family: 4 | 6
  readonly bits: bigint
  readonly length: number
}

/** What is known of an interface before anything is sent. */
export interface Segment {
  readonly interface: string
  /** Our own addresses on it. */
  readonly own: readonly string[]
  /** '' where there is no IPv4, or no IPv6 of the link. */
  readonly own4: string
  readonly own6: string
  readonly networks: readonly Network[]
}

/** Reads `192.0.2.0/24`; undefined when it is no network. */
export function networkOf(text: string): Network | undefined {
  const [address, lengthText] = text.split('/')
  const v4 = parseV4(address)
  const groups = v4 === undefined ? parseV6(address) : undefined
  if (v4 === undefined && !groups) return undefined
  const family = v4 === undefined ? 6 : 4
  const width = family === 4 ? 32 : 128
  const length = lengthText === undefined ? width : Number(lengthText)
  if (!/^\d+$/.test(lengthText ?? '0') || length > width) return undefined
  const bits = groups
    ? groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n)
    : BigInt(v4!)
  const host = (1n << BigInt(width - length)) - 1n
  return { text, family, bits: bits & ~host, length }
}

/** Whether the networks share an address. */
export function overlap(one: Network, other: Network): boolean {
  if (one.family !== other.family) return false
  const width = one.family === 4 ? 32 : 128
  const shift = BigInt(width - Math.min(one.length, other.length))
  return one.bits >> shift === other.bits >> shift
}

/** Throws OperatingError `no-interface` when there is none of that name, or it is down. */
export async function segmentOf(name: string): Promise<Segment> {
  if (!/^[A-Za-z0-9_.:@][A-Za-z0-9_.:@-]{0,63}$/.test(name)) {
    throw new OperatingError('bad-interface', `'${name}' is no interface name`)
  }
  const { stdout } = await run('ip', ['-j', 'addr', 'show', 'dev', name]).catch(
    (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'ENOENT' ? "'ip' (iproute2) is not installed" : 'no such interface'
      throw new OperatingError('no-interface', `${name}: ${why}`, { cause })
    },
  )
  const [told] = JSON.parse(stdout) as {
    flags?: string[]
    addr_info?: { family: string; local: string; prefixlen: number; scope: string }[]
  }[]
  if (!told?.flags?.includes('UP')) throw new OperatingError('no-interface', `${name}: it is down`)
  if (told.flags.includes('LOOPBACK')) {
    throw new OperatingError('no-interface', `${name}: nobody else is there`)
  }
  const all = told.addr_info ?? []
  const local = (family: string, scope: string) =>
    all.find((one) => one.family === family && one.scope === scope)?.local ?? ''
  return {
    interface: name,
    own: all.map((one) => one.local),
    own4: local('inet', 'global'),
    own6: local('inet6', 'link'),
    networks: all.flatMap((one) => networkOf(`${one.local}/${one.prefixlen}`) ?? []),
  }
}

/**
 * The addresses of the prefixes, our own left out. Throws OperatingError: `bad-prefix` for what is
 * none, `off-segment` for one that is not on this link, `too-many` beyond the limit.
 */
export function targetsIn(prefixes: readonly string[], segment: Segment): string[] {
  const targets: string[] = []
  for (const text of prefixes) {
    const network = networkOf(text)
    if (!network) throw new OperatingError('bad-prefix', `'${text}' is no network`)
    const isHere = segment.networks.some(
      (own) => own.length <= network.length && overlap(own, network),
    )
    if (!isHere) {
      const what = `${text} is not on ${segment.interface}: only the segment itself is asked`
      throw new OperatingError('off-segment', what)
    }
    const width = network.family === 4 ? 32 : 128
    const count = 1n << BigInt(width - network.length)
    if (BigInt(targets.length) + count > BigInt(TARGETS_MAX)) {
      const what = `${text}: more than ${TARGETS_MAX} addresses; name a smaller part`
      throw new OperatingError('too-many', what)
    }
    for (let at = 0n; at < count; at++) {
      // Neither the network nor its broadcast, where there are such.
      const isEdge = network.family === 4 && count > 2n && (at === 0n || at === count - 1n)
      if (!isEdge) targets.push(addressText(network.bits + at, network.family))
    }
  }
  return [...new Set(targets)].filter((address) => !segment.own.includes(address))
}

function addressText(bits: bigint, family: 4 | 6): string {
  if (family === 4) return v4Text(Number(bits))
  return v6Text(
    Array.from({ length: 8 }, (_, at) => Number((bits >> BigInt(112 - at * 16)) & 0xffffn)),
  )
}
