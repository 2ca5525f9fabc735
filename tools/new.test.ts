// New plug-ins from templates: names, imports as seen from their folder, and words that make no
// sense.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { newFiles } from './new.ts'

const ROOT = join(import.meta.dirname, '..')

for (const kind of ['protocol', 'identifier', 'detector']) {
  test(`a new ${kind} names itself and imports what is there`, () => {
    const files = newFiles(kind, 'opc-next')
    const [plugin, check] = files
    assert.match(plugin.path, /^src\/\w+\/\w+\/opc-next\.ts$/)
    assert.match(plugin.text, new RegExp(`export const ${kind}: \\w+ = \\{\\s+id: 'opc-next'`))
    assert.equal(check.path, plugin.path.replace('.ts', '.test.ts'))
    for (const { path, text } of files) {
      assert.doesNotMatch(text, /example/i)
      for (const [, specifier] of text.matchAll(/'(\.\.?\/[^']+)'/g)) {
        const target = join(dirname(path), specifier)
        assert.ok(target === plugin.path || existsSync(join(ROOT, target)), `${path}: ${specifier}`)
        assert.doesNotMatch(target, /^tools/)
      }
    }
  })
}

test('words that make no sense are refused', () => {
  assert.throws(() => newFiles('thing', 'a'), /none of protocol, detector, identifier/)
  for (const id of ['', 'OPC', 'a_b', '../a', 'a-', '1a']) {
    assert.throws(() => newFiles('protocol', id), /lower case/)
  }
})
