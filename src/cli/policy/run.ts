// A run over captures on behalf of a question about policies: quiet, stoppable, with the policies
// read first.
import { InvalidArgumentError, type Command } from 'commander'
import { Watch, type Conclusion } from '../../app/index.ts'
import { EXIT } from '../../core/errors.ts'
import { ProgressLine } from '../progress.ts'
import { sourcesOf } from '../sources.ts'
import { CONTROLLER_HELP, controllersOf } from './controllers.ts'
import { policiesOf, tellUnusable } from './given.ts'

/** What every question about captures takes. */
export interface QuestionOptions {
  readonly policy: string
  readonly json?: boolean
  readonly local?: string[]
  readonly controller?: string[]
  readonly people?: boolean
  readonly memory: number
}

/** Adds those options. */
export const questionOptions = (command: Command): Command =>
  command
    .requiredOption('--policy <folder>', 'MUD files and profiles (*.json, *.mud)')
    .option('--json', 'one JSON document on standard output')
    .option('--local <prefix...>', 'networks that are ours beyond the private ones')
    .option('--controller <whose=who...>', CONTROLLER_HELP)
    .option('--people', 'phones and laptops too')
    .option('--memory <MB>', 'memory budget for tables', megabytes, 512)

const megabytes = (text: string): number => {
  const value = Number(text)
  if (value > 0) return value
  throw new InvalidArgumentError(`'${text}' is not a number above 0`)
}

/** What a run came to; `isFlawed`: an input or a policy could not be used as a whole. */
export interface QuestionRun {
  readonly conclusion: Conclusion
  readonly isFlawed: boolean
}

/** Runs over the inputs; says on standard error what could not be used. */
export async function questionRun(
  inputs: readonly string[],
  options: QuestionOptions,
): Promise<QuestionRun> {
  const policies = await policiesOf(options.policy)
  const stop = new AbortController()
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted)
    stop.abort()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  const progress = new ProgressLine()
  try {
    const watch = await Watch.create({
      memoryMegabytes: options.memory,
      local: options.local,
      controllers: controllersOf(options.controller),
      includePersonal: options.people,
      signal: stop.signal,
      policies,
      ...(options.json ? {} : { progress: progress.show }),
    })
    const result = await watch.run(await sourcesOf(inputs))
    progress.end()
    for (const { problem } of result.sources) {
      if (problem) process.stderr.write(`thingward: ${problem.message}\n`)
    }
    const isUnusable = tellUnusable(policies)
    const isBroken = result.sources.some(({ problem }) => problem)
    return { conclusion: watch.conclusion!, isFlawed: isUnusable || isBroken }
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

/** Lines, or the document with --json. */
export function say(lines: () => readonly string[], document: () => unknown, json = false): void {
  const text = json ? JSON.stringify(document(), null, 1) : lines().join('\n')
  process.stdout.write(`${text}\n`)
}

/** Columns of the terminal, or enough for a pipe. */
export const width = (): number => (process.stdout.isTTY ? (process.stdout.columns ?? 120) : 160)
