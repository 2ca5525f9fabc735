// A file that takes chunks of bytes at once, one after the other: nothing is queued, so nothing
// grows, and what was written is there when the run is stopped.
import { closeSync, openSync, writeSync } from 'node:fs'
import { OperatingError } from '../core/errors.ts'

/** How long a full pipe is waited for before it is tried again. */
const PAUSE_MS = 2
const pause = new Int32Array(new SharedArrayBuffer(4))

export class LineFile {
  /** Bytes written. */
  bytes = 0
  private readonly path: string
  private readonly file: number

  /**
   * Opens `path` for writing; '-' is standard output. Throws an OperatingError when it cannot be
   * opened.
   */
  constructor(path: string) {
    this.path = path
    try {
      this.file = path === '-' ? 1 : openSync(path, 'w', 0o640)
    } catch (cause) {
      throw failed(path, cause)
    }
  }

  /**
   * Writes all of `chunk`. Throws an OperatingError when the disk is full or the reader has gone.
   */
  write(chunk: Uint8Array): void {
    let done = 0
    while (done < chunk.length) {
      try {
        done += writeSync(this.file, chunk, done, chunk.length - done)
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'EAGAIN') throw failed(this.path, cause)
        Atomics.wait(pause, 0, 0, PAUSE_MS)
      }
    }
    this.bytes += done
  }

  close(): void {
    if (this.file !== 1) closeSync(this.file)
  }
}

function failed(path: string, cause: unknown): OperatingError {
  const { code, message } = cause as NodeJS.ErrnoException
  const reasons: Record<string, string> = {
    ENOENT: 'its folder does not exist',
    EACCES: 'this user may not write it',
    EISDIR: 'it is a folder',
    ENOSPC: 'the disk is full',
    EPIPE: 'nobody reads it any more',
  }
  const reason = reasons[code ?? ''] ?? message
  return new OperatingError('cannot-write', `${path}: cannot be written: ${reason}`, { cause })
}
