// Bytes of a file or stream in large chunks, each with room in front, so that the reader can put
// the end of the last chunk before it and see records whole.
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { LIMITS } from '../core/limits.ts'

/** Bytes per read; at 2.5 million packets/s about 700 reads a second. */
const CHUNK = 512 * 1024
/** Room in front of a chunk: an unfinished record is never longer. */
export const HEADROOM = LIMITS.recordLength.value + 64

/** One chunk: new bytes in [start, end) of `buffer`, HEADROOM bytes of room before `start`. */
export interface Chunk {
  readonly buffer: Buffer
  readonly start: number
  readonly end: number
}

/** Reads `[start, end)` and answers the offset of the first byte it could not use yet. */
export type ChunkReader = (buffer: Buffer, start: number, end: number) => number

/**
 * Feeds chunks to `read`, moving what it left over to the front of the next. Answers the bytes left
 * unread at the end. Stops when `stopped()`; lets the event loop run between chunks.
 */
export async function pump(
  chunks: AsyncIterable<Chunk>,
  read: ChunkReader,
  stopped: () => boolean,
): Promise<number> {
  let left: Buffer = Buffer.alloc(0)
  for await (const { buffer, start, end } of chunks) {
    if (stopped()) return left.length
    left.copy(buffer, start - left.length)
    const rest = read(buffer, start - left.length, end)
    left = buffer.subarray(rest, end)
    if (stopped()) return left.length
  }
  return left.length
}

/**
 * A plain file: one buffer is read, one filled by the system, one still holds an unfinished record.
 */
export async function* fileChunks(path: string): AsyncGenerator<Chunk> {
  const file = await open(path, 'r')
  try {
    const buffers = [0, 1, 2].map(() => Buffer.allocUnsafeSlow(HEADROOM + CHUNK))
    let turn = 0
    let ahead = file.read(buffers[turn], HEADROOM, CHUNK, null)
    for (;;) {
      const { bytesRead } = await ahead
      if (bytesRead === 0) return
      const buffer = buffers[turn]
      turn = (turn + 1) % 3
      ahead = file.read(buffers[turn], HEADROOM, CHUNK, null)
      ahead.catch(() => {})
      yield { buffer, start: HEADROOM, end: HEADROOM + bytesRead }
    }
  } finally {
    await file.close()
  }
}

/** Any stream of bytes (standard input, a child, a decompressor), gathered into chunks. */
export async function* streamChunks(stream: AsyncIterable<Buffer>): AsyncGenerator<Chunk> {
  const buffers = [0, 1].map(() => Buffer.allocUnsafeSlow(HEADROOM + CHUNK))
  let turn = 0
  for await (const piece of stream) {
    for (let at = 0; at < piece.length; at += CHUNK) {
      const buffer = buffers[turn]
      turn = 1 - turn
      const length = piece.copy(buffer, HEADROOM, at, Math.min(piece.length, at + CHUNK))
      yield { buffer, start: HEADROOM, end: HEADROOM + length }
    }
  }
}

/** A stream that ends when the signal says so, also while it is waiting for its next piece. */
export async function* stoppable(stream: Readable, signal: AbortSignal): AsyncGenerator<Buffer> {
  const stop = () => void stream.destroy()
  signal.addEventListener('abort', stop, { once: true })
  try {
    if (!signal.aborted) yield* stream as AsyncIterable<Buffer>
  } catch (cause) {
    if (!signal.aborted) throw cause
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
