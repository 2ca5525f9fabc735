// A folder of Zeek logs as a source: merges the logs by time and tells the same flows and
// transactions that the packets would have told, as far as the logs that are there carry them.
import { stat } from 'node:fs/promises'
import { Certificates } from '../zeek/certificates.ts'
import { zeekFiles } from '../zeek/folder.ts'
import { ZEEK_LOGS, type ZeekLog } from '../zeek/mapping.ts'
import { ZeekReader } from '../zeek/reader.ts'
import { ZeekSpeaker } from '../zeek/speaker.ts'
import { AddressTexts } from '../logs/address-texts.ts'
import { FactList } from '../logs/facts.ts'
import { LogFeed } from '../logs/feed.ts'
import type { Intake, Source, SourceProblem, SourceSummary } from '../source.ts'

/** Lines of one log that are read before the others are looked at again. */
const TURN = 256

/** A log with its reader and its mapper. */
interface Strand {
  readonly reader: ZeekReader
  readonly log: ZeekLog
}

/** A folder of Zeek logs (TSV or JSON, plain or compressed, rotated or not). */
export function zeekFolder(path: string): Source {
  return { name: path, run: (intake) => readFolder(path, intake) }
}

/** Whether a folder holds a Zeek log that is understood. */
export async function isZeekFolder(path: string): Promise<boolean> {
  try {
    return [...(await zeekFiles(path)).keys()].some((name) => ZEEK_LOGS.has(name))
  } catch {
    return false
  }
}

async function readFolder(path: string, intake: Intake): Promise<SourceSummary> {
  intake.anomalies.source = path
  let files: Map<string, string[]>
  try {
    files = await zeekFiles(path)
  } catch (cause) {
    return nothing(path, 'unreadable', `${path}: cannot be read (${(cause as Error).message})`)
  }
  const known = [...files.keys()].filter((name) => ZEEK_LOGS.has(name))
  if (known.length === 0)
    return nothing(path, 'not-zeek', `${path}: no Zeek log that is understood`)
  return new ZeekRun(path, files, intake).run()
}

/** One reading of a folder. */
class ZeekRun {
  private readonly path: string
  private readonly files: ReadonlyMap<string, string[]>
  private readonly intake: Intake
  private readonly facts = new FactList()
  private readonly feed: LogFeed
  private readonly certificates = new Certificates()
  private readonly speaker: ZeekSpeaker
  private readonly readers: ZeekReader[] = []
  private total = 0

  constructor(path: string, files: ReadonlyMap<string, string[]>, intake: Intake) {
    this.path = path
    this.files = files
    this.intake = intake
    const { observer, endpoints, anomalies, names } = intake
    const texts = new AddressTexts(intake.addresses)
    this.feed = new LogFeed({ observer, endpoints, anomalies, names, texts })
    this.speaker = new ZeekSpeaker({
      feed: this.feed,
      anomalies,
      texts,
      certificates: this.certificates,
      logs: new Set(files.keys()),
    })
  }

  async run(): Promise<SourceSummary> {
    for (const [name, paths] of this.files) {
      if (name === 'x509' || ZEEK_LOGS.has(name)) this.total += await sizeOf(paths)
    }
    await this.readCertificates()
    const strands: Strand[] = []
    for (const [name, log] of ZEEK_LOGS) {
      const paths = this.files.get(name)
      if (!paths || (name === 'software' && this.files.has('http'))) continue
      this.facts.add(...log.carries)
      strands.push({ reader: this.open(name, paths), log })
    }
    await this.merge(strands)
    this.feed.drain()
    return this.summary()
  }

  private open(name: string, paths: readonly string[]): ZeekReader {
    const reader = new ZeekReader(name, paths, this.intake.anomalies, this.intake.signal)
    this.readers.push(reader)
    return reader
  }

  private async readCertificates(): Promise<void> {
    const paths = this.files.get('x509')
    if (!paths) return
    this.facts.add('tls-certificate')
    const reader = this.open('x509', paths)
    while (await reader.fill()) {
      while (reader.next()) this.certificates.learn(reader.row)
      this.told()
    }
  }

  /** Always reads on in the log that is furthest behind. */
  private async merge(strands: Strand[]): Promise<void> {
    const open = [...strands]
    while (open.length > 0 && !this.intake.signal.aborted) {
      let behind = 0
      let next = Infinity
      for (let index = 1; index < open.length; index++) {
        const { progress } = open[index].reader
        if (progress < open[behind].reader.progress) {
          next = Math.min(next, open[behind].reader.progress)
          behind = index
        } else next = Math.min(next, progress)
      }
      if (!(await this.turn(open[behind], next))) open.splice(behind, 1)
    }
    for (const { reader } of open) await reader.close()
  }

  /** Reads lines of one log until it has caught up with `until`; false when it is done. */
  private async turn({ reader, log }: Strand, until: number): Promise<boolean> {
    for (let lines = 0; lines < TURN || reader.progress <= until; lines++) {
      if (!reader.next()) {
        this.told()
        return reader.fill()
      }
      this.take(reader, log)
    }
    return true
  }

  private take(reader: ZeekReader, log: ZeekLog): void {
    const { row } = reader
    const time = row.time('ts')
    if (Number.isNaN(time)) {
      this.intake.anomalies.count('zeek-bad-time', reader.line, Math.max(0, reader.progress))
      return
    }
    const isFlow = log === CONN
    reader.progress = Math.max(reader.progress, isFlow ? time + row.duration('duration') : time)
    this.speaker.point(row, this.intake.before + reader.line, time)
    if (isFlow) this.notice(row)
    log.map(row, this.speaker)
  }

  /** Which optional columns conn.log has. */
  private notice(row: ZeekReader['row']): void {
    const { facts } = this
    if (!facts.has('payload-bytes') && row.has('orig_bytes')) facts.add('payload-bytes')
    if (!facts.has('history') && row.has('history')) facts.add('history')
    if (!facts.has('mac') && row.text('orig_l2_addr') !== '') facts.add('mac')
    if (!facts.has('vlan') && row.text('vlan') !== '') facts.add('vlan')
  }

  private told(): void {
    const bytes = this.readers.reduce((sum, reader) => sum + reader.bytes, 0)
    this.intake.progress(bytes, this.total)
  }

  private summary(): SourceSummary {
    const { feed, facts, readers } = this
    const failure = readers.find((reader) => reader.failure)?.failure
    const problem: SourceProblem | undefined = failure && {
      code: 'unreadable',
      message: `${failure.path}: reading stopped (${failure.cause.message})`,
      offset: 0,
    }
    return {
      name: this.path,
      format: 'zeek',
      records: readers.reduce((sum, reader) => sum + reader.lines, 0),
      lines: Math.max(0, ...readers.map((reader) => reader.lineMax)),
      bytes: readers.reduce((sum, reader) => sum + reader.bytes, 0),
      first: Number.isFinite(feed.first) ? feed.first : NaN,
      last: Number.isFinite(feed.last) ? feed.last : NaN,
      carries: facts.carries(),
      lacks: facts.lacks(),
      unread: [...this.files.keys()].filter((name) => name !== 'x509' && !ZEEK_LOGS.has(name)),
      problem,
    }
  }
}

const CONN = ZEEK_LOGS.get('conn')

async function sizeOf(paths: readonly string[]): Promise<number> {
  let size = 0
  for (const path of paths)
    size += await stat(path).then(
      (found) => found.size,
      () => 0,
    )
  return size
}

const nothing = (name: string, code: string, message: string): SourceSummary => ({
  name,
  format: 'zeek',
  records: 0,
  bytes: 0,
  first: NaN,
  last: NaN,
  lacks: [],
  problem: { code, message, offset: 0 },
})
