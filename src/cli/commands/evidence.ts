// thingward evidence: the log of what was decided, changed and found: taken out, checked, searched.
import type { Command } from 'commander'
import { examples, type CliCommand } from '../command.ts'
import { exportCommand, keyCommand } from '../evidence/export.ts'
import { eraseCommand, listCommand } from '../evidence/list.ts'
import { packCommand } from '../evidence/pack.ts'
import { verifyCommand } from '../evidence/verify.ts'

export const command: CliCommand = {
  id: 'evidence',
  register(program: Command) {
    const parent = program
      .command('evidence')
      .description('The log of what was decided, changed and found: take it out, check it.')
      .addHelpText(
        'after',
        examples([
          ['thingward evidence export --out e.jsonl', 'the whole log, signed, as one file'],
          ['thingward evidence verify e.jsonl', 'check it, offline, anywhere'],
          ['thingward evidence key', 'the key to note down: verify --key takes it'],
          ['thingward evidence pack device:42 --out d.zip', 'all about one device, for others'],
          ['thingward evidence list --kind finding.opened', 'the newest entries of a kind'],
        ]),
      )
    exportCommand(parent)
    verifyCommand(parent)
    packCommand(parent)
    keyCommand(parent)
    listCommand(parent)
    eraseCommand(parent)
  },
}
