// The spool: where flows are first put down. Appended to and synced twice a second, cut into
// segments that become Parquet one by one; after a crash the torn end of the last one is cut off.
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { syncPath } from '../../core/durable-file.ts'
import { OperatingError } from '../../core/errors.ts'
import { FLOW_LIMITS } from './limits.ts'
import { readSpoolLine } from './spool-line.ts'

/** One file of the spool. */
export interface Segment {
  readonly number: number
  readonly path: string
  /** Whole lines, of which the durable ones are counted. */
  rows: number
  bytes: number
  /** Last packet times; `from` is above `to` while it is empty. */
  from: number
  to: number
}

export interface SpoolOptions {
  readonly directory: string
  /** Segments up to this one are Parquet already. */
  readonly converted: number
  /** Told the key of each flow that the spool still holds. */
  known(key: string): void
  /** Milliseconds between syncs; for tests. */
  readonly syncMs?: number
  readonly segmentRows?: number
}

/** Lines to be written together, with what to tell whoever gave them. */
interface Batch {
  readonly text: string
  readonly rows: number
  readonly from: number
  readonly to: number
  resolve(): void
  reject(cause: unknown): void
}

const NAME = /^(\d{10})\.tsv$/

export class Spool {
  /** What the last crash left torn: bytes that nobody was told were kept. */
  readonly tornBytes: number
  private readonly options: SpoolOptions
  private readonly sealed: Segment[] = []
  private current: Segment | undefined
  private file: FileHandle | undefined
  private opened = 0
  private next: number
  private waiting: Batch[] = []
  private waitingBytes = 0
  private timer: NodeJS.Timeout | undefined
  private writing: Promise<void> | undefined
  /** Who waits for the segment to be closed. */
  private sealing: (() => void)[] = []

  /** Reads what is there; throws when the folder cannot be used. */
  constructor(options: SpoolOptions) {
    this.options = options
    const { directory, converted } = options
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.next = converted + 1
    this.tornBytes = 0
    for (const name of readdirSync(directory).toSorted()) {
      const number = Number(NAME.exec(name)?.[1])
      const path = join(directory, name)
      if (!(number > converted)) {
        rmSync(path, { force: true })
        continue
      }
      const { segment, torn } = this.readSegment(number, path)
      this.tornBytes += torn
      this.next = number + 1
      if (segment.rows > 0) this.sealed.push(segment)
      else rmSync(path)
    }
  }

  /** Resolves once the lines are on disk. */
  append(lines: Omit<Batch, 'resolve' | 'reject'>): Promise<void> {
    if (this.waitingBytes > FLOW_LIMITS.waitingBytes.value) {
      const text = 'flows arrive faster than the disk takes them; wait for what was appended'
      return Promise.reject(new OperatingError('flow-backlog', text))
    }
    const appended = new Promise<void>((resolve, reject) => {
      this.waiting.push({ ...lines, resolve, reject })
    })
    this.waitingBytes += lines.text.length
    if (this.waitingBytes >= FLOW_LIMITS.bufferBytes.value) this.wake()
    else
      this.timer ??= setTimeout(() => this.wake(), this.options.syncMs ?? FLOW_LIMITS.syncMs.value)
    return appended
  }

  /** All segments that hold anything, oldest first; the last may still grow. */
  segments(): readonly Segment[] {
    const { current } = this
    return current && current.rows > 0 ? [...this.sealed, current] : this.sealed
  }

  /** Segments that are to become Parquet, oldest first. */
  ready(): readonly Segment[] {
    return this.sealed
  }

  /**
   * Closes the segment that grows when it is old enough, or in any case; large ones close anyway.
   */
  async seal(isForced = false): Promise<void> {
    const isOld = Date.now() - this.opened >= FLOW_LIMITS.segmentMs.value
    if (!this.current || (!isForced && !isOld)) return
    if (!this.writing) return this.rotate()
    // Writing may never pause: the seal comes between two writes.
    await new Promise<void>((resolve) => this.sealing.push(resolve))
  }

  /** Forgets a segment that became Parquet; its file goes when nobody reads it any more. */
  drop(segment: Segment): void {
    this.sealed.splice(this.sealed.indexOf(segment), 1)
  }

  /** Writes what waits and closes. */
  async close(): Promise<void> {
    this.wake()
    while (this.writing) await this.writing
    await this.file?.close()
    this.file = undefined
  }

  private wake(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.writing || this.waiting.length === 0) return
    this.writing = this.writeAll()
  }

  private async rotate(): Promise<void> {
    const { current, file } = this
    const asked = this.sealing.splice(0)
    if (current && current.rows > 0) {
      this.current = undefined
      this.file = undefined
      this.sealed.push(current)
      // What is in it is on disk already.
      await file?.close().catch(() => undefined)
    }
    for (const resolve of asked) resolve()
  }

  private async writeAll(): Promise<void> {
    const rowsMost = this.options.segmentRows ?? FLOW_LIMITS.segmentRows.value
    while (this.waiting.length > 0 || this.sealing.length > 0) {
      const batches = this.waiting
      this.waiting = []
      this.waitingBytes = 0
      try {
        if (batches.length > 0) await this.write(batches)
        for (const { resolve } of batches) resolve()
      } catch (cause) {
        const { message } = cause as Error
        const error = new OperatingError('flow-spool', `flows cannot be kept: ${message}`, {
          cause,
        })
        for (const { reject } of batches) reject(error)
      }
      const isLarge = this.current !== undefined && this.current.rows >= rowsMost
      if (isLarge || this.sealing.length > 0) await this.rotate()
    }
    // In the same breath as the last look: who comes now starts the next round.
    this.writing = undefined
  }

  private async write(batches: readonly Batch[]): Promise<void> {
    const segment = (this.current ??= this.begin())
    if (!this.file) {
      this.file = await open(segment.path, 'a', 0o600)
      syncPath(this.options.directory)
    }
    const bytes = Buffer.from(batches.map(({ text }) => text).join(''))
    try {
      await this.file.appendFile(bytes)
      await this.file.datasync()
    } catch (cause) {
      // Half a line must not stand before the next one: cut it off, and begin another file.
      await this.file.truncate(segment.bytes).catch(() => undefined)
      await this.rotate()
      throw cause
    }
    segment.bytes += bytes.length
    for (const { rows, from, to } of batches) {
      segment.rows += rows
      segment.from = Math.min(segment.from, from)
      segment.to = Math.max(segment.to, to)
    }
  }

  private begin(): Segment {
    const number = this.next++
    this.opened = Date.now()
    const path = join(this.options.directory, `${String(number).padStart(10, '0')}.tsv`)
    return { number, path, rows: 0, bytes: 0, from: Infinity, to: -Infinity }
  }

  /** Counts what is whole and cuts off what is not. */
  private readSegment(number: number, path: string): { segment: Segment; torn: number } {
    const bytes = readFileSync(path)
    const segment: Segment = { number, path, rows: 0, bytes: 0, from: Infinity, to: -Infinity }
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, segment.bytes)) {
      const line = readSpoolLine(bytes.toString('utf8', segment.bytes, end))
      if (!line) break
      this.options.known(line.key)
      segment.bytes = end + 1
      segment.rows++
      segment.from = Math.min(segment.from, line.last)
      segment.to = Math.max(segment.to, line.last)
    }
    const torn = bytes.length - segment.bytes
    if (torn > 0) truncateSync(path, segment.bytes)
    return { segment, torn }
  }
}
