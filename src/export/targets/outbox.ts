// A queue on disk for one receiver: append-only segment files, each record with a checksum, and the
// place of the next one to send. What append() has answered survives a crash; a record that was
// torn by one is left out. Bounded in bytes and age: the oldest go, and are counted.
import { crc32 } from 'node:zlib'
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import {
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  writeFile,
  type FileHandle,
} from 'node:fs/promises'
import { join } from 'node:path'
import { OperatingError } from '../../core/errors.ts'
import { EXPORT_LIMITS } from '../limits.ts'
import type { Message } from './message.ts'

const SEGMENT = /^(\d{12})\.queue$/
const RECORD_MAX = EXPORT_LIMITS.outboxRecord.value
const READ_BYTES = 1_048_576

/** Bounds of one queue; `now` in microseconds. */
export interface OutboxOptions {
  readonly bytesMax?: number
  readonly ageMaxSeconds?: number
  readonly segmentBytes?: number
  now?(): number
}

interface Segment {
  readonly number: number
  bytes: number
  /** Records that were appended; of segments from an earlier run, counted when opened. */
  records: number
}

/** Where the next record to send begins. */
interface Place {
  readonly segment: number
  readonly offset: number
}

interface Entry {
  readonly message: Message
  readonly after: Place
}

/** One queue in one folder, of one process at a time. */
export class Outbox {
  /** Messages that will never be sent: too old, too many, or torn by a crash. */
  dropped = 0
  /** Records that wait. */
  waiting = 0
  private readonly folder: string
  private readonly options: Required<OutboxOptions>
  private readonly segments: Segment[] = []
  private place: Place = { segment: 0, offset: 0 }
  /** Entries read and not yet taken. */
  private ahead: Entry[] = []
  /** Entries that `next` gave last. */
  private handed: Entry[] = []
  private writer: FileHandle | undefined
  private readonly lock: string
  private tail: Promise<void> = Promise.resolve()

  private constructor(folder: string, options: OutboxOptions) {
    this.folder = folder
    this.lock = join(folder, 'lock')
    this.options = {
      bytesMax: EXPORT_LIMITS.outboxBytes.value,
      ageMaxSeconds: EXPORT_LIMITS.outboxAge.value,
      segmentBytes: 1_048_576,
      now: () => Date.now() * 1000,
      ...options,
    }
  }

  /**
   * Opens or makes the queue. Throws OperatingError `outbox-busy` when another process has it, and
   * `cannot-write` when the folder cannot be used.
   */
  static async open(folder: string, options: OutboxOptions = {}): Promise<Outbox> {
    const outbox = new Outbox(folder, options)
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      takeLock(outbox.lock, folder)
      await outbox.recover()
      return outbox
    } catch (cause) {
      if (cause instanceof OperatingError) throw cause
      const what = `${folder}: cannot be used as a queue: ${(cause as Error).message}`
      throw new OperatingError('cannot-write', what, { cause })
    }
  }

  private path(segment: number): string {
    return join(this.folder, `${String(segment).padStart(12, '0')}.queue`)
  }

  private async recover(): Promise<void> {
    const names = (await readdir(this.folder)).filter((name) => SEGMENT.test(name)).toSorted()
    for (const name of names) {
      const number = Number(SEGMENT.exec(name)![1])
      const bytes = (await stat(join(this.folder, name))).size
      this.segments.push({ number, bytes, records: 0 })
    }
    const text = await readFile(join(this.folder, 'place'), 'latin1').catch(() => '')
    const [segment = 0, offset = 0] = text.split(' ').map(Number)
    const first = this.segments[0]?.number ?? 1
    this.place = segment >= first ? { segment, offset } : { segment: first, offset: 0 }
    for (const one of this.segments) {
      const from = one.number === this.place.segment ? this.place.offset : 0
      if (one.number < this.place.segment) continue
      const bytes = await readFile(this.path(one.number))
      const { entries, torn } = parse(bytes.subarray(from), one.number, from)
      one.records = entries.length
      this.waiting += entries.length
      this.dropped += torn
    }
  }

  /** Appends messages in order; resolves when they are on the disk. */
  append(messages: readonly Message[]): Promise<void> {
    return this.turn(() => this.write(messages))
  }

  /** One thing at a time: what is read may not be taken out meanwhile. */
  private turn<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.tail.then(act)
    this.tail = result.then(
      () => {},
      () => {},
    )
    return result
  }

  private async write(messages: readonly Message[]): Promise<void> {
    const lines: Buffer[] = []
    for (const message of messages) {
      const body = JSON.stringify(message)
      if (Buffer.byteLength(body) > RECORD_MAX) this.dropped++
      else lines.push(Buffer.from(`${checksum(body)} ${body}\n`))
    }
    if (lines.length === 0) return
    const bytes = Buffer.concat(lines)
    const segment = await this.current()
    await this.writer!.writeFile(bytes)
    await this.writer!.datasync()
    segment.bytes += bytes.length
    segment.records += lines.length
    this.waiting += lines.length
    await this.bound()
  }

  /** The segment that is written to; a new one when it is full, or from an earlier run. */
  private async current(): Promise<Segment> {
    const last = this.segments.at(-1)
    if (last && this.writer && last.bytes < this.options.segmentBytes) return last
    await this.writer?.close()
    const fresh = { number: (last?.number ?? this.place.segment) + 1, bytes: 0, records: 0 }
    this.writer = await open(this.path(fresh.number), 'ax', 0o600)
    this.segments.push(fresh)
    if (this.segments.length === 1) this.place = { segment: fresh.number, offset: 0 }
    return fresh
  }

  /** Takes whole segments out, the oldest first, until the queue fits again. */
  private async bound(): Promise<void> {
    const total = () => this.segments.reduce((sum, { bytes }) => sum + bytes, 0)
    while (total() > this.options.bytesMax && this.segments.length > 1) {
      const [oldest] = this.segments
      const lost = oldest.number === this.place.segment ? await this.unsent(oldest) : oldest.records
      this.dropped += lost
      this.waiting -= lost
      this.ahead = this.ahead.filter(({ after }) => after.segment !== oldest.number)
      await this.remove(oldest)
      if (this.place.segment <= oldest.number) {
        this.place = { segment: this.segments[0].number, offset: 0 }
      }
    }
  }

  private async unsent({ number }: Segment): Promise<number> {
    const bytes = await readFile(this.path(number))
    return parse(bytes.subarray(this.place.offset), number, this.place.offset).entries.length
  }

  private async remove(segment: Segment): Promise<void> {
    this.segments.splice(this.segments.indexOf(segment), 1)
    await rm(this.path(segment.number), { force: true })
  }

  /** The next messages in order, at most `most`; the same again until `done` takes them. */
  next(most: number): Promise<Message[]> {
    return this.turn(() => this.read(most))
  }

  private async read(most: number): Promise<Message[]> {
    if (this.ahead.length === 0) await this.readAhead()
    const oldest = this.options.now() - this.options.ageMaxSeconds * 1_000_000
    while (this.ahead.length > 0 && this.ahead[0].message.at < oldest) {
      const young = this.ahead.findIndex(({ message }) => message.at >= oldest)
      const old = young < 0 ? this.ahead.length : young
      this.dropped += old
      this.handed = this.ahead.slice(0, old)
      await this.take(old)
      if (this.ahead.length === 0) await this.readAhead()
    }
    this.handed = this.ahead.slice(0, most)
    return this.handed.map(({ message }) => message)
  }

  private async readAhead(): Promise<void> {
    for (const { number, bytes } of this.segments) {
      if (number < this.place.segment) continue
      const from = number === this.place.segment ? this.place.offset : 0
      if (from >= bytes) continue
      const file = await open(this.path(number), 'r')
      try {
        const room = Buffer.alloc(Math.min(READ_BYTES + RECORD_MAX, bytes - from))
        const { bytesRead } = await file.read(room, 0, room.length, from)
        const { entries } = parse(room.subarray(0, bytesRead), number, from)
        this.ahead = entries
      } finally {
        await file.close()
      }
      if (this.ahead.length > 0) return
    }
  }

  /** The first `count` of what `next` gave need not be sent again. */
  done(count: number): Promise<void> {
    return this.turn(() => this.take(count))
  }

  private async take(count: number): Promise<void> {
    const before = this.place
    for (const entry of this.handed.splice(0, count)) {
      if (this.ahead[0] === entry) {
        this.ahead.shift()
        this.waiting--
        this.place = entry.after
      } else {
        // Dropped for want of room while it was on its way; it has arrived all the same.
        this.dropped--
      }
    }
    if (this.place === before) return
    const text = `${this.place.segment} ${this.place.offset}`
    // Losing this one sends some messages twice, which is allowed.
    await writeFile(join(this.folder, 'place.new'), text, { mode: 0o600 })
    await rename(join(this.folder, 'place.new'), join(this.folder, 'place'))
    for (const segment of this.segments.filter(({ number }) => number < this.place.segment)) {
      await this.remove(segment)
    }
  }

  /** Closes files and lets another process have the queue. */
  async close(): Promise<void> {
    await this.tail
    await this.writer?.close()
    this.writer = undefined
    // What has arrived need not lie about.
    if (this.waiting === 0) for (const segment of [...this.segments]) await this.remove(segment)
    rmSync(this.lock, { force: true })
  }
}

const checksum = (body: string): string => crc32(body).toString(16).padStart(8, '0')

/** Whole records of a segment; `torn` counts what is no record. */
function parse(bytes: Buffer, segment: number, from: number): { entries: Entry[]; torn: number } {
  const entries: Entry[] = []
  let torn = 0
  let at = 0
  while (at < bytes.length) {
    const stop = bytes.indexOf(10, at)
    if (stop < 0) break
    const message = messageIn(bytes.toString('utf8', at, stop))
    at = stop + 1
    if (message) entries.push({ message, after: { segment, offset: from + at } })
    else torn++
  }
  return { entries, torn }
}

function messageIn(line: string): Message | undefined {
  const body = line.slice(9)
  if (line.slice(0, 8) !== checksum(body)) return undefined
  return JSON.parse(body) as Message
}

/** A file with our number in it; one of a process that is gone is taken over. */
function takeLock(path: string, folder: string): void {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = openSync(path, 'wx', 0o600)
      writeSync(file, String(process.pid))
      closeSync(file)
      return
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
      const holder = Number(readFileSync(path, 'latin1'))
      if (isAlive(holder)) {
        const what = `${folder}: process ${holder} sends from this queue; give --outbox another`
        throw new OperatingError('outbox-busy', what)
      }
      rmSync(path, { force: true })
    }
  }
}

function isAlive(processId: number): boolean {
  if (!Number.isInteger(processId) || processId <= 0) return false
  try {
    process.kill(processId, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}
