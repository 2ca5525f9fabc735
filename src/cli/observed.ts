// `--against INPUT…` and `--seen FILE`: the observed side of a comparison, from captures and logs
// or from the document of an earlier run.
import type { Command } from 'commander'
import { Watch } from '../app/index.ts'
import { EXIT, OperatingError } from '../core/errors.ts'
import { observedFrom, observedOf, type ObservedDevice } from '../inventory/index.ts'
import { boundedText } from './bounded-file.ts'
import { ProgressLine } from './progress.ts'
import { sourcesOf } from './sources.ts'

export interface ObservedOptions {
  readonly against?: string[]
  readonly seen?: string
  readonly local?: string[]
  readonly memory: string
  readonly json?: boolean
}

/** Adds the options. */
export const observedOptions = (command: Command): Command =>
  command
    .option('--against <input...>', 'captures or logs to compare with, as watch takes them')
    .option('--seen <file>', 'compare with this document of watch --json instead')
    .option('--local <prefix...>', 'with --against: networks that are ours')
    .option('--memory <MB>', 'with --against: memory budget for tables', '512')

export interface ObservedBy {
  /** Undefined where nothing observed was given. */
  readonly observed?: readonly ObservedDevice[]
  /** An input could not be read to its end. */
  readonly isFlawed: boolean
}

/** Runs over the inputs, or reads the document; says on standard error what could not be used. */
export async function observedBy(options: ObservedOptions): Promise<ObservedBy> {
  const { seen, against } = options
  if (seen !== undefined && against !== undefined) {
    throw new OperatingError('two-inputs', 'compare with --against or with --seen, not both')
  }
  if (seen !== undefined) {
    return { observed: observedFrom(seen, await boundedText(seen)), isFlawed: false }
  }
  if (against === undefined) return { isFlawed: false }
  const memoryMegabytes = Number(options.memory)
  if (!(memoryMegabytes > 0)) {
    throw new OperatingError('bad-option', `'${options.memory}' is not a number above 0`)
  }
  const stop = new AbortController()
  const onSignal = () => (stop.signal.aborted ? process.exit(EXIT.interrupted) : stop.abort())
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  const progress = new ProgressLine()
  try {
    const watch = await Watch.create({
      memoryMegabytes,
      local: options.local,
      signal: stop.signal,
      ...(options.json ? {} : { progress: progress.show }),
    })
    const result = await watch.run(await sourcesOf(against))
    progress.end()
    for (const { problem } of result.sources) {
      if (problem) process.stderr.write(`thingward: ${problem.message}\n`)
    }
    return {
      observed: result.devices.map(observedOf),
      isFlawed: result.sources.some(({ problem }) => problem) || stop.signal.aborted,
    }
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}
