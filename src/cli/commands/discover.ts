// thingward discover: asks one segment who is there. Off unless somebody calls it; never where
// industrial protocols are heard.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { defaultDataFolder } from '../../core/data-folder.ts'
import { discover } from '../../app/index.ts'
import { EXIT, OperatingError } from '../../core/errors.ts'
import { documentOf, terminalReport } from '../../report/index.ts'
import { examples, type CliCommand } from '../command.ts'
import { VERSION } from '../version.ts'

interface Options {
  readonly interface: string
  readonly prefix: string[]
  readonly ot?: string[]
  readonly notOt?: string
  readonly listen: string
  readonly rate: string
  readonly without?: string[]
  readonly snmpCommunity?: string
  readonly record?: string
  readonly json?: boolean
  readonly quiet?: boolean
}

export const command: CliCommand = {
  id: 'discover',
  register(program: Command) {
    program
      .command('discover')
      .description('Ask one segment who is there: ARP/ND, mDNS, SSDP, SNMP. Slow, and recorded.')
      .requiredOption('-i, --interface <name>', 'the interface in that segment')
      .requiredOption('--prefix <prefix...>', 'networks to ask; they have to be on this interface')
      .option('--ot <prefix...>', 'industrial networks: asking there is refused')
      .option('--not-ot <reason>', 'a word of yours that what is heard is no industry (recorded)')
      .option('--listen <seconds>', 'listen before the first probe', '30')
      .option('--rate <count>', 'probes a second', '20')
      .option('--without <probe...>', 'leave out: neighbours, mdns, ssdp, snmp')
      .option('--snmp-community <file>', 'file with the community to ask with; without: no SNMP')
      .option('--record <file>', 'each probe (~/.local/share/thingward/discovery.jsonl)')
      .option('--json', 'one JSON document on standard output, as watch prints it')
      .option('-q, --quiet', 'no progress')
      .addHelpText(
        'after',
        examples([
          ['thingward discover -i eth0 --prefix 192.168.50.0/24', 'who is in the office network'],
          ['thingward discover -i eth0 --prefix 192.168.50.0/28 --rate 5', 'a part, slowly'],
        ]),
      )
      .action(run)
  },
}

async function run(options: Options): Promise<void> {
  const stop = new AbortController()
  const onSignal = () => (stop.signal.aborted ? process.exit(EXIT.interrupted) : stop.abort())
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  try {
    const { result, sent, objection } = await discover({
      interface: options.interface,
      prefixes: options.prefix,
      industrial: options.ot ?? [],
      listenSeconds: atLeast('listen', options.listen, 1),
      rate: atLeast('rate', options.rate, 0.1),
      without: options.without ?? [],
      ...(options.snmpCommunity && { community: await communityIn(options.snmpCommunity) }),
      record: options.record ?? join(defaultDataFolder(), 'discovery.jsonl'),
      ...(options.notOt !== undefined && { word: options.notOt }),
      signal: stop.signal,
      ...(options.quiet || options.json || !process.stderr.isTTY ? {} : { progress }),
    })
    const { isTTY, columns } = process.stdout
    const text = options.json
      ? JSON.stringify(documentOf(result, VERSION), null, 1)
      : terminalReport(result, {
          width: isTTY ? (columns ?? 120) : 160,
          colour: isTTY && !process.env.NO_COLOR,
          details: 0,
        }).join('\n')
    process.stdout.write(`${text}\n`)
    for (const { problem } of result.sources) if (problem) note(problem.message)
    note(objection === '' ? `${sent} probes sent` : `${objection} (${sent} probes were sent)`)
    const isFlawed = objection !== '' || result.sources.some(({ problem }) => problem)
    process.exitCode = isFlawed ? EXIT.input : EXIT.ok
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

function atLeast(name: string, text: string, least: number): number {
  const value = Number(text)
  if (value >= least) return value
  throw new OperatingError(
    'bad-option',
    `--${name}: '${text}' is not a number of at least ${least}`,
  )
}

async function communityIn(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new OperatingError('unreadable', `${path}: ${(cause as Error).message}`, { cause })
  })
  return text.trim()
}

const progress = (text: string): void => void process.stderr.write(`\r\u001b[Kthingward: ${text}`)
const note = (text: string): void => void process.stderr.write(`thingward: ${text}\n`)
