// One session of a sensor: greets core, reads its source, and sends about once a second what is
// new, one batch at a time; the next goes when core has the last for good.
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { OperatingError } from '../../core/errors.ts'
import {
  eveFile,
  isZeekFolder,
  liveSource,
  looksLikeEve,
  pcapStream,
  readHead,
  zeekFolder,
  type Source,
} from '../../sensor/index.ts'
import type { SensorStatus } from '../../store/index.ts'
import { Bus, type Line } from './bus.ts'
import type { Hello, ObservedBatch, SensorSettings, Taken, Welcome } from './observed.ts'
import { FLOWS_WAITING_MAX, Observing } from './observing.ts'
import { tellSupervisor } from './start.ts'

const EVERY_MS = 1000
/** Looking costs: at most a tenth of the time goes into it. */
const COST_SHARE = 10
/** So many flows are sent without waiting for the next look. */
const FLOWS_AT_ONCE = 4000
/** What live traffic has taught is concluded this often. */
const CONCLUDE_EVERY_MS = 15_000
/** And everything, with its counts, this often. */
const WHOLE_EVERY_MS = 60_000

export class SensorRun {
  private readonly settings: SensorSettings
  private readonly bus: Bus
  private readonly session = randomBytes(8).toString('hex')
  private readonly stopping = new AbortController()
  private sequence = 0
  private run_ = ''
  private observing: Observing | undefined
  private state: SensorStatus['state'] = 'waiting'
  private problem: string | undefined
  private captureDropped = 0
  private wake = () => {}

  constructor(settings: SensorSettings, line: Line) {
    this.settings = settings
    this.bus = new Bus(settings.id, line)
    this.bus.on('core-up', () => this.bus.repeat())
  }

  stop(): void {
    this.stopping.abort()
    this.wake()
  }

  /** Reads to the end, or until it is stopped. Answers the exit code. */
  async run(): Promise<number> {
    const welcome = await this.greet()
    this.run_ = await runOf(this.settings, this.session)
    if (welcome.finished.includes(this.run_)) {
      this.state = 'done'
      return this.idle()
    }
    const { site, segment, memoryMegabytes } = this.settings
    const { local, people: includePersonal } = welcome
    const { signal } = this.stopping
    const options = { memoryMegabytes, local, includePersonal, signal }
    this.observing = await Observing.create(options, { site, segment })
    const source = await this.source()
    this.state = 'running'
    const reading = this.observing.watch.sensor.run([source])
    let isOver = false
    const ended = reading.finally(() => {
      isOver = true
      this.wake()
    })
    // Looked at below; a fault must not be unhandled meanwhile.
    ended.catch(() => {})
    await this.report(() => isOver)
    const [summary] = await ended
    this.captureDropped = summary?.dropped ?? 0
    const failure = summary?.problem?.message
    this.problem = failure
    const isLive = this.settings.interface !== undefined
    this.state = failure !== undefined && isLive ? 'failed' : 'done'
    await this.finish()
    if (this.state === 'failed') {
      tellSupervisor({ problem: failure })
      return 1
    }
    return signal.aborted ? 0 : this.idle()
  }

  private async greet(): Promise<Welcome> {
    const body: Hello = { sensor: this.settings.id, session: this.session }
    const id = `${this.session}:hello:${randomBytes(4).toString('hex')}`
    return (await this.bus.ask('core', 'hello', { id, body })) as Welcome
  }

  private async source(): Promise<Source> {
    const { interface: name, read } = this.settings
    if (name !== undefined) return liveSource(name)
    return fileSource(read!, () => this.whenTaken())
  }

  /** A file can wait: it is held back while many flows are not taken yet. */
  private async whenTaken(): Promise<void> {
    while (this.observing!.backlog > FLOWS_WAITING_MAX && !this.stopping.signal.aborted) {
      await pause(20)
    }
  }

  /** Sends batches until the source is over. */
  private async report(isOver: () => boolean): Promise<void> {
    let concluded = Date.now()
    let whole = Date.now()
    const isLive = this.settings.interface !== undefined
    let next = 0
    while (!isOver()) {
      const now = Date.now()
      if (now >= next) {
        const conclude = isLive && now - concluded >= CONCLUDE_EVERY_MS
        const isWhole = now - whole >= WHOLE_EVERY_MS
        if (conclude) concluded = now
        if (isWhole) whole = now
        const batch = this.batch({ conclude, whole: isWhole })
        const cost = Date.now() - now
        next = now + Math.max(EVERY_MS, cost * COST_SHARE)
        await this.send(batch)
      } else if (this.observing!.backlog >= FLOWS_AT_ONCE) {
        await this.send(this.batch('flows'))
      } else {
        await this.sleep(Math.min(EVERY_MS, next - now))
      }
    }
  }

  private async finish(): Promise<void> {
    // The state 'done' stands only on the very last batch: then core knows that it has all of it.
    const { state } = this
    this.state = 'running'
    await this.send(this.batch({ conclude: true, whole: true }))
    while (this.observing!.backlog > 0) await this.send(this.batch('flows'))
    this.state = state
    await this.send(this.batch('flows'))
  }

  private batch(how: { conclude: boolean; whole: boolean } | 'flows'): ObservedBatch {
    const source = this.settings.interface ?? this.settings.read ?? ''
    const { observing } = this
    const news = how === 'flows' ? observing?.flowsOnly() : observing?.news({ ...how, source })
    const { id, site, segment } = this.settings
    const place = { sensor: id, session: this.session, site, segment }
    return { ...place, sequence: ++this.sequence, ...(news ?? NOTHING), status: this.status() }
  }

  private status(): SensorStatus {
    const { observing, settings } = this
    return {
      source: settings.interface ?? settings.read ?? '',
      run: this.run_,
      state: this.state,
      frames: observing?.watch.sensor.frames ?? 0,
      flows: observing?.watch.sensor.flows.started ?? 0,
      dropped: this.captureDropped + (observing?.flowsLost ?? 0),
      lastPacket: observing?.observed ?? 0,
      ...(this.problem !== undefined && { problem: this.problem }),
    }
  }

  private async send(batch: ObservedBatch): Promise<void> {
    const id = `${batch.session}:${batch.sequence}`
    const answer = (await this.bus.ask('core', 'observed', { id, body: batch })) as Taken
    if (answer.taken) return
    // Core has started anew and does not know our refs: tell it who they are.
    const devices = this.observing?.allDevices() ?? []
    await this.bus.ask('core', 'observed', { id, body: { ...batch, devices, isWhole: true } })
  }

  private async sleep(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Nothing more to read: says now and then that it is there, until it is stopped. */
  private async idle(): Promise<number> {
    while (!this.stopping.signal.aborted) {
      await this.send(this.batch({ conclude: false, whole: false }))
      await this.sleep(CONCLUDE_EVERY_MS)
    }
    this.bus.close()
    return 0
  }
}

const NOTHING = {
  observed: 0,
  devices: [],
  seen: [],
  findings: [],
  profiles: [],
  flows: [],
}

/** A run over a file has the file's own name, so that it is not counted twice; live, a new one. */
async function runOf({ id, read }: SensorSettings, session: string): Promise<string> {
  if (read === undefined) return `live:${id}:${session}`
  const status = await stat(read).catch((cause: NodeJS.ErrnoException) => {
    throw new OperatingError('unreadable', `${read} cannot be read (${cause.code ?? 'unknown'})`)
  })
  const text = JSON.stringify([id, read, status.size, status.mtimeMs])
  return `file:${createHash('sha256').update(text).digest('hex').slice(0, 24)}`
}

/** What a path holds, as `watch` reads it; captures wait where `ready` says so. */
async function fileSource(path: string, ready: () => Promise<void>): Promise<Source> {
  const status = await stat(path)
  if (status.isDirectory()) {
    if (await isZeekFolder(path)) return zeekFolder(path)
    throw new OperatingError('unknown-folder', `${path}: a folder without Zeek logs`)
  }
  if (looksLikeEve(await readHead(path))) return eveFile(path)
  return pcapStream(path, Readable.from(chunks(path, ready), { objectMode: true }))
}

async function* chunks(path: string, ready: () => Promise<void>): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    await ready()
    yield chunk as Buffer
  }
}
