// Corrects single exchanges by what the same device did otherwise: the direction nobody saw a
// handshake for, the name of an address, the application of a flow that was too short to tell. The
// outcome depends on the set of exchanges only, not on their order, nor on where a capture was cut.
import { absorb, exchangeKey, type Exchange } from './exchange.ts'
import { serverLikeness } from './orientation.ts'

/** Ports on one side beyond which the constant port of the other side is the server's. */
const VARYING_PORTS_MIN = 3

/** The exchanges of one device, settled and merged, in a fixed order. */
export function settle(exchanges: readonly Exchange[]): Exchange[] {
  const all = sorted(exchanges.map((one) => ({ ...one, peer: { ...one.peer } })))
  const groups = Map.groupBy(all, (one) => `${one.peer.address} ${one.family} ${one.ipProtocol}`)
  // Networks that stand for a crowd are no single peers.
  for (const group of groups.values()) {
    if (!group[0].peer.address.includes('/')) settleDirections(group)
  }
  adoptNames(all)
  adoptApplications(all)
  return merge(all)
}

const fullKey = (one: Exchange) => `${exchangeKey(one)} ${one.peer.address}`
const sorted = (exchanges: readonly Exchange[]): Exchange[] =>
  exchanges
    .map((one) => [fullKey(one), one] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([, one]) => one)

/** Joins those that have become the same; named ones regardless of the address. */
function merge(exchanges: readonly Exchange[]): Exchange[] {
  const merged = new Map<string, Exchange>()
  for (const one of exchanges) {
    if (one.flows === 0) continue
    const key = one.peer.name === '' ? fullKey(one) : exchangeKey(one)
    const found = merged.get(key)
    if (found) absorb(found, one)
    else merged.set(key, one)
  }
  return sorted([...merged.values()])
}

/** All exchanges with one peer address over one IP protocol. */
function settleDirections(group: readonly Exchange[]): void {
  const tcp = group[0].ipProtocol === 6
  if ((!tcp && group[0].ipProtocol !== 17) || group[0].family === 2) return
  turnVarying(
    group.filter((one) => !one.certain && one.peer.kind !== 'group' && !isUnansweredCall(one)),
  )
  if (tcp) group.filter(isLateFromOutside).forEach(turn)
  for (const one of group) {
    if (one.certain || one.flows === 0) continue
    const other = group.find((candidate) => isTurned(one, candidate))
    if (other) {
      absorb(other, { ...one, clientPortMin: one.port, clientPortMax: one.port })
      one.flows = 0
    }
  }
}

/** From a port of chance to one of a server's, and no answer: a scan, not somebody's answers. */
const isUnansweredCall = (one: Exchange): boolean =>
  !one.answered && serverLikeness(one.clientPortMin) < serverLikeness(one.port)

/** Many different 'server' ports opposite one constant 'client' port: it is the other way round. */
function turnVarying(uncertain: readonly Exchange[]): void {
  const constant = uncertain.filter((one) => one.clientPortMin === one.clientPortMax)
  const groups = Map.groupBy(constant, (one) => `${one.initiated} ${one.clientPortMin}`)
  for (const group of groups.values()) {
    const ports = new Set(group.map((one) => one.port))
    if (ports.size < VARYING_PORTS_MIN || ports.has(group[0].clientPortMin)) continue
    group.forEach(turn)
  }
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
function adoptNames(exchanges: readonly Exchange[]): void {
  const names = new Map<string, Exchange>()
  const offer = (key: string, one: Exchange) => {
    const found = names.get(key)
    if (!found || one.peer.name < found.peer.name) names.set(key, one)
  }
  const serviceOf = (one: Exchange) => `${one.peer.address} ${one.ipProtocol} ${one.port}`
  for (const one of exchanges) {
    if (one.peer.name === '' || one.initiated !== 'device') continue
    offer(serviceOf(one), one)
    offer(one.peer.address, one)
  }
  for (const one of exchanges) {
    if (one.peer.kind !== 'outside' || one.peer.name !== '' || one.initiated !== 'device') continue
    const source = names.get(serviceOf(one)) ?? names.get(one.peer.address)
    if (source) one.peer = { ...source.peer }
  }
}

/** A flow that was not recognised takes the application of the same peer's same port. */
function adoptApplications(exchanges: readonly Exchange[]): void {
  const known = new Map<string, string>()
  const key = (one: Exchange) =>
    `${one.initiated} ${one.peer.name || one.peer.address} ${one.ipProtocol} ${one.port}`
  for (const one of exchanges) {
    const found = known.get(key(one))
    if (one.service !== '' && (found === undefined || one.service < found)) {
      known.set(key(one), one.service)
    }
  }
  for (const one of exchanges) if (one.service === '') one.service = known.get(key(one)) ?? ''
}
