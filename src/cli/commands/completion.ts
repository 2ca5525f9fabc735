// thingward completion: prints what a shell needs to complete commands and options.
import type { Command } from 'commander'
import { OperatingError } from '../../core/errors.ts'
import { examples, type CliCommand } from '../command.ts'
import { SHELLS, completionScript } from '../completion.ts'

export const command: CliCommand = {
  id: 'completion',
  register(program: Command) {
    program
      .command('completion')
      .description('Print the completion script of a shell.')
      .argument('<shell>', SHELLS.join(', '))
      .addHelpText(
        'after',
        examples([
          ['source <(thingward completion bash)', 'for this shell'],
          ['thingward completion fish > ~/.config/fish/completions/thingward.fish', 'for good'],
        ]),
      )
      .action((name: string) => {
        const shell = SHELLS.find((one) => one === name)
        if (!shell) {
          throw new OperatingError('bad-shell', `'${name}' is none of ${SHELLS.join(', ')}`)
        }
        process.stdout.write(completionScript(program, shell))
      })
  },
}
