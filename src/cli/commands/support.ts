// thingward support: a table of end-of-support dates, joined to the devices that were observed.
import type { Command } from 'commander'
import { EXIT, OperatingError } from '../../core/errors.ts'
import { compare, joinSupport, readSupport, thingOf } from '../../inventory/index.ts'
import { supportDocument, supportLines } from '../../report/index.ts'
import { boundedFile } from '../bounded-file.ts'
import { examples, type CliCommand } from '../command.ts'
import { registerAt } from '../documented.ts'
import { observedBy, observedOptions, type ObservedOptions } from '../observed.ts'
import { VERSION } from '../version.ts'

interface Options extends ObservedOptions {
  readonly register?: string
  readonly within: string
  readonly at?: string
  readonly failOnEnded?: boolean
  readonly all?: boolean
}

export const command: CliCommand = {
  id: 'support',
  register(program: Command) {
    const command = program
      .command('support')
      .description('Join end-of-support dates (a table of yours) to the devices observed.')
      .argument('<table>', 'CSV: manufacturer, model, firmware (with *), end of sale, of support')
      .option('--register <file>', "documented devices, for what traffic doesn't tell (see import)")
      .option('--within <days>', 'how far ahead counts as ending', '180')
      .option('--at <date>', 'as of this day (YYYY-MM-DD) instead of today')
      .option('--fail-on-ended', 'exit 1 when a device is no longer supported')
      .option('--all', 'every device, not the first 50')
      .option('--json', 'one JSON document on standard output')
      .addHelpText(
        'after',
        examples([
          ['thingward support dates.csv --seen seen.json', 'what is over, and what ends soon'],
          ['thingward support dates.csv --against week.pcap --within 365', 'within a year'],
        ]),
      )
      .action(run)
    observedOptions(command)
  },
}

async function run(file: string, options: Options): Promise<void> {
  const withinDays = Number(options.within)
  if (!(withinDays >= 0)) {
    throw new OperatingError('bad-option', `'${options.within}' is no number of days`)
  }
  const now = timeOf(options.at)
  const table = readSupport(file, (await boundedFile(file)).bytes)
  const documented = options.register ? (await registerAt(options.register)).devices : []
  const { observed, isFlawed } = await observedBy(options)
  if (!observed) throw new OperatingError('no-input', 'name what was observed: --against or --seen')
  const { matched } = compare(documented, observed)
  const listed = new Map(matched.map((pair) => [pair.observed, pair.documented]))
  const things = observed.map((device) => ({ device, thing: thingOf(device, listed.get(device)) }))
  const answers = joinSupport(things, table.rows, { now, withinDays })
  const { isTTY, columns } = process.stdout
  const width = isTTY ? (columns ?? 120) : 160
  const text = options.json
    ? JSON.stringify(supportDocument(table, answers, { version: VERSION, now }), null, 1)
    : supportLines(table, answers, { width, all: options.all ?? false }).join('\n')
  process.stdout.write(`${text}\n`)
  const isEnded = options.failOnEnded && answers.some(({ state }) => state === 'ended')
  process.exitCode = isFlawed ? EXIT.input : isEnded ? EXIT.findings : EXIT.ok
}

function timeOf(at: string | undefined): number {
  if (at === undefined) return Date.now() * 1000
  const time = /^\d{4}-\d\d-\d\d$/.test(at) ? Date.parse(`${at}T00:00:00Z`) : NaN
  if (Number.isNaN(time)) throw new OperatingError('bad-option', `'${at}' is no day (YYYY-MM-DD)`)
  return time * 1000
}
