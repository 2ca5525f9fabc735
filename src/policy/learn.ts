// The learner: watches flows and what is said in them, and at the end writes every device's
// profile.
import type { EndpointTable, Flow, FlowObserver, Transaction } from '../flow/index.ts'
import { ConversationTable } from './conversation.ts'
import type { Microseconds } from '../core/clock.ts'
import type { PolicyDevice } from './device.ts'
import { permitsOf } from './decide.ts'
import { contentFrom, type Entry } from './entry.ts'
import { standingOf, type Exchange } from './exchange.ts'
import { sortedRules, PROFILE_SCHEMA_VERSION } from './form.ts'
import type { NotLearnt, Profile, Provenance, Rule, Subject } from './form.ts'
import { generalise } from './generalise.ts'
import { reopenedMaturity, Trials } from './maturity.ts'
import { minimal } from './minimal.ts'
import { isFailed } from './orientation.ts'
import { observe, type LearnOptions, type Observed, type Observing } from './observe.ts'
import { RuleWriter } from './rule.ts'
import type { Site } from './site.ts'
import { SpeechTable } from './speech.ts'

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
  const { site, exchanges, span } = observed
  const provenance: Provenance = {
    kind: 'learnt',
    ...(options.source !== undefined && { source: options.source }),
    ...(Number.isFinite(span.first) && { from: span.first, to: span.last }),
  }
  const writer = new RuleWriter(provenance, site)
  const learning: Learning = { observed, provenance, writer, trials: new Trials(span) }
  return [...exchanges].map(([id, seen]) => profileOf(site.devices.get(id)!, seen, learning))
}

interface Learning {
  readonly observed: Observed
  readonly provenance: Provenance
  readonly writer: RuleWriter
  readonly trials: Trials
}

/** What one device's settled exchanges say. */
function profileOf(
  device: PolicyDevice,
  exchanges: readonly Exchange[],
  learning: Learning,
): Profile {
  const { observed, provenance, writer, trials } = learning
  const learnable = learnableOf(exchanges)
  const span = observed.spans.get(device.id)
  const { cut } = span ?? observed.span
  const maturity = (span ? new Trials(span) : trials).maturityOf(
    learnable,
    earlyPermits(learnable, observed.site, cut),
  )
  return {
    schemaVersion: PROFILE_SCHEMA_VERSION,
    subject: subjectOf(device),
    phase: 'learn',
    rules: rulesFrom(learnable, observed.site, writer),
    maturity: span && device.reopened ? reopenedMaturity(maturity, device.reopened) : maturity,
    provenance,
    notLearnt: notLearntOf(exchanges, observed.failures.get(device.id)),
    ...(device.mudUrl !== undefined && { mudUrl: device.mudUrl }),
  }
}

function learnableOf(exchanges: readonly Exchange[]): Exchange[] {
  const learnable: Exchange[] = []
  for (let index = 0; index < exchanges.length; index++) {
    if (standingOf(exchanges[index]) === 'learnt') learnable.push(exchanges[index])
  }
  return learnable
}

/** Whether what was seen before the cut permits an exchange; made when it is asked for. */
function earlyPermits(
  learnable: readonly Exchange[],
  site: Site,
  cut: Microseconds,
): (one: Exchange) => boolean {
  let permits: ((one: Exchange) => boolean) | undefined
  return (one) => {
    if (!permits) {
      const early = learnable.filter(({ first }) => first < cut)
      permits = permitsOf(one.device, entriesOf(early, site).map(contentFrom), site)
    }
    return permits(one)
  }
}

const entriesOf = (learnable: readonly Exchange[], site: Site): Entry[] =>
  minimal(generalise(learnable, site), site)

function rulesFrom(learnable: readonly Exchange[], site: Site, writer: RuleWriter): Rule[] {
  const rules: Rule[] = []
  for (const entry of entriesOf(learnable, site)) rules.push(writer.write(entry))
  return sortedRules(rules)
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
  const learnable = learnableOf(exchanges)
  return rulesFrom(learnable, site, new RuleWriter(provenance, site))
}

type Failures = Pick<NotLearnt, 'failedOut' | 'failedIn'>

function notLearntOf(exchanges: readonly Exchange[], failures: Failures | undefined): NotLearnt {
  const counts = { flagged: 0, unanswered: 0, implied: 0, overflowed: 0, failedOut: 0, failedIn: 0 }
  for (let index = 0; index < exchanges.length; index++) {
    const one = exchanges[index]
    const standing = standingOf(one)
    // What failed is counted by endpoint, whether or not its peers are kept.
    if (standing !== 'learnt' && standing !== 'failed') counts[standing] += one.flows
  }
  counts.failedOut = failures?.failedOut ?? 0
  counts.failedIn = failures?.failedIn ?? 0
  return counts
}
