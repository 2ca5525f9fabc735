// Corrects single exchanges by what the same device did otherwise: the direction nobody saw a
// handshake for, the name of an address, the application of a flow that was too short to tell. The
// outcome depends on the set of exchanges only, not on their order, nor on where a capture was cut.
import { absorb, compareByAddress, compareExchanges } from './exchange.ts'
import { mergeNeighbours, type Exchange } from './exchange.ts'
import { inOrder } from './order.ts'
import { serverLikeness } from './orientation.ts'

/** Ports on one side beyond which the constant port of the other side is the server's. */
const VARYING_PORTS_MIN = 3
/** Lists longer than this are looked through by key. */
const LONG = 16

/** The exchanges of one device, settled and merged, in a fixed order. */
export function settle(exchanges: readonly Exchange[]): Exchange[] {
  const all = exchanges.map((one) => ({ ...one, peer: { ...one.peer } }))
  correct(inOrder(all, compareByAddress))
  return mergeNeighbours(inOrder(all, compareExchanges), compareExchanges)
}

/**
 * `settle` for exchanges that nobody else holds: they are changed and joined where they are. In the
 * order of `compareByAddress`, each once.
 */
export function settled(all: Exchange[]): Exchange[] {
  const changed = correct(all)
  // Those that have become the same join, named ones whatever their address, in the order above.
  if (changed) inOrder(all, compareExchanges)
  return changed || anyNamed(all) ? mergeNeighbours(all, compareExchanges) : all
}

function anyNamed(all: readonly Exchange[]): boolean {
  for (let index = 0; index < all.length; index++) if (isNamed(all[index])) return true
  return false
}

/** Answers whether anything has changed; most devices give no reason for it. */
function correct(all: readonly Exchange[]): boolean {
  let uncertain = false
  let named = 0
  let unknown = 0
  for (let index = 0; index < all.length; index++) {
    const one = all[index]
    if (!one.certain && isDirected(one)) uncertain = true
    if (isNamed(one)) named++
    if (one.service === '') unknown++
  }
  const turned = uncertain && settleDirections(all)
  // Whoever is turned may be named or nameless now.
  const renamed = (named > 0 || turned) && named < all.length && adoptNames(all)
  const recognised = unknown > 0 && unknown < all.length && adoptApplications(all)
  return turned || renamed || recognised
}

/** Each peer address by itself, over TCP and over UDP; answers whether anything has changed. */
function settleDirections(all: readonly Exchange[]): boolean {
  const open: Exchange[] = []
  for (let index = 0; index < all.length; index++) {
    if (isDirected(all[index])) open.push(all[index])
  }
  inOrder(open, byPlace)
  let changed = false
  for (let from = 0, to; from < open.length; from = to) {
    to = from + 1
    while (to < open.length && byPlace(open[from], open[to]) === 0) to++
    if (mayTurn(open, from, to) && settleGroup(open.slice(from, to))) changed = true
  }
  return changed
}

/** Whether the exchanges from here to there say anything of each other's directions. */
function mayTurn(open: readonly Exchange[], from: number, to: number): boolean {
  const { initiated, ipProtocol } = open[from]
  if (to - from >= VARYING_PORTS_MIN) return true
  for (let at = from; at < to; at++) {
    if (open[at].initiated !== initiated) return true
    if (ipProtocol === TCP && isLateFromOutside(open[at])) return true
  }
  return false
}

const TCP = 6
const UDP = 17

/** Networks that stand for a crowd are no single peers. */
const isDirected = ({ ipProtocol, family, peer }: Exchange): boolean =>
  (ipProtocol === TCP || ipProtocol === UDP) && family !== 2 && !peer.address.includes('/')

const byPlace = (one: Exchange, other: Exchange): number => {
  if (one.peer.address !== other.peer.address) {
    return one.peer.address < other.peer.address ? -1 : 1
  }
  return one.family - other.family || one.ipProtocol - other.ipProtocol
}

/** All exchanges with one peer address over one IP protocol. */
function settleGroup(group: readonly Exchange[]): boolean {
  let changed = turnVarying(
    group.filter((one) => !one.certain && one.peer.kind !== 'group' && !isUnansweredCall(one)),
  )
  if (group[0].ipProtocol === TCP) {
    const late = group.filter(isLateFromOutside)
    late.forEach(turn)
    changed ||= late.length > 0
  }
  const [{ initiated }] = group
  if (group.every((one) => one.initiated === initiated)) return changed
  return joinTurned(group) || changed
}

/** Joins what was seen from the wrong end with what shows the right one. */
function joinTurned(group: readonly Exchange[]): boolean {
  const certain = group.filter((one) => one.certain)
  const byPort = group.length > LONG ? Map.groupBy(group, ({ port }) => port) : undefined
  let changed = false
  for (const one of group) {
    if (one.certain || one.flows === 0) continue
    // From several ports only what is proved can be the right end, see isTurned.
    const single = one.clientPortMin === one.clientPortMax
    const near = single ? (byPort ? byPort.get(one.clientPortMin) : group) : certain
    const other = near?.find((candidate) => isTurned(one, candidate))
    if (!other) continue
    absorb(other, { ...one, clientPortMin: one.port, clientPortMax: one.port })
    one.flows = 0
    changed = true
  }
  return changed
}

/** From a port of chance to one of a server's, and no answer: a scan, not somebody's answers. */
const isUnansweredCall = (one: Exchange): boolean =>
  !one.answered && serverLikeness(one.clientPortMin) < serverLikeness(one.port)

/** Many different 'server' ports opposite one constant 'client' port: it is the other way round. */
function turnVarying(uncertain: readonly Exchange[]): boolean {
  const constant = uncertain.filter((one) => one.clientPortMin === one.clientPortMax)
  if (constant.length < VARYING_PORTS_MIN) return false
  let changed = false
  const groups = Map.groupBy(constant, (one) => `${one.initiated} ${one.clientPortMin}`)
  for (const group of groups.values()) {
    const ports = new Set(group.map((one) => one.port))
    if (ports.size < VARYING_PORTS_MIN || ports.has(group[0].clientPortMin)) continue
    group.forEach(turn)
    changed = true
  }
  return changed
}

/** The client is the server, and the other way round. */
function turn(one: Exchange): void {
  const { port } = one
  one.initiated = one.initiated === 'device' ? 'peer' : 'device'
  one.port = one.clientPortMin
  one.clientPortMin = one.clientPortMax = port
}

/**
 * TCP without a handshake, first heard from outside, between ports alike: things call out far more
 * often than they are called.
 */
const isLateFromOutside = (one: Exchange): boolean =>
  !one.certain &&
  one.initiated === 'peer' &&
  one.peer.kind === 'outside' &&
  one.clientPortMin === one.clientPortMax &&
  serverLikeness(one.clientPortMin) >= serverLikeness(one.port)

/** Whether `one` is what `other` shows, seen from the wrong end. */
function isTurned(one: Exchange, other: Exchange): boolean {
  if (other === one || other.flows === 0 || other.initiated === one.initiated) return false
  if (other.flagged !== one.flagged || other.overflowed !== one.overflowed) return false
  if (other.failed !== one.failed) return false
  if (other.port === one.port || other.port < one.clientPortMin || other.port > one.clientPortMax) {
    return false
  }
  if (one.service !== '' && other.service !== '' && one.service !== other.service) return false
  if (other.certain) return true
  if (one.clientPortMin !== one.clientPortMax) return false
  // Neither is proved: the port that looks more like a server's wins, then the lower one.
  const gain = serverLikeness(other.port) - serverLikeness(one.port)
  return gain > 0 || (gain === 0 && other.port < one.port)
}

/**
 * An outside address without a name takes the one the same device uses it by: on this service
 * first.
 */
function adoptNames(exchanges: readonly Exchange[]): boolean {
  const nameless = exchanges.filter(
    ({ peer, initiated }) => peer.kind === 'outside' && peer.name === '' && initiated === 'device',
  )
  if (nameless.length === 0) return false
  const wanted = new Set(nameless.map(({ peer }) => peer.address))
  const names = new Map<string, Exchange>()
  const offer = (key: string, one: Exchange) => {
    const found = names.get(key)
    if (!found || one.peer.name < found.peer.name) names.set(key, one)
  }
  const serviceOf = (one: Exchange) => `${one.peer.address} ${one.ipProtocol} ${one.port}`
  for (const one of exchanges) {
    if (!isNamed(one) || !wanted.has(one.peer.address)) continue
    offer(serviceOf(one), one)
    offer(one.peer.address, one)
  }
  if (names.size === 0) return false
  for (const one of nameless) {
    const source = names.get(serviceOf(one)) ?? names.get(one.peer.address)
    if (source) one.peer = { ...source.peer }
  }
  return true
}

const isNamed = ({ peer, initiated }: Exchange) => peer.name !== '' && initiated === 'device'

/** A flow that was not recognised takes the application of the same peer's same port. */
function adoptApplications(exchanges: readonly Exchange[]): boolean {
  const isKnown = ({ service }: Exchange) => service !== ''
  const places =
    exchanges.length > LONG ? Map.groupBy(exchanges.filter(isKnown), placeText) : undefined
  let changed = false
  for (const one of exchanges) {
    if (isKnown(one)) continue
    const service = leastKnown(places ? (places.get(placeText(one)) ?? []) : exchanges, one)
    if (service === '') continue
    one.service = service
    changed = true
  }
  return changed
}

/** The first by name of the applications at the place of this one; '' when there is none. */
function leastKnown(exchanges: readonly Exchange[], one: Exchange): string {
  let least = ''
  for (let index = 0; index < exchanges.length; index++) {
    const { service } = exchanges[index]
    // Those that have just taken one have that of their own place.
    const better = service !== '' && (least === '' || service < least)
    if (better && isSamePlace(one, exchanges[index])) least = service
  }
  return least
}

const nameOf = ({ name, address }: Exchange['peer']) => name || address
const placeText = (one: Exchange) =>
  `${one.initiated} ${nameOf(one.peer)} ${one.ipProtocol} ${one.port}`
const isSamePlace = (one: Exchange, other: Exchange): boolean =>
  one.port === other.port &&
  one.ipProtocol === other.ipProtocol &&
  one.initiated === other.initiated &&
  nameOf(one.peer) === nameOf(other.peer)
