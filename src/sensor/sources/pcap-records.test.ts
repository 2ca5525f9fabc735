// Capture formats as records, read in chunks of every size: both byte orders, all headers, what is
// broken, and where the reader says that it stopped.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { AddressBook } from '../../core/addresses.ts'
import { AnomalyTable } from '../../core/anomaly.ts'
import { Packet } from '../../decode/index.ts'
import { EndpointTable, NameTable } from '../../flow/index.ts'
import { HEADROOM, pump, type Chunk } from '../bytes.ts'
import {
  Blocks,
  classicCapture,
  classicRecord,
  words,
  type ClassicForm,
  type KitFrame,
} from '../capture-kit.ts'
import type { Intake } from '../source.ts'
import { CaptureRecords } from './pcap-records.ts'

interface Heard {
  readonly text: string
  readonly time: number
  readonly wireLength: number
  readonly linkType: number
  readonly cut: boolean
}

const addresses = new AddressBook(16)
const endpoints = new EndpointTable(16, addresses)
const names = new NameTable()

/** Reads `bytes` in chunks that end at `borders`; each chunk is poisoned once it was read. */
async function readIn(bytes: Buffer, borders: readonly number[] = []) {
  const heard: Heard[] = []
  const packet = new Packet()
  const intake: Intake = {
    packet,
    addresses,
    endpoints,
    names,
    anomalies: new AnomalyTable(),
    before: 0,
    observer: {},
    signal: new AbortController().signal,
    progress: () => {},
    tick: () => {},
    frame() {
      const { start, end, time, wireLength, linkType, cut } = packet
      const text = packet.bytes.toString('latin1', start, end)
      heard.push({ text, time, wireLength, linkType, cut })
    },
  }
  const records = new CaptureRecords('office.pcap', intake)
  const left = await pump(
    chunks(bytes, borders),
    (buffer, start, end) => {
      const rest = records.read(buffer, start, end)
      // What the reader has read must not be looked at again; what it left is still needed.
      buffer.fill(0xa5, start, rest)
      Object.assign(packet, { bytes: buffer, start: -1, end: -1, time: NaN })
      return rest
    },
    () => records.stopped,
  )
  records.finish(left)
  const { problem, format, first, last } = records
  const anomalies = intake.anomalies.list().map(({ name, count }) => `${name} ${count}`)
  return { heard, texts: heard.map(({ text }) => text), problem, format, first, last, anomalies }
}

/** Buffers with room in front, each used once and then used up. */
async function* chunks(bytes: Buffer, borders: readonly number[]): AsyncGenerator<Chunk> {
  const stops = [...borders, bytes.length]
  const room = Math.min(HEADROOM, bytes.length)
  for (const [index, stop] of stops.entries()) {
    const from = index === 0 ? 0 : stops[index - 1]
    const buffer = Buffer.alloc(room + stop - from, 0xa5)
    bytes.copy(buffer, room, from, stop)
    if (stop > from) yield { buffer, start: room, end: buffer.length }
  }
}

const START = 1_700_000_000_123_456
const frame = (text: string, index: number, wireLength?: number): KitFrame => ({
  time: START + index * 1_000_001,
  bytes: Buffer.from(text),
  wireLength,
})
const FRAMES = [frame('one', 0), frame('second', 1, 1500), frame('', 2), frame('the last one', 3)]
const TEXTS = FRAMES.map(({ bytes }) => bytes.toString())
const FORMS: readonly ClassicForm[] = [false, true].flatMap((bigEndian) => [
  { bigEndian },
  { bigEndian, nanoseconds: true },
  { bigEndian, modified: true },
  { bigEndian, linkType: 113 },
])

const blocks = new Blocks()
const first = Buffer.from('first')
const second = Buffer.from('second')
const SMALL_NG = Buffer.concat([
  blocks.section(),
  blocks.interface(1),
  blocks.enhanced(0, 5n, { bytes: first }),
  blocks.enhanced(0, 6n, { bytes: second }),
])

for (const form of FORMS) {
  test(`classic: ${JSON.stringify(form)}`, async () => {
    const { heard, problem, format, ...times } = await readIn(classicCapture(FRAMES, form))
    assert.equal(problem, undefined)
    assert.equal(format, 'pcap')
    const expected = FRAMES.map(({ time, bytes, wireLength }) => ({
      text: bytes.toString(),
      time,
      wireLength: wireLength ?? bytes.length,
      linkType: form.linkType ?? 1,
      cut: wireLength !== undefined,
    }))
    assert.deepEqual(heard, expected)
    assert.deepEqual([times.first, times.last], [START, START + 3_000_003])
  })
}

test('a frame is never longer than the wire says, nor the wire absurd', async () => {
  const { heard } = await readIn(
    classicCapture([frame('longer', 0, 2), frame('absurd', 1, 0xffffffff)]),
  )
  assert.deepEqual(
    heard.map(({ wireLength, cut }) => [wireLength, cut]),
    [
      [6, false],
      [6, true],
    ],
  )
})

test('chunks may end anywhere: one border at every byte, and a chunk for every byte', async () => {
  for (const bytes of [classicCapture(FRAMES), classicCapture(FRAMES, FORMS[6]), SMALL_NG]) {
    const whole = await readIn(bytes)
    assert.ok(whole.texts.length >= 2)
    for (let border = 1; border < bytes.length; border++) {
      assert.deepEqual(await readIn(bytes, [border]), whole, `border at ${border}`)
    }
    const every = Array.from({ length: bytes.length - 1 }, (_, index) => index + 1)
    assert.deepEqual(await readIn(bytes, every), whole)
  }
})

test('cut at every byte: whole records are kept, the rest is named with its offset', async () => {
  for (const form of FORMS) {
    const bytes = classicCapture(FRAMES, form)
    const sizes = FRAMES.map((each) => classicRecord(each, form).length)
    for (let length = 0; length < bytes.length; length++) {
      const { texts, problem } = await readIn(bytes.subarray(0, length))
      let end = 24
      let whole = 0
      while (whole < sizes.length && end + sizes[whole] <= length) end += sizes[whole++]
      assert.deepEqual(texts, TEXTS.slice(0, whole), `cut at ${length}`)
      if (length === end) assert.equal(problem, undefined)
      else if (length === 0) assert.equal(problem?.code, 'empty')
      else if (length < 24) assert.equal(problem?.code, 'not-a-capture')
      else {
        assert.deepEqual([problem?.code, problem?.offset], ['truncated', end])
        assert.match(problem?.message ?? '', new RegExp(`^office.pcap: .*byte offset ${end}$`))
      }
    }
  }
})

test('pcapng cut at every byte keeps whole blocks', async () => {
  const ends = [28, 48, 88, 128]
  assert.equal(SMALL_NG.length, ends[3])
  for (let length = 1; length < SMALL_NG.length; length++) {
    const { texts, problem } = await readIn(SMALL_NG.subarray(0, length))
    assert.deepEqual(texts, ['first', 'second'].slice(0, length < 88 ? 0 : 1))
    if (ends.includes(length)) assert.equal(problem, undefined)
    else if (length < 4) assert.equal(problem?.code, 'not-a-capture')
    else {
      const begun = ends.findLast((end) => end <= length) ?? 0
      assert.deepEqual([problem?.code, problem?.offset], ['truncated', begun])
    }
  }
})

test('what is no capture is said at offset 0', async () => {
  const cases: [Buffer, string][] = [
    [Buffer.alloc(0), 'empty'],
    [Buffer.from([0xd4]), 'not-a-capture'],
    [Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'not-a-capture'],
    [Buffer.alloc(5000, 0xa5), 'not-a-capture'],
    [classicCapture(FRAMES).subarray(0, 20), 'not-a-capture'],
  ]
  for (const [bytes, code] of cases) {
    const { problem, heard } = await readIn(bytes)
    assert.deepEqual([problem?.code, problem?.offset, heard.length], [code, 0, 0])
    assert.match(problem?.message ?? '', /^office\.pcap: .+ at byte offset 0$/)
  }
})

test('a record of 4 GB, or of garbage, ends the reading where it stands', async () => {
  for (const bigEndian of [false, true]) {
    const good = classicCapture(FRAMES, { bigEndian })
    const huge = words(bigEndian)(1, 2, 0xffffffff, 0xffffffff)
    const { texts, problem } = await readIn(Buffer.concat([good, huge, Buffer.alloc(100)]))
    assert.deepEqual(texts, TEXTS)
    const claim = 'a record claims 4294967295 bytes (at most 262144)'
    assert.equal(problem?.message, `office.pcap: ${claim}, at byte offset ${good.length}`)
  }
  const garbage = Buffer.concat([classicCapture(FRAMES), Buffer.alloc(64, 0xee)])
  assert.deepEqual((await readIn(garbage)).texts, TEXTS)
  assert.equal((await readIn(garbage, [40])).problem?.code, 'bad-record')
})

test('the longest record there may be is read, one byte more is not', async () => {
  const long = (length: number) => classicCapture([{ time: START, bytes: Buffer.alloc(length) }])
  assert.equal((await readIn(long(262_144), [24, 30, 200_000])).heard.length, 1)
  const { problem, heard } = await readIn(long(262_145))
  assert.deepEqual([problem?.offset, heard.length], [24, 0])
})

test('pcapng: sections of either byte order forget the interfaces before them', async () => {
  const big = new Blocks(true)
  const { heard, problem, anomalies, format } = await readIn(
    Buffer.concat([
      blocks.section(),
      blocks.interface(1),
      blocks.interface(113),
      blocks.enhanced(1, 1_700_000_000_000_001n, { bytes: first, wireLength: 99 }),
      big.section(),
      big.interface(101),
      big.enhanced(0, 1_700_000_000_000_002n, { bytes: second }),
      big.enhanced(1, 1_700_000_000_000_003n, { bytes: Buffer.from('of no interface') }),
    ]),
  )
  assert.deepEqual([problem, format], [undefined, 'pcapng'])
  assert.deepEqual(heard, [
    { text: 'first', time: START - 123_455, wireLength: 99, linkType: 113, cut: true },
    { text: 'second', time: START - 123_454, wireLength: 6, linkType: 101, cut: false },
  ])
  assert.deepEqual(anomalies, ['pcapng-unknown-interface 1'])
})

test('pcapng: times in any resolution, with an offset before and after', async () => {
  const micros = 1_700_000_000_123_456n
  const binary = (bits: bigint) => ((micros << bits) + 999_999n) / 1_000_000n
  const cases: [number | undefined, bigint, bigint][] = [
    [undefined, micros, 0n],
    [6, micros, 0n],
    [9, micros * 1000n + 999n, 0n],
    [12, 123_456_999_999n, 1_700_000_000n],
    [3, 1_700_000_000_123n, 0n],
    [0, 1_700_000_000n, 0n],
    [0x80 | 10, binary(10n), 0n],
    [0x80 | 32, binary(32n), 0n],
    [6, 123_456n, 1_700_000_000n],
    [6, micros + 3_600_000_000n, -3600n],
  ]
  for (const bigEndian of [false, true]) {
    for (const [resolution, units, offset] of cases) {
      const section = new Blocks(bigEndian)
      const options = [
        { code: 2, value: Buffer.from('eth0') },
        ...(resolution === undefined ? [] : [{ code: 9, value: Buffer.from([resolution]) }]),
        { code: 14, value: section.wide(offset) },
      ]
      const bytes = Buffer.concat([
        section.section(),
        section.interface(1, 0, options),
        section.enhanced(0, units, { bytes: first }),
      ])
      const { first: time } = await readIn(bytes)
      const unit =
        resolution === 3 ? 1000 : resolution === 0 ? 1_000_000 : resolution === 138 ? 977 : 1
      const error = Math.abs(time - Number(micros))
      assert.ok(error < unit, `resolution ${resolution}, offset ${offset}: off by ${error} µs`)
    }
  }
})

test('pcapng: a time beyond all numbers is 0, not nonsense', async () => {
  const bytes = Buffer.concat([
    blocks.section(),
    blocks.interface(1),
    blocks.enhanced(0, 0xffffffff_ffffffffn, { bytes: first }),
  ])
  assert.equal((await readIn(bytes)).first, 0)
})

test('pcapng: simple and old packet blocks, unknown blocks between them', async () => {
  const { heard, problem } = await readIn(
    Buffer.concat([
      blocks.section(),
      blocks.interface(1, 4),
      blocks.block(0x0bad, Buffer.alloc(40)),
      blocks.old(0, 1_700_000_000_000_000n, Buffer.from('old')),
      blocks.block(5, Buffer.alloc(20)),
      blocks.simple(Buffer.from('simp'), 60),
      blocks.block(0x8000_0001, Buffer.alloc(0)),
    ]),
  )
  assert.equal(problem, undefined)
  const at = { time: 1_700_000_000_000_000, linkType: 1 }
  assert.deepEqual(heard, [
    { text: 'old', wireLength: 3, cut: false, ...at },
    { text: 'simp', wireLength: 60, cut: true, ...at },
  ])
})

test('pcapng: unknown blocks of any size are stepped over without being held', async () => {
  const large = blocks.block(0x0bad, Buffer.alloc(700_000))
  const bytes = Buffer.concat([SMALL_NG, large, blocks.enhanced(0, 7n, { bytes: first })])
  const borders = [200, 400_000, 700_000, bytes.length - 41]
  const { texts, problem } = await readIn(bytes, borders)
  assert.deepEqual([texts, problem], [['first', 'second', 'first'], undefined])
  const cut = await readIn(bytes.subarray(0, 500_000), [300_000])
  assert.deepEqual([cut.texts, cut.problem?.code], [['first', 'second'], 'truncated'])
})

test('pcapng: broken blocks are counted, broken lengths end the reading', async () => {
  const counted: [Buffer, string][] = [
    [blocks.block(6, Buffer.alloc(8)), 'pcapng-short-block 1'],
    [blocks.block(2, Buffer.alloc(8)), 'pcapng-short-block 1'],
    [blocks.block(1, Buffer.alloc(4)), 'pcapng-short-block 1'],
    [blocks.block(3, Buffer.alloc(0)), 'pcapng-short-block 1'],
    [blocks.block(6, words()(0, 0, 0, 400, 400)), 'pcapng-bad-captured-length 1'],
    [blocks.block(2, words()(9, 0, 0, 4, 4, 0)), 'pcapng-unknown-interface 1'],
    [Buffer.concat([words()(5, 16, 0, 20)]), 'pcapng-two-lengths 1'],
  ]
  for (const [block, name] of counted) {
    const { texts, problem, anomalies } = await readIn(Buffer.concat([SMALL_NG, block, SMALL_NG]))
    assert.deepEqual([problem, anomalies], [undefined, [name]])
    assert.equal(texts.length, 4)
  }
  const ending: [Buffer, RegExp][] = [
    [words()(6, 11, 0, 0), /a block claims 11 bytes, at byte offset 128$/],
    [words()(6, 0, 0, 0), /a block claims 0 bytes, at byte offset 128$/],
    [words()(6, 0x7fff_fffc, 0, 0), /a block claims 2147483644 bytes \(at most/],
    [words()(1, 0x10_0000, 0, 0), /a block claims 1048576 bytes \(at most/],
    [words()(0x0a0d0d0a, 28, 0x11111111), /section header without a byte order mark/],
  ]
  for (const [block, message] of ending) {
    const { texts, problem } = await readIn(Buffer.concat([SMALL_NG, block, Buffer.alloc(64)]))
    assert.deepEqual([texts, problem?.code], [['first', 'second'], 'bad-record'])
    assert.equal(problem?.offset, 128)
    assert.match(problem?.message ?? '', message)
  }
})

test('pcapng: thousands of interfaces are bounded', async () => {
  const many = Buffer.concat(Array.from({ length: 5000 }, () => blocks.interface(1)))
  const { anomalies, texts } = await readIn(
    Buffer.concat([
      blocks.section(),
      many,
      blocks.enhanced(4095, 1n, { bytes: first }),
      blocks.enhanced(4096, 1n, { bytes: second }),
    ]),
  )
  assert.deepEqual([texts, anomalies], [['first'], ['pcapng-unknown-interface 1']])
})
