// Three-way difference: what the maker's MUD file permits, what was learnt, what is seen.
// Permissions nobody uses are proposed for trimming; what is missing is shown with its evidence.
import { DAY } from '../core/clock.ts'
import { ruleCovers } from './cover.ts'
import { compileRules, type Matcher } from './decide.ts'
import { standingOf, type Exchange } from './exchange.ts'
import {
  PROFILE_SCHEMA_VERSION,
  ruleId,
  sortedRules,
  type Profile,
  type Rule,
  type Subject,
} from './form.ts'
import { isImpliedService } from './implied.ts'
import { rulesOf, subjectOf } from './learn.ts'
import type { Site } from './site.ts'

/** How far a party permits what a line is about. */
export type Extent = 'all' | 'partly' | 'no'

/** How maker, learnt and observed agree about one permission. */
export type LineKind =
  /** The maker permits it and it is used. */
  | 'agreed'
  /** The maker permits it, and only part of that is used. */
  | 'too-wide'
  /** The maker permits it, and nothing used it. */
  | 'unused'
  /** Permitted to everybody anyhow. */
  | 'implied'
  /** It was learnt, and the maker does not permit it. */
  | 'missing'
  /** It is seen, and neither learnt nor permitted by the maker. */
  | 'new'

/** One permission, and what the three say of it. */
export interface DifferenceLine {
  readonly kind: LineKind
  readonly rule: Rule
  /** Absent where there is no such profile to compare with. */
  readonly maker?: Extent
  readonly learnt?: Extent
  /** Traffic that used it. */
  readonly flows: number
  readonly bytes: number
}

export interface Difference {
  readonly device: string
  /** By kind in the order above, then by id. */
  readonly lines: readonly DifferenceLine[]
  /** The maker's profile without what is not used, for a person to review; absent without one. */
  readonly trimmed?: Profile
  /** Why to hesitate before trimming; empty when nothing speaks against it. */
  readonly cautions: readonly string[]
}

/** Whom to compare: the maker's profile, the learnt one, and what was observed. */
export interface DifferenceQuestion {
  readonly device: string
  readonly maker?: Profile
  readonly learnt?: Profile
  /** Settled exchanges of the device. */
  readonly observed: readonly Exchange[]
}

/** Compares the three for one device. */
export function difference(question: DifferenceQuestion, site: Site): Difference {
  const seen = question.observed.filter((one) => standingOf(one) === 'learnt')
  const context: Compared = { ...question, seen, site, matchers: matchersOf(question, site) }
  const provenance = { kind: 'learnt' as const }
  const now = rulesOf(seen, site, provenance)
  const makers = (question.maker?.rules ?? []).map((rule) => makerLine(rule, context))
  const learnt = (question.learnt?.rules ?? [])
    .map((rule) => lineOf('missing', rule, context))
    .filter((line) => line.maker !== undefined && line.maker !== 'all')
  const fresh = now
    .map((rule) => lineOf('new', rule, context))
    .filter((line) => isNew(line) && !learnt.some(({ rule }) => rule.id === line.rule.id))
  const lines = [...makers, ...learnt, ...fresh].toSorted(byKind)
  const trimmed = question.maker && trim(question.maker, lines, context)
  return {
    device: question.device,
    lines,
    ...(trimmed && { trimmed }),
    cautions: cautionsOf(context),
  }
}

interface Compared extends DifferenceQuestion {
  readonly seen: readonly Exchange[]
  readonly site: Site
  readonly matchers: { readonly maker?: Matcher; readonly learnt?: Matcher }
}

const matchersOf = ({ device, maker, learnt }: DifferenceQuestion, site: Site) => ({
  ...(maker && { maker: compileRules(device, maker.rules, site) }),
  ...(learnt && { learnt: compileRules(device, learnt.rules, site) }),
})

const KINDS: readonly LineKind[] = ['agreed', 'too-wide', 'unused', 'implied', 'missing', 'new']
const byKind = (a: DifferenceLine, b: DifferenceLine) =>
  KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || (a.rule.id < b.rule.id ? -1 : 1)

/** Neither the maker nor what was learnt lets all of it through. */
const isNew = ({ maker, learnt }: DifferenceLine) =>
  (maker !== undefined || learnt !== undefined) && maker !== 'all' && learnt !== 'all'

function lineOf(kind: LineKind, rule: Rule, context: Compared): DifferenceLine {
  const matcher = compileRules(context.device, [rule], context.site)
  const using = context.seen.filter((one) => matcher.decide(one).reason === 'rule')
  return {
    kind,
    rule,
    ...(context.maker && { maker: extentOf(rule, using, { context, which: 'maker' }) }),
    ...(context.learnt && { learnt: extentOf(rule, using, { context, which: 'learnt' }) }),
    flows: using.reduce((sum, one) => sum + one.flows, 0),
    bytes: using.reduce((sum, one) => sum + one.bytesOut + one.bytesIn, 0),
  }
}

/**
 * By the letter of the rules, and, where traffic shows more (a class that holds this peer), by
 * that.
 */
function extentOf(
  rule: Rule,
  using: readonly Exchange[],
  party: { readonly context: Compared; readonly which: 'maker' | 'learnt' },
): Extent {
  const { context, which } = party
  const rules = context[which]!.rules
  if (rules.some((other) => ruleCovers(other, rule, context.site))) return 'all'
  const matcher = context.matchers[which]!
  const allowed = using.filter((one) => matcher.decide(one).allowed).length
  if (using.length > 0 && allowed === using.length && which === 'maker') return 'all'
  if (allowed > 0 || rules.some((other) => ruleCovers(rule, other, context.site))) return 'partly'
  return 'no'
}

function makerLine(rule: Rule, context: Compared): DifferenceLine {
  const line = lineOf('agreed', rule, context)
  if (isImpliedService(rule)) return { ...line, kind: 'implied' }
  if (line.flows === 0) return { ...line, kind: 'unused' }
  return isTooWide(rule, context) ? { ...line, kind: 'too-wide' } : line
}

/**
 * A permission for many of which few are used; classes of the network's own services are not meant
 * so.
 */
function isTooWide(rule: Rule, context: Compared): boolean {
  const within = learntWithin(rule, context)
  if (within.length === 0 || within.some((one) => ruleCovers(one, rule, context.site))) return false
  const { peer, service } = rule
  const anyPeer = peer.kind === 'any' || (peer.kind === 'class' && peer.class === 'local-networks')
  const anyPort = service.ipProtocol === undefined || (!service.peerPorts && !service.devicePorts)
  const narrowerPeer = within.every(
    (one) => one.peer.kind !== peer.kind || one.peer.kind === 'name',
  )
  const ported = service.ipProtocol === 6 || service.ipProtocol === 17
  return (anyPeer && narrowerPeer) || (anyPort && (ported || service.ipProtocol === undefined))
}

/**
 * The learnt rules that a maker's includes, as far as it goes: it may be for one IP family only.
 */
function learntWithin(rule: Rule, { learnt, site }: Compared): Rule[] {
  const { family } = rule.service
  const narrowed = (one: Rule): Rule => {
    if (one.service.family !== 'ip' || family === 'ip' || family === 'ethernet') return one
    const part = { ...one, service: { ...one.service, family } }
    return { ...part, id: ruleId(part) }
  }
  return (learnt?.rules ?? []).map(narrowed).filter((one) => ruleCovers(rule, one, site))
}

/** What is unused goes; what is too wide is replaced by the learnt part of it. */
function trim(maker: Profile, lines: readonly DifferenceLine[], context: Compared): Profile {
  const kept = lines.flatMap(({ kind, rule }) => {
    if (kind === 'agreed' || kind === 'implied') return [rule]
    if (kind !== 'too-wide') return []
    return learntWithin(rule, context)
  })
  return {
    ...maker,
    schemaVersion: PROFILE_SCHEMA_VERSION,
    subject: trimmedSubject(context),
    phase: 'review',
    rules: sortedRules(kept),
  }
}

const trimmedSubject = ({ device, site }: Compared): Subject => {
  const known = site.devices.get(device)
  return known ? subjectOf(known) : { kind: 'device', device }
}

/** Observation shorter than a week misses what happens weekly. */
const SPAN_MIN = 7 * DAY

function cautionsOf({ learnt, seen }: Compared): string[] {
  const cautions: string[] = []
  const { verdict, why } = learnt?.maturity ?? {}
  if (verdict !== undefined && verdict !== 'mature')
    cautions.push(`the learnt profile is ${verdict}: ${why}`)
  const first = Math.min(...seen.map((one) => one.first))
  const last = Math.max(...seen.map((one) => one.last))
  if (!(last - first >= SPAN_MIN)) {
    cautions.push('less than a week was seen: what happens rarely (updates, resets) looks unused')
  }
  return cautions
}
