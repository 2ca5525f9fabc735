// ZIP files (APPNOTE.TXT 4.3), as much of them as a pack needs: deflated files of known size, names
// in UTF-8. Read with bounds: what is not as we write it is no pack.
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib'

export interface ZipFile {
  readonly name: string
  readonly bytes: Uint8Array
}

const LOCAL = 0x04034b50
const CENTRAL = 0x02014b50
const END = 0x06054b50
const END_LENGTH = 22
const DEFLATED = 8
/** Names are UTF-8 (bit 11); version 2.0 is needed to extract. */
const FLAGS = 0x0800
const VERSION = 20
/** 1980-01-01 00:00: the time of a pack stands inside it. */
const DATE = 0x0021
const FILES_MAX = 1_000
const BYTES_MAX = 256 * 1024 * 1024

/** What local and central headers share, from the version needed on (4.3.7). */
function fields(file: ZipFile, name: Buffer, deflated: Buffer): Buffer {
  const part = Buffer.alloc(26)
  part.writeUInt16LE(VERSION, 0)
  part.writeUInt16LE(FLAGS, 2)
  part.writeUInt16LE(DEFLATED, 4)
  part.writeUInt16LE(DATE, 8)
  part.writeUInt32LE(crc32(file.bytes), 10)
  part.writeUInt32LE(deflated.length, 14)
  part.writeUInt32LE(file.bytes.length, 18)
  part.writeUInt16LE(name.length, 22)
  return part
}

const word = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** The bytes of a ZIP file. */
export function zipOf(files: readonly ZipFile[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const file of files) {
    const name = Buffer.from(file.name)
    const deflated = deflateRawSync(file.bytes)
    const shared = fields(file, name, deflated)
    const local = Buffer.concat([word(LOCAL), shared, name, deflated])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    const madeBy = Buffer.from([VERSION, 0])
    directory.push(Buffer.concat([word(CENTRAL), madeBy, shared, tail, name]))
    parts.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(END_LENGTH)
  end.writeUInt32LE(END, 0)
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, central, end])
}

/** Whether bytes begin as a ZIP file does. */
export const isZip = (bytes: Uint8Array) =>
  bytes.length >= 4 && Buffer.from(bytes.subarray(0, 4)).readUInt32LE() === LOCAL

/** Files by name, or undefined when the bytes are no ZIP file of ours, or too large. */
export function unzip(bytes: Buffer): Map<string, Buffer> | undefined {
  const at = bytes.length - END_LENGTH
  if (at < 0 || bytes.readUInt32LE(at) !== END) return undefined
  const count = bytes.readUInt16LE(at + 10)
  const from = bytes.readUInt32LE(at + 16)
  if (count > FILES_MAX || from > at) return undefined
  try {
    return readDirectory(bytes.subarray(0, at), from, count)
  } catch {
    // Offsets that lead outside, or bytes that do not inflate.
    return undefined
  }
}

function readDirectory(
  bytes: Buffer,
  from: number,
  count: number,
): Map<string, Buffer> | undefined {
  const files = new Map<string, Buffer>()
  let total = 0
  let at = from
  for (let index = 0; index < count; index++) {
    if (bytes.readUInt32LE(at) !== CENTRAL) return undefined
    const nameLength = bytes.readUInt16LE(at + 28)
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength)
    const file = readFile(bytes, at, bytes.readUInt32LE(at + 42))
    total += file?.length ?? 0
    if (!file || files.has(name) || total > BYTES_MAX) return undefined
    files.set(name, file)
    at += 46 + nameLength
  }
  return at === bytes.length ? files : undefined
}

/** One file; its local header has to say what the directory says. */
function readFile(bytes: Buffer, central: number, local: number): Buffer | undefined {
  const deflated = bytes.readUInt32LE(central + 20)
  const length = bytes.readUInt32LE(central + 24)
  const nameLength = bytes.readUInt16LE(central + 28)
  const shared = bytes.subarray(central + 6, central + 32)
  const isSame =
    bytes.readUInt32LE(local) === LOCAL && bytes.subarray(local + 4, local + 30).equals(shared)
  if (!isSame || bytes.readUInt16LE(central + 10) !== DEFLATED || length > BYTES_MAX) {
    return undefined
  }
  const start = local + 30 + nameLength
  const content = bytes.subarray(start, start + deflated)
  const file = inflateRawSync(content, { maxOutputLength: Math.max(1, length) })
  const isWhole = file.length === length && crc32(file) === bytes.readUInt32LE(central + 16)
  return isWhole ? file : undefined
}
