// thingward policy: questions about MUD files and profiles, before anybody applies them.
import type { Command } from 'commander'
import { examples, type CliCommand } from '../command.ts'
import { checkCommand } from '../policy/check.ts'
import { differenceCommand } from '../policy/difference.ts'
import { replayCommand } from '../policy/replay.ts'

export const command: CliCommand = {
  id: 'policy',
  register(program: Command) {
    const parent = program
      .command('policy')
      .description('Ask what policies (MUD files, profiles) say, and what they would do.')
      .addHelpText(
        'after',
        examples([
          ['thingward policy check lamp.json', 'what a MUD file is, and what is wrong with it'],
          ['thingward policy diff week.pcap --policy p', "maker's, learnt and observed compared"],
          ['thingward policy replay week.pcap --policy p', 'what would break'],
        ]),
      )
    differenceCommand(parent)
    replayCommand(parent)
    checkCommand(parent)
  },
}
