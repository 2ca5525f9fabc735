// `npm run fuzz`: every prefix and every single-bit flip of every distinct frame, then random
// mutations, through the whole machine. Prints its seed and what it did; exits 1 with the frame in
// hex when anything throws, hangs or grows. Options: --mutations N (default 10 million) --seed N
// --frames N --no-systematic
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { capturePaths, readCorpus, type CorpusFrame } from './corpus.ts'
import { Machine, type FedFrame } from './machine.ts'
import { Mutation } from './mutate.ts'
import { Random } from './random.ts'

const { values } = parseArgs({
  options: {
    mutations: { type: 'string', default: '10000000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    frames: { type: 'string', default: '60000' },
    'no-systematic': { type: 'boolean', default: false },
  },
})

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const heapMegabytes = () => {
  collect()
  return process.memoryUsage().heapUsed / 1e6
}

/** Feeds and, when something breaks, shows the frame that did it. */
function guarded(machine: Machine, frame: FedFrame): void {
  try {
    machine.feed(frame)
  } catch (cause) {
    const { bytes, length, linkType } = frame
    console.error(`link type ${linkType}, ${length} bytes: ${bytes.toString('hex', 0, length)}`)
    throw cause
  }
}

function systematic(machine: Machine, corpus: readonly CorpusFrame[]): number {
  const target = Buffer.alloc(4096)
  let fed = 0
  for (const { bytes, linkType } of corpus) {
    for (let length = 1; length <= bytes.length; length++, fed++) {
      guarded(machine, { bytes, length, linkType })
    }
    bytes.copy(target)
    for (let bit = 0; bit < bytes.length * 8; bit++, fed++) {
      target[bit >> 3] ^= 1 << (bit & 7)
      guarded(machine, { bytes: target, length: bytes.length, linkType })
      target[bit >> 3] ^= 1 << (bit & 7)
    }
  }
  return fed
}

async function main(): Promise<void> {
  const seed = Number(values.seed)
  const mutations = Number(values.mutations)
  const corpus = await readCorpus(capturePaths(), Number(values.frames))
  console.log(`fuzz: seed ${seed}, ${corpus.length} distinct frames, ${mutations} mutations`)
  const machine = await Machine.create()
  const started = performance.now()
  if (!values['no-systematic'])
    console.log(`prefixes and bit flips: ${systematic(machine, corpus)} frames`)
  const random = new Random(seed)
  const target = Buffer.alloc(8192)
  const heaps: number[] = []
  for (let count = 0; count < mutations; count++) {
    const frame = corpus[random.below(corpus.length)]
    const other = corpus[random.below(corpus.length)]
    const length = new Mutation(target, random).apply(frame, other)
    guarded(machine, { bytes: target, length, linkType: frame.linkType })
    if (count % Math.ceil(mutations / 10) === Math.ceil(mutations / 10) - 1)
      heaps.push(heapMegabytes())
  }
  const result = await machine.finish()
  const seconds = (performance.now() - started) / 1000
  console.log(`heap after each tenth, MB: ${heaps.map((heap) => heap.toFixed(0)).join(' ')}`)
  console.log(
    `done in ${seconds.toFixed(0)} s: no throw; ` +
      `slowest frame ${machine.slowestMs.toFixed(1)} ms; ` +
      `${result.anomalies.length} kinds of anomalies, ${result.devices.length} devices`,
  )
  // Tables fill up at first; afterwards nothing may grow any more.
  const half = heaps[Math.floor(heaps.length / 2)]
  if (heaps.length > 4 && heaps.at(-1)! > half * 1.25 + 20) throw new Error('the heap grows')
}

await main()
