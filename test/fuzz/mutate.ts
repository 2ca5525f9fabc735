// What an enemy does to a frame: flip, set, cut, grow, splice, and lie in length fields.
import type { CorpusFrame } from './corpus.ts'
import type { Random } from './random.ts'

const EXTREMES = [0, 1, 0x7f, 0x80, 0xfe, 0xff]

/** Writes mutated copies of frames into one buffer. */
export class Mutation {
  private readonly target: Buffer
  private readonly random: Random
  private length = 0

  constructor(target: Buffer, random: Random) {
    this.target = target
    this.random = random
  }

  /**
   * One to four changes to a copy of `frame`, perhaps with a piece of `other`; answers its length.
   */
  apply(frame: CorpusFrame, other: CorpusFrame): number {
    const { target, random } = this
    this.length = frame.bytes.copy(target)
    for (let count = 1 + random.below(4); count > 0; count--) {
      const at = random.below(this.length)
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
          target.writeUInt16BE(random.next() & 0xffff, Math.max(0, Math.min(at, this.length - 2)))
          break
        case 5:
          this.length = Math.max(1, at)
          break
        case 6:
          this.splice(at, other)
          break
        case 7:
          this.repeat(at)
          break
      }
    }
    return this.length
  }

  /** Puts a piece of another frame in the place of what is there. */
  private splice(at: number, other: CorpusFrame): void {
    const { target, random } = this
    const from = random.below(other.bytes.length)
    const most = Math.min(other.bytes.length - from, target.length - at)
    const size = Math.min(most, 1 + random.below(64))
    other.bytes.copy(target, at, from, from + size)
    this.length = Math.max(this.length, at + size)
  }

  /** Repeats a piece: loops in pointers, lists that never end. */
  private repeat(at: number): void {
    const { target, random } = this
    const size = Math.min(this.length - at, 1 + random.below(32))
    let end = at + size
    for (let count = random.below(8); count > 0 && end + size < target.length; count--) {
      target.copyWithin(end, at, at + size)
      end += size
    }
    this.length = Math.max(this.length, end)
  }
}
