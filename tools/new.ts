// `npm run new protocol|detector|identifier ID`: writes the file of a new plug-in and its test,
// from templates that are compiled and tested like all other files, so that what you start from
// works.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const TEMPLATES = 'tools/templates'
const FOLDERS: Readonly<Record<string, string>> = {
  protocol: 'src/decode/protocols',
  detector: 'src/detect/detectors',
  identifier: 'src/inventory/identifiers',
}

interface NewFile {
  /** Relative to the project. */
  readonly path: string
  readonly text: string
}

/** 'opc-ua' → 'OpcUa' */
const pascal = (id: string) =>
  id.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** The template's text as it has to read in `path`: own name, imports seen from there. */
function rendered(template: string, path: string, id: string): string {
  const text = readFileSync(join(ROOT, template), 'utf8')
  const from = dirname(path)
  const tried = template.replace('.test.ts', '.ts')
  return text
    .replace(/'(\.\.?\/[^']+\.ts)'/g, (_, specifier: string) => {
      const target = join(dirname(template), specifier)
      if (target === tried) return `'./${id}.ts'`
      const seen = relative(from, target)
      return seen.startsWith('.') ? `'${seen}'` : `'./${seen}'`
    })
    .replace(
      /example(?=[A-Z])/g,
      pascal(id).replace(/^./, (first) => first.toLowerCase()),
    )
    .replaceAll('example', id)
    .replaceAll('ExampleFields', pascal(id) + 'Fields')
    .replaceAll('Example', pascal(id))
}

/** The files of a new plug-in; throws with a message for people when the words make no sense. */
export function newFiles(kind: string, id: string): NewFile[] {
  const folder = FOLDERS[kind]
  if (!folder) throw new Error(`'${kind}' is none of ${Object.keys(FOLDERS).join(', ')}`)
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) {
    throw new Error(`'${id}': an id is lower case words joined by '-', e.g. 'opc-ua'`)
  }
  return ['.ts', '.test.ts'].map((suffix) => {
    const path = `${folder}/${id}${suffix}`
    return { path, text: rendered(`${TEMPLATES}/${kind}${suffix}`, path, id) }
  })
}

function main(kind = '', id = ''): void {
  const files = newFiles(kind, id)
  const there = files.find(({ path }) => existsSync(join(ROOT, path)))
  if (there) throw new Error(`${there.path} exists already`)
  for (const { path, text } of files) {
    writeFileSync(join(ROOT, path), text)
    console.log(path)
  }
  console.log(`now: node --test ${files[1].path}, and the recipe in CONTRIBUTING.md`)
}

if (import.meta.main) {
  try {
    main(...process.argv.slice(2))
  } catch (error) {
    console.error(`${(error as Error).message}\nusage: npm run new protocol|detector|identifier ID`)
    process.exitCode = 2
  }
}
