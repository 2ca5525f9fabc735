// Live capture through a tcpdump child: no native module, no privilege in this process; tcpdump
// drops root by itself. It hands over each packet at once (-U), behind a large buffer in the
// kernel. Asking it by signal to flush would be cheaper, but the signal may come in the middle of a
// write: the stream was found torn that way.
import { spawn, type ChildProcess } from 'node:child_process'
import { OperatingError } from '../../core/errors.ts'
import type { Intake, Source, SourceSummary } from '../source.ts'
import { pcapStream } from './pcap.ts'

/** How often time passes for the flows of a link on which nothing is heard. */
const TICK_EVERY_MS = 250
/** Kernel buffer, KiB: half a second of a full gigabit. */
const KERNEL_BUFFER = 65_536

/** How tcpdump is started. */
export interface LiveOptions {
  /** A pcap filter, one argument for tcpdump. */
  readonly filter?: string
  /** The program; a name on the PATH or an absolute path. */
  readonly tcpdump?: string
}

/** Captures from `networkInterface` until the intake's signal is aborted. */
export function liveSource(networkInterface: string, options: LiveOptions = {}): Source {
  if (!/^[A-Za-z0-9_.:@][A-Za-z0-9_.:@-]{0,63}$/.test(networkInterface)) {
    throw new OperatingError('bad-interface', `'${networkInterface}' is no interface name`)
  }
  return {
    name: networkInterface,
    run: (intake) => run(networkInterface, options, intake),
  }
}

async function run(name: string, options: LiveOptions, intake: Intake): Promise<SourceSummary> {
  const parts = ['-i', name, '-n', '-s', '262144', '-U', '-B', String(KERNEL_BUFFER), '-w', '-']
  if (options.filter !== undefined) parts.push('--', options.filter)
  const child = spawn(options.tcpdump ?? 'tcpdump', parts, { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = listen(child)
  const stop = () => void child.kill('SIGINT')
  intake.signal.addEventListener('abort', stop, { once: true })
  const timer = setInterval(silence(intake), TICK_EVERY_MS)
  try {
    // The signal ends tcpdump, not the reading: what it still holds is read to its end.
    const patient: Intake = { ...intake, signal: new AbortController().signal }
    const summary = await pcapStream(name, child.stdout!).run(patient)
    const { text, code } = await said
    return { ...summary, format: 'live', ...outcome(name, text, code, summary) }
  } finally {
    clearInterval(timer)
    intake.signal.removeEventListener('abort', stop)
    if (child.exitCode === null) child.kill('SIGKILL')
  }
}

/** Gathers tcpdump's words (bounded) until it has ended. */
function listen(child: ChildProcess): Promise<{ text: string; code: number | null }> {
  let text = ''
  child.stderr!.setEncoding('utf8').on('data', (piece: string) => {
    if (text.length < 8192) text += piece
  })
  return new Promise((resolve) => {
    child.once('error', (cause: NodeJS.ErrnoException) => {
      resolve({
        text: cause.code === 'ENOENT' ? 'tcpdump is not installed' : cause.message,
        code: 127,
      })
    })
    child.once('close', (code) => resolve({ text, code }))
  })
}

/** Lets time pass for the flows when no frame has come since the last look. */
function silence(intake: Intake): () => void {
  let frames = -1
  return () => {
    if (intake.packet.frame === frames) intake.tick((Date.now() - TICK_EVERY_MS * 2) * 1000)
    frames = intake.packet.frame
  }
}

/** What tcpdump said at its end: frames lost, or why it could not start. */
function outcome(
  name: string,
  text: string,
  code: number | null,
  summary: SourceSummary,
): Partial<SourceSummary> {
  const lost = /(\d+) packets dropped by kernel/.exec(text)
  const dropped = lost ? Number(lost[1]) : undefined
  if (code === 0 || (lost && summary.records >= 0 && summary.problem?.code === 'empty')) {
    return {
      dropped,
      problem: code === 0 && summary.problem?.code !== 'empty' ? summary.problem : undefined,
    }
  }
  const reason = text
    .split('\n')
    .findLast((line) => line.startsWith('tcpdump: ') && !line.includes('listening on'))
  const words = reason?.slice(9).replace(/^[^:]*: /, '') ?? text.trim()
  const hint = /permission|not permitted/i.test(words)
    ? ' (run as root, or give tcpdump cap_net_raw)'
    : ''
  const message = `${name}: ${words || 'tcpdump ended'}${hint}`
  return { dropped, problem: { code: 'live-capture', message, offset: 0 } }
}
