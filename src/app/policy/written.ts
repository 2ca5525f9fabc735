// A folder that we write policies into. It keeps a list of what we wrote, with a hash of each file,
// so that a file of somebody else's, or one that a person has changed, is not lost.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OperatingError } from '../../core/errors.ts'

/** The list's name; reading policies passes it over. */
export const MANIFEST = 'thingward.json'

/** One file to write. */
export interface PolicyText {
  readonly name: string
  readonly text: string
  /** Kept in the list: whom it is for, and what its form could not say. */
  readonly note: { readonly [name: string]: unknown }
}

interface Row {
  readonly file: string
  readonly sha256: string
}

/** Opened before the run, so that a folder that cannot be used is told at once. */
export class WrittenFolder {
  readonly folder: string
  private readonly force: boolean
  private readonly rows: Map<string, Row>

  /** Makes the folder. Throws an OperatingError when that is not possible. */
  constructor(folder: string, force: boolean) {
    this.folder = folder
    this.force = force
    attempt(folder, () => mkdirSync(folder, { recursive: true }))
    this.rows = readManifest(join(folder, MANIFEST), force)
  }

  /**
   * Writes the files, each as a whole, and the list. Answers the names of those that were left as
   * they are because they are not ours.
   */
  write(files: readonly PolicyText[], about: string): string[] {
    const kept = files.filter(({ name }) => !this.force && !this.isOurs(name))
    for (const file of files) {
      if (kept.includes(file)) continue
      const { name, text, note } = file
      this.put(name, text)
      this.rows.set(name, { file: name, sha256: hashOf(text), ...note })
    }
    const rows = [...this.rows.values()].toSorted((a, b) => (a.file < b.file ? -1 : 1))
    this.put(MANIFEST, `${JSON.stringify({ thingward: about, files: rows }, null, 1)}\n`)
    return kept.map(({ name }) => name)
  }

  /** There is no such file, or it is as we left it. */
  private isOurs(name: string): boolean {
    const there = readIfThere(join(this.folder, name))
    return there === undefined || hashOf(there) === this.rows.get(name)?.sha256
  }

  private put(name: string, text: string): void {
    const path = join(this.folder, name)
    attempt(path, () => {
      writeFileSync(`${path}.new`, text)
      renameSync(`${path}.new`, path)
    })
  }
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

const WHY: { readonly [code: string]: string } = {
  EACCES: 'no right to write there',
  EEXIST: 'a file of this name is in the way',
  ENOTDIR: 'part of this path is a file',
  ENOSPC: 'the disk is full',
  EROFS: 'that file system is read-only',
}

function attempt(path: string, step: () => void): void {
  try {
    step()
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException
    throw new OperatingError('not-written', `${path}: ${WHY[code] ?? message}`, { cause })
  }
}

/** What our list says; nothing when there is none. Somebody else's file of that name stops us. */
function readManifest(path: string, force: boolean): Map<string, Row> {
  const text = readIfThere(path)
  if (text === undefined) return new Map()
  const rows = rowsOf(text)
  if (rows) return new Map(rows.map((row) => [row.file, row]))
  if (force) return new Map()
  throw new OperatingError('not-ours', `${path} is not ours: name another folder, or --force`)
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new OperatingError('not-written', `${path}: ${WHY[code ?? ''] ?? message}`, { cause })
  }
}

/** Undefined when it is no list that we wrote. */
function rowsOf(text: string): Row[] | undefined {
  try {
    const json = JSON.parse(text) as { readonly thingward?: unknown; readonly files?: unknown }
    if (typeof json?.thingward !== 'string' || !Array.isArray(json.files)) return undefined
    return (json.files as Partial<Row>[]).filter(
      (row): row is Row => typeof row?.file === 'string' && typeof row.sha256 === 'string',
    )
  } catch {
    return undefined
  }
}
