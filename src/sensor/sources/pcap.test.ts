// Capture files and streams as sources: plain, compressed, in many frames, broken, missing, stopped
// half way; and that nothing behind a source keeps a view of its bytes.
import { execFileSync } from 'node:child_process'
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, test } from 'node:test'
import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import assert from 'node:assert/strict'
import { tableLimits } from '../../core/limits.ts'
import { loadProtocols, type Packet } from '../../decode/index.ts'
import { HEADROOM, pump, type Chunk } from '../bytes.ts'
import { classicCapture } from '../capture-kit.ts'
import { hear } from '../hearing.ts'
import { Sensor } from '../sensor.ts'
import type { Intake, Source, SourceSummary } from '../source.ts'
import { CaptureRecords } from './pcap-records.ts'
import { pcapFile, pcapStream } from './pcap.ts'

const root = mkdtempSync(join(tmpdir(), 'thingward-pcap-'))
after(() => rmSync(root, { recursive: true }))
let files = 0

function fileOf(content: Buffer): string {
  const path = join(root, `capture-${++files}`)
  writeFileSync(path, content)
  return path
}

/** Frames that no compression shortens much, each another length, each telling its number. */
const COUNT = 6000
const CAPTURE = classicCapture(
  Array.from({ length: COUNT }, (_, index) => {
    const bytes = Buffer.alloc(4 + ((index * 37) % 500))
    for (let at = 0; at < bytes.length; at++) bytes[at] = (at * index * 2654435761) >>> 13
    bytes.writeUInt32BE(index)
    return { time: 1_700_000_000_000_000 + index, bytes }
  }),
)

/** Runs one source; `frames` are the numbers that the frames told. */
async function run(source: Source, stop?: AbortController) {
  const frames: number[] = []
  const frame = ({ bytes, start }: Packet) => {
    frames.push(bytes.readUInt32BE(start))
    if (stop && frames.length === 10) stop.abort()
  }
  const signal = stop?.signal ?? new AbortController().signal
  const sensor = new Sensor({ limits: tableLimits(64), protocols: [], observer: {}, signal, frame })
  const [summary] = await sensor.run([source])
  assert.equal(summary.records, frames.length)
  assert.ok(frames.every((number, index) => number === index))
  return summary
}

const checksummed = (bytes: Buffer) =>
  zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })
const half = CAPTURE.length >> 1
const skippable = Buffer.concat([Buffer.from('5a2a4d1805000000', 'hex'), Buffer.from('hello')])
const FORMS: readonly [string, Buffer][] = [
  ['plain', CAPTURE],
  ['gzip', gzipSync(CAPTURE)],
  ['gzip in two members', Buffer.concat([0, 1].map((part) => gzipSync(halfOf(part))))],
  ['zstd', zstdCompressSync(CAPTURE)],
  ['zstd in two frames', Buffer.concat([0, 1].map((part) => zstdCompressSync(halfOf(part))))],
  [
    'zstd with checksums and skippable frames',
    Buffer.concat([0, 1].flatMap((part) => [skippable, checksummed(halfOf(part)), skippable])),
  ],
]

function halfOf(part: number): Buffer {
  return part === 0 ? CAPTURE.subarray(0, half) : CAPTURE.subarray(half)
}

for (const [name, bytes] of FORMS) {
  test(`${name}: file, stream of odd pieces, named pipe`, async () => {
    const path = fileOf(bytes)
    const pieces = Array.from({ length: Math.ceil(bytes.length / 4999) }, (_, index) =>
      bytes.subarray(index * 4999, index * 4999 + 4999),
    )
    const drops = [bytes.subarray(0, 1), bytes.subarray(1, 3), bytes.subarray(3)]
    const pipe = join(root, `pipe-${++files}`)
    execFileSync('mkfifo', [pipe])
    const sources = [
      pcapFile(path),
      pcapStream('-', createReadStream(path)),
      pcapStream('pieces', Readable.from(pieces)),
      pcapStream('drops', Readable.from(drops)),
    ]
    for (const source of sources) {
      const { records, problem, format, bytes: read } = await run(source)
      assert.deepEqual([records, problem, format, read], [COUNT, undefined, 'pcap', CAPTURE.length])
    }
    const writer = import('node:fs/promises').then(({ writeFile }) => writeFile(pipe, bytes))
    assert.equal((await run(pcapFile(pipe))).records, COUNT)
    await writer
  })
}

test('cut compression: all that could be unfolded is kept, and the problem said', async () => {
  for (const whole of [gzipSync(CAPTURE), zstdCompressSync(CAPTURE)]) {
    for (const share of [0.001, 0.3, 0.9, 0.9999]) {
      const path = fileOf(whole.subarray(0, Math.floor(whole.length * share)))
      const { problem, records } = await run(pcapFile(path))
      assert.equal(problem?.code, 'decompression')
      const words = 'the compressed data is broken or cut after'
      assert.equal(problem?.message, `${path}: ${words} ${problem?.offset} bytes`)
      // A block of zstd is 128 KiB; whole blocks have to come through.
      assert.ok(records >= COUNT * share - 700, `${records} records of ${share}`)
    }
  }
})

test('broken compression: what came out before it is kept', async () => {
  for (const whole of [gzipSync(CAPTURE), checksummed(CAPTURE)]) {
    const broken = Buffer.from(whole)
    const at = Math.floor(whole.length * 0.8)
    broken.fill(0xff, at, at + 2000)
    const { problem, records } = await run(pcapFile(fileOf(broken)))
    assert.match(problem?.code ?? '', /decompression|bad-record/)
    assert.ok(records > COUNT * 0.6, `${records} records`)
    const tail = await run(pcapFile(fileOf(Buffer.concat([whole, Buffer.from('not packed')]))))
    assert.equal(tail.problem?.code, 'decompression')
    assert.ok(tail.records > COUNT * 0.8, `${tail.records} records`)
  }
})

test('a compression bomb is read without holding it', async () => {
  const header = classicCapture([])
  const bomb = Buffer.concat([header, Buffer.alloc(100_000_000)])
  const packed = [gzipSync(bomb, { level: 1 }), zstdCompressSync(bomb)].map(fileOf)
  const before = process.memoryUsage.rss()
  for (const path of packed) {
    // Zeros are empty records: there are very many of them, all at the same place.
    const sensor = new Sensor({
      limits: tableLimits(64),
      protocols: [],
      observer: {},
      signal: new AbortController().signal,
    })
    const [summary] = await sensor.run([pcapFile(path)])
    assert.equal(summary.records, 100_000_000 / 16)
  }
  const grown = process.memoryUsage.rss() - before
  assert.ok(grown < 80e6, `${grown} bytes`)
})

test('what cannot be opened is said with its name', async () => {
  const missing = join(root, 'missing.pcap')
  const cases: [string, string, string][] = [
    [missing, 'unreadable', `${missing}: there is no such file`],
    [root, 'unreadable', `${root}: it is a folder, not a capture`],
    ['/dev/null', 'empty', '/dev/null: the input is empty, at byte offset 0'],
  ]
  for (const [path, code, message] of cases) {
    const { problem, records } = await run(pcapFile(path))
    assert.deepEqual([problem?.code, problem?.message, records], [code, message, 0])
  }
})

test('a stream that fails is a problem; a fault of ours is not hidden as one', async () => {
  async function* failing(error: Error) {
    yield CAPTURE.subarray(0, 20_000)
    throw error
  }
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
  const { problem, records } = await run(pcapStream('-', Readable.from(failing(reset))))
  assert.deepEqual(
    [problem?.code, problem?.message],
    ['unreadable', '-: cannot be read (ECONNRESET)'],
  )
  assert.ok(records > 10)
  const fault = pcapStream('-', Readable.from(failing(new Error('ours'))))
  await assert.rejects(run(fault), /ours/)
})

test('a signal stops between two chunks, without calling that a problem', async () => {
  for (const bytes of [CAPTURE, gzipSync(CAPTURE)]) {
    const { problem, records } = await run(pcapFile(fileOf(bytes)), new AbortController())
    assert.equal(problem, undefined)
    assert.ok(records >= 10 && records < COUNT, `${records}`)
  }
})

test('progress grows to the size of the file, also of a compressed one', async () => {
  for (const bytes of [CAPTURE, gzipSync(CAPTURE)]) {
    const told: number[][] = []
    const sensor = new Sensor({
      limits: tableLimits(64),
      protocols: [],
      observer: {},
      signal: new AbortController().signal,
      progress: (read, total) => void told.push([read, total]),
    })
    await sensor.run([pcapFile(fileOf(bytes))])
    assert.deepEqual(told.at(-1), [bytes.length, bytes.length])
    assert.ok(told.every(([read], index) => index === 0 || read >= told[index - 1][0]))
  }
})

/** A capture in chunks of `size`, each poisoned behind the reader. */
function poisoned(bytes: Buffer, size: number): Source {
  async function* chunks(): AsyncGenerator<Chunk> {
    for (let from = 0; from < bytes.length; from += size) {
      const part = bytes.subarray(from, from + size)
      const buffer = Buffer.alloc(HEADROOM + part.length, 0xa5)
      part.copy(buffer, HEADROOM)
      yield { buffer, start: HEADROOM, end: buffer.length }
    }
  }
  async function read(intake: Intake): Promise<SourceSummary> {
    const patient: Intake = {
      ...intake,
      frame() {
        const { bytes: chunk, start, end } = intake.packet
        intake.frame()
        chunk.fill(0xa5, start, end)
        const gone = { sourcePort: -1, payloadOffset: -1, payloadEnd: -1, family: -1, source: -1 }
        Object.assign(intake.packet, { bytes: Buffer.alloc(0), start: -1, end: -1, ...gone })
      },
    }
    const records = new CaptureRecords('sample', patient)
    const left = await pump(chunks(), records.read, () => records.stopped)
    records.finish(left)
    const { format, first, last, problem } = records
    const counts = { records: records.records, bytes: bytes.length }
    return { name: 'sample', format, ...counts, first, last, lacks: [], problem }
  }
  return { name: 'sample', run: read }
}

test('nobody keeps a view of a chunk or of the Packet', async () => {
  const protocols = await loadProtocols()
  const path = join(import.meta.dirname, '../../../test/captures/sample/input.pcap')
  const bytes = readFileSync(path)
  const plain = await hear([poisoned(bytes, bytes.length)], protocols)
  const file = await hear([pcapFile(path)], protocols)
  assert.ok(file.transactions.length > 1000 && file.flows.length > 1000)
  const small = await hear([poisoned(bytes, 1500)], protocols)
  for (const heard of [plain, small]) {
    assert.equal(heard.summaries[0].problem, undefined)
    assert.deepEqual(heard.transactions, file.transactions)
    assert.deepEqual(heard.flows, file.flows)
    assert.deepEqual(
      heard.anomalies.map(({ name, count }) => [name, count]),
      file.anomalies.map(({ name, count }) => [name, count]),
    )
  }
})
