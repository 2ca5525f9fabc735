// docs/reference/limits.md, from every src/*/limits.ts: whatever is exported there and looks like a
// limit.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { tableLimits, type Limit } from '../../src/core/limits.ts'
import { page, table } from './markdown.ts'

const ROOT = join(import.meta.dirname, '../..')
const MEMORY_DEFAULT = 512

const isLimit = (value: unknown): value is Limit =>
  typeof value === 'object' && value !== null && 'why' in value && 'unit' in value

/** The limits in a module's exports, at the top or inside one object. */
function limitsIn(exports: Readonly<Record<string, unknown>>): Limit[] {
  return Object.values(exports).flatMap((value) => {
    if (isLimit(value)) return [value]
    if (typeof value !== 'object' || value === null) return []
    return Object.values(value).filter(isLimit)
  })
}

const row = ({ name, value, unit, why }: Limit) => [name, value.toLocaleString('en'), unit, why]
const HEAD = ['limit', 'value', 'unit', 'why']

export async function limitsPage(): Promise<string> {
  const files = globSync('src/*/limits.ts', { cwd: ROOT }).toSorted()
  const parts = await Promise.all(
    files.map(async (file) => {
      const rows = limitsIn(await import(join(ROOT, file))).map(row)
      return `## ${file.split('/')[1]}\n\n${table(HEAD, rows)}`
    }),
  )
  const scaled = Object.values(tableLimits(MEMORY_DEFAULT)).map(row)
  const about =
    'Every bound, by the name it has in the output. Whatever meets one is counted and declared ' +
    'under `limits` in the document; nothing is dropped in silence.'
  const memory =
    '## With --memory\n\n' +
    `These grow with \`--memory\`; shown for the default, ${MEMORY_DEFAULT} MB.`
  return page('Limits', about, `${memory}\n\n${table(HEAD, scaled)}`, ...parts)
}
