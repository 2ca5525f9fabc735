// A bounded share of `npm run fuzz` in every test run: our own captures' frames, every prefix and
// bit of some, random mutations of all, every byte of capture headers. THINGWARD_SEED repeats a
// run.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { tableLimits } from '../../src/core/limits.ts'
import { loadProtocols } from '../../src/decode/index.ts'
import { Sensor, pcapStream } from '../../src/sensor/index.ts'
import { mutations, systematic } from './campaign.ts'
import { readCorpus } from './corpus.ts'
import { HANG_MS, Machine } from './machine.ts'

const OWN = globSync(join(import.meta.dirname, '../captures/*/input.pcap')).toSorted()
const seed = Number(process.env.THINGWARD_SEED ?? Date.now() % 1_000_000)
const MUTATIONS = 150_000
/** Every so many-th distinct frame is taken apart bit by bit; all of them are in `npm run fuzz`. */
const STEP = 40

test(`frames cut, flipped and mutated (seed ${seed}) never throw, hang or grow`, async () => {
  const corpus = await readCorpus(OWN)
  assert.ok(corpus.length > 200, `${corpus.length} distinct frames`)
  const machine = await Machine.create()
  const some = corpus.filter((_, index) => (index + seed) % STEP === 0)
  assert.ok(systematic(machine, some) > 10_000)
  const heaps = mutations(machine, corpus, { seed, count: MUTATIONS })
  assert.ok(machine.slowestMs < HANG_MS)
  assert.ok(heaps.at(-1)! < heaps[4] * 1.25 + 20, `heap by tenths, MB: ${heaps.join(' ')}`)
  const { devices } = await machine.finish()
  assert.ok(devices.length > 0)
})

test('every bit of a capture header and of the first record headers', async () => {
  const whole = readFileSync(OWN[0]).subarray(0, 4096)
  const end = 24 + 16
  const protocols = await loadProtocols()
  for (let bit = 0; bit < end * 8; bit++) {
    const bytes = Buffer.from(whole)
    bytes[bit >> 3] ^= 1 << (bit & 7)
    const signal = new AbortController().signal
    const sensor = new Sensor({ limits: tableLimits(64), protocols, observer: {}, signal })
    const [{ problem }] = await sensor.run([pcapStream('flipped', Readable.from([bytes]))])
    if (problem) assert.match(problem.message, /^flipped: .*(offset \d+)/s)
  }
})
