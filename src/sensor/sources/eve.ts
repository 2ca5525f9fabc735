// Suricata's EVE log as a source: a file, compressed or not, or a stream of JSON lines; tells the
// flows and transactions that the packets would have told, as far as its records carry them.
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { MINUTE } from '../../core/clock.ts'
import { clip } from '../../decode/index.ts'
import { stoppable } from '../bytes.ts'
import { compressionOf, decompressed } from '../decompression.ts'
import { EVE_EVENTS, type EveEvent } from '../eve/mapping.ts'
import { EveSpeaker } from '../eve/speaker.ts'
import { mapOwn } from '../eve/things.ts'
import { count, object, word, type Values } from '../eve/values.ts'
import { AddressTexts } from '../logs/address-texts.ts'
import { FactList } from '../logs/facts.ts'
import { LogFeed } from '../logs/feed.ts'
import { parseRecord } from '../logs/json.ts'
import { LineReader } from '../logs/lines.ts'
import { isoToTime, secondsTime } from '../logs/time.ts'
import type { Intake, Source, SourceProblem, SourceSummary } from '../source.ts'

const CHUNK = 256 * 1024
/** How long a record of a live stream may wait for earlier ones. */
const STREAM_WINDOW = MINUTE

/** An EVE log file, plain or compressed. */
export function eveFile(path: string): Source {
  return {
    name: path,
    async run(intake) {
      try {
        const size = (await stat(path)).size
        const compression = compressionOf(await headOf(path))
        const file = createReadStream(path, { highWaterMark: CHUNK })
        const run = new EveRun(path, intake, () => intake.progress(file.bytesRead, size))
        return await run.read(decompressed(file, compression), () => file.bytesRead)
      } catch (cause) {
        const { code, message } = cause as NodeJS.ErrnoException
        if (code === undefined) throw cause
        return unreadable(path, `${path}: cannot be read (${message})`)
      }
    },
  }
}

/**
 * EVE records from a stream: standard input, a socket. Records wait at most a minute for earlier
 * ones.
 */
export function eveStream(name: string, stream: Readable): Source {
  return {
    name,
    run(intake) {
      let bytes = 0
      async function* counted(): AsyncGenerator<Buffer> {
        for await (const chunk of stoppable(stream, intake.signal)) {
          bytes += chunk.length
          yield chunk
        }
      }
      const run = new EveRun(name, intake, () => intake.progress(bytes, 0))
      run.feed.window = STREAM_WINDOW
      return run.read(counted(), () => bytes)
    },
  }
}

/** Whether the first bytes of a file look like EVE: a JSON object with an event type. */
export function looksLikeEve(head: Buffer): boolean {
  const start = head.toString('utf8')
  return start.trimStart().startsWith('{') && /"event_type"\s*:/.test(start)
}

const OWN: EveEvent = { carries: [], map: mapOwn }

/** One reading of a log. */
class EveRun {
  readonly feed: LogFeed
  private readonly name: string
  private readonly intake: Intake
  private readonly told: () => void
  private readonly facts = new FactList()
  private readonly speaker: EveSpeaker
  private readonly unread = new Set<string>()
  private records = 0
  private lines = 0
  private lastEvent: EveEvent | undefined

  constructor(name: string, intake: Intake, told: () => void) {
    intake.anomalies.source = name
    this.name = name
    this.intake = intake
    this.told = told
    const { observer, endpoints, anomalies, names } = intake
    const texts = new AddressTexts(intake.addresses)
    this.feed = new LogFeed({ observer, endpoints, anomalies, names, texts })
    this.speaker = new EveSpeaker({ feed: this.feed, anomalies, texts, facts: this.facts })
  }

  async read(chunks: AsyncIterable<Buffer>, bytes: () => number): Promise<SourceSummary> {
    const lines = new LineReader(chunks)
    while (!this.intake.signal.aborted && (await lines.fill())) {
      for (let line = lines.next(); line !== undefined; line = lines.next()) {
        this.take(line, lines.line)
      }
      this.countLong(lines)
      this.told()
    }
    this.countLong(lines)
    await lines.close()
    this.feed.drain()
    this.lines = lines.line
    return this.summary(bytes(), lines.failure)
  }

  private countLong(lines: LineReader): void {
    for (const at of lines.tooLong) this.anomaly('log-line-too-long', at)
    lines.tooLong = []
  }

  private take(line: string, number: number): void {
    const record = parseRecord(line)
    if (!record) return this.anomaly('log-broken-json', number)
    this.records++
    const type = word(record, 'event_type')
    // Our own writer's fields as they are always say their kind; Suricata's objects never do.
    const isOwn = word(object(record, type), 'kind') !== ''
    const event = isOwn ? OWN : EVE_EVENTS.get(type)
    if (!event) {
      if (this.unread.size < 64) this.unread.add(clip(type, 32))
      return
    }
    const time = timeOf(record)
    if (Number.isNaN(time)) return this.anomaly('eve-bad-time', number)
    if (event !== this.lastEvent) {
      this.lastEvent = event
      this.facts.add(...event.carries)
    }
    this.speaker.point(record, this.intake.before + number, time)
    event.map(record, this.speaker)
  }

  private anomaly(name: string, line: number): void {
    this.intake.anomalies.count(name, line, Math.max(0, this.feed.last))
  }

  private summary(bytes: number, failure: Error | undefined): SourceSummary {
    const { feed, facts } = this
    const problem: SourceProblem | undefined = failure && {
      code: 'unreadable',
      message: `${this.name}: reading stopped after ${bytes} bytes (${failure.message})`,
      offset: bytes,
    }
    return {
      name: this.name,
      format: 'eve',
      records: this.records,
      lines: this.lines,
      bytes,
      first: Number.isFinite(feed.first) ? feed.first : NaN,
      last: Number.isFinite(feed.last) ? feed.last : NaN,
      carries: facts.carries(),
      lacks: facts.lacks(),
      unread: [...this.unread].toSorted(),
      problem,
    }
  }
}

/** ISO 8601 as Suricata writes it, or epoch seconds as some forwarders turn it into. */
function timeOf(record: Values): number {
  const seconds = count(record, 'timestamp')
  return seconds === undefined ? isoToTime(word(record, 'timestamp')) : secondsTime(seconds)
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

const unreadable = (name: string, message: string): SourceSummary => ({
  name,
  format: 'eve',
  records: 0,
  bytes: 0,
  first: NaN,
  last: NaN,
  lacks: [],
  problem: { code: 'unreadable', message, offset: 0 },
})
