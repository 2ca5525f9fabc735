// What several runs have learnt about one device, as one profile: a permission that any of them saw
// stays, with the evidence of all. A sensor that starts anew has forgotten nothing that was learnt.
import { sortedRules, type Profile, type Rule, type RuleEvidence } from '../policy/index.ts'

/** Rules of both; what is the same rule has the evidence of both. */
export function unionOf(before: Profile | undefined, current: Profile): Profile {
  if (!before) return current
  const rules = new Map(before.rules.map((rule) => [rule.id, rule]))
  for (const rule of current.rules) {
    const known = rules.get(rule.id)
    rules.set(rule.id, known ? bothOf(known, rule) : rule)
  }
  const longer = spanOf(before) > spanOf(current) ? before : current
  return {
    ...current,
    rules: sortedRules([...rules.values()]),
    ...(longer.maturity && { maturity: longer.maturity }),
    provenance: {
      ...current.provenance,
      ...fromTo(before.provenance, current.provenance),
    },
  }
}

const spanOf = ({ maturity }: Profile) =>
  maturity ? maturity.learnedSpan + maturity.heldOutSpan : 0

function fromTo(one: Profile['provenance'], other: Profile['provenance']) {
  if (one.from === undefined || other.from === undefined) return {}
  return {
    from: Math.min(one.from, other.from),
    to: Math.max(one.to ?? one.from, other.to ?? other.from),
  }
}

function bothOf(one: Rule, other: Rule): Rule {
  if (!one.evidence || !other.evidence) return { ...one, ...other }
  const review = other.review?.filter((reason) => reason !== 'seen-once')
  const { review: _, ...rest } = other
  return {
    ...rest,
    ...(review && review.length > 0 && { review }),
    evidence: added(one.evidence, other.evidence),
  }
}

function added(one: RuleEvidence, other: RuleEvidence): RuleEvidence {
  const peers = [...new Set([...(one.peers ?? []), ...(other.peers ?? [])])]
  return {
    ...other,
    flows: one.flows + other.flows,
    packets: one.packets + other.packets,
    bytes: one.bytes + other.bytes,
    bytesOut: one.bytesOut + other.bytesOut,
    bytesIn: one.bytesIn + other.bytesIn,
    first: Math.min(one.first, other.first),
    last: Math.max(one.last, other.last),
    ...(peers.length > 0 && { peers: peers.slice(0, 64) }),
  }
}
