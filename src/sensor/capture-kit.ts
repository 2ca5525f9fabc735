// Captures made by hand, for tests: classic pcap in all its forms, pcapng block by block.

/** One frame of a capture; time in microseconds since 1970. */
export interface KitFrame {
  readonly time: number
  readonly bytes: Buffer
  /** Length on the wire; default: as long as it is captured. */
  readonly wireLength?: number
}

/** How a classic capture is written. */
export interface ClassicForm {
  readonly bigEndian?: boolean
  readonly nanoseconds?: boolean
  /** The longer record header of old Linux tools, magic a1b2cd34. */
  readonly modified?: boolean
  readonly linkType?: number
}

type Writer = (...values: readonly number[]) => Buffer

/** 32-bit numbers one after the other. */
export const words = (bigEndian = false): Writer => {
  return (...values) => {
    const bytes = Buffer.alloc(values.length * 4)
    values.forEach((value, index) =>
      bigEndian
        ? bytes.writeUInt32BE(value >>> 0, index * 4)
        : bytes.writeUInt32LE(value >>> 0, index * 4),
    )
    return bytes
  }
}

/** A classic capture. */
export function classicCapture(frames: readonly KitFrame[], form: ClassicForm = {}): Buffer {
  const word = words(form.bigEndian)
  const magic = form.modified ? 0xa1b2cd34 : form.nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4
  const version = form.bigEndian ? 0x0002_0004 : 0x0004_0002
  const header = word(magic, version, 0, 0, 262_144, form.linkType ?? 1)
  return Buffer.concat([header, ...frames.map((frame) => classicRecord(frame, form))])
}

/** One record with its header. */
export function classicRecord(frame: KitFrame, form: ClassicForm = {}): Buffer {
  const seconds = Math.floor(frame.time / 1_000_000)
  const micros = frame.time - seconds * 1_000_000
  const fraction = form.nanoseconds ? micros * 1000 + 999 : micros
  const { length } = frame.bytes
  const word = words(form.bigEndian)
  return Buffer.concat([
    word(seconds, fraction, length, frame.wireLength ?? length),
    ...(form.modified ? [word(7, 0x0800)] : []),
    frame.bytes,
  ])
}

const padded = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])

/** An option of a pcapng block. */
export interface KitOption {
  readonly code: number
  readonly value: Buffer
}

/** Writes the blocks of a pcapng section in one byte order. */
export class Blocks {
  private readonly word: Writer
  private readonly bigEndian: boolean

  constructor(bigEndian = false) {
    this.bigEndian = bigEndian
    this.word = words(bigEndian)
  }

  /** Any block: type, body, and its length on both sides. */
  block(type: number, body: Buffer): Buffer {
    const length = 12 + padded(body).length
    return Buffer.concat([this.word(type, length), padded(body), this.word(length)])
  }

  section(): Buffer {
    const version = this.bigEndian ? 0x0001_0000 : 0x0000_0001
    const body = this.word(0x1a2b3c4d, version, 0xffffffff, 0xffffffff)
    return this.block(0x0a0d0d0a, body)
  }

  interface(linkType: number, snapLength = 0, options: readonly KitOption[] = []): Buffer {
    const head = Buffer.concat([this.pair(linkType, 0), this.word(snapLength)])
    return this.block(1, Buffer.concat([head, ...options.map((option) => this.option(option))]))
  }

  /** An enhanced packet block; `units` is the time as its interface counts it. */
  enhanced(on: number, units: bigint, frame: Omit<KitFrame, 'time'>): Buffer {
    const { bytes, wireLength = bytes.length } = frame
    const head = this.word(on, ...this.halves(units), bytes.length, wireLength)
    return this.block(6, Buffer.concat([head, bytes]))
  }

  /** The packet block of the first pcapng drafts. */
  old(on: number, units: bigint, bytes: Buffer): Buffer {
    const head = this.word(...this.halves(units), bytes.length, bytes.length)
    return this.block(2, Buffer.concat([this.pair(on, 0), head, bytes]))
  }

  simple(bytes: Buffer, wireLength: number = bytes.length): Buffer {
    return this.block(3, Buffer.concat([this.word(wireLength), bytes]))
  }

  /** 64 bits signed, for the time offset of an interface (option 14). */
  wide(value: bigint): Buffer {
    const bytes = Buffer.alloc(8)
    if (this.bigEndian) bytes.writeBigInt64BE(value)
    else bytes.writeBigInt64LE(value)
    return bytes
  }

  private halves(units: bigint): [number, number] {
    return [Number(units >> 32n), Number(units & 0xffffffffn)]
  }

  private option({ code, value }: KitOption): Buffer {
    return Buffer.concat([this.pair(code, value.length), padded(value)])
  }

  private pair(first: number, second: number): Buffer {
    return this.bigEndian ? this.word((first << 16) | second) : this.word((second << 16) | first)
  }
}
