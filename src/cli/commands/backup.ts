// thingward backup: the whole data folder as it is at this moment, while everything runs.
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { examples, type CliCommand } from '../command.ts'
import { sizeText } from '../size.ts'

interface Options {
  readonly out: string
  readonly data?: string
  readonly config?: string
}

export const command: CliCommand = {
  id: 'backup',
  register(program: Command) {
    program
      .command('backup')
      .description('Copy everything that is kept to a new folder, while Thingward runs.')
      .requiredOption('--out <dir>', 'the folder to make')
      .option('--data <dir>', 'the data folder (default: as for up)')
      .option('--config <file>', 'the site file that names it')
      .addHelpText(
        'after',
        examples([
          ['thingward backup --out /mnt/backup/monday', 'checked and with a digest of each file'],
          ['thingward restore /mnt/backup/monday --data tw', 'into a new data folder'],
        ]),
      )
      .action(run)
  },
}

async function run({ out, ...words }: Options): Promise<void> {
  const { backUp, platformSettings } = await import('../../app/platform/index.ts')
  const { files, bytes, devices } = await backUp(platformSettings(words).data, resolve(out))
  process.stdout.write(
    `${devices} devices, ${files} files, ${sizeText(bytes)} in ${resolve(out)}\n` +
      'It holds keys and all that is known: keep it as you keep the data folder.\n',
  )
}
