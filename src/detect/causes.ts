// Violations of profiles put together by cause, so that one cause gives one finding: everything
// between two parties is one; so is a sweep over many peers, and a crowd of peers with one service.
import { conversationKey, holderOf, type Exchange, type Violation } from '../policy/index.ts'

/** Peers of one kind and service from which on they are one cause, not each its own. */
export const CROWD_MIN = 8
/** The same for peers that were tried in vain. */
export const SWEEP_MIN = 3

export interface Cause {
  /** The same for the same cause in another run, as far as devices have the same ids. */
  readonly key: string
  /**
   * pair: two parties. sweep: many peers, none answered. crowd: many that did. groups: multicast.
   */
  readonly kind: 'pair' | 'sweep' | 'crowd' | 'groups'
  readonly violations: readonly Violation[]
}

/** All causes, in no particular order. */
export function causesOf(violations: readonly Violation[]): Cause[] {
  const seen = withoutTwins(violations)
  const groups = seen.filter(({ exchange }) => exchange.peer.kind === 'group')
  const others = seen.filter(({ exchange }) => exchange.peer.kind !== 'group')
  const pairs = [...Map.groupBy(others, pairKey)].map(([key, list]) => ({ key, list }))
  const sweeps = Map.groupBy(pairs, ({ list }) => (list.some(isReached) ? '' : sharedKey(list[0])))
  const causes: Cause[] = []
  const left = sweeps.get('') ?? []
  for (const [key, members] of sweeps) {
    if (key === '') continue
    if (members.length >= SWEEP_MIN) causes.push(together('sweep', key, members))
    else left.push(...members)
  }
  const crowds = Map.groupBy(left, ({ list }) => crowdKey(list))
  for (const [key, members] of crowds) {
    if (members.length >= CROWD_MIN) causes.push(together('crowd', key, members))
    else for (const member of members) causes.push(together('pair', member.key, [member]))
  }
  for (const [device, list] of Map.groupBy(groups, ({ device }) => device)) {
    causes.push({ key: `${device} groups`, kind: 'groups', violations: list })
  }
  return causes
}

/** Whether the other side took part: an answer, or an accepted connection. */
export const isReached = ({ exchange }: Pick<Violation, 'exchange'>): boolean =>
  exchange.answered && !exchange.failed

/** A conversation that both its ends deny is told from the one that started it. */
function withoutTwins(violations: readonly Violation[]): Violation[] {
  const own = violations.filter(({ exchange }) => exchange.initiated === 'device')
  const told = new Set(own.map(({ exchange }) => conversationKey(exchange)))
  return violations.filter(
    ({ exchange }) => exchange.initiated === 'device' || !told.has(conversationKey(exchange)),
  )
}

export const flowsOf = (violations: readonly Violation[]): number =>
  violations.reduce((sum, { exchange }) => sum + exchange.flows, 0)

interface Pair {
  readonly key: string
  readonly list: readonly Violation[]
}

const together = (kind: Cause['kind'], key: string, members: readonly Pair[]): Cause => ({
  key: `${kind} ${key}`,
  kind,
  violations: members.flatMap(({ list }) => list),
})

/** A peer by who it is: device, holder of its domain, address. */
const peerKey = ({ peer }: Exchange): string =>
  peer.device ?? (peer.name === '' ? peer.address : holderOf(peer.name))

function pairKey({ device, exchange }: Violation): string {
  const peer = peerKey(exchange)
  return exchange.initiated === 'device' ? `${device} ${peer}` : `${peer} ${device}`
}

/** Whoever stands behind all of it: the one who starts; for calls from outside the one called. */
function sharedKey({ device, exchange }: Violation): string {
  if (exchange.initiated === 'device') return `from ${device}`
  return exchange.peer.kind === 'outside' ? `at ${device}` : `from ${peerKey(exchange)}`
}

/** The same party, the same kind of peer, the same service. */
function crowdKey(list: readonly Violation[]): string {
  const main = list.reduce((a, b) => (b.exchange.flows > a.exchange.flows ? b : a))
  const { peer, ipProtocol, port, service } = main.exchange
  const what = service || (port >= 1024 || port < 0 ? 'high' : port)
  return `${sharedKey(main)} ${peer.kind} ${peer.name === ''} ${ipProtocol} ${what}`
}
