// thingward policy check: reads policy files and says what they are, what was repaired, what is
// wrong.
import type { Command } from 'commander'
import { examinePolicyFile } from '../../app/index.ts'
import { EXIT } from '../../core/errors.ts'
import { examinedDocument, examinedLines, isFaulty, isIrregular } from '../../report/index.ts'
import type { ExaminedFile } from '../../report/index.ts'
import { examples } from '../command.ts'
import { VERSION } from '../version.ts'
import { say } from './run.ts'

interface Options {
  readonly json?: boolean
  readonly details?: boolean
  readonly strict?: boolean
}

export function checkCommand(parent: Command): void {
  parent
    .command('check')
    .description(
      'Read MUD files and profiles: their dialect, repairs, problems. Exit 2 on problems.',
    )
    .argument('<file...>', 'MUD files in any of three dialects, or profiles of ours')
    .option('--details', 'every place that was repaired, and every rule')
    .option('--strict', 'what RFC 8520 does not have counts as a problem')
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      examples([
        ['thingward policy check lamp.json', 'can it be used, and what had to be repaired'],
        ['thingward policy check --strict *.json', "before a maker publishes: the RFC's letter"],
      ]),
    )
    .action(run)
}

async function run(paths: readonly string[], options: Options): Promise<void> {
  const files: ExaminedFile[] = []
  for (const path of paths) files.push(await examinePolicyFile(path))
  say(
    () => files.flatMap((file) => examinedLines(file, options.details ?? false)),
    () => examinedDocument(files, VERSION),
    options.json,
  )
  const faulty = files.some((file) => isFaulty(file) || (options.strict && isIrregular(file)))
  if (faulty) process.exitCode = EXIT.input
}
