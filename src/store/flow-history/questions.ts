// Questions to flow history as SQL, and their rows as answers. Both ends of a flow are looked up in
// the files that are in their order, so that either costs a look-up, not a scan.
import { HOUR, MINUTE } from '../../core/clock.ts'
import type {
  FlowConversation,
  FlowPair,
  FlowQuery,
  FlowSpan,
  StoredFlow,
  TrafficPoint,
} from '../flows.ts'
import { keyOf, likePattern, searchWords } from '../pages.ts'
import type { Statement } from './engine.ts'
import type { Part, Parts } from './part.ts'
import {
  flowsFrom,
  fromParquet,
  moment,
  Values,
  whole,
  type Order,
  type Sources,
} from './statements.ts'

export interface Asked {
  readonly parts: Parts
  readonly sources: Sources
}

const OWN: { readonly [order in Order]: readonly [string, string] } = {
  originator: ['o', 'r'],
  responder: ['r', 'o'],
}
const ORDERS = ['originator', 'responder'] as const

const NUMBERS = `CAST(packets_out AS DOUBLE), CAST(packets_in AS DOUBLE),
  CAST(bytes_out AS DOUBLE), CAST(bytes_in AS DOUBLE)`
const COLUMNS = `key, site, segment, CAST(epoch_us("first") AS DOUBLE),
  CAST(epoch_us("last") AS DOUBLE), o_device, o_address, o_mac, o_port, r_device, r_address, r_mac,
  r_port, protocol, service, server_name, state, ${NUMBERS}`

const within = ({ from, to }: FlowSpan): string[] => [
  ...(from === undefined ? [] : [`"last" >= ${moment(from)}`]),
  ...(to === undefined ? [] : [`"last" < ${moment(to)}`]),
]

/** A page of flows, newest first; `named` are the devices that each search word names. */
export function flowsAsked(
  { parts, sources }: Asked,
  query: FlowQuery,
  named: readonly (readonly string[])[],
): Statement | undefined {
  const values = new Values()
  const rest = restOf(query, named, values)
  const isLookUp = query.devices ?? query.peers ?? query.peerAddress
  const orders = isLookUp === undefined ? ORDERS.slice(0, 1) : ORDERS
  const ends = orders.map((order) => endsOf(order, query, values))
  const halves = orders.flatMap((order, index) => {
    const flows = flowsFrom(parts, sources, order)
    // What the first half found already is not found again.
    const others = ends.slice(0, index).map((each) => `NOT (${each})`)
    const conditions = [ends[index], ...others, ...rest]
    return flows ? [`SELECT * FROM (${flows}) WHERE ${conditions.join(' AND ')}`] : []
  })
  if (halves.length === 0) return undefined
  return values.statement(`SELECT ${COLUMNS} FROM (${halves.join(' UNION ALL ')})
    ORDER BY "last" DESC, key DESC LIMIT ${whole(query.limit + 1)}`)
}

/** Who is at which end. */
function endsOf(order: Order, { devices, peers, peerAddress }: FlowQuery, values: Values): string {
  const [own, peer] = OWN[order]
  const side = devices ? peer : own
  const conditions = [
    ...(devices ? [`${own}_device IN (${values.texts(devices)})`] : []),
    ...(peers ? [`${side}_device IN (${values.texts(peers)})`] : []),
    ...(peerAddress === undefined ? [] : [`${side}_address = ${values.text(peerAddress)}`]),
  ]
  return conditions.length > 0 ? conditions.join(' AND ') : 'true'
}

/** Conditions that hold for either order. */
function restOf(query: FlowQuery, named: readonly (readonly string[])[], values: Values): string[] {
  const conditions = within(query)
  const { service, port, cursor } = query
  if (service !== undefined) conditions.push(`service = ${values.text(service)}`)
  if (port !== undefined) conditions.push(`(r_port = ${whole(port)} OR o_port = ${whole(port)})`)
  if (cursor !== undefined) {
    const [last, key] = keyOf(cursor, 2)
    const time = moment(Number(last))
    const behind = `"last" = ${time} AND key < ${values.text(String(key))}`
    conditions.push(`("last" < ${time} OR (${behind}))`)
  }
  searchWords(query.words).forEach((word, index) => {
    const pattern = values.text(likePattern(word))
    const texts = ['o_address', 'r_address', 'service', 'server_name', 'o_mac', 'r_mac']
    const like = texts.map((column) => `lower(${column}) LIKE ${pattern} ESCAPE '\\'`)
    const ids = named[index] ?? []
    const list = ids.length > 0 ? values.texts(ids) : ''
    const ours = list === '' ? [] : [`o_device IN (${list})`, `r_device IN (${list})`]
    conditions.push(`(${[...like, ...ours].join(' OR ')})`)
  })
  return conditions
}

export function flowOf(row: readonly unknown[]): StoredFlow & { readonly id: string } {
  const text = (at: number) => String(row[at])
  const number = (at: number) => Number(row[at])
  const party = (at: number) => ({
    device: text(at),
    address: text(at + 1),
    mac: text(at + 2),
    port: number(at + 3),
  })
  return {
    id: text(0),
    key: text(0),
    site: text(1),
    segment: text(2),
    first: number(3),
    last: number(4),
    originator: party(5),
    responder: party(9),
    protocol: number(13),
    service: text(14),
    serverName: text(15),
    state: text(16),
    packetsOut: number(17),
    packetsIn: number(18),
    bytesOut: number(19),
    bytesIn: number(20),
  }
}

/** Flows of some devices by peer and service, most bytes first. */
export function conversationsAsked(
  { parts, sources }: Asked,
  { devices, span, limit }: { devices: readonly string[]; span: FlowSpan; limit: number },
): Statement | undefined {
  const values = new Values()
  const ids = values.texts(devices)
  const halves = ORDERS.flatMap((order) => {
    const flows = flowsFrom(parts, sources, order)
    const [own, peer] = OWN[order]
    const [sent, received] = order === 'originator' ? ['out', 'in'] : ['in', 'out']
    const conditions = [`${own}_device IN (${ids})`, ...within(span)].join(' AND ')
    const select = `SELECT ${peer}_device AS peer_device, ${peer}_address AS address,
      CASE WHEN ${peer}_device = '' THEN ${peer}_address ELSE '' END AS peer_address, server_name,
      ${order === 'originator' ? 1 : 2} AS side, protocol, r_port AS port, service,
      bytes_${sent} AS sent, bytes_${received} AS received, "first", "last"
      FROM (${flows}) WHERE ${conditions}`
    return flows ? [select] : []
  })
  if (halves.length === 0) return undefined
  return values.statement(`SELECT peer_device, max(address), max(server_name), min(side), max(side),
    protocol, port, service, CAST(count(*) AS DOUBLE), CAST(sum(sent) AS DOUBLE),
    CAST(sum(received) AS DOUBLE), CAST(epoch_us(min("first")) AS DOUBLE),
    CAST(epoch_us(max("last")) AS DOUBLE)
    FROM (${halves.join(' UNION ALL ')})
    GROUP BY peer_device, peer_address, protocol, port, service
    ORDER BY sum(sent) + sum(received) DESC LIMIT ${whole(limit)}`)
}

export function conversationOf(row: readonly unknown[]): FlowConversation {
  const [least, most] = [Number(row[3]), Number(row[4])]
  return {
    peerDevice: String(row[0]),
    peerAddress: String(row[1]),
    serverName: String(row[2]),
    initiated: least !== most ? 'either' : least === 1 ? 'device' : 'peer',
    protocol: Number(row[5]),
    port: Number(row[6]),
    service: String(row[7]),
    flows: Number(row[8]),
    bytesOut: Number(row[9]),
    bytesIn: Number(row[10]),
    first: Number(row[11]),
    last: Number(row[12]),
  }
}

/** Parts that lie wholly within a span are answered by their totals, others by their flows. */
function halved({ sources }: Asked, { from = 0, to = Infinity }: FlowSpan) {
  const isWithin = (part: Part) => part.from >= from && part.to < to
  return {
    added: sources.parts.filter(isWithin),
    others: { ...sources, parts: sources.parts.filter((part) => !isWithin(part)) },
  }
}

/** Who speaks what with whom, most bytes first. */
export function pairsAsked(asked: Asked, span: FlowSpan, limit: number): Statement | undefined {
  const { added, others } = halved(asked, span)
  const flows = flowsFrom(asked.parts, others, 'originator')
  const conditions = ['true', ...within(span)].join(' AND ')
  const halves = [
    ...(added.length > 0 ? [fromParquet(asked.parts, added, 'pairs')] : []),
    ...(flows
      ? [
          `SELECT site, o_device AS originator, r_device AS responder, service,
            bytes_out + bytes_in AS bytes, 1 AS flows FROM (${flows}) WHERE ${conditions}`,
        ]
      : []),
  ]
  if (halves.length === 0) return undefined
  return new Values().statement(`SELECT originator, responder, service,
    CAST(sum(flows) AS DOUBLE), CAST(sum(bytes) AS DOUBLE)
    FROM (${halves.join(' UNION ALL ')}) WHERE originator <> '' OR responder <> ''
    GROUP BY originator, responder, service ORDER BY sum(bytes) DESC LIMIT ${whole(limit)}`)
}

export const pairOf = (row: readonly unknown[]): FlowPair => ({
  originator: String(row[0]),
  responder: String(row[1]),
  service: String(row[2]),
  flows: Number(row[3]),
  bytes: Number(row[4]),
})

export interface TrafficAsked {
  readonly span: FlowSpan
  /** Microseconds. */
  readonly step: number
  readonly devices?: readonly string[]
}

const COUNTED = `bytes_out + bytes_in AS bytes, packets_out + packets_in AS packets, 1 AS flows`

/**
 * Totals in steps. Whole minutes of everything and whole hours of one device come from what is
 * added up already, by the minute or hour in which the span begins.
 */
export function trafficAsked(
  { parts, sources }: Asked,
  { span, step, devices }: TrafficAsked,
): Statement | undefined {
  const values = new Values()
  const file = devices === undefined ? 'minutes' : 'hours'
  const unit = file === 'minutes' ? MINUTE : HOUR
  const isAdded = step % unit === 0 && (devices === undefined || devices.length === 1)
  const rounded = isAdded ? { ...span, from: floor(span.from ?? 0, unit) } : span
  const ids = devices && values.texts(devices)
  const halves: string[] = []
  if (isAdded && sources.parts.length > 0) {
    const unitName = file === 'minutes' ? 'minute' : 'hour'
    const ours = ids === undefined ? [] : [`device IN (${ids})`]
    const times = within(rounded).map((each) => each.replace('"last"', unitName))
    const conditions = ['true', ...ours, ...times].join(' AND ')
    halves.push(`SELECT ${unitName} AS time, bytes, packets, flows
      FROM (${fromParquet(parts, sources.parts, file)}) WHERE ${conditions}`)
  }
  const rest = isAdded ? { ...sources, parts: [] } : sources
  for (const order of ids === undefined ? ORDERS.slice(0, 1) : ORDERS) {
    const flows = flowsFrom(parts, rest, order)
    if (!flows) continue
    const own = ids === undefined ? [] : [`${OWN[order][0]}_device IN (${ids})`]
    const other = ids !== undefined && order === 'responder' ? [`o_device NOT IN (${ids})`] : []
    const conditions = ['true', ...own, ...other, ...within(rounded)].join(' AND ')
    halves.push(`SELECT "last" AS time, ${COUNTED} FROM (${flows}) WHERE ${conditions}`)
  }
  if (halves.length === 0) return undefined
  const stepped = `(epoch_us(time) // ${whole(step)}) * ${whole(step)}`
  return values.statement(`SELECT CAST(${stepped} AS DOUBLE) AS step, CAST(sum(bytes) AS DOUBLE),
    CAST(sum(packets) AS DOUBLE), CAST(sum(flows) AS DOUBLE)
    FROM (${halves.join(' UNION ALL ')}) GROUP BY step ORDER BY step`)
}

const floor = (time: number, unit: number) => time - (time % unit)

export const pointOf = (row: readonly unknown[]): TrafficPoint => ({
  time: Number(row[0]),
  bytes: Number(row[1]),
  packets: Number(row[2]),
  flows: Number(row[3]),
})
