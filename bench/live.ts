// `npm run bench:live`: how many packets a second a live capture takes without loss, generator
// included, on this machine. Two namespaces joined by a veth pair; tcpreplay sends, thingward
// watches through tcpdump. Root. LIVE_RATES=60000,120000 LIVE_SECONDS=10 BENCH_CAPTURE=file.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { makeCapture } from './capture.ts'

const ROOT = join(import.meta.dirname, '..')
const CACHE = join(ROOT, 'node_modules/.cache/bench')
const SENDER = `tw-${process.pid}-send`
const WATCHER = `tw-${process.pid}-watch`

function must(...argv: string[]): string {
  const { status, stdout, stderr } = spawnSync(argv[0], argv.slice(1))
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr?.toString() ?? 'cannot start'}`)
  return stdout.toString()
}

function raise(): void {
  must('ip', 'netns', 'add', SENDER)
  must('ip', 'netns', 'add', WATCHER)
  must('ip', 'link', 'add', 'out', 'netns', SENDER, 'type', 'veth', 'peer', 'in', 'netns', WATCHER)
  must('ip', '-n', SENDER, 'link', 'set', 'out', 'mtu', '9000', 'up')
  must('ip', '-n', WATCHER, 'link', 'set', 'in', 'mtu', '9000', 'up')
}

interface Outcome {
  readonly frames: number
  readonly dropped: number
  readonly cpuMicrosPerPacket: number
}

/** One run at a rate: watch first, then send, then stop watching. */
async function run(capture: string, rate: number, seconds: number): Promise<Outcome> {
  const watch = [join(ROOT, 'bin/thingward'), 'watch', '-i', 'in', '--json', '--quiet']
  const script = 'TIMEFORMAT="%U %S"; time "$@"'
  const argv = ['netns', 'exec', WATCHER, 'bash', '-c', script, 'bench', ...watch]
  const child = spawn('ip', argv, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const output: Buffer[] = []
  let said = ''
  child.stdout.on('data', (piece: Buffer) => output.push(piece))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = new Promise((resolve) => child.once('close', resolve))
  await new Promise((resolve) => setTimeout(resolve, 3000))
  const limit = String(rate * seconds)
  const replay = ['-q', '-K', '-i', 'out', '--loop', '100', '--pps', String(rate)]
  must('ip', 'netns', 'exec', SENDER, 'tcpreplay', ...replay, '-L', limit, capture)
  await new Promise((resolve) => setTimeout(resolve, 2000))
  process.kill(-child.pid!, 'SIGINT')
  await ended
  const document = JSON.parse(Buffer.concat(output).toString()) as {
    capture: { frames: number; sources: { dropped?: number }[] }
  }
  const [user, system] = said.trim().split('\n').at(-1)!.split(' ').map(Number)
  const { frames, sources } = document.capture
  const cpuMicrosPerPacket = ((user + system) * 1e6) / Math.max(1, frames)
  return { frames, dropped: sources[0]?.dropped ?? 0, cpuMicrosPerPacket }
}

mkdirSync(CACHE, { recursive: true })
const capture = process.env.BENCH_CAPTURE ?? join(CACHE, 'live.pcap')
if (!existsSync(capture)) makeCapture(capture, 300_000)
const rates = (process.env.LIVE_RATES ?? '60000,120000').split(',').map(Number)
const seconds = Number(process.env.LIVE_SECONDS ?? 10)
try {
  raise()
  for (const rate of rates) {
    const { frames, dropped, cpuMicrosPerPacket } = await run(capture, rate, seconds)
    console.log(
      `${rate} packets/s for ${seconds} s: ${frames} watched, ${dropped} dropped by the kernel, ` +
        `${cpuMicrosPerPacket.toFixed(1)} µs CPU a packet (tcpdump included)`,
    )
  }
} finally {
  for (const name of [SENDER, WATCHER]) spawnSync('ip', ['netns', 'del', name])
}
