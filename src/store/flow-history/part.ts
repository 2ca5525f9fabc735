// Parts: what one site's flows of one day are kept in, and the list of all parts, which is replaced
// as a whole: a part exists when the list names it, whatever files a crash left lying about.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { syncPath, writeDurably } from '../../core/durable-file.ts'
import { OperatingError } from '../../core/errors.ts'

/** The files of a part: flows in the order of either end, and what is added up of them. */
export const PART_FILES = ['originator', 'responder', 'minutes', 'hours', 'pairs'] as const
export type PartFile = (typeof PART_FILES)[number]

export interface Part {
  readonly id: number
  readonly site: string
  /** UTC day of the last packets: `2026-11-22`. */
  readonly day: string
  /** 0 from a segment; n + 1 merged from parts of level n. */
  readonly level: number
  readonly flows: number
  /** Last packet times, both included; microseconds. */
  readonly from: number
  readonly to: number
  /** When it was written, by the wall clock; retention counts from here too. */
  readonly created: number
  /** False once retention took the flows and left the totals. */
  readonly hasFlows: boolean
}

interface Listed {
  readonly version: 1
  readonly nextId: number
  /** Segments of the spool up to this number are in parts. */
  readonly converted: number
  readonly parts: readonly Part[]
}

const LIST = 'parts.json'
const FOLDER = 'flows'

export class Parts {
  private readonly directory: string
  private listed: Listed

  /** Reads the list and clears away files that it does not name. */
  constructor(directory: string) {
    this.directory = directory
    mkdirSync(join(directory, FOLDER), { recursive: true, mode: 0o700 })
    this.listed = readList(join(directory, LIST))
    this.clear()
  }

  get all(): readonly Part[] {
    return this.listed.parts
  }

  get converted(): number {
    return this.listed.converted
  }

  get nextId(): number {
    return this.listed.nextId
  }

  /** Where a file of a part lies: a Hive layout, which other engines read as it is. */
  path(part: Pick<Part, 'site' | 'day' | 'id'>, file: PartFile): string {
    return join(this.folder(part), `${file}-${part.id}.parquet`)
  }

  /** Makes the folder of a part. */
  prepare(part: Pick<Part, 'site' | 'day'>): void {
    mkdirSync(this.folder(part), { recursive: true, mode: 0o700 })
  }

  /** Parts in, parts out, segments done: all at once, durable when it returns. */
  replace(change: { add: readonly Part[]; remove: readonly Part[]; converted?: number }): void {
    for (const part of change.add) for (const file of PART_FILES) this.sync(part, file)
    const gone = new Set(change.remove)
    const parts = [...this.listed.parts.filter((part) => !gone.has(part)), ...change.add]
    this.listed = {
      version: 1,
      nextId: Math.max(this.listed.nextId, ...change.add.map(({ id }) => id + 1)),
      converted: change.converted ?? this.listed.converted,
      parts,
    }
    writeDurably(join(this.directory, LIST), JSON.stringify(this.listed))
  }

  /** Unlinks files of a part that the list no longer needs. */
  unlink(part: Part, files: readonly PartFile[]): void {
    for (const file of files) rmSync(this.path(part, file), { force: true })
  }

  private folder({ site, day }: Pick<Part, 'site' | 'day'>): string {
    return join(this.directory, FOLDER, `site=${siteFolder(site)}`, `day=${day}`)
  }

  private sync(part: Part, name: PartFile): void {
    if (!part.hasFlows && (name === 'originator' || name === 'responder')) return
    syncPath(this.path(part, name))
    // Folders of a day and a site may be new.
    const folder = this.folder(part)
    for (const each of [folder, dirname(folder), join(this.directory, FOLDER)]) syncPath(each)
  }

  private clear(): void {
    const named = new Set(
      this.all.flatMap((part) => PART_FILES.map((file) => this.path(part, file))),
    )
    const root = join(this.directory, FOLDER)
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      if (entry.isFile() && !named.has(path)) rmSync(path)
    }
  }
}

/** A site's name as a folder: harmless characters as they are, others by digest. */
const siteFolder = (site: string) =>
  /^[A-Za-z0-9_-]{1,64}$/.test(site)
    ? site
    : `~${createHash('sha256').update(site).digest('hex').slice(0, 32)}`

function readList(path: string): Listed {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    return { version: 1, nextId: 1, converted: 0, parts: [] }
  }
  try {
    const listed = JSON.parse(text) as Listed
    if (listed.version === 1 && Array.isArray(listed.parts)) return listed
  } catch {
    // Told below.
  }
  const message = `${path} is damaged: bring back a backup; the flows beside it are untouched`
  throw new OperatingError('flow-list', message)
}
