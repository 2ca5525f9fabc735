// thingward import: lists of devices that somebody keeps (CSV, NetBox) against what was observed;
// a preview, and with --apply the register of documented devices.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { defaultDataFolder } from '../../core/data-folder.ts'
import { EXIT, OperatingError } from '../../core/errors.ts'
import {
  changedRegister,
  changesIn,
  columnMapping,
  compare,
  registerText,
} from '../../inventory/index.ts'
import { importDocument, importLines, importTable, type ImportReport } from '../../report/index.ts'
import { examples, type CliCommand } from '../command.ts'
import { listsOf, registerAt, writeRegister } from '../documented.ts'
import { observedBy, observedOptions, type ObservedOptions } from '../observed.ts'
import { VERSION } from '../version.ts'

interface Options extends ObservedOptions {
  readonly map?: string[]
  readonly register?: string
  readonly apply?: boolean
  readonly dropMissing?: boolean
  readonly all?: boolean
  readonly csv?: string
}

export const command: CliCommand = {
  id: 'import',
  register(program: Command) {
    const command = program
      .command('import')
      .description('Compare lists of devices (CSV, NetBox JSON) with what was observed.')
      .argument('<list...>', "CSV with a head line, or NetBox's JSON: devices, interfaces, …")
      .option('--map <field=head...>', "what a column holds, where its head doesn't say it")
      .option(
        '--register <file>',
        'where documented devices are kept (~/.local/share/thingward/documented.json)',
      )
      .option('--apply', 'write the register; without, nothing is written')
      .option('--drop-missing', 'with --apply: take out what the lists no longer hold')
      .option('--all', 'every row, not the first 20 of each part')
      .option('--csv <file>', 'write the comparison as a table')
      .option('--json', 'one JSON document on standard output')
      .addHelpText(
        'after',
        examples([
          ['thingward import devices.csv --against week.pcap', 'what differs; nothing is written'],
          [
            'thingward import nb-*.json --seen seen.json',
            "NetBox's devices, interfaces, addresses",
          ],
          ['thingward import list.csv --map name=Gerät mac=Hardware', 'other heads'],
          ['thingward import devices.csv --apply', 'take the list over'],
        ]),
      )
      .action(run)
    observedOptions(command)
  },
}

async function run(files: readonly string[], options: Options): Promise<void> {
  const mapping = columnMapping(options.map ?? [])
  const path = options.register ?? join(defaultDataFolder(), 'documented.json')
  const register = await registerAt(path)
  const lists = await listsOf(files, mapping)
  const documented = lists.flatMap(({ devices }) => devices)
  const { observed, isFlawed } = await observedBy(options)
  const changes = changesIn(register, documented)
  const applied = options.apply ?? false
  if (applied) {
    const dropMissing = options.dropMissing ?? false
    const now = Date.now() * 1000
    await writeRegister(
      path,
      registerText(changedRegister(register, changes, { now, dropMissing })),
    )
  }
  const report: ImportReport = {
    lists,
    ...(observed && { comparison: compare(documented, observed) }),
    changes,
    register: path,
    applied,
  }
  await say(report, options)
  if (isFlawed) process.exitCode = EXIT.input
}

async function say(report: ImportReport, options: Options): Promise<void> {
  const { isTTY, columns } = process.stdout
  const width = isTTY ? (columns ?? 120) : 160
  const text = options.json
    ? JSON.stringify(importDocument(report, VERSION), null, 1)
    : importLines(report, { width, all: options.all ?? false }).join('\n')
  process.stdout.write(`${text}\n`)
  if (options.csv === undefined) return
  if (!report.comparison) {
    throw new OperatingError('nothing-to-compare', '--csv needs --against or --seen')
  }
  await writeFile(options.csv, importTable(report))
  process.stderr.write(`thingward: comparison written to ${options.csv}\n`)
}
