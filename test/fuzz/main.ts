// `npm run fuzz`: every prefix and every single-bit flip of every distinct frame, then random
// mutations, through the whole machine. Prints its seed and what it did; exits 1 with the frame in
// hex when anything throws, hangs or grows. Options: --mutations N (default 10 million) --seed N
// --frames N --no-systematic
import { parseArgs } from 'node:util'
import { mutations, systematic } from './campaign.ts'
import { capturePaths, readCorpus } from './corpus.ts'
import { Machine } from './machine.ts'

const { values } = parseArgs({
  options: {
    mutations: { type: 'string', default: '10000000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    frames: { type: 'string', default: '60000' },
    'no-systematic': { type: 'boolean', default: false },
  },
})

async function main(): Promise<void> {
  const seed = Number(values.seed)
  const count = Number(values.mutations)
  const corpus = await readCorpus(capturePaths(), Number(values.frames))
  console.log(`fuzz: seed ${seed}, ${corpus.length} distinct frames, ${count} mutations`)
  const machine = await Machine.create()
  const started = performance.now()
  if (!values['no-systematic']) {
    console.log(`prefixes and bit flips: ${systematic(machine, corpus)} frames`)
  }
  const heaps = mutations(machine, corpus, { seed, count })
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
