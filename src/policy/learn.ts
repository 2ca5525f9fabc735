// The learner: watches flows and what is said in them, and at the end writes every device's
// profile.
import type { EndpointTable, Flow, FlowObserver, Transaction } from '../flow/index.ts'
import { ConversationTable } from './conversation.ts'
import type { PolicyDevice } from './device.ts'
import { joined, ruleOf, serviceOf, type Entry } from './entry.ts'
import { standingOf, type Exchange } from './exchange.ts'
import { sortedRules, PROFILE_SCHEMA_VERSION } from './form.ts'
import type { NotLearnt, Profile, Provenance, Rule, Subject } from './form.ts'
import { generalise } from './generalise.ts'
import { maturityOf } from './maturity.ts'
import { isFailed } from './orientation.ts'
import { observe, type LearnOptions, type Observed, type Observing } from './observe.ts'
import type { Site } from './site.ts'
import { SpeechTable } from './speech.ts'
import { ruleCovers } from './cover.ts'

/** What a learner may remember, in rows. */
export interface LearnerLimits {
  /** `tableLimits(…).conversations` */
  readonly conversations: number
  /** Who tried what in vain; 0 (the default): such attempts are counted by endpoint only. */
  readonly attempts?: number
}

/**
 * Everything about one capture that profiles are learnt from. Bounded; give it to `profilesOf` at
 * the end.
 */
export class Learner implements FlowObserver {
  readonly conversations: ConversationTable
  readonly speech = new SpeechTable()
  /** Only where the attempts that nobody accepted are to be judged too. */
  readonly attempts: ConversationTable | undefined

  constructor(limits: LearnerLimits, endpoints: EndpointTable) {
    this.conversations = new ConversationTable(limits.conversations, endpoints)
    if (limits.attempts) this.attempts = new ConversationTable(limits.attempts, endpoints, true)
  }

  /** Counts a flow that has ended. Under 300 ns; keeps nothing of the reused object. */
  flowEnd(flow: Flow): void {
    this.conversations.add(flow)
  }

  /** Keeps an attempt that nobody accepted. A call of its own: most runs need no such thing. */
  attempt(flow: Flow): void {
    if (isFailed(flow)) this.attempts?.add(flow)
  }

  /** Notes operations and MQTT topics; most transactions say nothing of either. */
  transaction(transaction: Transaction): void {
    this.speech.add(transaction)
  }
}

/**
 * A profile for every profiled device, in the order of `devices`; those without traffic get one
 * without rules. The same traffic gives the same rules, in whatever order its flows ended and
 * wherever the capture was cut.
 */
export const profilesOf = (
  devices: readonly PolicyDevice[],
  learner: Observing,
  options: LearnOptions = {},
): Profile[] => profilesFrom(observe(devices, learner, options), options)

/** The same from what `observe` has found, for those who need that too. */
export function profilesFrom(observed: Observed, options: LearnOptions = {}): Profile[] {
  const { site, exchanges, failures, span } = observed
  return [...exchanges].map(([id, seen]) => {
    const learnt = { device: site.devices.get(id)!, exchanges: seen, span }
    const profile = profileOf(learnt, site, options)
    return { ...profile, notLearnt: { ...profile.notLearnt!, ...failures.get(id) } }
  })
}

interface Learnt {
  readonly device: PolicyDevice
  /** Settled. */
  readonly exchanges: readonly Exchange[]
  readonly span: Observed['span']
}

function profileOf(learnt: Learnt, site: Site, options: LearnOptions): Profile {
  const { device, exchanges, span } = learnt
  const provenance: Provenance = {
    kind: 'learnt',
    ...(options.source !== undefined && { source: options.source }),
    ...(Number.isFinite(span.first) && { from: span.first, to: span.last }),
  }
  const rules = rulesOf(exchanges, site, provenance)
  const before = exchanges.filter((one) => one.first < span.cut)
  const early = rulesOf(before, site, provenance)
  return {
    schemaVersion: PROFILE_SCHEMA_VERSION,
    subject: subjectOf(device),
    phase: 'learn',
    rules,
    maturity: maturityOf({ device: device.id, exchanges, early, span }, site),
    provenance,
    notLearnt: notLearntOf(exchanges),
    ...(device.mudUrl !== undefined && { mudUrl: device.mudUrl }),
  }
}

/** Whom a device's own profile is about, so that it is found again in another run. */
export const subjectOf = ({ id, name, macs, addresses }: PolicyDevice): Subject => ({
  kind: 'device',
  device: id,
  name,
  macs,
  addresses,
})

/** The rules that a device's settled exchanges need: minimal, sorted by id. */
export function rulesOf(
  exchanges: readonly Exchange[],
  site: Site,
  provenance: Provenance,
): Rule[] {
  const learnable = exchanges.filter((one) => standingOf(one) === 'learnt')
  const entries = minimal(generalise(learnable, site), site)
  return sortedRules(entries.map((entry) => ruleOf(entry, provenance, site)))
}

/** Drops what another permission includes, and gives that one its evidence. */
function minimal(entries: readonly Entry[], site: Site): Entry[] {
  const contents = entries.map((entry) => ({ ...entry, service: serviceOf(entry) }))
  const groups = Map.groupBy(
    contents.map((_, index) => index),
    (index) => `${entries[index].initiated} ${entries[index].ipProtocol}`,
  )
  const target = entries.map((_, index) => index)
  for (const group of groups.values()) {
    for (const narrow of group) {
      const includes = (one: number, other: number) =>
        ruleCovers(contents[one], contents[other], site)
      // Of two that include each other the first one stays.
      const broad = group.find(
        (other) =>
          other !== narrow &&
          includes(other, narrow) &&
          (other < narrow || !includes(narrow, other)),
      )
      if (broad !== undefined) target[narrow] = broad
    }
  }
  const root = (index: number): number => (target[index] === index ? index : root(target[index]))
  const families = Map.groupBy(target.keys(), root)
  return [...families].map(([broad, members]) => {
    if (members.length === 1) return entries[broad]
    const { peer, ports, application } = entries[broad]
    return joined(
      [
        entries[broad],
        ...members.filter((member) => member !== broad).map((member) => entries[member]),
      ],
      { peer, ports, application },
    )
  })
}

function notLearntOf(exchanges: readonly Exchange[]): NotLearnt {
  const counts = { flagged: 0, unanswered: 0, implied: 0, overflowed: 0 }
  for (const one of exchanges) {
    const standing = standingOf(one)
    // What failed is counted by endpoint, whether or not its peers are kept.
    if (standing !== 'learnt' && standing !== 'failed') counts[standing] += one.flows
  }
  return { ...counts, failedOut: 0, failedIn: 0 }
}
