// The story table against a Map that forgets its oldest keys.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Story } from './feed.ts'
import { nobody } from './peers.ts'
import { StoryTable } from './story-table.ts'

const story = (id: number): Story => ({
  id,
  originator: nobody(),
  responder: nobody(),
  originatorPort: 0,
  responderPort: 0,
  serverName: '',
  nameSource: '',
  service: '',
})

test('finds what a Map of the newest keys finds', () => {
  const key = fc.oneof(
    fc.integer({ min: 0, max: 60 }).map((number) => `C${number}`),
    fc.integer({ min: 0, max: 60 }),
    fc.integer({ min: 0, max: 60 }).map((number) => number * 4294967296 + 7),
  )
  fc.assert(
    fc.property(fc.array(key, { maxLength: 400 }), (keys) => {
      const table = new StoryTable(16)
      const model = new Map<string | number, Story>()
      keys.forEach((each, id) => {
        assert.equal(table.get(each), model.get(each))
        if (model.has(each)) return
        if (model.size === 16) model.delete(model.keys().next().value!)
        model.set(each, story(id))
        table.set(each, model.get(each)!)
      })
      for (const [each, expected] of model) assert.equal(table.get(each), expected)
    }),
  )
})

test('keeps uids apart that differ in one letter', () => {
  const table = new StoryTable(1 << 16)
  for (let id = 0; id < 50_000; id++) {
    assert.equal(table.get(`CaFe${id}x`), undefined, `collision at ${id}`)
    table.set(`CaFe${id}x`, story(id))
  }
  assert.equal(table.get('CaFe123x')?.id, 123)
  assert.equal(table.evicted, 0)
})
