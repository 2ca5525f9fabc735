// docs/reference/commands.md: the help of every command, as the program prints it.
import type { Command } from 'commander'
import { buildProgram } from '../../src/cli/program.ts'
import { page } from './markdown.ts'

const COLUMNS = 100

/** What `--help` prints, in a fixed width and without colours. */
function helpText(command: Command): string {
  let text = ''
  command.configureOutput({
    writeOut: (part) => void (text += part),
    getOutHelpWidth: () => COLUMNS,
    getOutHasColors: () => false,
  })
  command.outputHelp()
  return text.trimEnd()
}

/** A command and those below it, with the words that lead to it. */
function sections(command: Command, words: string): string[] {
  const own = `## ${words}\n\n\`\`\`text\n${helpText(command)}\n\`\`\``
  return [own, ...command.commands.flatMap((each) => sections(each, `${words} ${each.name()}`))]
}

export async function commandsPage(): Promise<string> {
  const program = await buildProgram()
  const about =
    'In a clone, write `bin/thingward` for `thingward`. What a command hands back is in ' +
    '[exit-codes.md](exit-codes.md).'
  return page('Commands', about, ...sections(program, program.name()))
}
