// The work on parts: one thing at a time, each either done as a whole or not at all.
import { rmSync } from 'node:fs'
import type { Microseconds } from '../../core/clock.ts'
import { OperatingError } from '../../core/errors.ts'
import type { Engine } from './engine.ts'
import { FLOW_LIMITS } from './limits.ts'
import { PART_FILES, type Part, type Parts } from './part.ts'
import type { Segment, Spool } from './spool.ts'
import { conversionOf, mergerOf, splitOf } from './statements.ts'
import { expired, mergedPart, nextMerger, type Retention } from './upkeep.ts'

export interface UpkeepOptions {
  readonly parts: Parts
  readonly spool: Spool
  readonly engine: Engine
  readonly retention: Retention
  clock(): Microseconds
  /** Runs once nobody reads what was there before. */
  later(work: () => void): void
}

const FLOW_FILES = ['originator', 'responder'] as const

export class Upkeep {
  /** Why the last run did not come to its end. */
  problem: { readonly code: string; readonly text: string } | undefined
  private readonly options: UpkeepOptions
  private running: Promise<void> = Promise.resolve()
  private isStopped = false

  constructor(options: UpkeepOptions) {
    this.options = options
  }

  /** After what is under way; `all` takes segments that are not full along. */
  run(all: boolean): Promise<void> {
    const run = this.running.then(() => this.runNow(all))
    this.running = run.catch(() => undefined)
    return run
  }

  /** No more work; resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.isStopped = true
    await this.running
  }

  private async runNow(all: boolean): Promise<void> {
    if (this.isStopped) return
    const { parts, spool, retention, clock } = this.options
    try {
      await spool.seal(all)
      for (const segment of [...spool.ready()]) {
        if (this.isStopped) return
        await this.convert(segment)
      }
      this.expire(expired(parts.all, retention, clock()))
      for (let group = nextMerger(parts.all, clock()); group && !this.isStopped;) {
        await this.merge(group)
        group = nextMerger(parts.all, clock())
      }
      this.problem = undefined
    } catch (cause) {
      const { message } = cause as Error
      const code = cause instanceof OperatingError ? cause.code : 'flow-upkeep'
      this.problem = { code, text: message }
      throw cause
    }
  }

  private async convert(segment: Segment): Promise<void> {
    const { parts, spool, engine, clock, later } = this.options
    const labour = FLOW_LIMITS.labourMs.value
    const rows = await engine.run([splitOf(segment)], labour)
    const add = rows.map(([site, day, flows, from, to], index): Part => ({
      id: parts.nextId + index,
      site: String(site),
      day: String(day),
      level: 0,
      flows: Number(flows),
      from: Number(from),
      to: Number(to),
      created: clock(),
      hasFlows: true,
    }))
    for (const part of add) parts.prepare(part)
    await engine.run(conversionOf(parts, segment, add), labour)
    parts.replace({ add, remove: [], converted: segment.number })
    spool.drop(segment)
    later(() => rmSync(segment.path, { force: true }))
  }

  private async merge(from: readonly Part[]): Promise<void> {
    const { parts, engine, later } = this.options
    const into = mergedPart(from, parts.nextId)
    parts.prepare(into)
    await engine.run(mergerOf(parts, from, into), FLOW_LIMITS.labourMs.value)
    parts.replace({ add: [into], remove: from })
    later(() => from.forEach((part) => parts.unlink(part, PART_FILES)))
  }

  private expire({ flows, whole }: ReturnType<typeof expired>): void {
    const { parts, later } = this.options
    if (flows.length === 0 && whole.length === 0) return
    const add = flows.map((part) => ({ ...part, hasFlows: false }))
    parts.replace({ add, remove: [...flows, ...whole] })
    later(() => {
      for (const part of flows) parts.unlink(part, FLOW_FILES)
      for (const part of whole) parts.unlink(part, PART_FILES)
    })
  }
}
