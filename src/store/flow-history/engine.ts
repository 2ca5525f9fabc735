// DuckDB as the rest of flow history sees it: a process that is there while somebody asks, with
// limits on memory and time, killed when it does not keep to them.
import { fork, type ChildProcess } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OperatingError } from '../../core/errors.ts'
import type { EngineAnswer, EngineRequest } from './engine-process.ts'
import { FLOW_LIMITS } from './limits.ts'

const SUFFIX = extname(fileURLToPath(import.meta.url))
const PROGRAM = fileURLToPath(new URL(`engine-process${SUFFIX}`, import.meta.url))
/** How long an interrupted question may take to notice. */
const GRACE_MS = 2_000

export type Statement = EngineRequest['statements'][number]
export type Rows = readonly (readonly unknown[])[]

interface Waiting {
  resolve(rows: Rows): void
  reject(cause: OperatingError): void
  readonly timer: NodeJS.Timeout
}

export class Engine {
  private readonly folder: string
  private child: Promise<ChildProcess> | undefined
  private readonly waiting = new Map<number, Waiting>()
  private last = 0
  /** While it runs. */
  processId: number | undefined
  private idle: NodeJS.Timeout | undefined

  /** `folder` is all that DuckDB may read and write. */
  constructor(folder: string) {
    this.folder = folder
  }

  /** Rows of the last statement. Rejects with `flow-time`, `flow-memory`, `flow-engine`. */
  async run(statements: readonly Statement[], timeMs: number): Promise<Rows> {
    if (this.waiting.size >= FLOW_LIMITS.questions.value) {
      throw new OperatingError('flow-busy', 'too many questions about flows at once; ask again')
    }
    const id = ++this.last
    clearTimeout(this.idle)
    const answered = new Promise<Rows>((resolve, reject) => {
      const timer = setTimeout(() => this.interrupt(id), timeMs)
      this.waiting.set(id, { resolve, reject, timer })
    })
    try {
      const child = await (this.child ??= this.start())
      child.send({ id, statements } satisfies EngineRequest)
    } catch (cause) {
      this.settle(id)?.reject(engineError(cause))
    }
    return answered
  }

  /** Ends the process, and whatever it is at. */
  async stop(): Promise<void> {
    clearTimeout(this.idle)
    const child = await this.child?.catch(() => undefined)
    this.child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await ended
  }

  private start(): Promise<ChildProcess> {
    const { memory, threads } = FLOW_LIMITS
    const words = [this.folder, String(memory.value), String(threads.value)]
    const child = fork(PROGRAM, words, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    })
    this.processId = child.pid
    let said = ''
    child
      .stderr!.setEncoding('utf8')
      .on('data', (text: string) => (said = (said + text).slice(-2000)))
    const started = new Promise<ChildProcess>((resolve, reject) => {
      child.once('message', () => resolve(child))
      child.once('close', () => reject(new Error(`it did not start: ${said}`)))
    })
    child.on('message', (answer: EngineAnswer) => this.hear(answer))
    child.once('error', (cause) => this.lose(child, String(cause)))
    child.once('close', (code, signal) => this.lose(child, `it ended (${signal ?? code}) ${said}`))
    return started
  }

  private hear(answer: EngineAnswer): void {
    const waiting = this.settle(answer.id)
    if (!waiting) return
    if ('rows' in answer) waiting.resolve(answer.rows)
    else waiting.reject(errorOf(answer.error))
    if (this.waiting.size > 0) return
    this.idle = setTimeout(() => void this.stop(), FLOW_LIMITS.idleMs.value).unref()
  }

  private settle(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id)
    clearTimeout(waiting?.timer)
    this.waiting.delete(id)
    return waiting
  }

  /** Asks to stop; who does not is killed, with all that it is at. */
  private interrupt(id: number): void {
    const waiting = this.waiting.get(id)
    if (!waiting) return
    void this.child?.then((child) => {
      if (child.connected) child.send({ cancel: id })
      const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
      this.waiting.set(id, { ...waiting, timer })
    })
  }

  private lose(child: ChildProcess, why: string): void {
    void this.child?.then(
      (current) => {
        if (current !== child) return
        this.child = undefined
        this.processId = undefined
      },
      () => (this.child = undefined),
    )
    for (const id of this.waiting.keys()) this.settle(id)?.reject(engineError(why))
  }
}

const engineError = (cause: unknown) => {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new OperatingError('flow-engine', `flow history cannot be read: ${why}`, { cause })
}

function errorOf(text: string): OperatingError {
  if (/INTERRUPT/i.test(text)) {
    const words = 'the question about flows takes too long; ask for less time or fewer devices'
    return new OperatingError('flow-time', words)
  }
  if (/out of memory/i.test(text)) {
    const words = 'the question about flows takes too much memory; ask for less time'
    return new OperatingError('flow-memory', words)
  }
  return engineError(text)
}
