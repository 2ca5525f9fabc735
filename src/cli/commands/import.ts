// thingward import: lists of devices that somebody keeps (CSV, NetBox) against what was observed;
// a preview, and with --apply the register of documented devices.
import { writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { Watch } from '../../app/index.ts'
import { EXIT, OperatingError } from '../../core/errors.ts'
import {
  changedRegister,
  changesIn,
  columnMapping,
  compare,
  observedFrom,
  observedOf,
  registerText,
  type ObservedDevice,
} from '../../inventory/index.ts'
import { importDocument, importLines, importTable, type ImportReport } from '../../report/index.ts'
import { examples, type CliCommand } from '../command.ts'
import { listsOf, registerAt, writeRegister } from '../documented.ts'
import { boundedText } from '../bounded-file.ts'
import { ProgressLine } from '../progress.ts'
import { sourcesOf } from '../sources.ts'
import { VERSION } from '../version.ts'

interface Options {
  readonly map?: string[]
  readonly against?: string[]
  readonly seen?: string
  readonly register?: string
  readonly apply?: boolean
  readonly dropMissing?: boolean
  readonly local?: string[]
  readonly memory: string
  readonly all?: boolean
  readonly csv?: string
  readonly json?: boolean
}

export const command: CliCommand = {
  id: 'import',
  register(program: Command) {
    program
      .command('import')
      .description('Compare lists of devices (CSV, NetBox JSON) with what was observed.')
      .argument('<list...>', "CSV with a head line, or NetBox's JSON: devices, interfaces, …")
      .option('--against <input...>', 'captures or logs to compare with, as watch takes them')
      .option('--seen <file>', 'compare with this document of watch --json instead')
      .option('--map <field=head...>', "what a column holds, where its head doesn't say it")
      .option(
        '--register <file>',
        'where documented devices are kept (~/.local/share/thingward/documented.json)',
      )
      .option('--apply', 'write the register; without, nothing is written')
      .option('--drop-missing', 'with --apply: take out what the lists no longer hold')
      .option('--local <prefix...>', 'with --against: networks that are ours')
      .option('--memory <MB>', 'with --against: memory budget for tables', '512')
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
  },
}

const registerDefault = (): string => {
  const base = process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share')
  return join(base, 'thingward', 'documented.json')
}

async function run(files: readonly string[], options: Options): Promise<void> {
  const mapping = columnMapping(options.map ?? [])
  const path = options.register ?? registerDefault()
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

interface ObservedBy {
  /** Undefined where nothing observed was given. */
  readonly observed?: readonly ObservedDevice[]
  /** An input could not be read to its end. */
  readonly isFlawed: boolean
}

async function observedBy(options: Options): Promise<ObservedBy> {
  const { seen, against } = options
  if (seen !== undefined && against !== undefined) {
    throw new OperatingError('two-inputs', 'compare with --against or with --seen, not both')
  }
  if (seen !== undefined) {
    return { observed: observedFrom(seen, await boundedText(seen)), isFlawed: false }
  }
  if (against === undefined) return { isFlawed: false }
  const memoryMegabytes = Number(options.memory)
  if (!(memoryMegabytes > 0)) {
    throw new OperatingError('bad-option', `'${options.memory}' is not a number above 0`)
  }
  const stop = new AbortController()
  const onSignal = () => (stop.signal.aborted ? process.exit(EXIT.interrupted) : stop.abort())
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  const progress = new ProgressLine()
  try {
    const watch = await Watch.create({
      memoryMegabytes,
      local: options.local,
      signal: stop.signal,
      ...(options.json ? {} : { progress: progress.show }),
    })
    const result = await watch.run(await sourcesOf(against))
    progress.end()
    for (const { problem } of result.sources) {
      if (problem) process.stderr.write(`thingward: ${problem.message}\n`)
    }
    return {
      observed: result.devices.map(observedOf),
      isFlawed: result.sources.some(({ problem }) => problem) || stop.signal.aborted,
    }
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}
