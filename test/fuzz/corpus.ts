// Frames to mutate: the distinct ones of the project's own captures and, where a folder of others
// is named, of those too. Distinct means: another shape of headers and first payload bytes.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { tableLimits } from '../../src/core/limits.ts'
import { hash4, word } from '../../src/core/addresses.ts'
import { Sensor, pcapFile } from '../../src/sensor/index.ts'

export interface CorpusFrame {
  readonly bytes: Buffer
  readonly linkType: number
}

const FRAMES_MAX = 60_000
const PER_FILE_MAX = 400

/** Paths of captures: ours, then those below `THINGWARD_CAPTURES`. */
export function capturePaths(): string[] {
  const own = globSync(join(import.meta.dirname, '../captures/*/input.pcap'))
  const others = process.env.THINGWARD_CAPTURES
  const foreign = others ? globSync(join(others, '**/*.{pcap,pcapng,cap}')) : []
  return [...own.toSorted(), ...foreign.toSorted()]
}

/** Reads captures until the corpus is full. */
export async function readCorpus(
  paths: readonly string[],
  most = FRAMES_MAX,
): Promise<CorpusFrame[]> {
  const frames: CorpusFrame[] = []
  const seen = new Set<number>()
  for (const path of paths) {
    if (frames.length >= most) break
    let taken = 0
    const sensor = new Sensor({
      limits: tableLimits(64),
      protocols: [],
      observer: {},
      signal: new AbortController().signal,
      frame: ({ bytes, start, end, linkType }) => {
        if (taken >= PER_FILE_MAX || frames.length >= most || end - start > 2048) return
        const shape = shapeOf(bytes, start, end)
        if (seen.has(shape)) return
        seen.add(shape)
        taken++
        frames.push({ bytes: Buffer.from(bytes.subarray(start, end)), linkType })
      },
    })
    await sensor.run([pcapFile(path)])
  }
  return frames
}

/**
 * Types, protocol, ports and the first payload bytes, but no addresses, ids or sequence numbers.
 */
function shapeOf(bytes: Buffer, start: number, end: number): number {
  const at = (offset: number) => (start + offset + 4 <= end ? word(bytes, start + offset) : 0)
  const length = end - start
  const sizeClass = length < 128 ? length >> 3 : 16 + (length >> 7)
  return hash4(at(12) ^ (at(20) & 0xff), at(34), at(42) ^ at(46), at(54) ^ at(58)) * 64 + sizeClass
}
