// `npm run bench`: Thingward beside its peers on one capture, one core each, several turns, CPU
// time. BENCH_CAPTURE=file takes any capture; BENCH_TURNS=n (default 3); BENCH_CORE=n;
// BENCH_SLOW=1 adds the peers that print every packet. Missing peers are installed as root on
// Debian, else named with the command that does. `--write` puts the table into bench/results.md.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { install } from '../tools/install.ts'
import { makeCapture, makeFlood } from './capture.ts'
import { measure, type Cost } from './measure.ts'

const ROOT = join(import.meta.dirname, '..')
const CACHE = join(ROOT, 'node_modules/.cache/bench')
const PACKETS = 3_000_000

interface Peer {
  readonly name: string
  readonly program: string
  readonly packageName: string
  argv(capture: string): readonly string[]
  readonly slow?: true
}

const PEERS: readonly Peer[] = [
  {
    name: 'ndpiReader',
    program: 'ndpiReader',
    packageName: 'libndpi-bin',
    argv: (file) => ['ndpiReader', '-q', '-i', file],
  },
  {
    name: 'nfpcapd',
    program: 'nfpcapd',
    packageName: 'nfdump',
    argv: (file) => ['nfpcapd', '-r', file, '-l', join(CACHE, 'nf')],
  },
  {
    name: 'tcpdump -n',
    program: 'tcpdump',
    packageName: 'tcpdump',
    slow: true,
    argv: (file) => ['tcpdump', '-n', '-r', file],
  },
  { name: 'p0f', program: 'p0f', packageName: 'p0f', argv: (file) => ['p0f', '-r', file] },
  {
    name: 'tshark -z conv,ip',
    program: 'tshark',
    packageName: 'tshark',
    slow: true,
    argv: (file) => ['tshark', '-q', '-n', '-z', 'conv,ip', '-r', file],
  },
]

const OWN = join(ROOT, 'bin/thingward')
const ours = (file: string, ...rest: string[]) => [OWN, 'watch', file, '--quiet', ...rest]

interface Row {
  readonly name: string
  readonly costs: Cost[]
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** Every runner once a turn, so that a noisy minute hits all of them. */
async function turns(
  runners: ReadonlyMap<string, readonly string[]>,
  count: number,
): Promise<Row[]> {
  const core = Number(process.env.BENCH_CORE ?? cpus().length - 1)
  const rows = [...runners.keys()].map((name) => ({ name, costs: [] as Cost[] }))
  for (let turn = 0; turn < count; turn++) {
    for (const row of rows) {
      const cost = await measure(runners.get(row.name)!, core)
      row.costs.push(cost)
      console.error(
        `  turn ${turn + 1}: ${row.name}: ${cost.cpuSeconds.toFixed(2)} s CPU, ` +
          `exit ${cost.exitCode}`,
      )
    }
  }
  return rows
}

function table(title: string, packets: number, rows: readonly Row[]): string[] {
  const reference = 'ndpiReader'
  const base = rows.find((row) => row.name === reference)
  const cpuOf = (row: Row) => median(row.costs.map((cost) => cost.cpuSeconds))
  const lines = rows.map((row) => {
    const cpu = cpuOf(row)
    const ratio = base ? (cpuOf(base) / cpu).toFixed(2) : '–'
    const resident = Math.max(...row.costs.map((cost) => cost.residentMegabytes))
    const rate = packets > 0 ? (packets / cpu / 1e6).toFixed(2) : '–'
    return `| ${row.name} | ${cpu.toFixed(2)} | ${rate} | ${ratio} | ${resident.toFixed(0)} |`
  })
  return [
    `### ${title}`,
    '',
    `| program | CPU s (median of ${rows[0].costs.length}) | M packets/s ` +
      `| × ${reference} | MB resident |`,
    '|---|---|---|---|---|',
    ...lines,
    '',
  ]
}

const installed = (program: string) =>
  spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0

const countPackets = (file: string): number => {
  const { stdout } = spawnSync(OWN, ['watch', file, '--json', '--quiet'], {
    maxBuffer: 2 ** 31 - 1,
  })
  return (JSON.parse(stdout.toString()) as { capture: { frames: number } }).capture.frames
}

/** As root on Debian the peers that are missing are installed first, without starting anything. */
function installMissing(): void {
  const missing = PEERS.filter((peer) => !installed(peer.program))
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return
  install(
    missing.map(({ packageName, program }) => ({
      name: packageName,
      commands: [program],
      why: 'a peer of the bench',
      tests: [],
    })),
  )
}

async function main(): Promise<void> {
  mkdirSync(join(CACHE, 'nf'), { recursive: true })
  const capture = process.env.BENCH_CAPTURE ?? join(CACHE, 'mix.pcap')
  if (!existsSync(capture)) {
    const made = makeCapture(capture, PACKETS)
    console.error(`made ${capture}: ${made.packets} packets of ${made.files} captures`)
  }
  const flood = join(CACHE, 'flood.pcap')
  if (!existsSync(flood)) makeFlood(flood, PACKETS)
  const count = Number(process.env.BENCH_TURNS ?? 3)
  installMissing()
  const peers = PEERS.filter((peer) => installed(peer.program))
  for (const peer of PEERS) {
    if (!peers.includes(peer))
      console.error(`no ${peer.name}: apt-get install -y ${peer.packageName}`)
  }
  const runners = new Map<string, readonly string[]>([
    ['thingward', ours(capture)],
    ['thingward --eve', ours(capture, '--eve', '/dev/null')],
    ...peers
      .filter((peer) => !peer.slow || process.env.BENCH_SLOW)
      .map((peer) => [peer.name, peer.argv(capture)] as const),
  ])
  const packets = countPackets(capture)
  const mix = table(`${packets} packets of real traffic`, packets, await turns(runners, count))
  const floods = new Map<string, readonly string[]>([['thingward', ours(flood)]])
  const ndpi = peers.find((peer) => peer.program === 'ndpiReader')
  if (ndpi && process.env.BENCH_FLOOD_PEERS) floods.set(ndpi.name, ndpi.argv(flood))
  const many = table(`${PACKETS} packets of ${PACKETS} flows`, PACKETS, await turns(floods, 1))
  const text = [...heading(), ...mix, ...many].join('\n')
  console.log(text)
  if (process.argv.includes('--write')) writeFileSync(join(ROOT, 'bench/results.md'), text)
}

function heading(): string[] {
  const versions = PEERS.flatMap((peer) => {
    const { stdout } = spawnSync('dpkg-query', [
      '-W',
      '-f',
      '${Package} ${Version}',
      peer.packageName,
    ])
    const text = stdout?.toString() ?? ''
    return text ? [text] : []
  })
  const memory = /MemTotal:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? '0'
  return [
    '# Bench results',
    '',
    'Written by `npm run bench -- --write`. Ratios of CPU time within one run;',
    'absolute figures are this machine’s.',
    '',
    `Machine: ${cpus().length} × ${cpus()[0].model}, ${Math.round(Number(memory) / 1e6)} GB, ` +
      `Linux ${release()}, Node ${process.version}.`,
    `Peers: ${versions.join(', ')}.`,
    '',
  ]
}

await main()
