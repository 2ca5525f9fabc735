// `npm run bench:flows`: how fast flows come into the history, and how fast questions are answered.
// Made-up flows of 2,000 devices over 30 days, in the order of time, as a sensor tells them.
// BENCH_FLOWS=n (default 10 million); BENCH_FOLDER=dir; --write puts the table into
// bench/flow-history-results.md.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, statSync } from 'node:fs'
import { writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DAY, HOUR, MINUTE } from '../src/core/clock.ts'
import { ParquetFlows } from '../src/store/flow-history/index.ts'
import type { StoredFlow } from '../src/store/index.ts'

const FLOWS = Number(process.env.BENCH_FLOWS ?? 10_000_000)
const DAYS = 30
const DEVICES = 2_000
const OUTSIDE = 20_000
const BATCH = 2_000
/** As many as a sensor would tell before it waits for an answer. */
const BATCHES_UNDER_WAY = 40
const TURNS = 5
/** Disk that a flow needs at worst, spool and both orders while they are merged. */
const BYTES_A_FLOW = 400
/** 2026-10-01T00:00:00Z. */
const START = 1_790_812_800_000_000

const SERVICES = ['https', 'dns', 'mqtt', 'ntp', 'modbus', 'mdns', 'rtsp', ''] as const
const PORTS = [443, 53, 8883, 123, 502, 5353, 554, 49_152] as const

const rows: string[] = []
const say = (what: string, value: string) => {
  rows.push(`| ${what} | ${value} |`)
  console.log(`${what.padEnd(64)} ${value}`)
}
const count = (value: number) => Math.round(value).toLocaleString('en')
const megabytes = (bytes: number) => `${count(bytes / 1e6)} MB`

let state = 42
const random = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below

const pair = (value: number) => value.toString(16).padStart(2, '0')

const ours = (device: number, port: number) => ({
  device: `d${device}`,
  address: `10.${device >> 8}.${device & 255}.${10 + (device % 7)}`,
  mac: `02:00:00:00:${pair(device >> 8)}:${pair(device & 255)}`,
  port,
})
const outside = (host: number, port: number) => ({
  device: '',
  address: `198.${18 + (host >> 14)}.${(host >> 6) & 255}.${(host & 63) * 4}`,
  mac: '',
  port,
})

/** Flow n of all: seven of ten go out, two stay inside, one comes in. */
function flow(number: number): StoredFlow {
  const kind = random(10)
  const service = random(SERVICES.length)
  const device = random(DEVICES)
  const there = (device * 31 + random(40)) % OUTSIDE
  const source = 1024 + random(60_000)
  const port = PORTS[service]
  const last = START + Math.floor((number / FLOWS) * DAYS * DAY) + random(1000)
  return {
    key: `bench:${number}`,
    site: 'main',
    segment: 'lan',
    first: last - random(60_000_000),
    last,
    originator: kind === 0 ? outside(there, source) : ours(device, source),
    responder: kind < 3 ? ours(kind === 0 ? device : random(DEVICES), port) : outside(there, port),
    protocol: service === 0 ? 6 : 17,
    service: SERVICES[service],
    serverName: service === 0 ? `host${there}.example` : '',
    state: 'SF',
    packetsOut: 1 + random(40),
    packetsIn: 1 + random(40),
    bytesOut: 60 + random(40_000),
    bytesIn: 60 + random(90_000),
  }
}

/** Bytes of all files below. */
const sizeOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)

/** The most memory a process has held so far. */
function peakOf(processId: number | undefined): string {
  const status = processId && readFileSync(`/proc/${processId}/status`, 'utf8')
  return status ? megabytes(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1024) : 'no process'
}

async function fill(history: ParquetFlows): Promise<void> {
  const began = performance.now()
  let slowest = 0
  const underWay = new Set<Promise<void>>()
  for (let number = 0; number < FLOWS; number += BATCH) {
    const flows = Array.from({ length: BATCH }, (_, index) => flow(number + index))
    const told = performance.now()
    const appended = history.append(flows).then(() => {
      slowest = Math.max(slowest, performance.now() - told)
      underWay.delete(appended)
    })
    underWay.add(appended)
    if (underWay.size >= BATCHES_UNDER_WAY) await Promise.all(underWay)
  }
  await Promise.all(underWay)
  const spooled = (performance.now() - began) / 1000
  say('flows taken and durable in the spool', `${count(FLOWS / spooled)}/s`)
  say('slowest acknowledgement', `${count(slowest)} ms`)
  await history.tend({ all: true })
  const stored = (performance.now() - began) / 1000
  say('flows taken, durable, and in Parquet in both orders', `${count(FLOWS / stored)}/s`)
}

async function ask(what: string, question: () => Promise<{ length: number }>): Promise<void> {
  const times: number[] = []
  let found = 0
  for (let turn = 0; turn < TURNS; turn++) {
    const began = performance.now()
    found = (await question()).length
    times.push(performance.now() - began)
  }
  const [first] = times
  const median = times.toSorted((a, b) => a - b)[Math.floor(TURNS / 2)]
  say(what, `${count(median)} ms, the first time ${count(first)} ms (${count(found)} rows)`)
}

async function askAll(history: ParquetFlows): Promise<void> {
  const all = { from: START, to: START + DAYS * DAY }
  const devices = ['d77']
  const page = async (query: object) => (await history.query({ limit: 100, ...query })).items
  const { address } = outside(777, 0)
  await ask('newest page of everything', () => page({}))
  await ask('newest page of one device', () => page({ devices }))
  await ask('everything of one device, 30 days', () => page({ devices, limit: 100_000 }))
  await ask('who talked to one address, 30 days, either end', () =>
    page({ peerAddress: address, limit: 100_000 }),
  )
  await ask('who talked to an address nobody talked to', () => page({ peerAddress: '203.0.113.9' }))
  await ask('one device and one address', () => page({ devices, peerAddress: address }))
  await ask('a word in names, first page', () => page({ words: 'host777.example' }))
  await ask('conversations of one device, 30 days', () => history.conversations(devices, all, 1000))
  await ask('who speaks what with whom, 30 days (totals)', () => history.pairs(all, 5000))
  await ask('traffic by hour, 30 days (totals)', () => history.traffic(all, HOUR))
  await ask('traffic by minute, one day (totals)', () =>
    history.traffic({ from: START + 9 * DAY, to: START + 10 * DAY }, MINUTE),
  )
  await ask('traffic of one device by hour, 30 days (totals)', () =>
    history.traffic(all, HOUR, devices),
  )
}

const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'tw-flows-'))
try {
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize < FLOWS * BYTES_A_FLOW) throw new Error(`${folder} has too little room`)
  let now = START + (DAYS - 1) * DAY
  const history = new ParquetFlows({ directory: folder, clock: () => now })
  say('flows', `${count(FLOWS)} of ${count(DEVICES)} devices in ${DAYS} days`)
  say('machine', `${cpus().length} cores, load ${loadavg()[0].toFixed(1)} before`)
  await fill(history)
  const before = history.health().parts
  now += 3 * DAY
  const began = performance.now()
  await history.tend()
  const merged = count((performance.now() - began) / 1000)
  say(`${before} parts merged to ${history.health().parts}`, `${merged} s`)
  say('on disk, both orders and totals', `${megabytes(sizeOf(folder))}`)
  say('bytes a flow', (sizeOf(folder) / FLOWS).toFixed(1))
  say('most memory of DuckDB while writing', peakOf(history.health().engine))
  await history.close()
  const reader = new ParquetFlows({ directory: folder, clock: () => now })
  await askAll(reader)
  say('most memory of DuckDB while asked', peakOf(reader.health().engine))
  say('memory of this process', megabytes(process.memoryUsage().rss))
  await reader.close()
  if (process.argv.includes('--write')) {
    const head = '# Flow history, measured\n\nWritten by `npm run bench:flows -- --write`.\n'
    const path = join(import.meta.dirname, 'flow-history-results.md')
    writeFileSync(path, `${head}\n| what | measured |\n|---|---|\n${rows.join('\n')}\n`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
