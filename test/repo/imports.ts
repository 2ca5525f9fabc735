// Who imports whom: the import table of docs/architecture.md, doors, cycles, purity, declared
// packages.
import { builtinModules } from 'node:module'
import type { Node } from 'typescript/unstable/ast'
import * as is from 'typescript/unstable/ast/is'
import { resolve } from './names.ts'
import { lineOf, walk, type Complaint, type Source } from './source.ts'

export interface Import {
  readonly source: Source
  readonly line: number
  readonly specifier: string
  /** Project path for a relative import, '' for a package or a module of Node. */
  readonly target: string
  /** Erased before the program runs. `import { type A }` is not: it still loads the file. */
  readonly typeOnly: boolean
}

export function importsOf(source: Source): Import[] {
  const found: Import[] = []
  const add = (node: Node, specifier: Node, typeOnly: boolean) => {
    const text = (specifier as unknown as { text: string }).text
    const line = lineOf(source, node)
    found.push({ source, line, specifier: text, target: resolve(source.path, text), typeOnly })
  }
  walk(source.tree, (node) => {
    if (is.isImportDeclaration(node)) {
      const clause = node.importClause?.getText(source.tree) ?? ''
      add(node, node.moduleSpecifier, clause.startsWith('type '))
    } else if (is.isExportDeclaration(node) && node.moduleSpecifier) {
      add(node, node.moduleSpecifier, node.isTypeOnly)
    } else if (is.isImportTypeNode(node) && is.isLiteralTypeNode(node.argument)) {
      add(node, node.argument.literal, true)
    } else if (is.isCallExpression(node) && node.expression.getText(source.tree) === 'import') {
      if (is.isStringLiteral(node.arguments[0])) add(node, node.arguments[0], false)
    }
  })
  return found
}

const isTest = (path: string) => path.endsWith('.test.ts') || !path.startsWith('src/')
const featureOf = (path: string) => /^src\/([^/]+)\//.exec(path)?.[1] ?? ''

/** The rows of the table whose head says 'may import': folder → folders, or 'all'. */
export function importTable(markdown: string): Map<string, readonly string[] | 'all'> {
  const lines = markdown.split('\n')
  const start = lines.findIndex((line) => line.startsWith('|') && line.includes('may import'))
  const table = new Map<string, readonly string[] | 'all'>()
  for (let at = start + 2; lines[at]?.startsWith('|'); at++) {
    const cells = lines[at].split('|').map((cell) => cell.trim())
    const names = [...cells[3].matchAll(/`([a-z]+)`/g)].map((match) => match[1])
    table.set(cells[1].replaceAll('`', ''), cells[3] === 'all' ? 'all' : names)
  }
  return table
}

type Table = ReturnType<typeof importTable>

const complain = (each: Import, rule: string, text: string): Complaint => ({
  rule,
  path: each.source.path,
  line: each.line,
  name: each.specifier,
  text,
})

/** The composition root has a door for each thing that is run, so that each loads what it needs. */
const isRoot = ({ target }: Import) => /^src\/app\/[^/]+\/index\.ts$/.test(target)

/** Types of a contract may be taken without the feature behind it: the browser has no Node. */
const isContract = ({ target, typeOnly }: Import) =>
  typeOnly && /^src\/[^/]+\/contract\/index\.ts$/.test(target)

/** Imports that the table forbids, or that climb over another feature's door. */
export function features(all: readonly Source[], table: Table): Complaint[] {
  const imports = all.filter((source) => !isTest(source.path)).flatMap(importsOf)
  return imports.flatMap((each) => {
    if (each.target === '') return []
    const from = featureOf(each.source.path)
    const to = featureOf(each.target)
    if (to === '') {
      return [
        complain(each, 'import-table', `src/ may not import ${each.target}: move it into src/`),
      ]
    }
    if (from === to) return []
    const allowed = table.get(from)
    if (!allowed) {
      return [complain(each, 'import-table', `give '${from}' a row in docs/architecture.md`)]
    }
    if (allowed !== 'all' && !allowed.includes(to)) {
      const may = allowed.length > 0 ? allowed.join(', ') : 'nothing'
      const text = `'${from}' may import ${may}, not '${to}' (docs/architecture.md)`
      return [complain(each, 'import-table', text)]
    }
    if (
      to !== 'core' &&
      each.target !== `src/${to}/index.ts` &&
      !isContract(each) &&
      !isRoot(each)
    ) {
      const text = `go through the door: import from src/${to}/index.ts instead of ${each.target}`
      return [complain(each, 'door-only', text)]
    }
    return []
  })
}

/** Cycles of imports that are there at run time, each named once. */
export function cycles(all: readonly Source[]): Complaint[] {
  const edges = new Map(
    all.map((source) => [source.path, importsOf(source).filter((each) => !each.typeOnly)]),
  )
  const complaints: Complaint[] = []
  const done = new Set<string>()
  const visit = (path: string, trail: readonly Import[]): void => {
    const start = trail.findIndex((each) => each.source.path === path)
    if (start >= 0) {
      const way = trail.slice(start).map((each) => each.source.path)
      const ring = [...way, path].join(' → ')
      const text = `a cycle of imports: ${ring}; use 'import type', or move what both need`
      complaints.push(complain(trail[trail.length - 1], 'cycle', text))
      return
    }
    if (done.has(path)) return
    for (const each of edges.get(path) ?? []) visit(each.target, [...trail, each])
    done.add(path)
  }
  for (const path of edges.keys()) visit(path, [])
  return complaints
}

const PURE = /^src\/(decode|flow|policy|detect)\//
const PURE_MODULES = new Set(['assert', 'assert/strict', 'buffer', 'crypto', 'util'])
const IMPURE = [
  [/\bDate\.now\(/, `packet time, not 'Date.now()'`],
  [/\bnew Date\(\)/, `packet time, not 'new Date()'`],
  [/\bperformance\.now\(/, `packet time, not 'performance.now()'`],
  [/\bMath\.random\(/, `a number from the caller, not 'Math.random()'`],
  [/\bprocess\.(?!memoryUsage)/, `a value from the caller, not 'process'`],
  [/\b(setTimeout|setInterval|setImmediate)\(/, `the 'tick' of packet time, not a timer`],
  [/\bconsole\./, `a Finding or an Anomaly, not 'console'`],
] as const

/** decode, flow, policy and detect: the same bytes, the same answer, on any day. */
export function purity(source: Source): Complaint[] {
  if (!PURE.test(source.path) || isTest(source.path)) return []
  const modules = importsOf(source)
    .filter((each) => each.specifier.startsWith('node:') && !each.typeOnly)
    .filter((each) => !PURE_MODULES.has(each.specifier.slice(5)))
    .map((each) => {
      const text = `this folder is pure: take what '${each.specifier}' brings from the caller`
      return complain(each, 'purity', text)
    })
  const calls = source.lines.flatMap((line, index) => {
    if (line.trimStart().startsWith('//') || line.trimStart().startsWith('*')) return []
    return IMPURE.filter(([pattern]) => pattern.test(line)).map(([pattern, instead]) => {
      const text = `this folder is pure: take ${instead}`
      return { rule: 'purity', path: source.path, line: index + 1, name: String(pattern), text }
    })
  })
  return [...modules, ...calls]
}

/**
 * Packages a file loads that package.json does not declare, and modules of Node without `node:`.
 */
export function packages(
  source: Source,
  declared: { run: string[]; develop: string[] },
): Complaint[] {
  return importsOf(source).flatMap((each) => {
    if (each.target !== '' || each.specifier.startsWith('node:')) return []
    if (builtinModules.includes(each.specifier)) {
      return [complain(each, 'package', `write 'node:${each.specifier}'`)]
    }
    const name = each.specifier
      .split('/')
      .slice(0, each.specifier.startsWith('@') ? 2 : 1)
      .join('/')
    // The console is bundled when it is built: what it stands on is not loaded where it runs.
    const builds = isTest(source.path) || source.path.startsWith('src/console/')
    const known = builds ? [...declared.run, ...declared.develop] : declared.run
    if (known.includes(name)) return []
    return [complain(each, 'package', `'${name}' is not declared in package.json for this folder`)]
  })
}
