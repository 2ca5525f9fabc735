// `npm run format [-- path ...]`: breaks long comment lines, then lets oxfmt format the code.
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { wrapComments } from './comments.ts'

const ROOT = join(import.meta.dirname, '..')
const chosen = process.argv.slice(2)
if (chosen.some((word) => word.startsWith('-'))) {
  console.error('usage: npm run format [-- path ...]; without a path: everything')
  process.exit(2)
}
const paths = chosen.length > 0 ? chosen : ['src', 'test', 'tools', 'bench']

for (const path of paths.flatMap(filesOf)) {
  const text = readFileSync(path, 'utf8')
  const wrapped = wrapComments(text)
  if (wrapped !== text) writeFileSync(path, wrapped)
}
const formatter = join(ROOT, 'node_modules/.bin/oxfmt')
const { status } = spawnSync(formatter, ['--write', ...paths.filter(exists)], { stdio: 'inherit' })
process.exitCode = status ?? 1

function filesOf(path: string): string[] {
  if (!exists(path)) return []
  return statSync(path).isDirectory() ? globSync(`${path}/**/*.{ts,tsx}`) : [path]
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
