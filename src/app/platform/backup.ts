// Backup and restore of a data folder, each one command; a backup may be made while everything
// runs. Parts are taken in an order, and again where they moved meanwhile, so that what is restored
// fits together; each file carries a digest, and nothing is restored that differs from its own.
import { createHash } from 'node:crypto'
import { copyFileSync, createReadStream, existsSync, globSync, mkdirSync } from 'node:fs'
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { syncPath } from '../../core/durable-file.ts'
import { OperatingError } from '../../core/errors.ts'
import { EVIDENCE_PLACES } from '../../evidence/index.ts'

const MANIFEST = 'manifest.json'
const TRIES = 10
const FLOWS = 'flows'
/** Small things that hardly ever change. */
const PLAIN = ['tls', EVIDENCE_PLACES.keys, 'mark.key', 'targets/secrets']

const Manifest = z.object({
  version: z.literal(1),
  made: z.string(),
  files: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
})

/** What a backup holds. */
export interface BackupSummary {
  readonly files: number
  readonly bytes: number
  readonly devices: number
}

const failed = (text: string, cause?: unknown) => new OperatingError('backup', text, { cause })

/** Copies the data folder `data` to the new folder `out`. Throws OperatingError 'backup'. */
export async function backUp(data: string, out: string): Promise<BackupSummary> {
  if (existsSync(out)) throw failed(`${out} is there already: name a new folder`)
  const database = join(data, EVIDENCE_PLACES.database)
  if (!existsSync(database)) throw failed(`${data} holds no store of Thingward`)
  const unfinished = `${out}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  try {
    mkdirSync(unfinished, { recursive: true, mode: 0o700 })
    await copyStore(data, unfinished)
    copyFlows(join(data, FLOWS), join(unfinished, FLOWS))
    for (const name of PLAIN) copyTree(join(data, name), join(unfinished, name))
    const devices = checkStore(join(unfinished, EVIDENCE_PLACES.database))
    const files = await digests(unfinished)
    const manifest = { version: 1, made: new Date().toISOString(), files }
    writeFileSync(join(unfinished, MANIFEST), JSON.stringify(manifest, null, 1), { mode: 0o600 })
    syncAll(unfinished)
    renameSync(unfinished, out)
    return summaryOf(files, devices)
  } catch (cause) {
    rmSync(unfinished, { recursive: true, force: true })
    if (cause instanceof OperatingError) throw cause
    throw failed(`${out} cannot be written: ${(cause as Error).message}`, cause)
  }
}

/** Makes the data folder `data` from the backup `from`. Throws OperatingError 'backup'. */
export async function restore(from: string, data: string): Promise<BackupSummary> {
  if (existsSync(data) && readdirSync(data).length > 0) {
    throw failed(`${data} is not empty: restore into a new folder, then put it in its place`)
  }
  const manifest = readManifest(from)
  const found = new Map((await digests(from)).map((file) => [file.path, file]))
  for (const { path, sha256 } of manifest.files) {
    if (found.get(path)?.sha256 !== sha256) throw failed(`${path} of the backup is not what it was`)
  }
  const unfinished = `${data}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  for (const { path } of manifest.files) {
    const target = join(unfinished, path)
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
    copyFileSync(join(from, path), target)
  }
  const devices = checkStore(join(unfinished, EVIDENCE_PLACES.database))
  syncAll(unfinished)
  rmSync(data, { recursive: true, force: true })
  renameSync(unfinished, data)
  return summaryOf(manifest.files, devices)
}

const summaryOf = (files: readonly { bytes: number }[], devices: number): BackupSummary => ({
  files: files.length,
  bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  devices,
})

function readManifest(from: string) {
  try {
    const manifest = Manifest.parse(JSON.parse(readFileSync(join(from, MANIFEST), 'utf8')))
    const isInside = ({ path }: { path: string }) => !/(^|\/)\.\.(\/|$)|^\//.test(path)
    if (manifest.files.every(isInside)) return manifest
  } catch {
    // Told below.
  }
  throw failed(`${from} is no finished backup: it has no ${MANIFEST} that can be read`)
}

/**
 * The signer's state and the store have to fit: the signer signs only what follows its last
 * signature. Signed meanwhile, it is taken again.
 */
async function copyStore(data: string, out: string): Promise<void> {
  const signer = join(data, EVIDENCE_PLACES.signer)
  for (let tries = 0; tries < TRIES; tries++) {
    const before = textOf(join(signer, 'signer-state.json'))
    copyTree(signer, join(out, EVIDENCE_PLACES.signer))
    const target = join(out, EVIDENCE_PLACES.database)
    rmSync(target, { force: true })
    const database = new DatabaseSync(join(data, EVIDENCE_PLACES.database), { timeout: 10_000 })
    try {
      await backup(database, target)
    } finally {
      database.close()
    }
    if (textOf(join(signer, 'signer-state.json')) === before) return
  }
  throw failed('the evidence log was signed again and again meanwhile; try once more')
}

/** Parts are never changed; the list of them says which there are. */
function copyFlows(flows: string, out: string): void {
  const list = join(flows, 'parts.json')
  for (let tries = 0; tries < TRIES; tries++) {
    rmSync(out, { recursive: true, force: true })
    const before = textOf(list)
    try {
      copyTree(flows, out)
    } catch (cause) {
      // A part that was merged into another while we looked.
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
      continue
    }
    if (textOf(list) === before) return
  }
  throw failed('the flows moved again and again meanwhile; try once more')
}

const textOf = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '')

/** Files of a folder, or one file; sockets and what is not there are left out. */
function copyTree(from: string, to: string): void {
  const status = statSync(from, { throwIfNoEntry: false })
  if (status?.isFile()) {
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
    copyFileSync(from, to)
  } else if (status?.isDirectory()) {
    mkdirSync(to, { recursive: true, mode: 0o700 })
    for (const name of readdirSync(from)) copyTree(join(from, name), join(to, name))
  }
}

/** SQLite's own check of the whole file; answers how many devices are in it. */
function checkStore(path: string): number {
  const database = new DatabaseSync(path)
  try {
    const [answer] = database.prepare('PRAGMA integrity_check').all()
    const strays = database.prepare('PRAGMA foreign_key_check').all()
    if (answer?.integrity_check !== 'ok' || strays.length > 0) {
      throw failed(`the store in ${path} is damaged`)
    }
    const row = database
      .prepare('SELECT count(*) AS count FROM device WHERE merged_into IS NULL')
      .get()
    return Number(row?.count)
  } finally {
    database.close()
  }
}

async function digests(folder: string) {
  const entries = globSync('**/*', { cwd: folder, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => path !== MANIFEST && !/\.sqlite-(wal|shm)$/.test(path))
  const files: { path: string; bytes: number; sha256: string }[] = []
  for (const path of paths.toSorted()) {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of createReadStream(join(folder, path))) {
      bytes += (chunk as Buffer).length
      hash.update(chunk as Buffer)
    }
    files.push({ path, bytes, sha256: hash.digest('hex') })
  }
  return files
}

function syncAll(folder: string): void {
  const entries = globSync('**/*', { cwd: folder, withFileTypes: true })
  const paths = entries.map((entry) => join(entry.parentPath, entry.name))
  for (const path of [...paths, folder]) syncPath(path)
}
