// Other people's data for the tests, which is not ours to ship: MUD files, the IETF's YANG modules,
// Recog fingerprints. Each has a variable that names its folder; else archives beside the project
// are unpacked once.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'

interface Material {
  readonly archive: string
  /** What of the archive is wanted. */
  readonly part: string
  /** Environment variable → folder inside what was unpacked. */
  readonly variables: Readonly<Record<string, string>>
}

const MATERIAL: readonly Material[] = [
  {
    archive: 'mud.tar.zst',
    part: 'mud',
    variables: { THINGWARD_MUD: 'mud', THINGWARD_YANG: 'mud/yang' },
  },
  {
    archive: 'ident.tar.zst',
    part: 'ident/recog',
    variables: { THINGWARD_RECOG: 'ident/recog/xml' },
  },
]

/** The variables that are not set yet and can be, from `data/` folders beside the project. */
export function findMaterial(root: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const material of MATERIAL) {
    const missing = Object.keys(material.variables).filter((name) => !process.env[name])
    const archive = missing.length > 0 ? beside(root, material.archive) : undefined
    const folder = archive && unpack(archive, material.part, root)
    if (!folder) continue
    for (const name of missing) found[name] = join(folder, material.variables[name])
  }
  return found
}

/** `data/NAME` in a folder that lies beside the project. */
function beside(root: string, name: string): string | undefined {
  const above = dirname(root)
  return readdirSync(above, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(above, entry.name, 'data', name))
    .find(existsSync)
}

/** Unpacked once per content: made under another name, then renamed. */
function unpack(archive: string, part: string, root: string): string | undefined {
  const bytes = readFileSync(archive)
  const version = createHash('sha256').update(bytes).digest('hex').slice(0, 12)
  const target = join(root, 'node_modules/.cache/material', version)
  if (existsSync(target)) return target
  const making = `${target}.${process.pid}`
  mkdirSync(making, { recursive: true })
  const input = zstdDecompressSync(bytes)
  const { status, stderr } = spawnSync('tar', ['-x', '-C', making, part], { input })
  if (status !== 0) {
    console.error(`${archive} does not unpack: ${String(stderr).trim()}`)
    rmSync(making, { recursive: true })
    return undefined
  }
  renameSync(making, target)
  return target
}
