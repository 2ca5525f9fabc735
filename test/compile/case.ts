// Compile cases: a gate's policy in YAML, `---`, and what the compiler made of it. Rules are
// written without ids and provenance.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import {
  compileRuleset,
  type GateDevice,
  type GatePolicy,
  type Ruleset,
  type Segment,
} from '../../src/enforce/index.ts'
import {
  ruleId,
  sortedRules,
  type Phase,
  type PolicyDevice,
  type Profile,
  type Rule,
} from '../../src/policy/index.ts'

/** A rule as cases write it. */
export type ShortRule = Pick<Rule, 'peer' | 'service'> & Partial<Rule>

interface ShortDevice extends Partial<PolicyDevice> {
  readonly segment?: string
  readonly phase?: Phase
  readonly confirmed?: boolean
  readonly expires?: number
  readonly rules?: readonly ShortRule[]
}

interface Case {
  readonly about: string
  /** Absent: only what is made for devices. */
  readonly whole?: boolean
  readonly bridge?: string
  readonly segments?: readonly Segment[]
  readonly context?: GatePolicy['context']
  readonly names?: { readonly [name: string]: readonly string[] }
  readonly devices: { readonly [id: string]: ShortDevice }
}

const NOW = 1_700_000_000_000_000

/** A profile of these rules. */
export function profileOf(device: string, rules: readonly ShortRule[]): Profile {
  const whole = rules.map((rule): Rule => {
    const content = { initiated: 'device' as const, ...rule }
    return { ...content, id: ruleId(content), provenance: { kind: 'person' } }
  })
  return {
    schemaVersion: 1,
    subject: { kind: 'device', device },
    phase: 'review',
    rules: sortedRules(whole),
    provenance: { kind: 'person' },
  }
}

/** A device on lan0, as the gate holds it. */
export function gateDevice(id: string, short: ShortDevice): GateDevice {
  const { segment = 'lan0', phase = 'enforce', rules, confirmed, expires, ...rest } = short
  return {
    device: { id, name: id, role: 'thing', endpoints: [], macs: [], addresses: [], ...rest },
    segment,
    phase,
    ...(rules && { profile: { ...profileOf(id, rules), ...(expires && { expires }) } }),
    ...(confirmed && { isConfirmed: true }),
  }
}

/** What is policy in a case's text. */
export const questionOf = (text: string): string => text.split('\n---\n')[0]

/** Reads and compiles a case. */
export function compileCase(path: string): { ruleset: Ruleset; whole: boolean; question: string } {
  const question = questionOf(readFileSync(path, 'utf8'))
  const { devices, segments, context, names, whole, bridge } = parse(question, {
    merge: true,
  }) as Case
  const policy: GatePolicy = {
    segments: segments ?? [{ interface: 'lan0', newDevices: 'allow' }],
    uplinks: ['wan0'],
    ownAddresses: ['192.0.2.1', '2001:db8::1'],
    context: context ?? {},
    devices: Object.entries(devices).map(([id, device]) => gateDevice(id, device)),
    ports: (segments ?? [{ interface: 'lan0' }]).map((one) => one.interface),
    now: NOW,
    ...(bridge !== undefined && { bridge }),
    ...(names && { names: new Map(Object.entries(names)) }),
  }
  return { ruleset: compileRuleset(policy), whole: whole ?? false, question }
}

/** What a case keeps: the ruleset's parts, and what was lost. */
export function answerOf(
  { base, marks, cut, sets, chains, maps, losses }: Ruleset,
  whole: boolean,
) {
  const lines = whole ? [...marks, base.text, ` # netdev\n${cut.text}`] : []
  lines.push(...sets.values(), ...chains.values())
  for (const [name, map] of Object.entries(maps)) {
    for (const [key, verdict] of map) lines.push(` ${name}: ${key} : ${verdict}`)
  }
  for (const { kind, effect, device, what } of losses) {
    lines.push(` lost: ${device}: ${kind}, ${effect}: ${what}`)
  }
  return `${lines.join('\n')}\n`
}
