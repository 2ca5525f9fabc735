// thingward policy replay: what a policy would break, and what it would stop, before it is applied.
import type { Command } from 'commander'
import { replays } from '../../app/index.ts'
import { EXIT } from '../../core/errors.ts'
import { replayDocument, replayLines } from '../../report/index.ts'
import { examples } from '../command.ts'
import { VERSION } from '../version.ts'
import { questionOptions, questionRun, say, width, type QuestionOptions } from './run.ts'

interface Options extends QuestionOptions {
  readonly failOnBreak?: boolean
}

export function replayCommand(parent: Command): void {
  const command = parent
    .command('replay')
    .description('Say what a policy would break, and what it would stop, before it is applied.')
    .argument('<capture...>', 'traffic, as for watch')
  questionOptions(command)
    .option('--fail-on-break', 'exit 1 when it would break something')
    .addHelpText(
      'after',
      examples([
        ['thingward policy replay week.pcap --policy trimmed', 'what would break, per device'],
        ['thingward policy replay w.pcap --policy p --fail-on-break', 'in a pipeline'],
      ]),
    )
    .action(run)
}

async function run(inputs: readonly string[], options: Options): Promise<void> {
  const { conclusion, isFlawed } = await questionRun(inputs, options)
  const answered = replays(conclusion)
  say(
    () => replayLines(answered, width()),
    () => replayDocument(answered, VERSION),
    options.json,
  )
  const breaks = answered.answers.some(({ replay }) => replay.broken.flows > 0)
  if (isFlawed) process.exitCode = EXIT.input
  else if (breaks && options.failOnBreak) process.exitCode = EXIT.findings
}
