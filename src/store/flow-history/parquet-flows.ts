// Flow history of any length: a spool that is synced twice a second, Parquet files by site and day
// that DuckDB writes, merges and reads in a process of its own, and totals that outlive the flows.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DAY, type Microseconds } from '../../core/clock.ts'
import type {
  FlowConversation,
  FlowHistory,
  FlowPair,
  FlowQuery,
  FlowSpan,
  StoredFlow,
  TrafficPoint,
} from '../flows.ts'
import { cursorOf, keyOf, searchWords, type StoredPage } from '../pages.ts'
import { Engine, type Statement } from './engine.ts'
import { FLOW_LIMITS } from './limits.ts'
import { Parts } from './part.ts'
import { conversationOf, conversationsAsked, flowOf, flowsAsked, pairOf } from './questions.ts'
import { pairsAsked, pointOf, trafficAsked } from './questions.ts'
import { RecentKeys } from './recent-keys.ts'
import { Spool } from './spool.ts'
import { keptTime, spoolLine } from './spool-line.ts'
import type { Sources } from './statements.ts'
import type { Retention } from './upkeep.ts'
import { Upkeep } from './upkeep-run.ts'

/** Where it lies, and how long what is kept. */
export interface ParquetFlowsOptions {
  /** A folder of its own, made when it is not there. */
  readonly directory: string
  /** The wall clock, microseconds; decides what is too old. */
  clock(): Microseconds
  /** Ids of devices whose name holds a word; absent: words do not find names. */
  devicesNamed?(word: string): Promise<readonly string[]>
  /** Default: flows for 90 days, totals for two years. */
  readonly retention?: Retention
  /** For tests. */
  readonly syncMs?: number
  readonly segmentRows?: number
}

/** How much there is, and what is wrong. */
export interface FlowHistoryHealth {
  /** Flows in Parquet, and those that only the spool holds. */
  readonly stored: number
  readonly spooled: number
  readonly parts: number
  /**
   * Bytes at the end of the spool that the last crash left torn; nobody was told they were kept.
   */
  readonly tornBytes: number
  /** Id of the DuckDB process, while there is one. */
  readonly engine?: number
  /** Why flows stay in the spool. */
  readonly problem?: { readonly code: string; readonly text: string }
}

const RETENTION: Retention = { flowDays: 90, totalDays: 730 }
const TEND_MS = 30_000

export class ParquetFlows implements FlowHistory {
  private readonly options: ParquetFlowsOptions
  private readonly keys = new RecentKeys(FLOW_LIMITS.keysKept.value)
  private readonly parts: Parts
  private readonly spool: Spool
  private readonly engine: Engine
  private readonly upkeep: Upkeep
  private readonly timer: NodeJS.Timeout
  /** Questions under way; files that went meanwhile are unlinked after the last of them. */
  private reading = 0
  private isTending = false
  private doomed: (() => void)[] = []

  /** Takes up what is there. Throws OperatingError `flow-list`. */
  constructor(options: ParquetFlowsOptions) {
    this.options = options
    const { directory, clock, retention = RETENTION, syncMs, segmentRows } = options
    this.parts = new Parts(directory)
    const { converted } = this.parts
    rmSync(join(directory, 'spill'), { recursive: true, force: true })
    const spool = { directory: join(directory, 'spool'), converted, syncMs, segmentRows }
    this.spool = new Spool({ ...spool, known: (key) => void this.keys.add(key) })
    this.engine = new Engine(directory)
    const { parts, engine } = this
    const later = (work: () => void) => this.unlinkLater(work)
    this.upkeep = new Upkeep({ parts, spool: this.spool, engine, clock, retention, later })
    this.timer = setInterval(() => void this.tend().catch(() => undefined), TEND_MS).unref()
  }

  async append(flows: readonly StoredFlow[]): Promise<void> {
    const fresh = flows.filter(({ key }) => this.keys.add(key))
    if (fresh.length === 0) return
    const times = fresh.map(({ last }) => keptTime(last))
    const from = times.reduce((least, time) => Math.min(least, time), Infinity)
    const to = times.reduce((most, time) => Math.max(most, time), -Infinity)
    const text = fresh.map(spoolLine).join('')
    try {
      await this.spool.append({ text, rows: fresh.length, from, to })
    } catch (cause) {
      for (const { key } of fresh) this.keys.forget(key)
      throw cause
    }
    if (this.spool.ready().length > 0) this.tendSoon()
  }

  async query(query: FlowQuery): Promise<StoredPage<StoredFlow & { readonly id: string }>> {
    const words = searchWords(query.words)
    const find = this.options.devicesNamed ?? (async () => [])
    const named = await Promise.all(words.map((word) => find(word)))
    const found: (StoredFlow & { id: string })[] = []
    // From the newest days backwards, more at a time, until the page is full.
    for (const span of spansBack(this.bounds(query))) {
      const rows = await this.ask(span, (sources) =>
        flowsAsked({ parts: this.parts, sources }, { ...query, ...span }, named),
      )
      found.push(...rows.map(flowOf))
      if (found.length > query.limit) break
    }
    const items = found.slice(0, query.limit)
    const last = items.at(-1)
    const isMore = found.length > query.limit && last
    return { items, ...(isMore && { next: cursorOf([last.last, last.key]) }) }
  }

  async conversations(
    devices: readonly string[],
    span: FlowSpan,
    limit: number,
  ): Promise<FlowConversation[]> {
    const rows = await this.ask(span, (sources) =>
      conversationsAsked({ parts: this.parts, sources }, { devices, span, limit }),
    )
    return rows.map(conversationOf)
  }

  async pairs(span: FlowSpan, limit: number): Promise<FlowPair[]> {
    const rows = await this.ask(span, (sources) =>
      pairsAsked({ parts: this.parts, sources }, span, limit),
    )
    return rows.map(pairOf)
  }

  async traffic(
    span: FlowSpan,
    step: Microseconds,
    devices?: readonly string[],
  ): Promise<TrafficPoint[]> {
    // Steps may begin before the span does.
    const wide = { ...span, ...(span.from !== undefined && { from: span.from - step }) }
    const rows = await this.ask(wide, (sources) =>
      trafficAsked({ parts: this.parts, sources }, { span, step, devices }),
    )
    return rows.map(pointOf)
  }

  async extent(): Promise<{ flows: number; from?: Microseconds; to?: Microseconds }> {
    const { stored, spooled } = this.health()
    const { from, to } = this.bounds({})
    return { flows: stored + spooled, ...(from <= to && { from, to }) }
  }

  health(): FlowHistoryHealth {
    const kept = this.parts.all.filter(({ hasFlows }) => hasFlows)
    const { problem } = this.upkeep
    const { processId } = this.engine
    return {
      stored: kept.reduce((sum, { flows }) => sum + flows, 0),
      spooled: this.spool.segments().reduce((sum, { rows }) => sum + rows, 0),
      parts: this.parts.all.length,
      tornBytes: this.spool.tornBytes,
      ...(processId !== undefined && { engine: processId }),
      ...(problem && { problem }),
    }
  }

  /**
   * Makes Parquet of full segments, merges small parts, drops what is too old; `all`: of segments
   * that are not full too. Happens by itself; rejects with `flow-…` where it cannot be done.
   */
  tend(options: { readonly all?: boolean } = {}): Promise<void> {
    return this.upkeep.run(options.all ?? false)
  }

  /** Unless it is under way: then what came meanwhile is seen to next time. */
  private tendSoon(): void {
    if (this.isTending) return
    this.isTending = true
    this.tend()
      .catch(() => undefined)
      .finally(() => (this.isTending = false))
  }

  /** Writes what waits, ends DuckDB; nothing may be asked any more. */
  async close(): Promise<void> {
    clearInterval(this.timer)
    await this.spool.close()
    await this.upkeep.stop()
    await this.engine.stop()
    for (const unlink of this.doomed.splice(0)) unlink()
  }

  /** Last packet times of the oldest and newest flow in a query's span; `from` > `to`: none. */
  private bounds({ from = -Infinity, to = Infinity, cursor }: FlowSpan & { cursor?: string }) {
    const all = [...this.parts.all.filter(({ hasFlows }) => hasFlows), ...this.spool.segments()]
    const newest = cursor === undefined ? to - 1 : Math.min(Number(keyOf(cursor, 2)[0]), to - 1)
    return {
      from: all.reduce((least, each) => Math.min(least, Math.max(each.from, from)), Infinity),
      to: all.reduce((most, each) => Math.max(most, Math.min(each.to, newest)), -Infinity),
    }
  }

  /** Asks about the parts and segments that overlap a span. */
  private async ask(
    { from = -Infinity, to = Infinity }: FlowSpan,
    question: (sources: Sources) => Statement | undefined,
  ) {
    const overlaps = (each: { from: number; to: number }) => each.to >= from && each.from < to
    const sources = {
      parts: this.parts.all.filter(overlaps),
      segments: this.spool.segments().filter(overlaps),
    }
    const statement = question(sources)
    if (!statement) return []
    this.reading++
    try {
      return await this.engine.run([statement], FLOW_LIMITS.questionMs.value)
    } finally {
      if (--this.reading === 0) for (const unlink of this.doomed.splice(0)) unlink()
    }
  }

  private unlinkLater(unlink: () => void): void {
    if (this.reading === 0) unlink()
    else this.doomed.push(unlink)
  }
}

/** Spans that cover `from` to `to`, newest first, each four times as long as the one before. */
function* spansBack({ from, to }: { from: number; to: number }): Generator<Required<FlowSpan>> {
  let days = 1
  for (let end = to + 1; end > from; days *= 4) {
    const start = Math.max(from, Math.floor((end - 1) / DAY) * DAY - (days - 1) * DAY)
    yield { from: start, to: end }
    end = start
  }
}
