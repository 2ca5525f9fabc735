// Files that somebody hands over whole: read with a bound, and with a message that names them.
import { open } from 'node:fs/promises'
import { OperatingError } from '../core/errors.ts'
import { decodeText, INVENTORY_LIMITS } from '../inventory/index.ts'

const BYTES_MAX = INVENTORY_LIMITS.documentedBytes.value

export interface BoundedFile {
  readonly bytes: Buffer
  /** When it was last written, microseconds. */
  readonly modified: number
}

/** Throws an OperatingError when it cannot be read or is larger than a list can be. */
export async function boundedFile(path: string, bytesMax = BYTES_MAX): Promise<BoundedFile> {
  const file = await open(path).catch((cause: unknown) => {
    const { code, message } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : message
    throw new OperatingError('unreadable', `${path}: cannot be read: ${why}`, { cause })
  })
  try {
    const status = await file.stat()
    if (status.isDirectory()) {
      throw new OperatingError('unreadable', `${path}: cannot be read: it is a folder`)
    }
    const pieces: Buffer[] = []
    let size = 0
    // Not by its size: a pipe and files of /proc have none.
    for await (const piece of file.createReadStream({ autoClose: false })) {
      size += (piece as Buffer).length
      if (size > bytesMax) {
        const what = `${path}: larger than ${bytesMax} bytes, more than is read of one list`
        throw new OperatingError('too-large', what)
      }
      pieces.push(piece as Buffer)
    }
    return { bytes: Buffer.concat(pieces), modified: Math.round(status.mtimeMs * 1000) }
  } finally {
    await file.close()
  }
}

/** Its text, whatever letters it is written in. */
export const boundedText = async (path: string): Promise<string> =>
  decodeText((await boundedFile(path)).bytes).text
