// What an enemy does to a frame: flip, set, cut, grow, splice, and lie in length fields.
import type { CorpusFrame } from './corpus.ts'
import type { Random } from './random.ts'

const EXTREMES = [0, 1, 0x7f, 0x80, 0xfe, 0xff]

/** Writes a mutated copy of `frame` into `target`; answers its length. */
export function mutate(frame: CorpusFrame, other: CorpusFrame, target: Buffer, random: Random): number {
  let length = frame.bytes.copy(target)
  for (let count = 1 + random.below(4); count > 0; count--) {
    const at = random.below(length)
    switch (random.below(8)) {
      case 0:
      case 1:
        target[at] ^= 1 << random.below(8)
        break
      case 2:
        target[at] = random.next() & 255
        break
      case 3:
        target[at] = EXTREMES[random.below(EXTREMES.length)]
        break
      case 4:
        target.writeUInt16BE(random.next() & 0xffff, Math.max(0, Math.min(at, length - 2)))
        break
      case 5:
        length = Math.max(1, at)
        break
      case 6:
        length = splice(target, at, length, other, random)
        break
      case 7:
        length = repeat(target, at, length, random)
        break
    }
  }
  return length
}

/** Puts a piece of another frame in the place of what is there. */
function splice(target: Buffer, at: number, length: number, other: CorpusFrame, random: Random) {
  const from = random.below(other.bytes.length)
  const size = Math.min(other.bytes.length - from, target.length - at, 1 + random.below(64))
  other.bytes.copy(target, at, from, from + size)
  return Math.max(length, at + size)
}

/** Repeats a piece: loops in pointers, lists that never end. */
function repeat(target: Buffer, at: number, length: number, random: Random): number {
  const size = Math.min(length - at, 1 + random.below(32))
  let end = at + size
  for (let count = random.below(8); count > 0 && end + size < target.length; count--) {
    target.copyWithin(end, at, at + size)
    end += size
  }
  return Math.max(length, end)
}
