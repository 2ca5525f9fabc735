// What a fuzzing run does, apart from who starts it: every prefix and bit of frames, random
// mutations. Whatever breaks is shown with the frame that broke it.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { CorpusFrame } from './corpus.ts'
import type { FedFrame, Machine } from './machine.ts'
import { Mutation } from './mutate.ts'
import { Random } from './random.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Megabytes in use after a full collection. */
export function heapMegabytes(): number {
  collect()
  return process.memoryUsage().heapUsed / 1e6
}

/** Feeds and, when something breaks, says which frame did it. */
function guarded(machine: Machine, frame: FedFrame): void {
  try {
    machine.feed(frame)
  } catch (cause) {
    const { bytes, length, linkType } = frame
    const hex = bytes.toString('hex', 0, length)
    throw new Error(`link type ${linkType}, ${length} bytes: ${hex}`, { cause })
  }
}

/** Every prefix and every single-bit flip of every frame; answers how many frames that was. */
export function systematic(machine: Machine, corpus: readonly CorpusFrame[]): number {
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

/** `count` random mutations; answers the heap after each tenth, in megabytes. */
export function mutations(
  machine: Machine,
  corpus: readonly CorpusFrame[],
  { seed, count }: { readonly seed: number; readonly count: number },
): number[] {
  const random = new Random(seed)
  const target = Buffer.alloc(8192)
  const mutation = new Mutation(target, random)
  const heaps: number[] = []
  const tenth = Math.ceil(count / 10)
  for (let done = 0; done < count; done++) {
    const frame = corpus[random.below(corpus.length)]
    const length = mutation.apply(frame, corpus[random.below(corpus.length)])
    guarded(machine, { bytes: target, length, linkType: frame.linkType })
    if (done % tenth === tenth - 1) heaps.push(heapMegabytes())
  }
  return heaps
}
