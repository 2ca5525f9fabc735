// `npm run accuracy [PART ...] [-v] [--write]`: how often we agree with other people's tools on
// other people's captures. Prints; with --write it also writes docs/accuracy.md. -v lists every
// disagreement with capture and frame.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tableLines } from '../../src/report/index.ts'
import { findCaptures } from '../../tools/captures.ts'
import { accuracyText, labelledCases, measure } from './devices.ts'
import { ndpiLabels } from './ndpi-labels.ts'
import type { Part } from './reading.ts'
import { tsharkFields } from './tshark-fields.ts'
import { zeekBaselines } from './zeek-baselines.ts'

const ROOT = join(import.meta.dirname, '../..')
const PARTS = ['protocols', 'flows', 'fields', 'devices'] as const
type PartName = (typeof PARTS)[number]

const options = new Set(process.argv.slice(2).filter((word) => word.startsWith('-')))
const words = process.argv.slice(2).filter((word) => !word.startsWith('-'))

async function run(name: PartName, captures: string): Promise<Part | string | undefined> {
  switch (name) {
    case 'protocols':
      return ndpiLabels(captures)
    case 'flows':
      return zeekBaselines(captures)
    case 'fields':
      return tsharkFields(captures)
    case 'devices':
      return devices(captures)
  }
}

async function devices(captures: string): Promise<string | undefined> {
  const table = join(captures, 'device-labels.tsv')
  if (!existsSync(table)) return undefined
  const text = accuracyText(await measure(labelledCases(captures, table)))
  return `Devices, against a table of what they are\n\n${text}`
}

function textOf({ title, about, header, rows }: Part): string {
  const columns = header.map((name, index) => ({
    title: name,
    of: (row: readonly string[]) => row[index] ?? '',
    ...(index > 0 && { right: true as const }),
  }))
  return [title, about, '', ...tableLines(rows, columns)].join('\n') + '\n'
}

function markdownOf(part: Part | string): string {
  if (typeof part === 'string') {
    const [title, ...rest] = part.trim().split('\n')
    return `## ${title}\n\n\`\`\`text\n${rest.join('\n').trim()}\n\`\`\`\n`
  }
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const { title, about, header, rows } = part
  const table = [line(header), line(header.map(() => '---')), ...rows.map(line)]
  return `## ${title}\n\n${about}\n\n${table.join('\n')}\n`
}

const HEAD = `# How often others agree

Written by \`npm run accuracy -- --write\`. The captures are other people's and are not shipped;
the program asks for their folder in THINGWARD_CAPTURES. Precision: of what we say, how much they
say too. Recall: of what they say, how much we say too. Others err as well: a difference is a place
to look at, not yet a fault.
`

async function main(): Promise<number> {
  const wrong = words.filter((word) => !PARTS.some((part) => part === word))
  if (wrong.length > 0) {
    console.error(`no part is called ${wrong.join(', ')}; there are ${PARTS.join(', ')}`)
    return 2
  }
  const captures = findCaptures(ROOT)
  if (captures === undefined) {
    console.error(
      'nothing to compare with: the captures of others are not part of the project.\n' +
        'THINGWARD_CAPTURES=FOLDER npm run accuracy, where FOLDER holds them unpacked',
    )
    return 3
  }
  const pages: string[] = []
  for (const name of PARTS.filter((part) => words.length === 0 || words.includes(part))) {
    const part = await run(name, captures)
    if (part === undefined) {
      console.log(`${name}: left out, ${captures} has nothing for it\n`)
      continue
    }
    console.log(typeof part === 'string' ? part : textOf(part))
    if (options.has('-v') && typeof part !== 'string') console.log(part.details.join('\n') + '\n')
    pages.push(markdownOf(part))
  }
  if (options.has('--write')) {
    writeFileSync(join(ROOT, 'docs/accuracy.md'), [HEAD, ...pages].join('\n'))
    console.log('written to docs/accuracy.md')
  }
  return 0
}

process.exitCode = await main()
