// All text files of the project, and rules for what they may say: no path of a developer's machine,
// no link that leads nowhere.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import type { Complaint } from './source.ts'

/** What is installed, built or recorded: none of it is ours to read. */
const SKIPPED = new Set(['.git', 'node_modules', 'dist', 'captures', 'bench/work'])
const TEXT =
  /\.(ts|md|json|jsonc|sh|txt|yaml|yml|svg|html|css|tsv|csv)$|\/(run|thingward|LICENSE)$|^\.[a-z]+$/

export interface Text {
  readonly path: string
  readonly lines: readonly string[]
}

/** Every text file below `folder`, without what is installed, built or recorded. */
export function readTextFiles(root: string, folder = ''): Text[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return SKIPPED.has(path) ? [] : readTextFiles(root, path)
    if (!entry.isFile() || !TEXT.test(path)) return []
    return [{ path, lines: readFileSync(join(root, path), 'utf8').split('\n') }]
  })
}

/**
 * Paths that exist on one machine only: the folder the checkout lies in, somebody's home, or a
 * relative path that climbs out of the project.
 */
export function localPaths(text: Text, root: string): Complaint[] {
  const above = dirname(root)
  const own = above.length > 1 && !['/tmp', '/opt', '/srv'].includes(above) ? [above + '/'] : []
  return text.lines.flatMap((line, index) => {
    const homes = [...line.matchAll(/\/(?:home|Users)\/(?!USER\b)\w[\w.-]*|\/root\//g)].map(
      ([found]) => found,
    )
    const climbing = [...line.matchAll(/(?<![\w/.*])(?:\.\.\/)+[\w*][\w.*-]*/g)]
      .map(([found]) => found)
      .filter((found) => normalize(join(dirname(text.path), found)).startsWith('..'))
    return [...homes, ...own.filter((path) => stands(line, path)), ...climbing].map((found) => ({
      rule: 'local-path',
      path: text.path,
      line: index + 1,
      name: found,
      text: `'${found}' is on one machine only: write a path inside the project, or a NAME`,
    }))
  })
}

/** Whether `path` stands in the line as a whole path, not as the tail of another. */
function stands(line: string, path: string): boolean {
  const at = line.indexOf(path)
  return at === 0 || (at > 0 && !/[\w.*-]/.test(line[at - 1]))
}

/** Relative links of a Markdown page that lead to no file. */
export function deadLinks(text: Text, exists: (path: string) => boolean): Complaint[] {
  if (!text.path.endsWith('.md')) return []
  return text.lines.flatMap((line, index) =>
    [...line.matchAll(/\]\(([^)\s#]+)(?:#[^)\s]*)?\)/g)]
      .map(([, target]) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => !exists(normalize(join(dirname(text.path), target))))
      .map((target) => ({
        rule: 'dead-link',
        path: text.path,
        line: index + 1,
        name: target,
        text: `'${target}' leads nowhere: write the file or take the link out`,
      })),
  )
}

/** `npm run` scripts that a page names and package.json does not have. */
export function unknownScripts(text: Text, scripts: readonly string[]): Complaint[] {
  return text.lines.flatMap((line, index) =>
    [...line.matchAll(/npm run ([a-z][\w:-]*)/g)]
      .map(([, name]) => name)
      .filter((name) => !scripts.includes(name))
      .map((name) => ({
        rule: 'unknown-script',
        path: text.path,
        line: index + 1,
        name,
        text: `package.json has no script '${name}': it has ${scripts.join(', ')}`,
      })),
  )
}
