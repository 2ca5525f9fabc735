// Where a zstd frame ends (RFC 8878 3.1): Node's decoder reads a single frame and takes the next
// one for rubbish, but files that were joined or packed in parallel hold many.

const MAGIC = 0xfd2fb528
/** Skippable frames have 16 magic numbers (RFC 8878 3.1.2). */
const MAGIC_SKIPPABLE = 0x184d2a50
/** Blocks handed on at once: each may unfold to 128 KiB. */
const BLOCKS_MAX = 32

const CONTENT_SIZE_BYTES = [0, 2, 4, 8]
const DICTIONARY_BYTES = [0, 1, 2, 4]

const isSkippable = (magic: number) => (magic & ~15) >>> 0 === MAGIC_SKIPPABLE

/** Whether four bytes, little-endian, begin a frame of either kind. */
export const isZstdMagic = (magic: number): boolean => magic === MAGIC || isSkippable(magic)

/** Walks over one frame, header by header; contents are stepped over. */
export class ZstdFrame {
  ended = false
  private part: 'magic' | 'descriptor' | 'block' | 'skippable' = 'magic'
  private readonly header = Buffer.alloc(4)
  private have = 0
  private need = 4
  private skip = 0
  private closing = false
  private checksumBytes = 0

  /** Walks on from `from`; answers where the frame ends, the bytes end, or enough is enough. */
  take(bytes: Buffer, from: number): number {
    let at = from
    for (let headers = 0; at < bytes.length && !this.ended && headers < BLOCKS_MAX;) {
      if (this.skip > 0) {
        const step = Math.min(this.skip, bytes.length - at)
        this.skip -= step
        at += step
      } else {
        this.header[this.have++] = bytes[at++]
        if (this.have === this.need) {
          this.have = 0
          this.read()
          headers++
        }
      }
      if (this.closing && this.skip === 0) this.ended = true
    }
    return at
  }

  /** The header at hand is whole: it says what comes behind it. */
  private read(): void {
    const { header } = this
    if (this.part === 'magic') {
      const magic = header.readUInt32LE()
      if (magic === MAGIC) this.expect('descriptor', 1)
      else if (isSkippable(magic)) this.expect('skippable', 4)
      else this.skip = Infinity // the decoder will say what it thinks of it
    } else if (this.part === 'descriptor') {
      const descriptor = header[0]
      const single = (descriptor & 32) !== 0
      const size = CONTENT_SIZE_BYTES[descriptor >> 6]
      this.checksumBytes = descriptor & 4
      this.skip = (single ? Math.max(1, size) : 1 + size) + DICTIONARY_BYTES[descriptor & 3]
      this.expect('block', 3)
    } else if (this.part === 'skippable') {
      this.skip = header.readUInt32LE()
      this.closing = true
    } else {
      const block = header.readUIntLE(0, 3)
      const runLength = ((block >> 1) & 3) === 1
      this.closing = (block & 1) === 1
      this.skip = (runLength ? 1 : block >> 3) + (this.closing ? this.checksumBytes : 0)
    }
  }

  private expect(part: typeof this.part, need: number): void {
    this.part = part
    this.need = need
  }
}
