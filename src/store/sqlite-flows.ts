// Flow history in the store's own file: bounded, the oldest go first. For small sites and tests;
// totals by minute stay when their flows are gone.
import { sql, type RawBuilder, type Selectable } from 'kysely'
import { MINUTE } from '../core/clock.ts'
import type {
  FlowConversation,
  FlowHistory,
  FlowPair,
  FlowQuery,
  FlowSpan,
  StoredFlow,
  TrafficPoint,
} from './flows.ts'
import { behind, cursorOf, likePattern, searchWords } from './pages.ts'
import type { StoredPage } from './pages.ts'
import type { Store } from './store.ts'
import type { FlowRow } from './tables.ts'

/** About 400 MB with their indexes. */
export const FLOWS_KEPT = 1_000_000
const TRIM_EVERY = 20_000
const ROWS_AT_ONCE = 500
const CURSOR = ['last', 'sequence'] as const

type Row = Selectable<FlowRow>

export class SqliteFlows implements FlowHistory {
  private readonly store: Store
  private readonly kept: number
  private untrimmed = 0

  constructor(store: Store, kept = FLOWS_KEPT) {
    this.store = store
    this.kept = kept
  }

  async append(flows: readonly StoredFlow[]): Promise<void> {
    if (flows.length === 0) return
    await this.store.change(async ({ db }) => {
      const minutes = new Map<number, { bytes: number; packets: number; flows: number }>()
      for (let at = 0; at < flows.length; at += ROWS_AT_ONCE) {
        const added = await db
          .insertInto('flow')
          .values(flows.slice(at, at + ROWS_AT_ONCE).map(rowFor))
          .onConflict((conflict) => conflict.column('key').doNothing())
          .returningAll()
          .execute()
        for (const row of added) count(minutes, row)
      }
      for (const [minute, totals] of minutes) {
        await sql`INSERT INTO traffic (minute, bytes, packets, flows)
          VALUES (${minute}, ${totals.bytes}, ${totals.packets}, ${totals.flows})
          ON CONFLICT (minute) DO UPDATE SET bytes = traffic.bytes + excluded.bytes,
            packets = traffic.packets + excluded.packets,
            flows = traffic.flows + excluded.flows`.execute(db)
      }
    })
    this.untrimmed += flows.length
    if (this.untrimmed >= Math.min(TRIM_EVERY, this.kept)) await this.trim()
  }

  private async trim(): Promise<void> {
    this.untrimmed = 0
    await this.store.change(({ db }) =>
      sql`DELETE FROM flow WHERE sequence IN (
        SELECT sequence FROM flow ORDER BY last DESC, sequence DESC
        LIMIT -1 OFFSET ${this.kept})`.execute(db),
    )
  }

  async query(query: FlowQuery): Promise<StoredPage<StoredFlow & { id: string }>> {
    let found = this.store.read.selectFrom('flow').selectAll()
    for (const condition of conditions(query)) found = found.where(condition)
    if (query.cursor !== undefined) found = found.where(behind(CURSOR, query.cursor, true))
    const rows = await found
      .orderBy('last', 'desc')
      .orderBy('sequence', 'desc')
      .limit(query.limit + 1)
      .execute()
    const items = rows.slice(0, query.limit)
    const last = items.at(-1)
    const isMore = rows.length > query.limit && last
    return {
      items: items.map((row) => ({ id: `f${row.sequence}`, ...flowOf(row) })),
      ...(isMore && { next: cursorOf([last.last, last.sequence]) }),
    }
  }

  async conversations(
    devices: readonly string[],
    span: FlowSpan,
    limit: number,
  ): Promise<FlowConversation[]> {
    const ids = sql.join(devices)
    const within = sql.join(spanOf(span), sql` AND `)
    const half = (own: string, peer: string) => {
      const isOut = own === 'o'
      const bytes = isOut ? ['bytes_out', 'bytes_in'] : ['bytes_in', 'bytes_out']
      return sql`SELECT ${sql.ref(`${peer}_device`)} AS peer_device,
        CASE WHEN ${sql.ref(`${peer}_device`)} = '' THEN ${sql.ref(`${peer}_address`)} ELSE ''
          END AS peer_address, ${sql.ref(`${peer}_address`)} AS address, server_name,
        ${sql.lit(isOut ? 1 : 2)} AS side, protocol, r_port AS port, service,
        ${sql.ref(bytes[0])} AS sent, ${sql.ref(bytes[1])} AS received, first, last
        FROM flow WHERE ${sql.ref(`${own}_device`)} IN (${ids}) AND ${within}`
    }
    const { rows } = await sql<ConversationRow>`
      SELECT peer_device, max(address) AS peer_address, max(server_name) AS server_name,
        min(side) AS side_least, max(side) AS side_most, protocol, port, service,
        count(*) AS flows, sum(sent) AS bytes_out, sum(received) AS bytes_in,
        min(first) AS first, max(last) AS last
      FROM (${half('o', 'r')} UNION ALL ${half('r', 'o')}) AS both_sides
      GROUP BY peer_device, both_sides.peer_address, protocol, port, service
      ORDER BY sum(sent) + sum(received) DESC LIMIT ${limit}`.execute(this.store.read)
    return rows.map((row) => ({
      peerDevice: row.peer_device,
      peerAddress: row.peer_address,
      serverName: row.server_name,
      initiated:
        row.side_least !== row.side_most ? 'either' : row.side_least === 1 ? 'device' : 'peer',
      protocol: row.protocol,
      port: row.port,
      service: row.service,
      flows: Number(row.flows),
      bytesOut: Number(row.bytes_out),
      bytesIn: Number(row.bytes_in),
      first: row.first,
      last: row.last,
    }))
  }

  async pairs(span: FlowSpan, limit: number): Promise<FlowPair[]> {
    const { rows } = await sql<FlowPair>`
      SELECT o_device AS originator, r_device AS responder, service, count(*) AS flows,
        sum(bytes_out + bytes_in) AS bytes
      FROM flow WHERE (o_device <> '' OR r_device <> '') AND ${sql.join(spanOf(span), sql` AND `)}
      GROUP BY o_device, r_device, service ORDER BY bytes DESC LIMIT ${limit}`.execute(
      this.store.read,
    )
    return rows
  }

  async traffic(
    span: FlowSpan,
    step: number,
    devices?: readonly string[],
  ): Promise<TrafficPoint[]> {
    const { read } = this.store
    // Numbers are bound as floats.
    const whole = sql`CAST(${step} AS BIGINT)`
    if (devices === undefined && step >= MINUTE && step % MINUTE === 0) {
      const { from = 0, to = Number.MAX_SAFE_INTEGER } = span
      const { rows } = await sql<TrafficPoint>`
        SELECT minute - minute % ${whole} AS time, sum(bytes) AS bytes,
          sum(packets) AS packets, sum(flows) AS flows
        FROM traffic WHERE minute >= ${from - (from % MINUTE)} AND minute < ${to}
        GROUP BY 1 ORDER BY 1`.execute(read)
      return rows
    }
    const parts = spanOf(span)
    if (devices !== undefined) {
      const ids = sql.join(devices)
      parts.push(sql<boolean>`(o_device IN (${ids}) OR r_device IN (${ids}))`)
    }
    const { rows } = await sql<TrafficPoint>`
      SELECT last - last % ${whole} AS time, sum(bytes_out + bytes_in) AS bytes,
        sum(packets_out + packets_in) AS packets, count(*) AS flows
      FROM flow WHERE ${sql.join(parts, sql` AND `)} GROUP BY 1 ORDER BY 1`.execute(read)
    return rows
  }

  async extent(): Promise<{ flows: number; from?: number; to?: number }> {
    const { rows } = await sql<{ flows: number; first: number | null; last: number | null }>`
      SELECT (SELECT count(*) FROM flow) AS flows, (SELECT min(last) FROM flow) AS first,
        (SELECT max(last) FROM flow) AS last`.execute(this.store.read)
    const { flows, first, last } = rows[0]
    return {
      flows: Number(flows),
      ...(first !== null && { from: first }),
      ...(last !== null && { to: last }),
    }
  }
}

interface ConversationRow {
  peer_device: string
  peer_address: string
  server_name: string
  side_least: number
  side_most: number
  protocol: number
  port: number
  service: string
  flows: number
  bytes_out: number
  bytes_in: number
  first: number
  last: number
}

function count(
  minutes: Map<number, { bytes: number; packets: number; flows: number }>,
  row: Row,
): void {
  const minute = row.last - (row.last % MINUTE)
  const totals = minutes.get(minute) ?? { bytes: 0, packets: 0, flows: 0 }
  totals.bytes += row.bytes_out + row.bytes_in
  totals.packets += row.packets_out + row.packets_in
  totals.flows++
  minutes.set(minute, totals)
}

function spanOf({ from, to }: FlowSpan): RawBuilder<boolean>[] {
  const parts = [sql<boolean>`last >= ${from ?? 0}`]
  if (to !== undefined) parts.push(sql<boolean>`last < ${to}`)
  return parts
}

function conditions(query: FlowQuery): RawBuilder<boolean>[] {
  const parts = spanOf(query)
  const { devices, peers, peerAddress, service, port } = query
  const either = (ids: readonly string[]) =>
    sql<boolean>`(o_device IN (${sql.join(ids)}) OR r_device IN (${sql.join(ids)}))`
  if (devices) parts.push(either(devices))
  if (peers) parts.push(either(peers))
  if (peerAddress !== undefined) {
    parts.push(sql<boolean>`(o_address = ${peerAddress} OR r_address = ${peerAddress})`)
  }
  if (service !== undefined) parts.push(sql<boolean>`service = ${service}`)
  if (port !== undefined) parts.push(sql<boolean>`(r_port = ${port} OR o_port = ${port})`)
  for (const word of searchWords(query.words)) {
    const pattern = likePattern(word)
    const like = (column: string) => sql`lower(${sql.ref(column)}) LIKE ${pattern} ESCAPE '\\'`
    const named = sql`SELECT id FROM device WHERE lower(name) LIKE ${pattern} ESCAPE '\\'`
    parts.push(
      sql<boolean>`(${like('o_address')} OR ${like('r_address')} OR ${like('service')}
        OR ${like('server_name')} OR ${like('o_mac')} OR ${like('r_mac')}
        OR o_device IN (${named}) OR r_device IN (${named}))`,
    )
  }
  return parts
}

const rowFor = (flow: StoredFlow) => ({
  key: flow.key,
  site: flow.site,
  segment: flow.segment,
  first: flow.first,
  last: flow.last,
  o_device: flow.originator.device,
  o_address: flow.originator.address,
  o_mac: flow.originator.mac,
  o_port: flow.originator.port,
  r_device: flow.responder.device,
  r_address: flow.responder.address,
  r_mac: flow.responder.mac,
  r_port: flow.responder.port,
  protocol: flow.protocol,
  service: flow.service,
  server_name: flow.serverName,
  state: flow.state,
  packets_out: flow.packetsOut,
  packets_in: flow.packetsIn,
  bytes_out: flow.bytesOut,
  bytes_in: flow.bytesIn,
})

const flowOf = (row: Row): StoredFlow => ({
  key: row.key,
  site: row.site,
  segment: row.segment,
  first: row.first,
  last: row.last,
  originator: {
    device: row.o_device,
    address: row.o_address,
    mac: row.o_mac,
    port: row.o_port,
  },
  responder: {
    device: row.r_device,
    address: row.r_address,
    mac: row.r_mac,
    port: row.r_port,
  },
  protocol: row.protocol,
  service: row.service,
  serverName: row.server_name,
  state: row.state,
  packetsOut: row.packets_out,
  packetsIn: row.packets_in,
  bytesOut: row.bytes_out,
  bytesIn: row.bytes_in,
})
