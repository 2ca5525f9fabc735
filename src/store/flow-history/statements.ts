// SQL of flow history: where flows are read from, and how parts are written. Texts that came from
// outside go in as values, never into the SQL; paths and numbers are our own.
import assert from 'node:assert/strict'
import type { Statement } from './engine.ts'
import { FLOW_LIMITS } from './limits.ts'
import type { Part, PartFile, Parts } from './part.ts'
import { COLUMNS } from './spool-line.ts'
import type { Segment } from './spool.ts'

/** What is read for one question: the parts and segments of one moment. */
export interface Sources {
  readonly parts: readonly Part[]
  readonly segments: readonly Segment[]
}

/** Order of the flows that are read: by who started them, or by who answered. */
export type Order = 'originator' | 'responder'

/** An SQL text; for paths and names that we made ourselves. */
export const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`

/** A whole number as SQL. */
export function whole(value: number): string {
  assert(Number.isSafeInteger(value), `${value} is no whole number`)
  return String(value)
}

/** A time as SQL; microseconds. */
export const moment = (time: number) => `make_timestamp(${whole(time)})`

/** Values of one statement, named by their place. */
export class Values {
  readonly list: (string | number)[] = []

  /** `$1`, `$2` …: stands for the text in the SQL. */
  text(value: string): string {
    this.list.push(value)
    return `$${this.list.length}`
  }

  texts(values: readonly string[]): string {
    return values.length === 0 ? 'NULL' : values.map((value) => this.text(value)).join(', ')
  }

  statement(sql: string): Statement {
    return { sql, values: this.list }
  }
}

const LIST_OF_COLUMNS = COLUMNS.map(([name, type]) => `${quoted(name)}: ${quoted(type)}`).join(', ')

/** Segments of the spool as flows; half a line at the end of one that grows is no flow yet. */
export function fromSpool(segments: readonly Segment[]): string {
  const paths = segments.map(({ path }) => quoted(path)).join(', ')
  return `SELECT * REPLACE (make_timestamp("first") AS "first", make_timestamp("last") AS "last")
    FROM read_csv([${paths}], delim = '\\t', quote = '', escape = '', header = false,
      auto_detect = false, nullstr = '\u0001', ignore_errors = true,
      columns = {${LIST_OF_COLUMNS}})`
}

export function fromParquet(parts: Parts, chosen: readonly Part[], file: PartFile): string {
  const paths = chosen.map((part) => quoted(parts.path(part, file))).join(', ')
  return `SELECT * FROM read_parquet([${paths}], hive_partitioning = false)`
}

/** All flows of the sources in one order of files, or undefined when there are none. */
export function flowsFrom(parts: Parts, sources: Sources, order: Order): string | undefined {
  const chosen = sources.parts.filter(({ hasFlows }) => hasFlows)
  const halves = [
    ...(chosen.length > 0 ? [fromParquet(parts, chosen, order)] : []),
    ...(sources.segments.length > 0 ? [fromSpool(sources.segments)] : []),
  ]
  return halves.length === 0 ? undefined : halves.join(' UNION ALL ')
}

const ORDERS: { readonly [order in Order]: string } = {
  originator: 'o_device, o_address, "last"',
  responder: 'r_device, r_address, "last"',
}

const TOTALS = `CAST(sum(bytes) AS BIGINT) AS bytes, CAST(sum(packets) AS BIGINT) AS packets,
  CAST(sum(flows) AS BIGINT) AS flows`

/** Adds up again what was added up before. */
const SUMS: { readonly [file in PartFile]?: string } = {
  minutes: `SELECT site, minute, ${TOTALS} FROM rows GROUP BY ALL ORDER BY minute`,
  hours: `SELECT site, hour, device, ${TOTALS} FROM rows GROUP BY ALL ORDER BY device, hour`,
  pairs: `SELECT site, originator, responder, service, CAST(sum(bytes) AS BIGINT) AS bytes,
    CAST(sum(flows) AS BIGINT) AS flows FROM rows GROUP BY ALL ORDER BY originator, responder`,
}

const COUNTED = `bytes_out + bytes_in AS bytes, packets_out + packets_in AS packets, 1 AS flows`

/** Adds up flows in the first place. */
const ROWS: { readonly [file in PartFile]?: string } = {
  minutes: `SELECT site, date_trunc('minute', "last") AS minute, ${COUNTED} FROM batch`,
  hours: `SELECT site, date_trunc('hour', "last") AS hour, device, ${COUNTED} FROM (
    SELECT *, o_device AS device FROM batch WHERE o_device <> '' UNION ALL
    SELECT *, r_device AS device FROM batch WHERE r_device NOT IN ('', o_device))`,
  pairs: `SELECT site, o_device AS originator, r_device AS responder, service, ${COUNTED}
    FROM batch`,
}

function copy(select: string, path: string): Statement {
  const form = `FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${FLOW_LIMITS.rowGroup.value}`
  return { sql: `COPY (${select}) TO ${quoted(path)} (${form})` }
}

/** How a segment falls apart: rows of site, day, flows, first and last packet time. */
export const splitOf = (segment: Segment): Statement => ({
  sql: `SELECT site, CAST(CAST("last" AS DATE) AS VARCHAR), CAST(count(*) AS DOUBLE),
    CAST(epoch_us(min("last")) AS DOUBLE), CAST(epoch_us(max("last")) AS DOUBLE)
    FROM (${fromSpool([segment])}) GROUP BY ALL ORDER BY ALL`,
})

/** Writes the files of parts that one segment becomes; all on one connection. */
export function conversionOf(parts: Parts, segment: Segment, into: readonly Part[]): Statement[] {
  const whole = { sql: `CREATE TEMP TABLE segment AS ${fromSpool([segment])}` }
  const each = into.flatMap((part) => {
    const values = new Values()
    const batch = `CREATE OR REPLACE TEMP TABLE batch AS SELECT * FROM segment
      WHERE site = ${values.text(part.site)}
        AND CAST("last" AS DATE) = CAST(${quoted(part.day)} AS DATE)`
    return [values.statement(batch), ...writing(parts, part)]
  })
  return [whole, ...each]
}

function writing(parts: Parts, part: Part): Statement[] {
  const flows = (['originator', 'responder'] as const).map((order) =>
    copy(`SELECT * FROM batch ORDER BY ${ORDERS[order]}`, parts.path(part, order)),
  )
  const sums = (['minutes', 'hours', 'pairs'] as const).map((file) =>
    copy(`WITH rows AS (${ROWS[file]}) ${SUMS[file]}`, parts.path(part, file)),
  )
  return [...flows, ...sums]
}

/** Writes the files of one part that several become. */
export function mergerOf(parts: Parts, from: readonly Part[], into: Part): Statement[] {
  const flows = (['originator', 'responder'] as const).map((order) => {
    const select = `${fromParquet(parts, from, order)} ORDER BY ${ORDERS[order]}`
    return copy(select, parts.path(into, order))
  })
  const sums = (['minutes', 'hours', 'pairs'] as const).map((file) => {
    const select = `WITH rows AS (${fromParquet(parts, from, file)}) ${SUMS[file]}`
    return copy(select, parts.path(into, file))
  })
  return into.hasFlows ? [...flows, ...sums] : sums
}
