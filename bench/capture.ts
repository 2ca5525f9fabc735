// The bench's capture: the project's own captures, drawn again and again as new sites (MACs and
// addresses moved apart, checksums kept right), merged in time until there are enough packets. Same
// seed, same file. With THINGWARD_CAPTURES, Ethernet captures below that folder are drawn too, for
// a mix that is less our own.
import { closeSync, globSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Random } from '../test/fuzz/random.ts'

interface Frame {
  readonly time: number
  readonly bytes: Buffer
}

const FOREIGN_MAX_BYTES = 4_000_000
const WINDOW_MICROS = 3_600_000_000
const FIRST_SECOND = 1_700_000_000

/** Classic little-endian microsecond Ethernet captures only; others answer an empty list. */
function readFrames(path: string): Frame[] {
  const file = readFileSync(path)
  if (file.length < 24 || file.readUInt32LE(0) !== 0xa1b2c3d4 || file.readUInt32LE(20) !== 1)
    return []
  const frames: Frame[] = []
  for (let at = 24; at + 16 <= file.length;) {
    const length = file.readUInt32LE(at + 8)
    if (length > 65_535 || at + 16 + length > file.length) break
    if (length === file.readUInt32LE(at + 12) && length >= 14) {
      const time = file.readUInt32LE(at) * 1_000_000 + file.readUInt32LE(at + 4)
      frames.push({ time, bytes: file.subarray(at + 16, at + 16 + length) })
    }
    at += 16 + length
  }
  return frames
}

/** One's complement sum of what changed (RFC 1624): a good checksum stays good. */
function adjust(sum: number, before: number, after: number): number {
  let value = (~sum & 0xffff) + (~before & 0xffff) + after
  value = (value & 0xffff) + (value >>> 16)
  value = (value & 0xffff) + (value >>> 16)
  return ~value & 0xffff
}

/** Moves private IPv4 addresses and unicast MACs of a frame to site `site`. */
function move(source: Buffer, site: number): Buffer {
  const frame = Buffer.from(source)
  for (const at of [0, 6]) {
    if ((frame[at] & 1) === 0)
      frame.writeUInt16BE(frame.readUInt16BE(at + 4) ^ ((site * 40_503) & 0xffff), at + 4)
  }
  const type = frame.readUInt16BE(12)
  if (type === 0x0806 && frame.length >= 42) {
    for (const at of [28, 38]) moveAddress(frame, at, site)
    for (const at of [22, 32])
      if (frame[at] !== 0xff)
        frame.writeUInt16BE(frame.readUInt16BE(at + 4) ^ ((site * 40_503) & 0xffff), at + 4)
  }
  if (type !== 0x0800 || frame.length < 34) return frame
  const header = 14 + (frame[14] & 15) * 4
  const transport = (frame.readUInt16BE(20) & 0x1fff) === 0 ? frame[23] : 0
  const sumAt = transport === 6 ? header + 16 : transport === 17 ? header + 6 : 0
  for (const at of [26, 30]) {
    const before = [frame.readUInt16BE(at), frame.readUInt16BE(at + 2)]
    if (!moveAddress(frame, at, site)) continue
    before.forEach((old, index) => {
      const fresh = frame.readUInt16BE(at + index * 2)
      frame.writeUInt16BE(adjust(frame.readUInt16BE(24), old, fresh), 24)
      if (sumAt === 0 || sumAt + 2 > frame.length || frame.readUInt16BE(sumAt) === 0) return
      frame.writeUInt16BE(adjust(frame.readUInt16BE(sumAt), old, fresh), sumAt)
    })
  }
  return frame
}

/** A private address becomes 10.site.site.host; everything else stays. */
function moveAddress(frame: Buffer, at: number, site: number): boolean {
  const isPrivate =
    frame[at] === 10 ||
    (frame[at] === 192 && frame[at + 1] === 168) ||
    (frame[at] === 172 && frame[at + 1] >> 4 === 1)
  if (!isPrivate) return false
  frame[at] = 10
  frame[at + 1] = site >> 8
  frame[at + 2] = (site & 255) ^ (frame[at + 2] & 7)
  return true
}

/** Writes at least `packets` packets to `path`; answers how many and of how many files they are. */
export function makeCapture(
  path: string,
  packets: number,
  seed = 7,
): { packets: number; files: number } {
  const random = new Random(seed)
  const own = globSync(join(import.meta.dirname, '../test/captures/*/input.pcap')).toSorted()
  const folder = process.env.THINGWARD_CAPTURES
  const foreign = folder ? globSync(join(folder, '**/*.pcap')).toSorted() : []
  const usable = foreign.filter((name) => statSync(name).size < FOREIGN_MAX_BYTES)
  const pool = [...own, ...usable].map(readFrames).filter((frames) => frames.length >= 5)
  const all: { time: number; site: number; frame: Buffer }[] = []
  for (let site = 1; all.length < packets; site++) {
    const frames = pool[site <= pool.length ? site - 1 : random.below(pool.length)]
    const first = Math.min(...frames.map((frame) => frame.time))
    const span = Math.max(...frames.map((frame) => frame.time)) - first
    const scale = Math.min(1, WINDOW_MICROS / 6 / Math.max(1, span))
    const start = random.next() % WINDOW_MICROS
    for (const { time, bytes } of frames) {
      all.push({ time: start + Math.round((time - first) * scale), site, frame: bytes })
    }
  }
  all.sort((a, b) => a.time - b.time)
  const file = openSync(path, 'w')
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(65_535, 16)
  header.writeUInt32LE(1, 20)
  writeSync(file, header)
  let batch: Buffer[] = []
  for (const { time, site, frame } of all) {
    batch.push(record(time), move(frame, site))
    batch.at(-2)!.writeUInt32LE(frame.length, 8)
    batch.at(-2)!.writeUInt32LE(frame.length, 12)
    if (batch.length >= 8192) {
      writeSync(file, Buffer.concat(batch))
      batch = []
    }
  }
  writeSync(file, Buffer.concat(batch))
  closeSync(file)
  return { packets: all.length, files: pool.length }
}

function record(time: number): Buffer {
  const header = Buffer.alloc(16)
  header.writeUInt32LE(FIRST_SECOND + Math.floor(time / 1_000_000), 0)
  header.writeUInt32LE(time % 1_000_000, 4)
  return header
}

/** A flood: `packets` SYNs, each a flow of its own, within one minute. */
export function makeFlood(path: string, packets: number, seed = 7): void {
  const random = new Random(seed)
  const file = openSync(path, 'w')
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4, 0)
  header.writeUInt32LE(0x00040002, 4)
  header.writeUInt32LE(65_535, 16)
  header.writeUInt32LE(1, 20)
  writeSync(file, header)
  const size = 16 + 60
  const chunk = Buffer.alloc(size * 8192)
  const frame = Buffer.from(
    '0200000000010200000000020800450000280000400040060000' +
      '0a000001c0a80101' +
      '00000050' +
      '0000000000000000' +
      '5002ffff00000000' +
      '000000000000',
    'hex',
  )
  for (let done = 0; done < packets;) {
    const count = Math.min(8192, packets - done)
    for (let index = 0; index < count; index++, done++) {
      const at = index * size
      chunk.writeUInt32LE(FIRST_SECOND + Math.floor((done * 60) / packets), at)
      chunk.writeUInt32LE(Math.floor((done * 60_000_000) / packets) % 1_000_000, at + 4)
      chunk.writeUInt32LE(60, at + 8)
      chunk.writeUInt32LE(60, at + 12)
      frame.copy(chunk, at + 16)
      chunk.writeUInt32BE(random.next(), at + 16 + 26)
      chunk.writeUInt16BE(1024 + random.below(64_000), at + 16 + 34)
      chunk.writeUInt32BE(random.next(), at + 16 + 38)
    }
    writeSync(file, chunk, 0, count * size)
  }
  closeSync(file)
}
