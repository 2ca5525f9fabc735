// Plug-ins: each file is tried by a test of its own or by a row in a table of cases, and nothing
// but its test imports it, so that adding one stays a matter of one file.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import * as is from 'typescript/unstable/ast/is'
import { importsOf } from './imports.ts'
import { hold, noneStale } from './exceptions.ts'
import { readProject, ROOT, walk, type Source } from './source.ts'

const FOLDERS = [
  'decode/protocols',
  'detect/detectors',
  'discovery/probes',
  'export/targets/forms',
  'inventory/identifiers',
  'inventory/truth/kinds',
]
const PLUGIN = new RegExp(`^src/(${FOLDERS.join('|')})/[^/]+\\.ts$`)
const sources = readProject()
const isTest = (path: string) => path.endsWith('.test.ts')
const plugins = sources.filter(({ path }) => PLUGIN.test(path) && !isTest(path))

/** Words in quotes and keys of object literals: how a table of cases names what it tries. */
function namesIn(source: Source): Set<string> {
  const names = new Set<string>()
  walk(source.tree, (node) => {
    if (is.isStringLiteral(node)) names.add(node.text)
    if (is.isPropertyAssignment(node)) names.add(node.name.getText(source.tree))
  })
  return names
}

test('there are plug-ins to look at', () => assert.ok(plugins.length > 3))

test('each plug-in has its test or stands in a table of cases', () => {
  const tables = sources
    .filter(({ path }) => isTest(path) || path.endsWith('.cases.ts'))
    .map((source) => ({ path: source.path, names: namesIn(source) }))
  const untried = plugins.filter(({ path }) => {
    if (existsSync(join(ROOT, path.replace(/\.ts$/, '.test.ts')))) return false
    const feature = dirname(dirname(path))
    const id = basename(path, '.ts')
    return !tables.some((table) => table.path.startsWith(feature + '/') && table.names.has(id))
  })
  const complaints = untried.map(({ path }) => ({
    rule: 'untried',
    path,
    line: 1,
    name: path,
    text: `no test tries it: write ${basename(path, '.ts')}.test.ts or add it to a table of cases`,
  }))
  hold(['untried'], complaints)
})

test('nobody imports a plug-in but its tests', () => {
  const paths = new Set(plugins.map(({ path }) => path))
  const complaints = sources
    .filter(({ path }) => path.startsWith('src/') && !isTest(path))
    .flatMap(importsOf)
    .filter(({ target, typeOnly }) => paths.has(target) && !typeOnly)
    .map(({ source, line, target }) => ({
      rule: 'plugin-import',
      path: source.path,
      line,
      name: target,
      text: `${target} is a plug-in: move what both need into a file beside the plug-in folder`,
    }))
  hold(['plugin-import'], complaints)
})

test('no exception is listed that is not needed', noneStale)
