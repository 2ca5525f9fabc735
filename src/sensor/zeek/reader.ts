// One Zeek log, line by line, over all its files: knows the header, tells TSV from JSON by the line
// itself, counts what is broken.
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { AnomalyTable } from '../../core/anomaly.ts'
import type { Microseconds } from '../../core/clock.ts'
import { compressionOf, decompressed } from '../decompression.ts'
import { parseRecord } from '../logs/json.ts'
import { LineReader } from '../logs/lines.ts'
import { JsonRow, TsvHeader, TsvRow, type ZeekRow } from './row.ts'

const CHUNK = 256 * 1024
const BRACE = 123

/** A log file that could not be read to its end. */
export interface LogFailure {
  readonly path: string
  readonly cause: Error
}

export class ZeekReader {
  /** '#path' of a TSV log, or the name of its file. */
  readonly name: string
  /** Time of the last line, or of its end for a connection: how far this log has been read. */
  progress: Microseconds = -Infinity
  lines = 0
  /** Lines of the longest file so far. */
  lineMax = 0
  failure: LogFailure | undefined
  row: ZeekRow
  private readonly paths: readonly string[]
  private readonly anomalies: AnomalyTable
  private readonly signal: AbortSignal
  private header = new TsvHeader()
  private readonly tsv = new TsvRow()
  private readonly json = new JsonRow()
  private reader: LineReader | undefined
  private stream: { bytesRead: number } | undefined
  private before = 0
  private turn = 0

  constructor(
    name: string,
    paths: readonly string[],
    anomalies: AnomalyTable,
    signal: AbortSignal,
  ) {
    this.name = name
    this.paths = paths
    this.anomalies = anomalies
    this.signal = signal
    this.row = this.tsv
  }

  /** Number of the line at hand, in its file. */
  get line(): number {
    return this.reader?.line ?? 0
  }

  /** Bytes of the files read so far. */
  get bytes(): number {
    return this.before + (this.stream?.bytesRead ?? 0)
  }

  /** Points `row` at the next record that has been read; false when `fill` must be called. */
  next(): boolean {
    const reader = this.reader
    if (!reader) return false
    for (;;) {
      const line = reader.next()
      if (line === undefined) break
      if (this.take(line)) {
        this.lines++
        return true
      }
    }
    if (reader.tooLong.length > 0) {
      for (const at of reader.tooLong) this.anomalies.count('log-line-too-long', at, this.time)
      reader.tooLong = []
    }
    return false
  }

  /** Reads more; false when all files are done. */
  async fill(): Promise<boolean> {
    for (;;) {
      if (this.signal.aborted) return false
      if (this.reader && (await this.reader.fill())) return true
      if (this.reader) this.finish()
      if (this.turn >= this.paths.length) return false
      await this.open(this.paths[this.turn++])
    }
  }

  async close(): Promise<void> {
    await this.reader?.close()
  }

  private get time(): Microseconds {
    return Number.isFinite(this.progress) ? this.progress : 0
  }

  /** Whether a line is a record; points `row` at it. */
  private take(line: string): boolean {
    const first = line.charCodeAt(0)
    if (first === BRACE) {
      const values = parseRecord(line)
      if (values) {
        this.row = this.json.open(values)
        return true
      }
      this.anomalies.count('log-broken-json', this.line, this.time)
      return false
    }
    if (line.includes('#') && line.trimStart().startsWith('#')) {
      this.header.read(line)
      return false
    }
    if (this.header.columns.size === 0) {
      this.anomalies.count('zeek-no-header', this.line, this.time)
      return false
    }
    this.row = this.tsv.open(this.header, line)
    return true
  }

  private async open(path: string): Promise<void> {
    this.header = new TsvHeader()
    try {
      const head = await headOf(path)
      const file = createReadStream(path, { highWaterMark: CHUNK })
      this.stream = file
      this.reader = new LineReader(decompressed(file, compressionOf(head)))
    } catch (cause) {
      this.failure ??= { path, cause: cause as Error }
      this.reader = undefined
    }
  }

  private finish(): void {
    const cause = this.reader?.failure
    if (cause) this.failure ??= { path: this.paths[this.turn - 1], cause }
    this.lineMax = Math.max(this.lineMax, this.line)
    this.before = this.bytes
    this.stream = undefined
    this.reader = undefined
  }
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
