// Gzip and zstd, recognised by their magic. Fed in small pieces, so that a compression bomb unfolds
// a few megabytes at a time, and whatever came out before an error is handed on before the error.
import { createGunzip, createZstdDecompress } from 'node:zlib'
import type { Transform } from 'node:stream'
import { ZstdFrame, isZstdMagic } from './zstd-frame.ts'

export type Compression = 'gzip' | 'zstd' | 'none'

/** Gzip unfolds at most 1032-fold: 16 MB from one piece. */
const PIECE = 16 * 1024
const OUTPUT = { chunkSize: 64 * 1024 }
const MAGIC_LENGTH = 4

/** Which compression the first bytes show. */
export function compressionOf(head: Buffer): Compression {
  if (head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  if (head.length >= 4 && isZstdMagic(head.readUInt32LE())) return 'zstd'
  return 'none'
}

/**
 * The plain bytes of a stream: decompressed as told, or as the stream's own first bytes ask for.
 * Throws the decoder's error (its `code` begins with Z_ or ZSTD) after the last good byte.
 */
export async function* decompressed(
  stream: AsyncIterable<Buffer>,
  compression?: Compression,
): AsyncGenerator<Buffer> {
  if (compression === undefined) {
    const { head, whole } = await peek(stream)
    yield* decompressed(whole, compressionOf(head))
  } else if (compression === 'none') yield* stream
  else if (compression === 'gzip') yield* through(createGunzip(OUTPUT), cut(stream))
  else yield* zstdFrames(stream)
}

/** Reads as far as the magic reaches; `whole` is the stream with what was read in front. */
async function peek(stream: AsyncIterable<Buffer>) {
  const pieces = stream[Symbol.asyncIterator]()
  let head: Buffer = Buffer.alloc(0)
  while (head.length < MAGIC_LENGTH) {
    const { done, value } = await pieces.next()
    if (done) break
    head = head.length === 0 ? value : Buffer.concat([head, value])
  }
  async function* whole(): AsyncGenerator<Buffer> {
    try {
      if (head.length > 0) yield head
      yield* { [Symbol.asyncIterator]: () => pieces }
    } finally {
      await pieces.return?.()
    }
  }
  return { head, whole: whole() }
}

async function* cut(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of stream) {
    for (let at = 0; at < piece.length; at += PIECE) yield piece.subarray(at, at + PIECE)
  }
}

/** One decoder for each frame. */
async function* zstdFrames(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const pieces = cut(stream)
  let piece: Buffer = Buffer.alloc(0)
  let at = 0
  const more = async (): Promise<boolean> => {
    while (at >= piece.length) {
      const { done, value } = await pieces.next()
      if (done) return false
      piece = value
      at = 0
    }
    return true
  }
  async function* nextFrame(): AsyncGenerator<Buffer> {
    const frame = new ZstdFrame()
    while (!frame.ended && (await more())) {
      const from = at
      at = frame.take(piece, from)
      yield piece.subarray(from, at)
    }
  }
  try {
    while (await more()) yield* through(createZstdDecompress(OUTPUT), nextFrame())
  } finally {
    await pieces.return(undefined)
  }
}

/**
 * Writes piece after piece and hands on all that came out of each. Node's own way, a pipe read by
 * iteration, drops what lies in its buffers when the decoder fails.
 */
async function* through(decoder: Transform, pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let out: Buffer[] = []
  let failure: Error | undefined
  decoder.on('data', (piece: Buffer) => out.push(piece))
  decoder.on('error', (cause) => (failure ??= cause))
  // A decoder that fails closes, and does not always call back.
  let wake = () => {}
  decoder.once('close', () => wake())
  const step = (begin: () => void) =>
    new Promise<void>((resolve) => {
      wake = resolve
      if (decoder.closed) resolve()
      else begin()
    })
  const given = () => {
    const pieces = out
    out = []
    return pieces
  }
  try {
    for await (const piece of pieces) {
      await step(() => decoder.write(piece, () => wake()))
      yield* given()
      if (failure) throw failure
    }
    await step(() => decoder.end())
    yield* given()
    if (failure) throw failure
  } finally {
    decoder.destroy()
  }
}
