// `npm run reference`: writes docs/reference/ from the code. A test holds the pages and the code
// together.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandsPage } from './reference/commands.ts'
import { detectorsPage } from './reference/detectors.ts'
import { exitCodesPage } from './reference/exit-codes.ts'
import { identifiersPage } from './reference/identifiers.ts'
import { limitsPage } from './reference/limits.ts'
import { page } from './reference/markdown.ts'
import { WATCH_SCHEMA } from '../src/report/index.ts'
import { protocolsPage } from './reference/protocols.ts'
import { truthPage } from './reference/truth.ts'

export const FOLDER = join(import.meta.dirname, '../docs/reference')

interface Page {
  readonly file: string
  /** What the index says of it. */
  readonly about: string
  make(): string | Promise<string>
}

const PAGES: readonly Page[] = [
  { file: 'commands.md', about: 'every command and option, by example', make: commandsPage },
  { file: 'protocols.md', about: 'what is recognised and read', make: protocolsPage },
  { file: 'identifiers.md', about: 'where it learns what a device is', make: identifiersPage },
  { file: 'truth.md', about: 'whose leases and address tables are read', make: truthPage },
  { file: 'detectors.md', about: 'what it looks for, and what to do', make: detectorsPage },
  { file: 'limits.md', about: 'every bound, with its reason', make: limitsPage },
  {
    file: 'watch.schema.json',
    about: 'the document that `watch --json` prints',
    make: () => `${JSON.stringify(WATCH_SCHEMA, null, 2)}\n`,
  },
  { file: 'exit-codes.md', about: 'what a command hands back', make: exitCodesPage },
]

/** Every page of the reference: file name → text. */
export async function referencePages(): Promise<Map<string, string>> {
  const pages = new Map<string, string>()
  for (const { file, make } of PAGES) pages.set(file, await make())
  const list = PAGES.map(({ file, about }) => `- [${file}](${file}): ${about}`).join('\n')
  pages.set('README.md', page('Reference', 'Written by the code itself.', list))
  return pages
}

if (import.meta.main) {
  const pages = await referencePages()
  mkdirSync(FOLDER, { recursive: true })
  for (const name of readdirSync(FOLDER)) if (!pages.has(name)) rmSync(join(FOLDER, name))
  for (const [name, text] of pages) writeFileSync(join(FOLDER, name), text)
  console.log(`docs/reference: ${pages.size} pages`)
}
