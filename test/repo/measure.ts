// Sizes of the style card: lines of code in files and functions, parameters, columns. Blank lines
// and lines that hold only a comment are not code.
import { SyntaxKind, type Node } from 'typescript/unstable/ast'
import * as is from 'typescript/unstable/ast/is'
import { lineOf, walk, type Complaint, type Source } from './source.ts'

const FILE_LINES_MAX = 300
/** With its tables and test cases, which do not count above. */
const FILE_LINES_WHOLE_MAX = 600
const FUNCTION_LINES_MAX = 60
const PARAMETERS_MAX = 3
/** On the way of a packet numbers are handed over one by one: an object would be an allocation. */
const HOT_PARAMETERS_MAX = 6
const HOT = /^(src\/(core|decode|export|flow|sensor)|test\/fuzz)\//
const COLUMNS_MAX = 100

/** For each line whether it holds code. */
export function codeLines(lines: readonly string[]): boolean[] {
  let inComment = false
  return lines.map((line) => {
    const text = line.trim()
    if (inComment) {
      if (text.includes('*/')) inComment = false
      return false
    }
    if (text.startsWith('/*')) {
      inComment = !text.includes('*/')
      return text.includes('*/') && !text.endsWith('*/')
    }
    return text !== '' && !text.startsWith('//')
  })
}

const count = (code: readonly boolean[], from: number, to: number) =>
  code.slice(from - 1, to).filter(Boolean).length

/**
 * Files that are too long. Tables at the top level and test cases are data: they count for the
 * whole only.
 */
export function fileSize(source: Source): Complaint[] {
  const code = codeLines(source.lines)
  const whole = count(code, 1, source.lines.length)
  for (const [from, to] of dataLines(source)) code.fill(false, from, to - 1)
  const lines = count(code, 1, source.lines.length)
  const say = (text: string) => [
    { rule: 'file-lines', path: source.path, line: 1, name: source.path, text },
  ]
  const remedy = 'move one noun into a file of its own'
  if (lines > FILE_LINES_MAX) {
    return say(`${lines} lines of code, ${FILE_LINES_MAX} are allowed: ${remedy}`)
  }
  if (whole > FILE_LINES_WHOLE_MAX) {
    return say(
      `${whole} lines with tables or cases, ${FILE_LINES_WHOLE_MAX} are allowed: ${remedy}`,
    )
  }
  return []
}

/** First and last lines of top-level tables and of test cases. */
function dataLines(source: Source): [number, number][] {
  const range = (node: Node): [number, number] => [
    lineOf(source, node),
    source.tree.getLineAndCharacterOfPosition(node.getEnd()).line + 1,
  ]
  const found: [number, number][] = []
  for (const statement of source.tree.statements) {
    if (!is.isVariableStatement(statement)) continue
    for (const { initializer } of statement.declarationList.declarations) {
      if (initializer && isData(initializer)) found.push(range(initializer))
    }
  }
  walk(source.tree, (node) => {
    if (is.isFunctionLikeDeclaration(node) && isTestCase(node)) found.push(range(node))
  })
  return found
}

/**
 * A literal without functions in it, perhaps wrapped: `[…] as const`, `Object.freeze({…})`, `new
 * Map([…])`.
 */
function isData(node: Node): boolean {
  let holdsCode = false
  let holdsRows = false
  walk(node, (each) => {
    if (is.isFunctionLikeDeclaration(each)) holdsCode = true
    if (is.isArrayLiteralExpression(each) || is.isObjectLiteralExpression(each)) holdsRows = true
  })
  return holdsRows && !holdsCode
}

export function columns(source: Source): Complaint[] {
  return source.lines.flatMap((line, index) => {
    const length = [...line].length
    if (length <= COLUMNS_MAX || /https?:\/\/\S{60}/.test(line)) return []
    const text = `${length} columns, ${COLUMNS_MAX} are allowed: break the line`
    return [{ rule: 'columns', path: source.path, line: index + 1, name: String(index + 1), text }]
  })
}

/** Functions that are too long or take too much. */
export function functions(source: Source): Complaint[] {
  const code = codeLines(source.lines)
  const complaints: Complaint[] = []
  walk(source.tree, (node) => {
    if (!is.isFunctionLikeDeclaration(node) || !node.body) return
    const name = nameOf(node)
    const line = lineOf(source, node)
    const last = source.tree.getLineAndCharacterOfPosition(node.getEnd()).line + 1
    const lines = count(code, line, last)
    const say = (rule: string, text: string) =>
      complaints.push({ rule, path: source.path, line, name, text: `${name} ${text}` })
    if (lines > FUNCTION_LINES_MAX && !isTable(node.body) && !isTestCase(node)) {
      say(
        'function-lines',
        `has ${lines} lines of code, ${FUNCTION_LINES_MAX} are allowed: split it`,
      )
    }
    const most = HOT.test(source.path) ? HOT_PARAMETERS_MAX : PARAMETERS_MAX
    const parameters = node.parameters.filter((each) => each.name.getText(source.tree) !== 'this')
    if (parameters.length > most) {
      say(
        'parameters',
        `takes ${parameters.length} parameters, ${most} are allowed: pass one object`,
      )
    }
  })
  return complaints
}

/** The name a function has, or the one of the variable or property it is given to. */
function nameOf(node: Node): string {
  for (let at: Node | undefined = node; at && at.kind !== SyntaxKind.SourceFile; at = at.parent) {
    const name = (at as { name?: Node }).name
    if (name) return name.getText()
    if (is.isConstructorDeclaration(at)) return 'constructor'
    if (at !== node && is.isCallExpression(at))
      return `a function given to ${at.expression.getText()}`
  }
  return 'a function'
}

/** One literal, or one switch of returned literals: data written as code. */
function isTable(body: Node): boolean {
  const statements = is.isBlock(body) ? body.statements : undefined
  if (statements && statements.length !== 1) return false
  const only = statements ? statements[0] : body
  if (is.isSwitchStatement(only)) return true
  const value = is.isReturnStatement(only) ? only.expression : only
  if (!value) return false
  const inner = is.isParenthesizedExpression(value) ? value.expression : value
  return (
    is.isObjectLiteralExpression(inner) ||
    is.isArrayLiteralExpression(inner) ||
    is.isTemplateExpression(inner)
  )
}

const TEST_CALLS = new Set(['test', 'describe', 'it', 'suite', 'before', 'after', 't.test'])

/** A function handed to node's test runner. */
function isTestCase(node: Node): boolean {
  const call = node.parent
  return is.isCallExpression(call) && TEST_CALLS.has(call.expression.getText())
}
