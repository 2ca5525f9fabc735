// The supervisor: starts signer, core and sensors as processes of their own, hands their messages
// on, starts again what dies (later each time), and stops all in order.
import { fork, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ProcessHealth } from '../../api/index.ts'
import { OperatingError } from '../../core/errors.ts'
import type { BusMessage } from './bus.ts'

const SUFFIX = extname(fileURLToPath(import.meta.url))
const AGAIN_FIRST_MS = 500
const AGAIN_MAX_MS = 30_000
/** Who ran for so long has not failed to start. */
const STEADY_MS = 60_000
const STOP_WAIT_MS = 10_000
const LOOK_EVERY_MS = 10_000
const PAGE_BYTES = 4096
/** All that children get of our environment: what they do not need, they cannot leak. */
const ENVIRONMENT = ['PATH', 'HOME', 'TZ', 'LANG', 'LC_ALL', 'TMPDIR', 'NODE_COMPILE_CACHE']

/** A program of this folder. */
export const programOf = (name: string): string =>
  fileURLToPath(new URL(`${name}${SUFFIX}`, import.meta.url))

/** One process to be kept running. */
export interface ChildPlan {
  readonly name: string
  readonly program: string
  /** Seen by others in the process list: no secrets. */
  readonly words?: readonly string[]
  /** Flags of Node: what the process may do. */
  readonly flags?: readonly string[]
  /** Sent over its channel as soon as it runs. */
  readonly start?: object
}

/** What a child tells the supervisor. */
export interface ChildWords {
  readonly bus?: BusMessage
  readonly ready?: { readonly url: string; readonly setupCode?: string }
  readonly failed?: { readonly code: string; readonly message: string }
  readonly problem?: string
  readonly restart?: string
  readonly console?: string
}

interface Running {
  plan: ChildPlan
  process: ChildProcess | undefined
  state: ProcessHealth['state']
  restarts: number
  fails: number
  /** Does its work and is gone. */
  isOnce: boolean
  timer: NodeJS.Timeout | undefined
}

export class Supervisor {
  /** Hears what is not for the bus. */
  onWords: (name: string, words: ChildWords) => void = () => {}
  private readonly children = new Map<string, Running>()
  private readonly kept = new Map<string, object>()
  private readonly timer: NodeJS.Timeout
  private isStopping = false

  constructor() {
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS)
    this.timer.unref()
  }

  /** Starts a process and keeps it running; resolves with its first words. */
  async start(plan: ChildPlan): Promise<ChildWords> {
    const child = this.fresh(plan)
    return new Promise((resolve, reject) => {
      const process = this.spawn(child)
      process.once('message', resolve)
      process.once('error', reject)
      process.once('exit', () => {
        reject(new OperatingError('process-start', `the process ${plan.name} did not start`))
      })
    })
  }

  private fresh(plan: ChildPlan): Running {
    const child: Running = {
      plan,
      process: undefined,
      state: 'starting',
      restarts: 0,
      fails: 0,
      isOnce: false,
      timer: undefined,
    }
    this.children.set(plan.name, child)
    return child
  }

  /** Starts it without waiting for words. */
  launch(plan: ChildPlan): void {
    this.start(plan).catch(() => {})
  }

  /** Runs it once, and does not start it again. */
  build(plan: ChildPlan): void {
    const child = this.fresh(plan)
    child.isOnce = true
    this.spawn(child)
  }

  /** Tells it now, and again each time it has started anew. */
  keepTelling(name: string, message: object): void {
    this.kept.set(name, message)
    this.tell(name, message)
  }

  /** What it is started with from the next time on. */
  restartWith(name: string, start: object): void {
    const child = this.children.get(name)
    if (child) child.plan = { ...child.plan, start }
  }

  /** A message to one process; lost when it does not run. */
  tell(name: string, message: object): void {
    const { process, state } = this.children.get(name) ?? {}
    if (process?.connected && state === 'running') process.send(message, () => {})
  }

  /** Ends a process so that it starts anew, at once. */
  renew(name: string): void {
    const child = this.children.get(name)
    if (!child) return
    child.fails = 0
    child.process?.kill('SIGTERM')
  }

  private spawn(child: Running): ChildProcess {
    const { plan } = child
    const env = Object.fromEntries(
      ENVIRONMENT.flatMap((name) => {
        const value = process.env[name]
        return value === undefined ? [] : [[name, value]]
      }),
    )
    const started = Date.now()
    const execArgv = ['--disable-warning=ExperimentalWarning', ...(plan.flags ?? [])]
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as ('ignore' | 'inherit' | 'ipc')[]
    const process_ = fork(plan.program, [...(plan.words ?? [])], { env, execArgv, stdio })
    child.process = process_
    child.state = 'running'
    if (plan.start) process_.send({ start: plan.start }, () => {})
    process_.on('message', (words: ChildWords) => this.hear(plan.name, words))
    process_.on('error', () => {})
    process_.once('exit', () => this.ended(child, Date.now() - started))
    return process_
  }

  private hear(name: string, words: ChildWords): void {
    if (words.bus) {
      this.tell(words.bus.to, { bus: words.bus })
      return
    }
    const kept = words.ready && this.kept.get(name)
    if (kept) this.tell(name, kept)
    this.onWords(name, words)
  }

  private ended(child: Running, lifeMs: number): void {
    child.process = undefined
    child.state = 'stopped'
    if (child.isOnce) this.children.delete(child.plan.name)
    if (this.isStopping || child.isOnce) return
    child.fails = lifeMs >= STEADY_MS ? 0 : child.fails + 1
    const wait = Math.min(AGAIN_MAX_MS, AGAIN_FIRST_MS * 2 ** Math.max(0, child.fails - 1))
    child.timer = setTimeout(() => {
      child.restarts++
      this.spawn(child)
      this.look()
    }, wait)
    this.look()
  }

  /** Tells core how the processes are. */
  look(): void {
    this.tell('core', { processes: this.health() })
  }

  /** The supervisor itself first. */
  health(): ProcessHealth[] {
    const own = { name: 'supervisor', state: 'running' as const, restarts: 0 }
    const children = [...this.children.values()].map(
      ({ plan, state, restarts, process: each }) => ({
        name: plan.name,
        state,
        restarts,
        ...memoryOf(each?.pid),
      }),
    )
    return [{ ...own, ...memoryOf(process.pid) }, ...children]
  }

  /** Stops in the order given, then whatever is left; resolves when all are gone. */
  async stop(order: readonly string[]): Promise<void> {
    this.isStopping = true
    clearInterval(this.timer)
    for (const { timer } of this.children.values()) clearTimeout(timer)
    const rest = [...this.children.keys()].filter((name) => !order.includes(name))
    for (const name of [...order, ...rest]) await this.stopOne(name)
  }

  private async stopOne(name: string): Promise<void> {
    const child = this.children.get(name)?.process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WAIT_MS)
      child.once('exit', () => {
        clearTimeout(timer)
        resolve()
      })
      child.kill('SIGTERM')
    })
  }
}

/** Resident memory as Linux tells it; nothing elsewhere. */
function memoryOf(pid: number | undefined): { memoryBytes?: number } {
  if (pid === undefined) return {}
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
    return { memoryBytes: pages * PAGE_BYTES }
  } catch {
    return {}
  }
}
