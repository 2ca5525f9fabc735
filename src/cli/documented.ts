// Lists of documented devices from files, and the register on disk: written beside itself and moved
// into place, so that a crash leaves the old one or the new one.
import { copyFile, mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { OperatingError } from '../core/errors.ts'
import {
  EMPTY_REGISTER,
  looksLikeNetbox,
  readNetbox,
  readRegister,
  readTable,
  type ColumnField,
  type DocumentedList,
  type NamedBytes,
  type Register,
} from '../inventory/index.ts'
import { boundedFile, boundedText } from './bounded-file.ts'

/** Reads all lists: NetBox's files are one list, each CSV is one. */
export async function listsOf(
  files: readonly string[],
  mapping: ReadonlyMap<string, ColumnField>,
): Promise<DocumentedList[]> {
  const netbox: NamedBytes[] = []
  const lists: DocumentedList[] = []
  for (const file of files) {
    const { bytes } = await boundedFile(file)
    if (looksLikeNetbox(bytes)) netbox.push({ file, bytes })
    else if (/^\s*[{[]/.test(bytes.toString('latin1', 0, 256))) {
      throw new OperatingError('not-netbox', `${file}: JSON, but nothing of NetBox's in it`)
    } else lists.push(readTable(file, bytes, mapping))
  }
  if (netbox.length > 0) lists.push(readNetbox(netbox))
  return lists
}

/** The register in a file; empty when there is no such file yet. */
export async function registerAt(path: string): Promise<Register> {
  try {
    return readRegister(path, await boundedText(path))
  } catch (cause) {
    const reason = (cause as Error).cause as NodeJS.ErrnoException | undefined
    if (reason?.code === 'ENOENT') return EMPTY_REGISTER
    throw cause
  }
}

/** Writes the register; the one before stays as `FILE.before`. Throws `cannot-write`. */
export async function writeRegister(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(fresh, 'w', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await copyFile(path, `${path}.before`).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') throw cause
    })
    await rename(fresh, path)
  } catch (cause) {
    const what = `${path}: cannot be written: ${(cause as Error).message}`
    throw new OperatingError('cannot-write', what, { cause })
  }
}
