// What a device would lose if its permissions were enforced, by cause: with whom, which service,
// how much of it. A sweep over many addresses is one cause.
import type { Microseconds } from '../core/clock.ts'
import { compile, type Reason } from './decide.ts'
import { contentOf } from './entry.ts'
import { standingOf, type Exchange } from './exchange.ts'
import type { Profile } from './form.ts'
import type { Site } from './site.ts'
import type { Violation } from './verdicts.ts'
import { directionText, peerText, serviceText } from './wording.ts'

/** Causes listed per device; the rest is counted. */
const CAUSES_MAX = 20

/**
 * denied: by a policy that was given. The others were kept out of what is learnt: flagged by
 * findings, attempts that nobody accepted, datagrams that nobody answered.
 */
export type BlockedWhy = 'denied' | 'flagged' | 'failed' | 'unanswered'

/** One cause of refusals. */
export interface BlockedCause {
  readonly why: BlockedWhy
  /** For what is denied: what the nearest rule misses. */
  readonly reason?: Reason
  /** A finding flags it, and the rules permit it all the same. */
  readonly permitted: boolean
  /** Attempts that nobody accepted. */
  readonly inVain: boolean
  readonly initiated: 'device' | 'peer'
  /** `api.example.com`, `203.0.113.7 and 253 more`. */
  readonly peer: string
  /** `tcp/23 (telnet)`, `tcp/23 and 99 more` */
  readonly service: string
  /** One line: `to 203.0.113.7 and 253 more tcp/23 (telnet)`. */
  readonly text: string
  readonly flows: number
  readonly bytes: number
  readonly first: Microseconds
  readonly last: Microseconds
}

export interface Blocked {
  /** Most flows first. */
  readonly causes: readonly BlockedCause[]
  /** Causes beyond those listed, and their flows. */
  readonly moreCauses: number
  readonly moreFlows: number
}

/** What a given policy denies one device. */
export function blockedBy(violations: readonly Violation[], site: Site): Blocked {
  const groups = new Map<string, Group>()
  for (const { exchange, verdict } of violations) {
    count(groups, exchange, { why: 'denied', reason: verdict.reason })
  }
  return listed([...groups.values()], site)
}

/**
 * What was not learnt of one device and is denied by what was; and what findings flag, though it is
 * permitted.
 */
export function blockedByLearnt(
  exchanges: readonly Exchange[],
  profile: Profile,
  site: Site,
): Blocked {
  const groups = new Map<string, Group>()
  for (const exchange of exchanges) {
    const standing = standingOf(exchange)
    if (standing === 'flagged' || standing === 'failed' || standing === 'unanswered') {
      count(groups, exchange, { why: standing })
    }
  }
  const device = profile.subject.kind === 'device' ? profile.subject.device : ''
  const matcher = groups.size > 0 ? compile(profile, site, device) : undefined
  return listed([...groups.values()], site, (one) => matcher!.decide(one).allowed)
}

interface Group {
  readonly why: BlockedWhy
  readonly reason?: Reason
  /** The one with most flows stands for all. */
  exchange: Exchange
  readonly addresses: Set<string>
  readonly services: Set<string>
  flows: number
  bytes: number
  first: Microseconds
  last: Microseconds
}

/**
 * Peers without a name of their own are one cause per service; what one peer tries in vain is one.
 */
function count(groups: Map<string, Group>, one: Exchange, kind: Pick<Group, 'why' | 'reason'>) {
  const { peer, initiated, failed } = one
  const named = peer.device ?? (peer.name || (peer.kind === 'group' ? peer.address : ''))
  const service = `${one.family} ${one.ipProtocol} ${one.port} ${one.service}`
  const what = failed && named !== '' ? 'in vain' : service
  const key = `${kind.why} ${kind.reason} ${initiated} ${what} ${peer.kind} ${named}`
  const found = groups.get(key)
  const bytes = one.bytesOut + one.bytesIn
  if (!found) {
    const addresses = new Set(named === '' ? [peer.address] : [])
    const { flows, first, last } = one
    const services = new Set([service])
    groups.set(key, { ...kind, exchange: one, addresses, services, flows, bytes, first, last })
    return
  }
  found.services.add(service)
  if (named === '') found.addresses.add(peer.address)
  if (one.flows > found.exchange.flows) found.exchange = one
  found.flows += one.flows
  found.bytes += bytes
  found.first = Math.min(found.first, one.first)
  found.last = Math.max(found.last, one.last)
}

function listed(
  groups: readonly Group[],
  site: Site,
  isPermitted: (one: Exchange) => boolean = () => false,
): Blocked {
  const judged = groups
    .map((group) => ({ ...group, permitted: isPermitted(group.exchange) }))
    .filter(({ permitted, why }) => !permitted || why === 'flagged')
  const sorted = judged.toSorted((a, b) => b.flows - a.flows || a.first - b.first)
  const rest = sorted.slice(CAUSES_MAX)
  return {
    causes: sorted.slice(0, CAUSES_MAX).map((group) => causeOf(group, site)),
    moreCauses: rest.length,
    moreFlows: rest.reduce((sum, { flows }) => sum + flows, 0),
  }
}

const more = ({ size }: ReadonlySet<string>) => (size > 1 ? ` and ${size - 1} more` : '')

function causeOf(group: Group & { permitted: boolean }, site: Site): BlockedCause {
  const { why, reason, permitted, exchange, addresses, services, flows, bytes, first, last } = group
  const content = contentOf(exchange, site)
  const peer = `${peerText(content.peer)}${more(addresses)}`
  const service = `${serviceText(content.service)}${more(services)}`
  return {
    why,
    ...(reason && { reason }),
    permitted,
    inVain: exchange.failed,
    initiated: exchange.initiated,
    peer,
    service,
    text: `${directionText(content.initiated)} ${peer} ${service}`,
    flows,
    bytes,
    first,
    last,
  }
}
