// Every device held to its profile: what of its traffic is permitted, what is not and why, and
// which rules are used. And the traffic that must then not be learnt.
import { compile, type Verdict } from './decide.ts'
import type { Exchange } from './exchange.ts'
import type { Profile } from './form.ts'
import type { Observed } from './observe.ts'
import type { Amount, ProfileFinder } from './replay.ts'
import type { Site } from './site.ts'

/** One exchange that a device's profile denies. */
export interface Violation {
  /** The device whose profile it is. */
  readonly device: string
  readonly profile: Profile
  readonly exchange: Exchange
  readonly verdict: Verdict
}

/** What one profile says of everything its device did. */
export interface DeviceVerdicts {
  readonly device: string
  readonly profile: Profile
  readonly allowed: Amount
  readonly denied: Amount
  /** Flows by rule id; rules that nothing used are not in it. */
  readonly uses: ReadonlyMap<string, number>
  /** In the order of the exchanges. */
  readonly violations: readonly Violation[]
}

/**
 * Judges each device that has a profile; the others are left out. What no longer fitted into the
 * tables has no peer to judge.
 */
export function verdictsOf(
  exchanges: Observed['exchanges'],
  profileOf: ProfileFinder,
  site: Site,
): DeviceVerdicts[] {
  return [...exchanges].flatMap(([device, all]) => {
    const profile = profileOf(device)
    return profile ? [judge({ device, profile, all }, site)] : []
  })
}

interface Case {
  readonly device: string
  readonly profile: Profile
  readonly all: readonly Exchange[]
}

function judge({ device, profile, all }: Case, site: Site): DeviceVerdicts {
  const matcher = compile(profile, site, device)
  const allowed = { flows: 0, bytes: 0 }
  const denied = { flows: 0, bytes: 0 }
  const uses = new Map<string, number>()
  const violations: Violation[] = []
  for (const exchange of all) {
    if (exchange.overflowed) continue
    const verdict = matcher.decide(exchange)
    const amount = verdict.allowed ? allowed : denied
    amount.flows += exchange.flows
    amount.bytes += exchange.bytesOut + exchange.bytesIn
    if (!verdict.allowed) violations.push({ device, profile, exchange, verdict })
    else if (verdict.rule) {
      uses.set(verdict.rule.id, (uses.get(verdict.rule.id) ?? 0) + exchange.flows)
    }
  }
  return { device, profile, allowed, denied, uses, violations }
}

/**
 * The same observations with all violations flagged, at both of their ends, so that nobody learns
 * them.
 */
export function withoutViolations(observed: Observed, violations: readonly Violation[]): Observed {
  if (violations.length === 0) return observed
  const denied = new Set<Exchange>(violations.map(({ exchange }) => exchange))
  const conversations = new Set(violations.map(({ exchange }) => conversationKey(exchange)))
  const exchanges = new Map(
    [...observed.exchanges].map(([device, all]) => [
      device,
      all.map((one) =>
        !one.flagged && (denied.has(one) || conversations.has(conversationKey(one)))
          ? { ...one, flagged: true }
          : one,
      ),
    ]),
  )
  return { ...observed, exchanges }
}

/** The same for both views of a conversation between two devices, whoever's it is. */
export function conversationKey(one: Exchange): string {
  const peer = one.peer.device ?? (one.peer.name || one.peer.address)
  const [from, to] = one.initiated === 'device' ? [one.device, peer] : [peer, one.device]
  return `${from} ${to} ${one.family} ${one.ipProtocol} ${one.port} ${one.service} ${one.failed}`
}
