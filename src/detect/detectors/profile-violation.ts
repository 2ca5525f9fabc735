// A device does what its profile does not permit: its maker's MUD file, or what was learnt of it
// before. Raised at the end of a run, when every exchange has been judged.
import {
  contentOf,
  directionText,
  operationBits,
  peerText,
  serviceText,
  wordsOf,
} from '../../policy/index.ts'
import type { Exchange, Profile, Rule, Violation } from '../../policy/index.ts'
import { severityRank, type Severity } from '../../finding/index.ts'
import { CROWD_MIN, SWEEP_MIN, causesOf, flowsOf, isReached, type Cause } from '../causes.ts'
import { threshold, type DetectContext, type Detector, type Judged } from '../detector.ts'

const CROWD = threshold('crowd', `${CROWD_MIN} peers`, 'so many peers of one kind are one cause')
const SWEEP = threshold('sweep', `${SWEEP_MIN} peers`, 'so many tried in vain are one cause')
const NAMED = threshold(
  'named',
  '4 names',
  'peers and services named in words; the rest is counted',
)
const PROVED = threshold('proved', '8 frames', 'frames that show it')

export const detector: Detector = {
  id: 'profile-violation',
  title: 'Not permitted by its profile',
  severity: 'medium',
  techniques: ['T1071', 'T1041', 'T1021', 'T0886', 'T0855'],
  why:
    'Things do the same few things for years. What neither the maker nor the learnt profile ' +
    'names is new software, another owner, or an intruder.',
  respond:
    'See who the peer is and since when. If it belongs to the device (an update, a function), ' +
    'add the permission to its profile; if not, separate the device, block the peer, and look ' +
    'for what happened just before the first frame.',
  falsePositives:
    'A profile learnt in too short a time, a firmware update, a new phone or laptop at home, ' +
    'a MUD file that leaves out what its maker took for granted.',
  limits: [CROWD, SWEEP, NAMED, PROVED],
  create: (context) => ({ review: (judged) => review(context, judged) }),
}

function review(context: DetectContext, judged: Judged): void {
  for (const cause of causesOf(judged.violations)) tell(context, cause, judged)
}

function tell(context: DetectContext, cause: Cause, judged: Judged): void {
  const ranked = cause.violations
    .map((violation) => ({ ...violation, severity: severityOf(violation) }))
    .toSorted(
      (a, b) =>
        severityRank(b.severity) - severityRank(a.severity) ||
        b.exchange.flows - a.exchange.flows ||
        a.exchange.first - b.exchange.first,
    )
  const [worst] = ranked
  const exchanges = ranked.map(({ exchange }) => exchange)
  context.raise({
    key: cause.key,
    about: aboutOf(context, ranked),
    severity: isSweepOutward(cause) ? 'high' : worst.severity,
    confidence: confidenceOf(worst),
    from: Math.min(...exchanges.map(({ first }) => first)),
    to: Math.max(...exchanges.map(({ last }) => last)),
    sources: exchanges.map((one) => (isOwn(one) ? one.endpoint : one.peerEndpoint)),
    targets: exchanges.map((one) => (isOwn(one) ? one.peerEndpoint : one.endpoint)),
    expected: expectedText(worst, judged),
    seen: seenText(ranked, cause, judged),
    frames: exchanges.slice(0, PROVED.value).map(({ frame }) => frame),
    count: flowsOf(cause.violations),
  })
}

/** The device started it. */
const isOwn = ({ initiated }: Exchange) => initiated === 'device'

/** Looking for others to take over: nothing a thing would do. */
function isSweepOutward({ kind, violations }: Cause): boolean {
  const [{ exchange }] = violations
  if (kind !== 'sweep' || !isOwn(exchange) || exchange.peer.kind !== 'outside') return false
  return new Set(violations.map((one) => one.exchange.peer.address)).size >= CROWD_MIN
}

/** The device whose profile it is; where one party breaks those of several, that party. */
function aboutOf(context: DetectContext, violations: readonly Violation[]): number {
  const [{ exchange }] = violations
  const devices = new Set(violations.map(({ device }) => device))
  const { endpoint, peerEndpoint } = exchange
  return devices.size > 1 && !isOwn(exchange) && context.isLocal(peerEndpoint)
    ? peerEndpoint
    : endpoint
}

/** A profile that was learnt may lack what is rare; what a maker or a person says is meant so. */
function confidenceOf(violation: Violation): number {
  const said = violation.profile.provenance.kind === 'learnt' ? 0.7 : 0.9
  return isReached(violation) ? said : said - 0.1
}

/** How much a violation weighs by itself. */
export function severityOf(violation: Violation): Severity {
  const { exchange, verdict } = violation
  const isOutside = exchange.peer.kind === 'outside'
  switch (verdict.reason) {
    case 'unknown-peer':
      return isOutside ? outsideSeverity(violation) : insideSeverity(violation)
    case 'unknown-service':
      // A rule for everybody on the site does not make a stranger known.
      if (!namesPeer(verdict.rule)) {
        return isOutside ? outsideSeverity(violation) : insideSeverity(violation)
      }
      return isReached(violation) && isPowerful(exchange) ? 'medium' : 'low'
    case 'other-operation':
      return 'high'
    case 'wrong-initiator':
      return isOutside && isReached(violation) ? 'high' : 'medium'
    case 'other-application':
    case 'other-topic':
    case 'over-rate':
      return 'medium'
    default:
      return 'low'
  }
}

const namesPeer = (rule: Rule | undefined): boolean =>
  rule !== undefined &&
  rule.peer.kind !== 'any' &&
  !(rule.peer.kind === 'class' && rule.peer.class === 'local-networks')

const ENCRYPTED = new Set(['tls', 'quic', 'dtls', 'ssh'])

/** A stranger outside: weighs most where it can take something along, or order something. */
function outsideSeverity(violation: Violation): Severity {
  const { exchange } = violation
  const { peer, service, ipProtocol } = exchange
  if (!isOwn(exchange)) return isReached(violation) ? 'high' : 'low'
  if (service === 'ntp' || ipProtocol === ICMP || ipProtocol === ICMPV6) return 'low'
  if (!isReached(violation) || service === 'dns') return 'medium'
  return peer.name !== '' && ENCRYPTED.has(service) ? 'medium' : 'high'
}

function insideSeverity(violation: Violation): Severity {
  const { exchange } = violation
  if (exchange.peer.kind === 'group') return 'low'
  if (!isReached(violation)) return isOwn(exchange) ? 'medium' : 'low'
  return isPowerful(exchange) ? 'high' : 'medium'
}

const ICMP = 1
const ICMPV6 = 58
/** With these somebody can do to the other side what its owner can. */
const LOGINS = new Set(['telnet', 'ssh', 'rdp', 'smb', 'ftp', 'ftp-tls'])
const COMMANDS = operationBits(['write', 'control'])

const isPowerful = ({ service, operations }: Exchange) =>
  LOGINS.has(service) || (operations & COMMANDS) !== 0

function expectedText(violation: Violation, { site }: Judged): string {
  const { expected } = wordsOf(violation.verdict, contentOf(violation.exchange, site))
  return `${sourceText(violation.profile)}: ${expected}`
}

function sourceText({ provenance, mudUrl }: Profile): string {
  const { kind, source } = provenance
  if (kind === 'maker') return `the MUD file ${mudUrl ?? source ?? ''}`.trimEnd()
  if (kind === 'learnt') return `the profile learnt from ${source ?? 'earlier traffic'}`
  return 'its profile'
}

/** `to ads.example.com tcp/80 (http): 3 flows`, `to 254 peers (…) tcp/23: 508 attempts in vain`. */
function seenText(violations: readonly Violation[], cause: Cause, judged: Judged): string {
  const contents = violations.map(({ exchange }) => contentOf(exchange, judged.site))
  const peers = new Set(contents.map(({ peer }) => peerText(peer)))
  const devices = new Set(violations.map(({ device }) => device))
  const services = Map.groupBy(violations, ({ exchange }) =>
    serviceText(contentOf(exchange, judged.site).service),
  )
  const names = [...devices].map((id) => judged.site.devices.get(id)?.name ?? id)
  const whom = devices.size > 1 ? ` at ${devices.size} devices (${few(names)})` : ''
  const who = peers.size > 1 ? `${peers.size} peers (${few([...peers])})` : [...peers][0]
  const what = [...services]
    .map(([service, list]) => [service, flowsOf(list)] as const)
    .toSorted((a, b) => b[1] - a[1])
  const only = what.length === 1 ? what[0][0] : few(what.map((one) => `${one[0]} ${one[1]}×`))
  const flows = flowsOf(violations)
  const vain = cause.kind !== 'groups' && !violations.some(isReached)
  const many = flows === 1 ? '' : 's'
  const count = vain ? `${flows} attempt${many} in vain` : `${flows} flow${many}`
  return `${directionText(contents[0].initiated)} ${who}${whom} ${only}: ${count}`
}

const few = (texts: readonly string[]): string => {
  const shown = texts.slice(0, NAMED.value).join(', ')
  return texts.length > NAMED.value ? `${shown} and ${texts.length - NAMED.value} more` : shown
}
