// Builds the browser application with Vite: once for each state of its sources. A release carries
// the built files beside this one and needs no Vite.
import { createHash } from 'node:crypto'
import { existsSync, globSync } from 'node:fs'
import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { InlineConfig } from 'vite'

const BROWSER = join(import.meta.dirname, 'browser')
/** Where `npm run build` puts the built application of a release. */
const SHIPPED = join(import.meta.dirname, 'built')
const PROJECT = join(import.meta.dirname, '../..')
const CACHE = join(PROJECT, 'node_modules/.cache/console')
const KEPT = 3

/**
 * The folder with the built application: `index.html` and hashed files under `assets/`. Cached by a
 * hash of the sources and of the lock file; the first build takes some seconds. Rejects with Vite's
 * own error when the sources do not compile.
 */
export async function buildConsole(): Promise<string> {
  if (existsSync(join(SHIPPED, 'index.html'))) return SHIPPED
  const folder = join(CACHE, await sourceHash())
  if (existsSync(join(folder, 'index.html'))) return folder
  await mkdir(CACHE, { recursive: true })
  const unfinished = `${folder}.${process.pid}`
  const { build } = await import('vite')
  try {
    await build(settings(unfinished))
    await rename(unfinished, folder)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    // Another process may have built the same while we did.
    if (!existsSync(join(folder, 'index.html'))) throw error
  }
  await forget(folder)
  return folder
}

/** No inline script or style, no data: address: the console runs under a strict policy. */
const settings = (outDir: string): InlineConfig => ({
  configFile: false,
  root: BROWSER,
  mode: 'production',
  logLevel: 'error',
  publicDir: false,
  worker: { format: 'es' },
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir,
    emptyOutDir: true,
    target: ['chrome123', 'firefox121', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})

async function sourceHash(): Promise<string> {
  const hash = createHash('sha256')
  const own = globSync('**/*', { cwd: BROWSER, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const files = [...own.toSorted(), join(PROJECT, 'package-lock.json'), import.meta.filename]
  for (const path of files) {
    hash.update(`${path.slice(PROJECT.length)}\n`)
    hash.update(await readFile(path))
  }
  return hash.digest('hex').slice(0, 16)
}

/** Removes older builds, except the last few: a running console may still hand them out. */
async function forget(newest: string): Promise<void> {
  const names = await readdir(CACHE)
  const { statSync } = await import('node:fs')
  const old = names
    .map((name) => join(CACHE, name))
    .filter((path) => path !== newest)
    .map((path) => ({ path, time: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .toSorted((a, b) => b.time - a.time)
    .slice(KEPT - 1)
  await Promise.all(old.map(({ path }) => rm(path, { recursive: true, force: true })))
}
