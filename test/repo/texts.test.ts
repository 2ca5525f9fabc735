// Pages and other texts: links lead somewhere, commands exist, no path of somebody's machine is
// left in.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PACKAGES } from '../../tools/packages.ts'
import { hold, noneStale } from './exceptions.ts'
import { readText, ROOT, type Complaint } from './source.ts'
import { deadLinks, localPaths, readTextFiles, unknownScripts } from './texts.ts'

const texts = readTextFiles(ROOT)

test('no text names a path of one machine', () => {
  const found = texts.flatMap((text) => localPaths(text, ROOT))
  hold(['local-path'], found)
})

test('links in the pages lead to files', () => {
  const exists = (path: string) => existsSync(join(ROOT, path))
  const found = texts.flatMap((text) => deadLinks(text, exists))
  hold(['dead-link'], found)
})

test('commands in texts exist', () => {
  const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> }
  const found = texts.flatMap((text) => unknownScripts(text, Object.keys(scripts)))
  hold(['unknown-script'], found)
})

test('each Debian package of the tests has a reason and tests that are there', () => {
  for (const { name, why, tests } of PACKAGES) {
    assert.ok(why.length > 15, `${name}: say in tools/packages.ts what it is for`)
    for (const path of tests) assert.ok(existsSync(join(ROOT, path)), `${name}: no ${path}`)
  }
})

test('no exception is listed that is not needed', noneStale)

test('the rules find what they look for', () => {
  const text = (...lines: string[]) => ({ path: 'docs/a.md', lines })
  const names = (complaints: readonly Complaint[]) => complaints.map((each) => each.name)
  const home = ['', 'home', 'mary'].join('/')
  const outside = ['..', '..', 'elsewhere'].join('/')
  assert.deepEqual(
    names(
      localPaths(text(`${home}/x`, outside, '../src/a.ts', '/srv/here/b'), '/srv/here/project'),
    ),
    [home, outside, '/srv/here/'],
  )
  const link = text('[a](b.md) [c](https://example.com) [d](../e.md#f) [g](#h)')
  assert.deepEqual(names(deadLinks(link, (path) => path === 'docs/b.md')), ['../e.md'])
  assert.deepEqual(names(unknownScripts(text('npm run' + ' fly', 'npm run test'), ['test'])), [
    'fly',
  ])
})
