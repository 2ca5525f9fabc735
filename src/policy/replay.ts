// A candidate policy tried on what was seen: what would break, per device, before anything is
// applied; and what would be stopped that should be.
import type { Microseconds } from '../core/clock.ts'
import { compile, type Reason, type Verdict } from './decide.ts'
import { enforceable, type Enforcement } from './enforceable.ts'
import { exactRule } from './rule.ts'
import { standingOf, type Exchange, type ExchangePeer } from './exchange.ts'
import type { Profile, Rule } from './form.ts'
import type { Site } from './site.ts'
import { ruleText } from './wording.ts'

/** Exchanges listed per device; the rest is counted. */
const LISTED_MAX = 200

/** What a policy would have done to one device's traffic. */
export interface Replay {
  readonly device: string
  /** Without a profile nothing would change. */
  readonly profiled: boolean
  /** Flows and bytes by what would have become of them. */
  readonly allowed: Amount
  /** Legitimate as far as anybody knows, and denied: this breaks. Most flows first. */
  readonly broken: Amount
  readonly breaks: readonly Denied[]
  /** Denied, and flagged by findings, never answered, or a flood's: what the policy is for. */
  readonly stopped: Amount
  readonly stops: readonly Denied[]
  /** Flagged by findings, and allowed all the same. */
  readonly missed: Amount
  /** Rules that nothing used. */
  readonly unused: readonly Rule[]
}

/** Flows, and bytes on the wire. */
export interface Amount {
  readonly flows: number
  readonly bytes: number
}

/** One kind of traffic that would be denied. */
export interface Denied {
  readonly initiated: Exchange['initiated']
  /** The other side as it was seen. */
  readonly peer: ExchangePeer
  readonly reason: Reason
  /** Attempts that nobody accepted. */
  readonly failed: boolean
  /** The rule that comes nearest. */
  readonly nearest?: string
  /** In words: what is permitted that comes near, and what was seen. */
  readonly expected: string
  readonly seen: string
  readonly flows: number
  readonly bytes: number
  readonly first: Microseconds
  readonly last: Microseconds
  readonly frame: number
  /** The rule that would let exactly this through, for whoever wants to add it. */
  readonly remedy: Rule
  readonly enforcement: Enforcement
}

/** The profile that holds for a device; undefined when there is none. */
export type ProfileFinder = (device: string) => Profile | undefined

/** Replays every device's settled exchanges (`settle`) against its candidate profile. */
export function replay(
  exchanges: ReadonlyMap<string, readonly Exchange[]>,
  profileOf: ProfileFinder,
  site: Site,
): Replay[] {
  return [...exchanges].map(([device, all]) => replayDevice(device, all, { profileOf, site }))
}

interface Candidate {
  readonly profileOf: ProfileFinder
  readonly site: Site
}

function replayDevice(
  device: string,
  exchanges: readonly Exchange[],
  candidate: Candidate,
): Replay {
  const profile = candidate.profileOf(device)
  const tally = { allowed: amount(), broken: amount(), stopped: amount(), missed: amount() }
  const breaks: Denied[] = []
  const stops: Denied[] = []
  const used = new Set<string>()
  const matcher = profile && compile(profile, candidate.site, device)
  for (const one of exchanges) {
    const standing = standingOf(one)
    const verdict: Verdict = matcher?.decide(one) ?? { allowed: true, reason: 'no-profile' }
    if (verdict.allowed) {
      if (verdict.rule) used.add(verdict.rule.id)
      add(standing === 'flagged' ? tally.missed : tally.allowed, one)
      continue
    }
    const legitimate = standing === 'learnt'
    add(legitimate ? tally.broken : tally.stopped, one)
    const list = legitimate ? breaks : stops
    list.push(deniedOf(one, verdict, candidate.site))
  }
  const byFlows = (a: Denied, b: Denied) => b.flows - a.flows || (a.seen < b.seen ? -1 : 1)
  return {
    device,
    profiled: profile !== undefined,
    ...tally,
    breaks: breaks.toSorted(byFlows).slice(0, LISTED_MAX),
    stops: stops.toSorted(byFlows).slice(0, LISTED_MAX),
    unused: profile?.rules.filter(({ id }) => !used.has(id)) ?? [],
  }
}

const amount = () => ({ flows: 0, bytes: 0 })

function add(to: { flows: number; bytes: number }, one: Exchange): void {
  to.flows += one.flows
  to.bytes += one.bytesOut + one.bytesIn
}

function deniedOf(one: Exchange, verdict: Verdict, site: Site): Denied {
  const remedy = exactRule(one, { kind: 'learnt' }, site)
  const device = site.devices.get(one.device) ?? {}
  return {
    initiated: one.initiated,
    peer: one.peer,
    reason: verdict.reason,
    failed: one.failed,
    ...(verdict.rule && { nearest: verdict.rule.id }),
    ...wordsOf(verdict, remedy),
    flows: one.flows,
    bytes: one.bytesOut + one.bytesIn,
    first: one.first,
    last: one.last,
    frame: one.frame,
    remedy,
    enforcement: enforceable(remedy, device, site),
  }
}

/** Expected and seen, as findings print them. */
export function wordsOf(
  verdict: Verdict,
  seen: Parameters<typeof ruleText>[0],
): { expected: string; seen: string } {
  const expected = verdict.rule ? `${EXPECTED[verdict.reason]} ${ruleText(verdict.rule)}` : NOTHING
  return { expected: verdict.rule ? expected : NOTHING, seen: ruleText(seen) }
}

const NOTHING = 'no rule names this peer'
const EXPECTED: { readonly [reason in Reason]: string } = {
  rule: 'as permitted:',
  implied: 'permitted to everybody',
  'no-profile': 'no profile',
  expired: 'permitted until its end:',
  'unknown-peer': NOTHING,
  'unknown-service': 'with this peer only',
  'wrong-initiator': 'started by the other side:',
  'other-application': 'only this application:',
  'other-operation': 'only these operations:',
  'other-topic': 'only these topics:',
  'answer-denied': 'without an answer:',
  'over-rate': 'less often:',
}
