// thingward policy diff: the maker's MUD file, what was learnt, and what is seen, side by side.
import type { Command } from 'commander'
import { differences, profileTexts, WrittenFolder } from '../../app/index.ts'
import { EXIT, OperatingError } from '../../core/errors.ts'
import { countText, differenceDocument, differenceLines } from '../../report/index.ts'
import { examples } from '../command.ts'
import { VERSION } from '../version.ts'
import { questionOptions, questionRun, say, width, type QuestionOptions } from './run.ts'

interface Options extends QuestionOptions {
  readonly trim?: string
  readonly force?: boolean
}

export function differenceCommand(parent: Command): void {
  const command = parent
    .command('diff')
    .description("Compare the maker's MUD file, what was learnt, and what is seen.")
    .argument('<capture...>', 'traffic, as for watch')
  questionOptions(command)
    .option('--trim <folder>', "write the makers' permissions without what is not used")
    .option('--force', 'with --trim: overwrite files that are not ours')
    .addHelpText(
      'after',
      examples([
        ['thingward policy diff week.pcap --policy makers', 'what the makers permit and is used'],
        ['thingward policy diff week.pcap --policy makers --trim trimmed', 'and what to trim'],
      ]),
    )
    .action(run)
}

async function run(inputs: readonly string[], options: Options): Promise<void> {
  const folder =
    options.trim === undefined ? undefined : new WrittenFolder(options.trim, options.force ?? false)
  const { conclusion, isFlawed } = await questionRun(inputs, options)
  const answered = differences(conclusion)
  say(
    () => differenceLines(answered, width()),
    () => differenceDocument(answered, VERSION),
    options.json,
  )
  if (isFlawed) process.exitCode = EXIT.input
  if (!folder) return
  const trimmed = answered.answers.flatMap(({ difference }) => difference.trimmed ?? [])
  const kept = folder.write(profileTexts(trimmed, conclusion.site), 'trimmed profiles')
  process.stderr.write(
    `thingward: ${countText(trimmed.length - kept.length, 'trimmed profile')} in ${options.trim}\n`,
  )
  if (kept.length === 0) return
  const what = `${kept.join(', ')}: not ours, so left as they are; --force overwrites`
  throw new OperatingError('not-ours', what)
}
