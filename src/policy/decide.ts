// Profile + exchange → Verdict with a reason. Compiled once per profile: single peers are looked
// up, only classes, networks and wildcards are tried one by one, so that millions of stored
// exchanges can be replayed.
import { HOUR } from '../core/clock.ts'
import { portsCover } from './cover.ts'
import { nameMatches } from './domain.ts'
import { ANY_HIGH_PORT, type Exchange, type ExchangePeer } from './exchange.ts'
import type { Peer, PortRange, Profile, Provenance, Rule, RuleContent, Service } from './form.ts'
import { isImplied } from './implied.ts'
import { contains, parsePrefix, type Prefix } from './prefix.ts'
import { filterCovers, operationBits } from './speech.ts'
import type { Site } from './site.ts'

/** What a verdict is about; an Exchange is one, and so is a single flow (`flowAttempt`). */
export type Attempt = Pick<
  Exchange,
  | 'initiated'
  | 'peer'
  | 'family'
  | 'ipProtocol'
  | 'port'
  | 'clientPortMin'
  | 'clientPortMax'
  | 'service'
  | 'operations'
  | 'topics'
  | 'answered'
  | 'first'
  | 'last'
  | 'flows'
>

/** Why it is allowed (the first two), or what the nearest rule misses. Closed list. */
export type Reason =
  | 'rule'
  | 'implied'
  /** Nothing is known of this device, or its profile is over. */
  | 'no-profile'
  | 'expired'
  /** No rule names this peer; or one does, for other services only. */
  | 'unknown-peer'
  | 'unknown-service'
  /** The rule lets the other side start it. */
  | 'wrong-initiator'
  | 'other-application'
  | 'other-operation'
  | 'other-topic'
  /** The rule has no way back. */
  | 'answer-denied'
  | 'over-rate'

/** What a profile says of one attempt, and why. */
export interface Verdict {
  readonly allowed: boolean
  readonly reason: Reason
  /** The rule that allows it; when denied, the rule that comes nearest, if any comes near. */
  readonly rule?: Rule
}

/** A profile ready to judge. */
export interface Matcher {
  decide(attempt: Attempt): Verdict
}

/** How far an attempt got with one rule; the further, the nearer. */
const DENIALS: readonly Reason[] = [
  'unknown-peer',
  'unknown-service',
  'expired',
  'wrong-initiator',
  'other-application',
  'other-operation',
  'other-topic',
  'answer-denied',
  'over-rate',
]
const ALLOWED: number = DENIALS.length
const IMPLIED: Verdict = Object.freeze({ allowed: true, reason: 'implied' })
const UNKNOWN: Verdict = Object.freeze({ allowed: false, reason: 'unknown-peer' })

/** Judges one attempt. Compile the profile instead (`compile`) when there are many. */
export function decide(profile: Profile, attempt: Attempt, site: Site): Verdict {
  return compile(profile, site).decide(attempt)
}

/** A profile as a matcher. A type's or zone's profile is compiled for one of its devices. */
export function compile(profile: Profile, site: Site, device?: string): Matcher {
  const subject = device ?? (profile.subject.kind === 'device' ? profile.subject.device : '')
  const matcher = compileRules(subject, profile.rules, site)
  const { expires } = profile
  if (expires === undefined) return matcher
  const over: Verdict = { allowed: false, reason: 'expired' }
  return {
    decide: (attempt) =>
      attempt.first > expires && !isImplied(attempt) ? over : matcher.decide(attempt),
  }
}

/** Rules as a matcher for one device. */
export function compileRules(device: string, rules: readonly Rule[], site: Site): Matcher {
  const { all, permitting } = lookUp(device, rules, site)
  return {
    decide(attempt) {
      if (isImplied(attempt)) return IMPLIED
      return permitting(attempt)?.verdict ?? nearest(all, attempt)
    },
  }
}

/** Whether rules of these contents permit an attempt that is not implied, and no more than that. */
export function permitsOf(
  device: string,
  contents: readonly RuleContent[],
  site: Site,
): (attempt: Attempt) => boolean {
  const rules = contents.map((content) => ({ ...content, id: '', provenance: NOBODY }))
  const { permitting } = lookUp(device, rules, site)
  return (attempt) => permitting(attempt) !== undefined
}

const NOBODY: Provenance = { kind: 'learnt' }

/** Rules by the one peer they are for, and those that have to be tried one by one. */
function lookUp(device: string, rules: readonly Rule[], site: Site) {
  const single = new Map<string, Compiled[]>()
  const wide: Compiled[] = []
  const all: Compiled[] = []
  for (const rule of rules) {
    const compiled = compileRule(rule, device, site)
    const key = singleKey(rule.peer)
    all.push(compiled)
    if (key === '') wide.push(compiled)
    else if (single.has(key)) single.get(key)!.push(compiled)
    else single.set(key, [compiled])
  }
  const at = (key: string, attempt: Attempt) => allowing(single.get(key), attempt)
  const permitting = (attempt: Attempt): Compiled | undefined => {
    const { address, device, name } = attempt.peer
    return (
      at(`at ${address}`, attempt) ??
      (device === undefined ? undefined : at(`device ${device}`, attempt)) ??
      (name === '' ? undefined : at(`name ${name}`, attempt)) ??
      allowing(wide, attempt)
    )
  }
  return { all, permitting }
}

function allowing(candidates: readonly Compiled[] | undefined, attempt: Attempt) {
  if (!candidates) return undefined
  for (let index = 0; index < candidates.length; index++) {
    if (progress(candidates[index], attempt) === ALLOWED) return candidates[index]
  }
  return undefined
}

function nearest(all: readonly Compiled[], attempt: Attempt): Verdict {
  let best = 0
  let rule: Rule | undefined
  for (const one of all) {
    const reached = progress(one, attempt)
    if (reached > best) {
      best = reached
      rule = one.rule
    }
  }
  return rule ? { allowed: false, reason: DENIALS[best], rule } : UNKNOWN
}

interface Compiled {
  readonly rule: Rule
  readonly verdict: Verdict
  readonly matches: (peer: ExchangePeer) => boolean
  readonly operations: number
}

function compileRule(rule: Rule, device: string, site: Site): Compiled {
  return {
    rule,
    verdict: Object.freeze({ allowed: true, reason: 'rule', rule }),
    matches: peerMatcher(rule.peer, device, site),
    operations: rule.service.operations ? operationBits(rule.service.operations) : -1,
  }
}

/** Where a rule for exactly one peer is looked up; '' for the others. */
function singleKey(peer: Peer): string {
  switch (peer.kind) {
    case 'device':
      return `device ${peer.device}`
    case 'name':
      return peer.name.startsWith('*.') ? '' : `name ${peer.name}`
    case 'multicast':
      return `at ${peer.group}`
    case 'ethernet':
      return peer.mac === '' ? '' : `at ${peer.mac}`
    default:
      return ''
  }
}

/** How far the attempt gets: an index into DENIALS, or ALLOWED. */
function progress(compiled: Compiled, attempt: Attempt): number {
  const { rule } = compiled
  const { service } = rule
  if (!compiled.matches(attempt.peer)) return 0
  if (!carries(service, attempt)) return 1
  if (rule.expires !== undefined && attempt.first > rule.expires) return 2
  if (rule.initiated !== 'either' && rule.initiated !== attempt.initiated) return 3
  const { application } = service
  // A flow too short to be recognised is given the benefit of the doubt: its port is right.
  if (application !== undefined && attempt.service !== '' && attempt.service !== application)
    return 4
  if (compiled.operations >= 0 && (attempt.operations & ~compiled.operations) !== 0) return 5
  if (service.topics && !topicsFit(service.topics, attempt.topics)) return 6
  if (rule.oneWay && attempt.answered) return 7
  return withinRate(rule, attempt) ? ALLOWED : 8
}

function carries(service: Service, attempt: Attempt): boolean {
  const { family } = service
  if (family === 'ethernet' || attempt.family === 2) {
    if (family !== 'ethernet' || attempt.family !== 2) return false
    return service.etherType === undefined || service.etherType === attempt.ipProtocol
  }
  if (family !== 'ip' && (family === 'ipv4') !== (attempt.family === 0)) return false
  const { ipProtocol, icmp } = service
  if (ipProtocol === undefined) return true
  if (ipProtocol !== attempt.ipProtocol) return false
  if (icmp) {
    if (icmp.type !== undefined && icmp.type !== attempt.port >>> 8) return false
    if (icmp.code !== undefined && icmp.code !== (attempt.port & 255)) return false
  }
  return portsFit(service, attempt)
}

function portsFit(service: Service, attempt: Attempt): boolean {
  const fromDevice = attempt.initiated === 'device'
  const server = fromDevice ? service.peerPorts : service.devicePorts
  const client = fromDevice ? service.devicePorts : service.peerPorts
  const { port } = attempt
  const [least, most] = port === ANY_HIGH_PORT ? [1024, 65535] : [port, port]
  if (server && !holds(server, least, most)) return false
  if (!client || attempt.clientPortMin > attempt.clientPortMax) return true
  return holds(client, attempt.clientPortMin, attempt.clientPortMax)
}

const holds = (ports: readonly PortRange[], from: number, to: number) =>
  from === to
    ? ports.some((range) => range.from <= from && range.to >= to)
    : portsCover(ports, [{ from, to }])

const topicsFit = (permitted: NonNullable<Service['topics']>, topics: readonly string[]) =>
  topics.every((entry) =>
    permitted.some(
      ({ access, filter }) =>
        entry.startsWith(`${access} `) && filterCovers(filter, entry.slice(access.length + 1)),
    ),
  )

/** Averages over the exchange, at least an hour: short bursts are a detector's business. */
function withinRate(rule: Rule, attempt: Attempt): boolean {
  const most = rule.rate?.flowsPerHour
  if (most === undefined) return true
  return attempt.flows / Math.max(1, (attempt.last - attempt.first) / HOUR) <= most
}

/** Whether a rule's peer is this one. */
export function peerMatcher(
  peer: Peer,
  device: string,
  site: Site,
): (actual: ExchangePeer) => boolean {
  switch (peer.kind) {
    case 'any':
      return () => true
    case 'name':
      return (actual) => actual.name !== '' && nameMatches(peer.name, actual.name)
    case 'prefix':
      return prefixMatcher(parsePrefix(peer.prefix), site)
    case 'device':
      return (actual) => actual.device === peer.device
    case 'multicast':
      return (actual) => actual.kind === 'group' && actual.address === peer.group
    case 'ethernet':
      return (actual) =>
        actual.address === peer.mac ||
        (site.devices.get(actual.device ?? '')?.macs.includes(peer.mac) ?? false)
    case 'manufacturer':
      return (actual) => site.isOfManufacturer(actual.device, peer.manufacturer)
    case 'model':
      return (actual) => site.devices.get(actual.device ?? '')?.mudUrl === peer.model
    case 'controller':
      return (actual) => site.isInClass(actual, peer.controller)
    case 'class':
      return classMatcher(peer.class, device, site)
  }
}

function prefixMatcher(prefix: Prefix | undefined, site: Site) {
  if (!prefix) return () => false
  return (actual: ExchangePeer) => {
    const address = actual.address === 'broadcast' ? '255.255.255.255' : actual.address
    const inner = site.parsed(address)
    return inner !== undefined && contains(prefix, inner)
  }
}

function classMatcher(name: (Peer & { kind: 'class' })['class'], device: string, site: Site) {
  const { context } = site
  switch (name) {
    case 'local-networks':
      return (actual: ExchangePeer) => actual.kind !== 'outside' || site.isInside(actual.address)
    case 'same-manufacturer':
      return (actual: ExchangePeer) => site.sameManufacturer(device, actual.device)
    case 'my-controller':
      return (actual: ExchangePeer) => site.controls(actual.device ?? '', device)
    case 'dns':
      return (actual: ExchangePeer) => site.serves(actual, context.resolvers)
    case 'ntp':
      return (actual: ExchangePeer) => site.serves(actual, context.timeServers)
    case 'gateway':
      return (actual: ExchangePeer) =>
        site.devices.get(actual.device ?? '')?.role === 'infrastructure'
  }
}
