// The published schema fits what `watch --json` really prints, and is strict enough to notice a
// change.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { Watch } from '../app/index.ts'
import { pcapFile } from '../sensor/index.ts'
import { documentOf } from './document.ts'
import { WATCH_SCHEMA } from './schema.ts'

const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(WATCH_SCHEMA)
const captures = globSync(join(import.meta.dirname, '../../test/captures/*/input.pcap')).toSorted()

for (const path of captures) {
  test(`${path.split('/').at(-2)}: the document fits the schema`, async () => {
    const watch = await Watch.create({})
    const document = documentOf(await watch.run([pcapFile(path)]), '0.0.0')
    const plain = JSON.parse(JSON.stringify(document)) as { devices: unknown[] }
    assert.equal(validate(plain), true, JSON.stringify(validate.errors?.slice(0, 5), null, 1))
    assert.ok(plain.devices.length > 0)
  })
}

test('a document of another shape does not fit', async () => {
  const watch = await Watch.create({})
  const plain = JSON.parse(JSON.stringify(documentOf(await watch.run([]), '0.0.0')))
  assert.equal(validate(plain), true, JSON.stringify(validate.errors))
  assert.equal(validate({ ...plain, extra: 1 }), false)
  assert.equal(validate({ ...plain, findings: [{}] }), false)
})
