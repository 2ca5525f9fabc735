// thingward watch: the main job on files, streams, interfaces and logs.
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { Watch, type Forwarding, type WatchResult } from '../../app/index.ts'
import { EXIT, OperatingError } from '../../core/errors.ts'
import { SEVERITIES, severityRank, type Severity } from '../../finding/index.ts'
import { documentOf, htmlReport, terminalReport } from '../../report/index.ts'
import { examples, type CliCommand } from '../command.ts'
import { ProgressLine } from '../progress.ts'
import { Outputs } from '../outputs.ts'
import { CONTROLLER_HELP, controllersOf } from '../policy/controllers.ts'
import { policiesOf, tellUnusable } from '../policy/given.ts'
import { PolicyOutputs } from '../policy/outputs.ts'
import { recogBook } from '../recog.ts'
import { sourcesOf } from '../sources.ts'
import { forwardingTo, targetOptions, tellTargets, type TargetOptions } from '../targets.ts'
import { tellTruth, truthOf } from '../truth.ts'
import { VERSION } from '../version.ts'

interface Options extends TargetOptions {
  readonly interface?: string
  readonly json?: boolean
  readonly html?: string
  readonly flows?: string
  readonly eve?: string
  readonly communityId?: boolean
  readonly anonymise?: string
  readonly keepManufacturer?: boolean
  readonly recog?: string
  readonly mud?: string
  readonly profiles?: string
  readonly force?: boolean
  readonly policy?: string
  readonly local?: string[]
  readonly controller?: string[]
  readonly truth?: string[]
  readonly people?: boolean
  readonly memory: number
  readonly details: number
  readonly failOn?: Severity
  readonly quiet?: boolean
}

export const command: CliCommand = {
  id: 'watch',
  register(program: Command) {
    const command = program
      .command('watch')
      .description('Analyse traffic: devices, allow-lists, findings. Input is read, never changed.')
      .argument(
        '[input...]',
        "captures (pcap, pcapng, .gz, .zst), '-', a folder of Zeek logs, an EVE file",
      )
      .option('-i, --interface <name>', 'capture live from this interface through tcpdump')
      .option('--json', 'one JSON document on standard output')
      .option('--html <file>', 'write a self-contained HTML report')
      .option('--flows <file>', 'write flows as JSON lines')
      .option('--eve <file>', "write flow, dns, tls, … records in Suricata's EVE form")
      .option('--anonymise <file>', 'write the capture back with other addresses and names')
      .option('--keep-manufacturer', 'with --anonymise: leave the maker part of MACs')
      .option('--recog <dir>', "identify by Recog's XML fingerprints in this folder too")
      .option('--community-id', 'with --eve: add community_id to flow records')
      .option('--mud <folder>', 'write what was learnt as MUD files (RFC 8520), one a device')
      .option('--profiles <folder>', 'write it in our own form, which loses nothing')
      .option('--force', 'with --mud and --profiles: overwrite files that are not ours')
      .option('--policy <folder>', 'hold devices to these MUD files and profiles (*.json, *.mud)')
      .option('--local <prefix...>', 'networks that are ours beyond the private ones')
      .option('--controller <whose=who...>', CONTROLLER_HELP)
      .option('--truth <[kind=]file...>', 'who has which address: leases, ARP tables, controllers')
      .option('--people', 'learn allow-lists for phones and laptops too')
      .option('--memory <MB>', 'memory budget for tables', positive, 512)
      .option('--details <count>', 'devices printed in detail', positive, 50)
      .option(
        '--fail-on <severity>',
        `exit 1 on findings of at least: ${SEVERITIES.join(', ')}`,
        severity,
      )
      .option('-q, --quiet', 'no progress')
      .addHelpText(
        'after',
        examples([
          ['thingward watch office.pcapng', 'devices, allow-lists and findings of a capture'],
          ['thingward watch monday.pcap tuesday.pcap.zst', 'several captures as one'],
          ['ssh gw tcpdump -w - | thingward watch -', 'from a stream'],
          ['thingward watch -i eth0 --html now.html', 'live until Ctrl-C, then a report'],
          ['thingward watch -i eth0 --syslog tls://siem:6514', 'findings as they come, by syslog'],
          ['thingward watch monday.pcap --profiles p', 'learn on Monday …'],
          ['thingward watch tuesday.pcap --policy p', '… and see what is new on Tuesday'],
          ['thingward watch a.pcap --controller *=192.168.1.2', 'the hub may command all'],
          ['thingward watch zeek-logs/ --truth dnsmasq.leases', 'MACs from a lease file'],
          ['thingward watch a.pcap --json | jq .devices', 'for programs'],
        ]),
      )
      .action(run)
    targetOptions(command)
  },
}

/** How long a run waits at its end for findings to be delivered. */
const DELIVER_MS = 10_000

const positive = (text: string): number => {
  const value = Number(text)
  if (!(value > 0)) throw new OperatingError('bad-option', `'${text}' is not a number above 0`)
  return value
}

const severity = (text: string): Severity => {
  const found = SEVERITIES.find((one) => one === text)
  if (found) return found
  throw new OperatingError('bad-option', `'${text}' is none of ${SEVERITIES.join(', ')}`)
}

async function run(inputs: readonly string[], options: Options, line: Command): Promise<void> {
  const stop = new AbortController()
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted)
    process.stderr.write(
      '\nthingward: stopping; this is what was seen so far (again to leave at once)\n',
    )
    stop.abort()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  const progress = new ProgressLine()
  let forwarding: Forwarding | undefined
  try {
    const sources = await sourcesOf(inputs, options.interface)
    const policies = await policiesOf(options.policy)
    const truth = await truthOf(options.truth)
    forwarding = await forwardingTo(options)
    const outputs = new Outputs(options)
    const policyOutputs = new PolicyOutputs(options)
    const watch = await Watch.create({
      memoryMegabytes: options.memory,
      local: options.local,
      controllers: controllersOf(options.controller),
      includePersonal: options.people,
      signal: stop.signal,
      listeners: outputs.listeners,
      frame: outputs.frame,
      recog: await recogBook(options.recog),
      policies,
      truth,
      ...(options.quiet || options.json ? {} : { progress: progress.show }),
    })
    forwarding?.follow(watch)
    const result = await watch.run(sources)
    forwarding?.finish(result)
    outputs.finish(result)
    progress.end()
    const details = line.getOptionValueSource('details') === 'cli'
    await write(result, { ...options, repairs: details })
    tellTruth(result.truth)
    const isUnusable = tellUnusable(policies)
    process.exitCode = isUnusable ? EXIT.input : exitCodeOf(result, options)
    policyOutputs.finish(watch.conclusion!)
    if (forwarding) tellTargets(await forwarding.close(DELIVER_MS))
  } finally {
    await forwarding?.close(0)
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

async function write(
  result: WatchResult,
  options: Options & { readonly repairs: boolean },
): Promise<void> {
  if (options.json) {
    process.stdout.write(`${JSON.stringify(documentOf(result, VERSION), null, 1)}\n`)
  } else {
    const { isTTY, columns } = process.stdout
    const lines = terminalReport(result, {
      width: isTTY ? (columns ?? 120) : 160,
      colour: isTTY && !process.env.NO_COLOR,
      details: options.details,
      repairs: options.repairs,
    })
    process.stdout.write(`${lines.join('\n')}\n`)
  }
  for (const { problem } of result.sources) {
    if (problem) process.stderr.write(`thingward: ${problem.message}\n`)
  }
  if (options.html) {
    await writeFile(options.html, htmlReport(result, VERSION))
    process.stderr.write(`thingward: report written to ${options.html}\n`)
  }
}

function exitCodeOf(result: WatchResult, options: Options): number {
  if (result.sources.some(({ problem }) => problem)) return EXIT.input
  if (options.failOn) {
    const least = severityRank(options.failOn)
    if (result.findings.some(({ severity }) => severityRank(severity) >= least))
      return EXIT.findings
  }
  return EXIT.ok
}
