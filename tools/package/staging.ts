// The tree that is shipped: compiled code, the built console, production packages for one machine
// type, and the Node they run on. The tarball and the Debian package hold the same tree.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildConsole } from '../../src/console/index.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Debian's name of a machine type → Node's. */
export const ARCHITECTURES = { amd64: 'x64', arm64: 'arm64' } as const
export type Architecture = keyof typeof ARCHITECTURES

interface Manifest {
  readonly version: string
  readonly description: string
  readonly [field: string]: unknown
}

export const manifest = (): Manifest =>
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest

/** Compiles once for all machine types; the folder holds `dist/` afterwards. */
export async function compile(folder: string): Promise<void> {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const settings = join(ROOT, 'tsconfig.build.json')
  run(process.execPath, [tsc, '-p', settings, '--outDir', join(folder, 'dist')], ROOT)
  cpSync(await buildConsole(), join(folder, 'dist/console/built'), { recursive: true })
}

/**
 * Fills `tree` for one machine type from what `compile` made. No install script runs, and nothing
 * but the package registry is asked.
 */
export function stage(tree: string, compiled: string, architecture: Architecture): void {
  rmSync(tree, { recursive: true, force: true })
  mkdirSync(join(tree, 'bin'), { recursive: true })
  cpSync(join(compiled, 'dist'), join(tree, 'dist'), { recursive: true })
  cpSync(join(ROOT, 'bin/thingward'), join(tree, 'bin/thingward'))
  for (const name of ['LICENSE', 'CHANGELOG.md', 'README.md']) {
    cpSync(join(ROOT, name), join(tree, name))
  }
  packages(tree, ARCHITECTURES[architecture])
  // Without scripts and development packages: what is shipped is not built again.
  const { scripts: _scripts, devDependencies: _development, ...shipped } = manifest()
  writeFileSync(join(tree, 'package.json'), `${JSON.stringify(shipped, null, 2)}\n`)
}

function packages(tree: string, cpu: string): void {
  for (const name of ['package.json', 'package-lock.json']) {
    cpSync(join(ROOT, name), join(tree, name))
  }
  const options = [
    '--omit=dev',
    '--include=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ]
  const machine = [`--cpu=${cpu}`, '--os=linux', '--libc=glibc', '--loglevel=error']
  run('npm', ['ci', ...options, ...machine], tree)
  // The launcher installs where it finds a lock file: a shipped tree is complete.
  rmSync(join(tree, 'package-lock.json'))
  const modules = join(tree, 'node_modules')
  for (const name of readdirSync(modules)) {
    const isOtherNode = name.startsWith('node-linux-') && name !== `node-linux-${cpu}`
    if (isOtherNode) rmSync(join(modules, name), { recursive: true })
  }
}

function run(program: string, words: readonly string[], cwd: string): void {
  execFileSync(program, words, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
}
