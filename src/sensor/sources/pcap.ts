// Captures: files, compressed files and streams of pcap or pcapng.
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { fileChunks, pump, stoppable, streamChunks, type Chunk } from '../bytes.ts'
import { compressionOf, decompressed } from '../decompression.ts'
import type { Intake, Source, SourceProblem, SourceSummary } from '../source.ts'
import { CaptureRecords } from './pcap-records.ts'

/** A capture file, plain or compressed; also a pipe that has a name. */
export function pcapFile(path: string): Source {
  return {
    name: path,
    async run(intake) {
      let size: number
      let plain: boolean
      try {
        const status = await stat(path)
        size = status.size
        plain = status.isFile() && compressionOf(await headOf(path)) === 'none'
      } catch (cause) {
        return failed(path, cause)
      }
      if (plain) return readAll(path, fileChunks(path), intake, size)
      const file = createReadStream(path, { highWaterMark: 256 * 1024 })
      const bytes = decompressed(stoppable(file, intake.signal))
      return readAll(path, streamChunks(bytes), intake, size, () => file.bytesRead)
    },
  }
}

/** A capture from a stream, plain or compressed: standard input, or a child's output. */
export function pcapStream(name: string, stream: Readable): Source {
  return {
    name,
    run(intake) {
      const bytes = decompressed(stoppable(stream, intake.signal))
      return readAll(name, streamChunks(bytes), intake, 0)
    },
  }
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

async function readAll(
  name: string,
  chunks: AsyncIterable<Chunk>,
  intake: Intake,
  size: number,
  bytesRead?: () => number,
): Promise<SourceSummary> {
  intake.anomalies.source = name
  const records = new CaptureRecords(name, intake)
  let bytes = 0
  const read = (buffer: Buffer, start: number, end: number): number => {
    const rest = records.read(buffer, start, end)
    bytes += rest - start
    intake.progress(bytesRead?.() ?? bytes, size)
    return rest
  }
  let problem: SourceProblem | undefined
  try {
    const left = await pump(chunks, read, () => intake.signal.aborted || records.stopped)
    if (!intake.signal.aborted) records.finish(left)
  } catch (cause) {
    if (!intake.signal.aborted) problem = problemOf(name, cause, bytes)
  }
  return {
    name,
    format: records.format,
    records: records.records,
    bytes,
    first: records.first,
    last: records.last,
    lacks: [],
    problem: problem ?? records.problem,
  }
}

function problemOf(name: string, cause: unknown, offset: number): SourceProblem {
  const error = cause as NodeJS.ErrnoException
  // Without a system's or a decompressor's code it is our own fault: that must not pass as bad
  // input.
  if (error.code === undefined) throw cause
  const code = error.code
  const broken =
    code.startsWith('Z_') || code.startsWith('ZSTD') || code === 'ERR_STREAM_PREMATURE_CLOSE'
  if (broken) {
    const message = `${name}: the compressed data is broken or cut after ${offset} bytes`
    return { code: 'decompression', message, offset }
  }
  const reasons: { readonly [code: string]: string } = {
    ENOENT: 'there is no such file',
    EACCES: 'this user may not read it',
    EISDIR: 'it is a folder, not a capture',
  }
  const message = `${name}: ${reasons[code] ?? `cannot be read (${code})`}`
  return { code: 'unreadable', message, offset }
}

const failed = (name: string, cause: unknown): SourceSummary => ({
  name,
  format: 'unknown',
  records: 0,
  bytes: 0,
  first: NaN,
  last: NaN,
  lacks: [],
  problem: problemOf(name, cause, 0),
})
