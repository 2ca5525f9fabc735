// The whole command line as one commander program, built from the files in commands/.
import { Command } from 'commander'
import { loadPlugins } from '../core/registry.ts'
import { examples, type CliCommand } from './command.ts'
import { VERSION } from './version.ts'

/** The program with the command `only`; with all of them where there is none of that name. */
export async function buildProgram(only?: string): Promise<Command> {
  const program = new Command('thingward')
    .description('Sees every connected device, says what each is and may do, and what is wrong.')
    .version(VERSION)
    .showHelpAfterError('(see thingward --help)')
    .addHelpText(
      'after',
      examples([
        [
          'thingward watch office.pcapng',
          'every device in a capture, its allow-list, what is wrong',
        ],
        ['thingward watch -i eth0', 'the same, live, until Ctrl-C'],
        ['thingward watch zeek-logs/ --json', 'from Zeek logs, as one JSON document'],
        ['thingward watch a.pcap --html r.html', 'a report to open in a browser'],
        ['thingward help watch', 'everything watch can do'],
      ]) +
        '\n\nExit codes: 0 done, 1 findings at or above --fail-on, 2 bad input (what was read\n' +
        'before it is reported), 3 set-up, 70 our own fault, 130 interrupted.',
    )
  const folder = new URL('./commands/', import.meta.url)
  const commands = await loadPlugins<CliCommand>(folder, 'command', only)
  for (const command of commands) command.register(program)
  return program
}
