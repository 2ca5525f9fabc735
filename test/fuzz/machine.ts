// The whole machine without files: frames go in as a source would hand them over, everything that
// `watch` switches on is switched on. Says when a frame takes too long.
import { Watch } from '../../src/app/index.ts'
import type { Intake } from '../../src/sensor/index.ts'

/** A frame that takes longer is a hang. */
export const HANG_MS = 1000

/** The first `length` bytes of a buffer. */
export interface FedFrame {
  readonly bytes: Buffer
  readonly length: number
  readonly linkType: number
}

export class Machine {
  /** Slowest frame so far, milliseconds. */
  slowestMs = 0
  private readonly intake: Intake
  private readonly watch: Watch
  private time = 1_700_000_000_000_000

  static async create(): Promise<Machine> {
    return new Machine(await Watch.create({ memoryMegabytes: 64 }))
  }

  private constructor(watch: Watch) {
    this.watch = watch
    this.intake = watch.sensor.intake()
  }

  /** Feeds one frame; throws when it hangs or the machine throws. */
  feed({ bytes, length, linkType }: FedFrame): void {
    const { packet } = this.intake
    this.time += 1000
    packet.bytes = bytes
    packet.start = 0
    packet.end = length
    packet.wireLength = length
    packet.cut = false
    packet.time = this.time
    packet.linkType = linkType
    const before = performance.now()
    this.intake.frame()
    const took = performance.now() - before
    if (took > this.slowestMs) this.slowestMs = took
    if (took > HANG_MS) throw new Error(`a frame took ${Math.round(took)} ms`)
  }

  /** Ends all flows and computes the result, as at the end of a capture. */
  async finish() {
    return this.watch.run([])
  }
}
