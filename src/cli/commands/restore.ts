// thingward restore: a data folder from a backup, after every file was compared with its digest.
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { examples, type CliCommand } from '../command.ts'
import { sizeText } from '../size.ts'

export const command: CliCommand = {
  id: 'restore',
  register(program: Command) {
    program
      .command('restore')
      .argument('<backup>', 'what thingward backup made')
      .description('Make a data folder from a backup; it has to be new or empty.')
      .requiredOption('--data <dir>', 'the data folder to make')
      .addHelpText(
        'after',
        examples([
          ['thingward restore /mnt/backup/monday --data tw', 'then: thingward up --data tw'],
        ]),
      )
      .action(run)
  },
}

async function run(from: string, { data }: { readonly data: string }): Promise<void> {
  const { restore } = await import('../../app/platform/index.ts')
  const { files, bytes, devices } = await restore(resolve(from), resolve(data))
  process.stdout.write(
    `${devices} devices, ${files} files, ${sizeText(bytes)} in ${resolve(data)}\n`,
  )
}
