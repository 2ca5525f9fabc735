// A stored profile's JSON → Profile, without trust: a file from a disk or a colleague. A rule that
// is not whole is left out and named; its id is computed anew.
import { PROFILE_SCHEMA_VERSION, ruleId, sortedRules } from './form.ts'
import type { Peer, PortRange, Profile, Provenance, Rule, Service, Subject } from './form.ts'
import { parsePrefix } from './prefix.ts'
import { OPERATIONS } from './speech.ts'

/** What was read of a stored profile, and what was left out, in words. */
export interface ProfileRead {
  /** Undefined when it is no profile of a version we read. */
  readonly profile?: Profile
  readonly problems: readonly string[]
}

type Raw = { readonly [name: string]: unknown }

const RULES_MAX = 20_000
const TEXT_MAX = 1024

const object = (value: unknown): Raw | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : undefined
const text = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= TEXT_MAX
const number = (most: number) => (value: unknown) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most
const listOf = (holds: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.length <= 1000 && value.every(holds)
const oneOf =
  (...words: readonly unknown[]) =>
  (value: unknown) =>
    words.includes(value)

type Shape = { readonly [name: string]: (value: unknown) => boolean }

/** Whether every part that is there holds; names that begin with '!' have to be there. */
function fits(value: unknown, shape: Shape): boolean {
  const raw = object(value)
  if (!raw) return false
  return Object.entries(shape).every(([name, holds]) => {
    const part = raw[name.replace('!', '')]
    return part === undefined ? !name.startsWith('!') : holds(part)
  })
}

const range = (value: unknown) => {
  const raw = object(value) as Partial<PortRange> | undefined
  return fits(value, { '!from': number(65535), '!to': number(65535) }) && raw!.from! <= raw!.to!
}

const SERVICE: Shape = {
  '!family': oneOf('ipv4', 'ipv6', 'ip', 'ethernet'),
  ipProtocol: number(255),
  etherType: number(65535),
  devicePorts: listOf(range),
  peerPorts: listOf(range),
  icmp: (value) => fits(value, { type: number(255), code: number(255) }),
  application: text,
  operations: listOf(oneOf(...OPERATIONS)),
  topics: listOf((one) => fits(one, { '!access': oneOf('publish', 'subscribe'), '!filter': text })),
}

const PEERS: { readonly [kind in Peer['kind']]: Shape } = {
  any: {},
  class: {
    '!class': oneOf(
      'local-networks',
      'same-manufacturer',
      'my-controller',
      'dns',
      'ntp',
      'gateway',
    ),
  },
  manufacturer: { '!manufacturer': text },
  controller: { '!controller': text },
  model: { '!model': text },
  name: { '!name': text },
  prefix: { '!prefix': (value) => text(value) && parsePrefix(value) !== undefined },
  device: { '!device': text, name: text, addresses: listOf(text), macs: listOf(text) },
  multicast: { '!group': text },
  ethernet: { '!mac': text },
}

const isPeer = (value: unknown): boolean => {
  const kind = object(value)?.kind
  return typeof kind === 'string' && Object.hasOwn(PEERS, kind) && fits(value, PEERS[kind as 'any'])
}

const time = (value: unknown) => Number.isSafeInteger(value)
const count = (value: unknown) => typeof value === 'number' && value >= 0
const PROVENANCE: Shape = {
  '!kind': oneOf('learnt', 'maker', 'person', 'type'),
  source: text,
  from: time,
  to: time,
}

const EVIDENCE: Shape = {
  '!flows': count,
  '!packets': count,
  '!bytes': count,
  '!bytesOut': count,
  '!bytesIn': count,
  '!first': time,
  '!last': time,
  '!frame': count,
  nameSource: text,
  peers: listOf(text),
  morePeers: count,
}

const RULE: Shape = {
  '!initiated': oneOf('device', 'peer', 'either'),
  oneWay: oneOf(true),
  '!peer': isPeer,
  '!service': (value) => fits(value, SERVICE),
  rate: (value) =>
    fits(value, { flowsPerHour: count, packetsPerSecond: count, bytesPerHour: count }),
  '!provenance': (value) => fits(value, PROVENANCE),
  evidence: (value) => fits(value, EVIDENCE),
  review: listOf(text),
  expires: time,
}

const SUBJECTS: { readonly [kind in Subject['kind']]: Shape } = {
  device: { '!device': text, name: text, macs: listOf(text), addresses: listOf(text) },
  type: { manufacturer: text, model: text, firmware: text },
  zone: { '!zone': text },
}

const isSubject = (value: unknown): boolean => {
  const kind = object(value)?.kind
  if (typeof kind !== 'string' || !Object.hasOwn(SUBJECTS, kind)) return false
  return fits(value, SUBJECTS[kind as 'device'])
}

/** Reads a profile that was written with `JSON.stringify`. Never throws. */
export function readProfile(json: unknown): ProfileRead {
  const raw = object(json)
  if (raw?.schemaVersion !== PROFILE_SCHEMA_VERSION) {
    return { problems: [`not a profile of schema version ${PROFILE_SCHEMA_VERSION}`] }
  }
  if (!isSubject(raw.subject)) return { problems: ['the subject is missing or not whole'] }
  if (!Array.isArray(raw.rules)) return { problems: ['there is no list of rules'] }
  const problems: string[] = []
  const rules = raw.rules.slice(0, RULES_MAX).flatMap((rule: unknown, index) => {
    if (fits(rule, RULE)) return [ruleFrom(rule as Rule)]
    problems.push(`rule ${index} is not whole: left out`)
    return []
  })
  const phase = oneOf('learn', 'review', 'dry-run', 'enforce')(raw.phase) ? raw.phase : 'review'
  const provenance = fits(raw.provenance, PROVENANCE) ? raw.provenance : { kind: 'person' }
  const profile: Profile = {
    schemaVersion: PROFILE_SCHEMA_VERSION,
    subject: raw.subject as Subject,
    phase: phase as Profile['phase'],
    rules: sortedRules(rules),
    provenance: provenance as Provenance,
    ...(text(raw.mudUrl) && { mudUrl: raw.mudUrl }),
    ...(time(raw.expires) && { expires: raw.expires as number }),
  }
  return { profile, problems: problems.slice(0, 1000) }
}

function ruleFrom(rule: Rule): Rule {
  const { initiated, oneWay, peer, service, rate } = rule
  const { provenance, evidence, review, expires } = rule
  const content = { initiated, ...(oneWay && { oneWay }), peer, service: service as Service }
  const whole = { ...content, ...(rate && { rate }) }
  return {
    id: ruleId(whole),
    ...whole,
    provenance,
    ...(evidence && { evidence }),
    ...(review && { review }),
    ...(expires !== undefined && { expires }),
  }
}
