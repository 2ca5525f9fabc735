// Lines of a log, one after the other, with their numbers: bounded in length, pulled by the reader,
// so that several logs can be merged without any of them being held in memory.
import { isAscii } from 'node:buffer'
import { LIMITS } from '../../core/limits.ts'

const NEWLINE = 10
const RETURN = 13

/** Splits chunks into lines. `next` yields what has been read; `fill` reads more. */
export class LineReader {
  /** Number of the line that `next` gave last; 1 is the first. */
  line = 0
  /**
   * Numbers of lines that were longer than the limit and skipped; the reader of the log takes them
   * away.
   */
  tooLong: number[] = []
  /** Why the log ended before its end: broken compression, a disk that failed. */
  failure: Error | undefined
  private readonly chunks: AsyncIterator<Buffer>
  private readonly lengthMax: number
  private bytes: Buffer = Buffer.alloc(0)
  /** Bytes below 128 only: they need no decoding. */
  private ascii = false
  private at = 0
  private ended = false
  private skipping = false

  constructor(chunks: AsyncIterable<Buffer>, lengthMax: number = LIMITS.logLineLength.value) {
    this.chunks = chunks[Symbol.asyncIterator]()
    this.lengthMax = lengthMax
  }

  /** The next line without its end; undefined when more must be read, or nothing is left. */
  next(): string | undefined {
    while (this.at < this.bytes.length) {
      let stop = this.bytes.indexOf(NEWLINE, this.at)
      if (stop < 0) {
        if (!this.ended) return undefined
        stop = this.bytes.length
      }
      const start = this.at
      this.at = stop + 1
      this.line++
      if (this.skipping) {
        this.skipping = false
      } else if (stop - start > this.lengthMax) {
        this.tooLong.push(this.line)
      } else {
        const end = stop > start && this.bytes[stop - 1] === RETURN ? stop - 1 : stop
        if (end > start) return this.bytes.toString(this.ascii ? 'latin1' : 'utf8', start, end)
      }
    }
    return undefined
  }

  /** Reads one more chunk; false at the end. What a broken log still held is given first. */
  async fill(): Promise<boolean> {
    if (this.ended) return false
    const rest = this.bytes.subarray(Math.min(this.at, this.bytes.length))
    const chunk = await this.read()
    this.at = 0
    if (chunk === undefined) {
      this.ended = true
      this.bytes = rest
      this.ascii = isAscii(rest)
      return rest.length > 0
    }
    this.bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    this.ascii = isAscii(this.bytes)
    const tail = this.bytes.length > this.lengthMax && this.bytes.indexOf(NEWLINE) < 0
    if (tail) {
      if (!this.skipping) this.tooLong.push(this.line + 1)
      this.skipping = true
      this.bytes = this.bytes.subarray(0, 0)
    }
    return true
  }

  /** Lets go of the log before its end. */
  async close(): Promise<void> {
    this.ended = true
    await this.chunks.return?.()
  }

  private async read(): Promise<Buffer | undefined> {
    try {
      const { done, value } = await this.chunks.next()
      return done ? undefined : value
    } catch (error) {
      this.failure = error as Error
      return undefined
    }
  }
}
