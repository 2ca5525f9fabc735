// A message that comes in pieces, in any order and perhaps twice: QUIC CRYPTO frames, DTLS
// fragments. Bounded: what does not fit is refused.

/** Longest message put together, and how many separate pieces may lie around its holes. */
const LENGTH_MAX = 16_384
const RUNS_MAX = 64

export class Pieces {
  private bytes: Buffer = Buffer.alloc(0)
  /** Runs of octets that are there, [from, to), in order and apart from each other. */
  private readonly runs: [number, number][] = []

  /** Octets that are there from the start on without a hole. */
  get whole(): number {
    const first = this.runs[0]
    return first && first[0] === 0 ? first[1] : 0
  }

  /** The octets [0, whole) are valid; the buffer is the object's own. */
  get buffer(): Buffer {
    return this.bytes
  }

  /** Copies [start, stop) of `from` to `offset`; false when a bound is met. */
  add(offset: number, from: Buffer, start: number, stop: number): boolean {
    const end = offset + stop - start
    if (stop <= start) return true
    if (!(end <= LENGTH_MAX)) return false
    if (end > this.bytes.length) {
      const grown = Buffer.alloc(Math.min(LENGTH_MAX, Math.max(end, this.bytes.length * 2, 1024)))
      this.bytes.copy(grown)
      this.bytes = grown
    }
    from.copy(this.bytes, offset, start, stop)
    return this.join(offset, end)
  }

  private join(offset: number, end: number): boolean {
    const { runs } = this
    let first = 0
    while (first < runs.length && runs[first][1] < offset) first++
    let last = first
    while (last < runs.length && runs[last][0] <= end) last++
    const merged: [number, number] = [offset, end]
    if (last > first) {
      merged[0] = Math.min(offset, runs[first][0])
      merged[1] = Math.max(end, runs[last - 1][1])
    }
    runs.splice(first, last - first, merged)
    return runs.length <= RUNS_MAX
  }
}
