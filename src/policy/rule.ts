// Entries become rules: with an id, the evidence of what was seen, and why a person should look.
import type { NameSource } from '../flow/index.ts'
import { entryOf, familyOf, hasTopics, operationsOf, peerValue } from './entry.ts'
import { serviceOf, type Entry } from './entry.ts'
import type { Exchange } from './exchange.ts'
import { canonicalText, idOfText } from './form.ts'
import type { Peer, Provenance, ReviewReason, Rule, RuleEvidence, Service } from './form.ts'
import type { Site } from './site.ts'

/** Peers named in a rule's evidence. */
const PEERS_SHOWN = 64

/** What is spoken, its canonical text, and the ids of its rules by the peer's kind and value. */
interface Spoken {
  readonly service: Service
  readonly text: string
  readonly ids: Map<Peer['kind'], Map<string, string>>
}

/**
 * Writes rules of one provenance. The devices of a site want much the same: what they speak, and
 * the ids of equal rules, are made once.
 */
export class RuleWriter {
  private readonly provenance: Provenance
  private readonly site: Site
  private readonly spoken = new Map<string, Map<number, Spoken>>()

  constructor(provenance: Provenance, site: Site) {
    this.provenance = provenance
    this.site = site
  }

  /**
   * The finished rule. The site gives device ids their names; it makes no difference to the rule's
   * id.
   */
  write(entry: Entry): Rule {
    const { initiated, peer } = entry
    const spoken = this.spokenBy(entry)
    const source = peer.kind === 'name' ? weakestSource(entry) : ''
    const rule: Writable<Rule> = {
      id: idOf(entry, spoken),
      initiated,
      peer: peer.kind === 'device' ? this.site.devicePeer(peer.device) : peer,
      service: spoken.service,
      evidence: evidenceOf(entry, source),
      provenance: this.provenance,
    }
    const review = reviewOf(entry, source)
    if (review.length > 0) rule.review = review
    return rule
  }

  private spokenBy(entry: Entry): Spoken {
    const { application, ports } = entry
    const isSingle = ports === undefined || ports.from === ports.to
    if (!isSingle || operationsOf(entry) > 0 || hasTopics(entry.exchanges)) return spokenOf(entry)
    let known = this.spoken.get(application)
    if (!known) this.spoken.set(application, (known = new Map<number, Spoken>()))
    const key = serviceNumber(entry)
    const found = known.get(key)
    if (found) return found
    const fresh = spokenOf(entry)
    known.set(key, fresh)
    return fresh
  }
}

type Writable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] }

function spokenOf(entry: Entry): Spoken {
  const service = serviceOf(entry)
  return {
    service,
    text: canonicalText(service),
    ids: new Map<Peer['kind'], Map<string, string>>(),
  }
}

function idOf({ initiated, peer }: Entry, { ids, text }: Spoken): string {
  const value = peerValue(peer)
  let known = ids.get(peer.kind)
  if (!known) ids.set(peer.kind, (known = new Map<string, string>()))
  let id = known.get(value)
  if (id === undefined) {
    // Keys in their order, as canonicalText has them.
    id = idOfText(`{"initiated":"${initiated}","peer":${peerText(peer)},"service":${text}}`)
    known.set(value, id)
  }
  return id
}

const FAMILY_NUMBERS = { ipv4: 0, ipv6: 1, ip: 2, ethernet: 3 } as const

/** All that makes an entry's service but the application, as one number; for single ports. */
function serviceNumber(entry: Entry): number {
  const { initiated, ipProtocol, ports, icmp } = entry
  const side = FAMILY_NUMBERS[familyOf(entry)] * 2 + (initiated === 'device' ? 0 : 1)
  // Ports, ICMP types and neither (0) do not meet: the IP protocol says which of them it is.
  const place = ports ? ports.from + 1 : icmp + 1
  return (ipProtocol * 131_072 + place) * 8 + side
}

/** As canonicalText writes the peers of entries, keys in their order. */
function peerText(peer: Peer): string {
  const value = JSON.stringify(peerValue(peer))
  switch (peer.kind) {
    case 'class':
      return `{"class":${value},"kind":"class"}`
    case 'device':
      return `{"device":${value},"kind":"device"}`
    case 'multicast':
      return `{"group":${value},"kind":"multicast"}`
    case 'name':
      return `{"kind":"name","name":${value}}`
    case 'prefix':
      return `{"kind":"prefix","prefix":${value}}`
    default:
      return canonicalText(peer)
  }
}

/** The rule that permits exactly one exchange. */
export const exactRule = (one: Exchange, provenance: Provenance, site: Site): Rule =>
  new RuleWriter(provenance, site).write(entryOf(one))

function evidenceOf({ exchanges }: Entry, nameSource: NameSource): RuleEvidence {
  let earliest = exchanges[0]
  let { last } = earliest
  let flows = 0
  let packets = 0
  let bytesOut = 0
  let bytesIn = 0
  for (let index = 0; index < exchanges.length; index++) {
    const one = exchanges[index]
    flows += one.flows
    packets += one.packets
    bytesOut += one.bytesOut
    bytesIn += one.bytesIn
    if (one.last > last) last = one.last
    if (one.first < earliest.first || (one.first === earliest.first && one.frame < earliest.frame))
      earliest = one
  }
  const { first, frame } = earliest
  const bytes = bytesOut + bytesIn
  const evidence: Writable<RuleEvidence> = {
    flows,
    packets,
    bytes,
    bytesOut,
    bytesIn,
    first,
    last,
    frame,
  }
  if (nameSource !== '') evidence.nameSource = nameSource
  if (exchanges.length === 1) return evidence
  const peers = [...new Set(exchanges.map(({ peer }) => peer.name || peer.address))].toSorted()
  if (peers.length > 1) evidence.peers = peers.slice(0, PEERS_SHOWN)
  if (peers.length > PEERS_SHOWN) evidence.morePeers = peers.length - PEERS_SHOWN
  return evidence
}

const BY_TRUST: readonly NameSource[] = ['tls', 'quic', 'http', 'dns']

/** For several names: the source of the one that is confirmed least. */
function weakestSource({ exchanges }: Entry): NameSource {
  let least = BY_TRUST.length
  for (let index = 0; index < exchanges.length; index++) {
    const trust = BY_TRUST.indexOf(exchanges[index].peer.nameSource)
    if (trust >= 0 && trust < least) least = trust
  }
  return BY_TRUST[least] ?? ''
}

function reviewOf(entry: Entry, nameSource: NameSource): ReviewReason[] {
  const { peer, ports, exchanges } = entry
  const reasons: ReviewReason[] = []
  if (peer.kind === 'any') reasons.push('any-peer')
  if (peer.kind === 'name' && peer.name.startsWith('*.')) reasons.push('name-suffix')
  if (ports && ports.to > ports.from) reasons.push('port-range')
  const seen = seenIn(exchanges)
  if (entry.initiated === 'peer' && seen.outside) reasons.push('opened-from-outside')
  if (peer.kind === 'name' && nameSource !== 'dns') reasons.push('name-unconfirmed')
  if (exchanges.length === 1 && exchanges[0].flows === 1) reasons.push('seen-once')
  if (seen.unicast && !seen.answered) reasons.push('unanswered')
  return reasons
}

function seenIn(exchanges: readonly Exchange[]) {
  const seen = { outside: false, unicast: false, answered: false }
  for (let index = 0; index < exchanges.length; index++) {
    const { peer, answered } = exchanges[index]
    if (peer.kind === 'outside') seen.outside = true
    if (peer.kind !== 'group') seen.unicast = true
    if (answered) seen.answered = true
  }
  return seen
}
