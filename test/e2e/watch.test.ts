// `thingward watch` as a person uses it, through bin/thingward: what it prints, where, with which
// exit code, and how much memory it takes.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import assert from 'node:assert/strict'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { Watch } from '../../src/app/index.ts'
import { ethernetFrame, ipv4Packet, tcpSegment } from '../../src/decode/frame-kit.ts'
import { WATCH_SCHEMA, terminalReport, type WatchDocument } from '../../src/report/index.ts'
import { classicCapture } from '../../src/sensor/capture-kit.ts'
import { pcapFile } from '../../src/sensor/index.ts'
import { CODES, EVIL, hostileCapture } from './hostile.ts'

const ROOT = join(import.meta.dirname, '../..')
const SAMPLE = join(ROOT, 'test/captures/sample/input.pcap')
const SAMPLE_FRAMES = 8364

const folder = mkdtempSync(join(tmpdir(), 'thingward-e2e-'))
after(() => rmSync(folder, { recursive: true }))

interface Outcome {
  readonly out: string
  readonly err: string
  readonly code: number | null
  /** Largest resident memory seen, bytes; 0 where the system does not tell. */
  readonly peak: number
}

function start(words: readonly string[]): ChildProcess {
  const env = { ...process.env, NO_COLOR: undefined }
  return spawn(join(ROOT, 'bin/thingward'), words, { cwd: folder, env })
}

/** Waits for a started program; `input` is written to it and closed. */
function outcome(child: ChildProcess, input?: Buffer): Promise<Outcome> {
  let out = ''
  let err = ''
  let peak = 0
  child.stdout!.setEncoding('utf8').on('data', (piece: string) => (out += piece))
  child.stderr!.setEncoding('utf8').on('data', (piece: string) => (err += piece))
  const timer = setInterval(() => (peak = Math.max(peak, residentPeak(child.pid!))), 10)
  child.stdin!.on('error', () => {})
  if (input) child.stdin!.end(input)
  return new Promise((resolve) => {
    child.once('close', (code) => {
      clearInterval(timer)
      resolve({ out, err, code, peak })
    })
  })
}

/** What Linux says the process has held at most so far. */
function residentPeak(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

const run = (...words: string[]) => outcome(start(['watch', ...words]))

const fits = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(WATCH_SCHEMA)

function documentOf(text: string): WatchDocument {
  const document = JSON.parse(text) as WatchDocument
  assert.ok(fits(document), JSON.stringify(fits.errors?.slice(0, 3)))
  return document
}

/** Control characters but line ends, and characters that turn text around. */
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/

test('a file: a table, then every device, no escape codes when piped', async () => {
  const { out, err, code } = await run(SAMPLE)
  assert.deepEqual([code, err], [0, ''])
  assert.match(out, new RegExp(`^${SAMPLE}: 8,364 frames, `))
  assert.match(out, /\nDEVICES \(\d+\)\nID +NAME +TYPE +MANUFACTURER/)
  assert.match(out, /\n {2}allow-list \(\d+ rules/)
  assert.doesNotMatch(out, CONTROLS)
})

test('several files, compressed or not, are one run; a stream is like a file', async () => {
  const packed = join(folder, 'packed.pcap.gz')
  writeFileSync(packed, gzipSync(readFileSync(SAMPLE)))
  const stream = outcome(start(['watch', '-', '--json']), readFileSync(SAMPLE))
  const [two, one, piped] = await Promise.all([
    run(SAMPLE, packed, '--json'),
    run(SAMPLE, '--json'),
    stream,
  ])
  assert.deepEqual([two.code, one.code, piped.code], [0, 0, 0])
  const document = documentOf(one.out)
  assert.equal(document.capture.frames, SAMPLE_FRAMES)
  assert.equal(documentOf(two.out).capture.frames, SAMPLE_FRAMES * 2)
  const { capture, ...rest } = documentOf(piped.out)
  assert.equal(capture.frames, SAMPLE_FRAMES)
  const { capture: own, ...same } = document
  assert.equal(own.sources[0].format, 'pcap')
  const named = (value: unknown) => JSON.stringify(value).replaceAll(`"${SAMPLE}"`, '"-"')
  assert.equal(named(rest), named(same))
})

test('a named pipe is read once, and may be compressed', async () => {
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const [{ out, code }] = await Promise.all([
    run(pipe, '--json'),
    writeFile(pipe, gzipSync(readFileSync(SAMPLE))),
  ])
  assert.deepEqual([code, documentOf(out).capture.frames], [0, SAMPLE_FRAMES])
})

test('what cannot be read ends with 2, and what was read before it is told', async () => {
  const cut = join(folder, 'cut.pcap')
  writeFileSync(cut, readFileSync(SAMPLE).subarray(0, 500_000))
  const [missing, text, broken, none, option] = await Promise.all([
    run(join(folder, 'missing.pcap')),
    run(join(ROOT, 'package.json')),
    run(cut, '--json'),
    run(),
    run(SAMPLE, '--memory', 'much'),
  ])
  assert.equal(missing.code, 2)
  assert.match(missing.err, /^thingward: .*missing\.pcap: there is no such file$/m)
  assert.equal(text.code, 2)
  assert.match(text.err, /^thingward: .*package\.json: not a pcap or pcapng.* offset 0$/m)
  assert.equal(broken.code, 2)
  assert.match(broken.err, /^thingward: .*cut\.pcap: the capture ends inside .* offset \d+$/m)
  const { capture, devices } = documentOf(broken.out)
  assert.ok(capture.frames > 1000 && devices.length > 3)
  assert.equal(capture.sources[0].problem?.code, 'truncated')
  for (const { code, err } of [none, option]) {
    assert.equal(code, 2)
    assert.match(err, /^thingward: .+\n$/)
  }
})

test('findings can fail a run', async () => {
  const [high, quiet] = await Promise.all([
    run(SAMPLE, '--fail-on', 'high', '--json'),
    run(join(ROOT, 'test/captures/normal/input.pcap'), '--fail-on', 'critical', '--json'),
  ])
  const worst = documentOf(high.out).findings.map(({ severity }) => severity)
  assert.ok(worst.includes('high') || worst.includes('critical'))
  assert.deepEqual([high.code, quiet.code], [1, 0])
})

test('a signal while a stream flows: what was seen is told, exit 0', async () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const child = start(['watch', '-', '--json'])
    const ended = outcome(child)
    // The stream stays open: only the signal can end it. All but a pipe full has been read then.
    const part = readFileSync(SAMPLE).subarray(0, 900_000)
    await new Promise((resolve) => child.stdin!.write(part, resolve))
    await new Promise((resolve) => setTimeout(resolve, 300))
    child.kill(signal)
    const { out, err, code } = await ended
    assert.equal(code, 0, err)
    assert.match(err, /stopping; this is what was seen so far/)
    const { capture, devices } = documentOf(out)
    assert.equal(capture.interrupted, true)
    assert.ok(capture.frames > 3000 && devices.length > 3, `${capture.frames} frames`)
  }
})

test('a reader that has had enough is no fault', async () => {
  const child = start(['watch', SAMPLE, '--json'])
  child.stdout!.once('data', () => child.stdout!.destroy())
  const code = await new Promise((resolve) => child.once('exit', resolve))
  assert.equal(code, 0)
})

test('the HTML report needs nothing from elsewhere and runs its own script only', async () => {
  const file = join(folder, 'report.html')
  const { code, err } = await run(SAMPLE, '--html', file, '--quiet')
  assert.deepEqual([code, err], [0, `thingward: report written to ${file}\n`])
  const page = readFileSync(file, 'utf8')
  assertSelfContained(page)
  const scripts = [...page.matchAll(/<script>([^]*?)<\/script>/g)].map((match) => match[1])
  assert.equal(scripts.length, 1)
  const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(page)?.[1] ?? ''
  const hash = createHash('sha256').update(scripts[0]).digest('base64')
  assert.ok(policy.includes(`script-src 'sha256-${hash}'`), 'the policy lets the script run')
  assert.match(policy, /default-src 'none'/)
})

/** Nothing in the page makes a browser ask the network for anything. */
function assertSelfContained(page: string): void {
  const loads = /<(link|iframe|object|embed|base|img|video|audio|source)\b[^>]*>/gi
  assert.deepEqual(page.match(loads), null)
  assert.doesNotMatch(page, /<[^>]+\s(src|srcset|poster|data|action|background)\s*=/i)
  assert.doesNotMatch(page, /@import|url\(\s*['"]?(https?:)?\/\//i)
}

test('evil names are shown, but do nothing', async () => {
  const capture = join(folder, 'evil.pcap')
  writeFileSync(capture, hostileCapture())
  const file = join(folder, 'evil.html')
  const [terminal, json] = await Promise.all([run(capture, '--html', file), run(capture, '--json')])
  assert.deepEqual([terminal.code, json.code], [0, 0])
  assert.match(terminal.out, /hostname: <script>alert\(1\)<\/script>/)
  assert.doesNotMatch(terminal.out, CONTROLS)
  const page = readFileSync(file, 'utf8')
  assertSelfContained(page)
  assert.ok(page.includes('&lt;script&gt;alert(1)&lt;/script&gt;'), 'the name is there')
  assert.ok(!page.includes(EVIL))
  assert.doesNotMatch(page, /<[^>]*\son[a-z]+\s*=/i)
  assert.doesNotMatch(page, CONTROLS)
  const document = documentOf(json.out)
  // eslint-disable-next-line no-control-regex
  assert.doesNotMatch(json.out, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  assert.ok(document.devices.some((device) => device.attributes.hostname?.value === EVIL))
  for (const text of [terminal.out, json.out, page]) {
    assert.ok(!text.includes('secret-4711'), 'no password is told')
    assert.ok(!text.includes(CODES))
  }
})

test('on a terminal the only codes are ours', async () => {
  const capture = join(folder, 'evil-too.pcap')
  writeFileSync(capture, hostileCapture())
  const watch = await Watch.create({})
  const result = await watch.run([pcapFile(capture)])
  const text = terminalReport(result, { width: 80, colour: true, details: 10 }).join('\n')
  // eslint-disable-next-line no-control-regex
  const ours = /\u001b\[(1|2|31|32|33|36)m[^\u001b]*\u001b\[0m/g
  assert.ok((text.match(ours)?.length ?? 0) > 1)
  assert.doesNotMatch(text.replaceAll(ours, ''), CONTROLS)
})

/** SYNs of 300,000 flows: many ports of many hosts. */
function floodCapture(): Buffer {
  const frames = Array.from({ length: 300_000 }, (_, index) => {
    const host = index % 1000
    const segment = tcpSegment({
      from: 1024 + Math.floor(index / 1000),
      to: 80,
      flags: 'S',
      sequence: index,
    })
    const ends = { from: `10.9.${host >> 8}.${host & 255}`, to: '192.168.1.20' }
    const packet = ipv4Packet(6, segment, { ...ends, identification: index & 0xffff })
    return { time: 1_700_000_000_000_000 + index * 10, bytes: ethernetFrame(0x0800, packet) }
  })
  return classicCapture(frames)
}

const skip = existsSync('/proc/self/status') ? false : 'needs Linux: memory is read from /proc'

test(
  'a flood of flows stays within --memory, and what was left out is said',
  { skip },
  async () => {
    const capture = join(folder, 'flood.pcap')
    const empty = join(folder, 'empty.pcap')
    writeFileSync(capture, floodCapture())
    writeFileSync(empty, classicCapture([]))
    const bare = await run(empty, '--json')
    const flood = await run(capture, '--json', '--memory', '64')
    assert.deepEqual([bare.code, flood.code], [0, 0])
    const { limits, flows, capture: read } = documentOf(flood.out)
    assert.equal(read.frames, 300_000)
    assert.equal(flows.started, 300_000)
    const met = limits.find(({ name }) => name === 'flows')
    assert.ok(met && met.dropped > 100_000 && met.effect !== '', JSON.stringify(limits))
    assert.equal(flows.evicted, met.dropped)
    const grown = (flood.peak - bare.peak) / 2 ** 20
    assert.ok(bare.peak > 0 && grown < 64, `${grown.toFixed(0)} MB beyond an empty run`)
  },
)
