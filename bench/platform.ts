// `npm run bench:platform`: the platform at the size it is made for. Fills a store with 100,000
// devices and a million observations, starts `thingward up` on it, and asks as twenty people would.
// BENCH_DEVICES=n; --write puts the table into bench/platform-results.md.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { EVIDENCE_PLACES } from '../src/evidence/index.ts'
import { DeviceAdmission, SqliteFlows, Store, type StoredFlow } from '../src/store/index.ts'
import { Client, startUp, type Running } from '../test/e2e/platform.ts'
import { madeUpDevices } from './platform-filling.ts'

const DEVICES = Number(process.env.BENCH_DEVICES ?? 100_000)
const BATCH = 500
const FLOWS = 200_000
const CLIENTS = 20
/** In all fewer than one address may send in a minute. */
const REQUESTS = 200
const RAW_ROWS = 1_000_000
const IDLE_MS = 5_000

const rows: string[] = []
const say = (what: string, value: string) => {
  rows.push(`| ${what} | ${value} |`)
  console.log(`${what.padEnd(58)} ${value}`)
}
const rate = (count: number, started: number) =>
  `${Math.round(count / ((performance.now() - started) / 1000)).toLocaleString('en')}/s`

const data = mkdtempSync(join(tmpdir(), 'tw-bench-'))
try {
  rawInserts()
  await fill()
  const running = await startUp(data)
  try {
    await ask(running)
  } finally {
    await running.stop()
  }
} finally {
  rmSync(data, { recursive: true, force: true })
}
if (process.argv.includes('--write')) write()

/** The limit: SQLite alone, as durable as the store is. */
function rawInserts(): void {
  const path = join(data, 'raw.db')
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL')
  const columns = Array.from({ length: 15 }, (_, at) => `c${at}`)
  database.exec(`CREATE TABLE flow (${columns.join(', ')})`)
  const insert = database.prepare(`INSERT INTO flow VALUES (${columns.map(() => '?').join(',')})`)
  const started = performance.now()
  for (let row = 0; row < RAW_ROWS; row += 1000) {
    database.exec('BEGIN')
    for (let at = 0; at < 1000; at++) insert.run(...columns.map((_, column) => row + at + column))
    database.exec('COMMIT')
  }
  say('SQLite alone: rows of 15 columns, 1,000 a change', rate(RAW_ROWS, started))
  database.close()
  for (const name of readdirSync(data)) rmSync(join(data, name))
}

async function fill(): Promise<void> {
  const clock = () => Date.now() * 1000
  const path = join(data, EVIDENCE_PLACES.database)
  const store = await Store.open({ path, clock })
  const admission = new DeviceAdmission()
  const sighting = {
    site: 'main',
    segment: 'office',
    actor: 'sensor:bench',
    source: 'bench',
    run: 'bench',
    observed: clock(),
  }
  let started = performance.now()
  for (let from = 0; from < DEVICES; from += BATCH) {
    const batch = madeUpDevices(from, Math.min(BATCH, DEVICES - from))
    await store.change((change) => admission.admit(change, sighting, batch))
  }
  say(`devices stored (${BATCH} a change, 10 observations each)`, rate(DEVICES, started))
  const flows = new SqliteFlows(store)
  started = performance.now()
  for (let from = 0; from < FLOWS; from += 1000) await flows.append(madeUpFlows(from, 1000))
  say('finished flows stored (1,000 a batch)', rate(FLOWS, started))
  store.close()
  say('size of the store', `${Math.round(statSync(path).size / 1e6)} MB`)
}

function madeUpFlows(from: number, count: number): StoredFlow[] {
  const party = (number: number, port: number) => {
    const address = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`
    return { device: '', mac: '', address, port }
  }
  return Array.from({ length: count }, (_, at) => ({
    key: `bench ${from + at}`,
    site: 'main',
    segment: 'office',
    first: Date.now() * 1000,
    last: Date.now() * 1000 + 1000,
    originator: party((from + at) % DEVICES, 40_000),
    responder: party((from * 7 + at) % DEVICES, 443),
    protocol: 6,
    service: 'tls',
    serverName: 'cloud.example',
    state: 'SF',
    packetsOut: 10,
    packetsIn: 12,
    bytesOut: 1000,
    bytesIn: 5000,
  }))
}

async function ask(running: Running): Promise<void> {
  const owner = new Client(running)
  await owner.setUp()
  const first = await owner.get('/api/v1/devices?limit=50')
  const ids = (first.body.items as { id: string }[]).map(({ id }) => id)
  say('devices in the list', String(first.body.total))
  const words = ['camera', 'siemens', '10.0.7', '02:00:00', 'light-1', 'plc-2f']
  const one = (list: readonly string[], at: number) => list[at % list.length]
  const questions: readonly Question[] = [
    ['device list, first page', () => '/api/v1/devices?limit=50'],
    ['search', (at) => `/api/v1/devices?limit=50&q=${one(words, at)}`],
    ['device page', (at) => `/api/v1/devices/${one(ids, at)}`],
    ['findings', () => '/api/v1/findings?limit=50'],
    ['flows of a device', (at) => `/api/v1/flows?device=${one(ids, at)}`],
  ]
  for (const question of questions) await time(running, owner, question)
  await pause(IDLE_MS)
  say('memory of all processes, idle (proportional)', `${sharedOf(running.process.pid!)} MB`)
}

/** What is asked, and the path of each request. */
type Question = readonly [what: string, path: (at: number) => string]

/** Twenty at a time; API tokens and cookies are checked on each. */
async function time(running: Running, owner: Client, [what, path]: Question): Promise<void> {
  const { hostname, port } = new URL(running.url)
  const ca = readFileSync(join(running.data, 'tls/authority.crt'))
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS, ca, servername: hostname })
  const cookie = [...owner.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const headers = { host: `${hostname}:${port}`, cookie }
  const get = (at: number) =>
    new Promise<number>((resolve, reject) => {
      const started = performance.now()
      const sent = request(
        { host: '127.0.0.1', port, path: path(at), agent, headers },
        (response) => {
          if (response.statusCode !== 200) reject(new Error(`${path(at)}: ${response.statusCode}`))
          response.resume().once('end', () => resolve(performance.now() - started))
        },
      )
      sent.once('error', reject).end()
    })
  for (let at = 0; at < CLIENTS; at++) await get(at)
  const times: number[] = []
  let next = 0
  const client = async () => {
    while (next < REQUESTS) times.push(await get(next++))
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: CLIENTS }, client))
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => `${sorted[Math.floor(share * (sorted.length - 1))].toFixed(0)} ms`
  const text = `p50 ${at(0.5)}, p99 ${at(0.99)}, ${rate(REQUESTS, started)}`
  say(`${what} (${CLIENTS} clients)`, text)
  agent.destroy()
}

/** Proportional set size of a process and its descendants: shared pages count once. */
function sharedOf(pid: number): number {
  let kilobytes = 0
  const open = [pid]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const text = readFileSync(`/proc/${one}/smaps_rollup`, 'utf8')
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0)
    for (const task of readdirSync(`/proc/${one}/task`)) {
      const children = readFileSync(`/proc/${one}/task/${task}/children`, 'utf8')
      open.push(...children.split(' ').filter(Boolean).map(Number))
    }
  }
  return Math.round(kilobytes / 1024)
}

function write(): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`
  const head = [
    '# Platform bench',
    '',
    'Written by `npm run bench:platform -- --write`; absolute figures are this machine’s.',
    '',
    `Machine: ${machine}. ${DEVICES.toLocaleString('en')} devices.`,
    '',
    '| what | figure |',
    '|---|---|',
  ]
  writeFileSync(join(import.meta.dirname, 'platform-results.md'), [...head, ...rows, ''].join('\n'))
}
