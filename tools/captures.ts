// Finds other people's captures for the tests: THINGWARD_CAPTURES names a folder where they lie
// unpacked; else a folder of capture archives beside the project (MANIFEST.tsv and *.tar.gz) is
// unpacked once.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder of unpacked captures, made now if need be; undefined when there are none. */
export function findCaptures(root: string): string | undefined {
  const named = process.env.THINGWARD_CAPTURES
  if (named) return existsSync(named) ? named : undefined
  const archives = process.env.THINGWARD_CAPTURE_ARCHIVES ?? findArchives(root)
  if (!archives || !existsSync(join(archives, 'MANIFEST.tsv'))) return undefined
  return unpack(archives, join(root, 'node_modules/.cache/captures'))
}

/** Looks for `captures/MANIFEST.tsv` in the folders that lie beside the project. */
function findArchives(root: string): string | undefined {
  const above = dirname(root)
  return readdirSync(above, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(above, entry.name, 'captures'))
    .find((folder) => existsSync(join(folder, 'MANIFEST.tsv')))
}

/**
 * One folder per version of the manifest, complete or absent: made under another name, then
 * renamed.
 */
function unpack(archives: string, cache: string): string | undefined {
  const manifest = readFileSync(join(archives, 'MANIFEST.tsv'))
  const version = createHash('sha256').update(manifest).digest('hex').slice(0, 12)
  const target = join(cache, version)
  if (existsSync(target)) return target
  console.log(`unpacking the captures of ${archives}`)
  const making = `${target}.${process.pid}`
  mkdirSync(making, { recursive: true })
  for (const name of readdirSync(archives).toSorted()) {
    const path = join(archives, name)
    if (name.endsWith('.tsv')) cpSync(path, join(making, name))
    if (!name.endsWith('.tar.gz')) continue
    const { status, stderr } = spawnSync('tar', ['-xzf', path, '-C', making], { encoding: 'utf8' })
    if (status !== 0) {
      console.error(`${path} does not unpack: ${stderr.trim()}`)
      rmSync(making, { recursive: true })
      return undefined
    }
  }
  for (const old of readdirSync(cache)) {
    if (!making.endsWith(old)) rmSync(join(cache, old), { recursive: true })
  }
  renameSync(making, target)
  return target
}
