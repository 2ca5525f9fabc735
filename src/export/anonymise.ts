// `--anonymise`: the capture written back for others to see: addresses, MACs and names are others,
// consistently, everything that is not understood is cut. Frames keep their times and their lengths
// on the wire.
import { randomBytes } from 'node:crypto'
import type { Packet } from '../decode/index.ts'
import { AddressMap } from './anonymise/addresses.ts'
import { FrameRewriter } from './anonymise/frame.ts'
import { NameMap } from './anonymise/names.ts'
import type { ByteSink } from './byte-line.ts'
import { LIMITS } from '../core/limits.ts'

const FILE_HEADER = 24
const RECORD_HEADER = 16
const CHUNK = 512 * 1024

/** How a capture is anonymised. */
export interface AnonymiseOptions {
  /** Takes the bytes of a classic pcap; they are only valid during the call. */
  readonly sink: ByteSink
  /**
   * 16 bytes or more: the same key gives the same addresses and names. Default: a random one,
   * forgotten.
   */
  readonly key?: Uint8Array
  /**
   * Leaves the manufacturer part of MAC addresses as it is: devices can be told, and so perhaps
   * people.
   */
  readonly keepManufacturer?: boolean
}

/** Takes frames as they were captured; `finish` hands on the last bytes. */
export class Anonymiser {
  /** Frames written, and left out because their link type is not understood or not the file's. */
  written = 0
  leftOut = 0
  private readonly sink: ByteSink
  private readonly frames: FrameRewriter
  private readonly chunk = Buffer.allocUnsafeSlow(CHUNK + LIMITS.recordLength.value + 64)
  private at = 0
  private linkType = -1

  constructor({ sink, key, keepManufacturer }: AnonymiseOptions) {
    this.sink = sink
    const secret = key ?? randomBytes(32)
    const addresses = new AddressMap(secret, keepManufacturer ?? false)
    this.frames = new FrameRewriter({ addresses, names: new NameMap(secret) })
  }

  /** One frame, before it is decoded: only its bytes, length, time and link type are read. */
  frame(packet: Packet): void {
    const { bytes, start, wireLength, time, linkType } = packet
    if (this.linkType < 0) this.begin(linkType)
    const length = Math.min(packet.end - start, LIMITS.recordLength.value)
    if (linkType !== this.linkType) {
      this.leftOut++
      return
    }
    const from = this.at + RECORD_HEADER
    bytes.copy(this.chunk, from, start, start + length)
    const span = { bytes: this.chunk, start: from, at: from, end: from + length, wire: wireLength }
    const kept = this.frames.rewrite(span, linkType)
    if (kept < 0) {
      this.leftOut++
      return
    }
    const seconds = Math.floor(time / 1_000_000)
    this.chunk.writeUInt32LE(seconds >>> 0, this.at)
    this.chunk.writeUInt32LE(time - seconds * 1_000_000, this.at + 4)
    this.chunk.writeUInt32LE(kept, this.at + 8)
    this.chunk.writeUInt32LE(wireLength >>> 0, this.at + 12)
    this.at = from + kept
    this.written++
    if (this.at >= CHUNK) this.flush()
  }

  /** Writes what is left; a capture without frames still is one. */
  finish(): void {
    if (this.linkType < 0) this.begin(1)
    this.flush()
  }

  /** The header of a pcap file: little-endian, microseconds, version 2.4. */
  private begin(linkType: number): void {
    const { chunk } = this
    this.linkType = linkType
    chunk.fill(0, 0, FILE_HEADER)
    chunk.writeUInt32LE(0xa1b2c3d4, 0)
    chunk.writeUInt16LE(2, 4)
    chunk.writeUInt16LE(4, 6)
    chunk.writeUInt32LE(LIMITS.recordLength.value, 16)
    chunk.writeUInt32LE(linkType, 20)
    this.at = FILE_HEADER
  }

  private flush(): void {
    if (this.at > 0) this.sink(this.chunk.subarray(0, this.at))
    this.at = 0
  }
}
