// Words of the style card: header comments, names that say nothing, `any`, undocumented doors.
import { SyntaxKind, type Node, type Statement } from 'typescript/unstable/ast'
import * as is from 'typescript/unstable/ast/is'
import { lineOf, walk, type Complaint, type Source } from './source.ts'

const HEADER_LINES_MAX = 5
const BANNED = /^(utils?|helpers?|commons?|types?|managers?|misc)$/

/** Each file opens with one to five lines of comment that say what it is. */
export function header(source: Source): Complaint[] {
  const start = source.lines[0]?.startsWith('#!') ? 1 : 0
  let lines = 0
  while (source.lines[start + lines]?.startsWith('//')) lines++
  if (lines >= 1 && lines <= HEADER_LINES_MAX) return []
  const text =
    lines === 0
      ? `open with one to five lines of '// …' that say what the file is`
      : `${lines} lines of header comment, ${HEADER_LINES_MAX} are allowed: move the rest to docs/`
  return [{ rule: 'header', path: source.path, line: 1, name: source.path, text }]
}

/** No file or folder with a name that fits everything. */
export function bannedName(path: string): Complaint[] {
  return path.split('/').flatMap((part) => {
    const name = part.replace(/\..*$/, '')
    if (!BANNED.test(name)) return []
    const text = `the name '${part}' says nothing: name it after the noun it holds`
    return [{ rule: 'banned-name', path, line: 1, name: part, text }]
  })
}

export function explicitAny(source: Source): Complaint[] {
  const complaints: Complaint[] = []
  walk(source.tree, (node) => {
    if (node.kind !== SyntaxKind.AnyKeyword) return
    const text = `'any' switches the compiler off: use 'unknown' and narrow it, or say the shape`
    complaints.push({
      rule: 'any',
      path: source.path,
      line: lineOf(source, node),
      name: 'any',
      text,
    })
  })
  return complaints
}

/** A test that is switched off or alone in its file hides the others. */
export function leftOver(source: Source): Complaint[] {
  return source.lines.flatMap((line, index) => {
    const found = /^\s*(test|describe|it|suite)\.(only|todo)\(/.exec(line)
    if (!found) return []
    const text = `${found[0].trim()} is for a developer's own screen: write ${found[1]}(`
    return [{ rule: 'left-over', path: source.path, line: index + 1, name: found[2], text }]
  })
}

/** Exported declarations of a file by name, with their statements. */
function declarations(source: Source): Map<string, Statement> {
  const found = new Map<string, Statement>()
  for (const statement of source.tree.statements) {
    if (!statement.getText(source.tree).startsWith('export ')) continue
    if (is.isVariableStatement(statement)) {
      for (const each of statement.declarationList.declarations) {
        found.set(each.name.getText(source.tree), statement)
      }
    } else {
      const name = (statement as { name?: Node }).name
      if (name) found.set(name.getText(source.tree), statement)
    }
  }
  return found
}

/** What a door lets through, as far as it stands in the file it names. */
function exportsOf(door: Source, sources: ReadonlyMap<string, Source>) {
  const found: { source: Source; name: string; statement: Statement }[] = []
  for (const [name, statement] of declarations(door)) found.push({ source: door, name, statement })
  for (const statement of door.tree.statements) {
    if (!is.isExportDeclaration(statement) || !statement.moduleSpecifier) continue
    const target = sources.get(resolve(door.path, specifierText(statement.moduleSpecifier)))
    if (!target) continue
    const clause = statement.exportClause
    const wanted =
      clause && is.isNamedExports(clause)
        ? clause.elements.map((each) => (each.propertyName ?? each.name).getText(door.tree))
        : undefined
    for (const [name, declared] of declarations(target)) {
      if (!wanted || wanted.includes(name))
        found.push({ source: target, name, statement: declared })
    }
  }
  return found
}

/** Everything that leaves a feature through its index.ts carries a comment. */
export function doors(all: readonly Source[]): Complaint[] {
  const sources = new Map(all.map((source) => [source.path, source]))
  return all
    .filter((source) => /^src\/[^/]+\/index\.ts$/.test(source.path))
    .flatMap((door) => exportsOf(door, sources))
    .filter(
      ({ source, name, statement }) => !isNoun(source, name) && !isDocumented(source, statement),
    )
    .map(({ source, name, statement }) => ({
      rule: 'door',
      path: source.path,
      line: lineOf(source, statement),
      name,
      text: `'${name}' leaves the feature: say above it, in /** … */, what it is, units, errors`,
    }))
}

/** The noun a file is named after is what its header comment describes. */
const isNoun = (source: Source, name: string) =>
  source.path.endsWith(`/${name.replace(/(?<=.)(?=[A-Z])/g, '-').toLowerCase()}.ts`)

/** A comment stands right above, or above the block of lines the declaration belongs to. */
function isDocumented(source: Source, statement: Statement): boolean {
  let line = lineOf(source, statement) - 2
  while (line >= 0 && /^export |^ {2}|^[)}\]]/.test(source.lines[line])) line--
  return line >= 0 && /(\*\/|^\/\/.*)\s*$/.test(source.lines[line])
}

const specifierText = (node: Node) => (node as unknown as { text: string }).text

/** The project path a relative specifier means; '' for a package. */
export function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return ''
  const parts = from.split('/').slice(0, -1)
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}
