// Fingerprints that a person has: Recog's XML files from a folder, read into a book.
import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { OperatingError } from '../core/errors.ts'
import { RecogBook } from '../inventory/index.ts'

const FILE_BYTES_MAX = 16_000_000

/** Reads every .xml of `folder`; throws an OperatingError when there is none that is understood. */
export async function recogBook(folder: string | undefined): Promise<RecogBook | undefined> {
  if (folder === undefined) return undefined
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new OperatingError('bad-recog', `${folder}: cannot be read as a folder`, { cause })
  })
  const book = new RecogBook()
  for (const name of names.filter((one) => one.endsWith('.xml')).toSorted()) {
    const path = join(folder, name)
    if ((await stat(path)).size <= FILE_BYTES_MAX) book.add(await readFile(path, 'utf8'))
  }
  const { files, fingerprints, skipped } = book.summary()
  if (fingerprints === 0) {
    throw new OperatingError('bad-recog', `${folder}: no Recog fingerprints in ${files} XML files`)
  }
  const rest = skipped > 0 ? `, ${skipped} skipped` : ''
  process.stderr.write(`thingward: ${fingerprints} fingerprints of ${files} files${rest}\n`)
  return book
}
