// One default for all commands, so that each finds what the others keep.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { defaultDataFolder } from './data-folder.ts'

test('below XDG_DATA_HOME; an empty one counts as none', (t) => {
  const before = process.env.XDG_DATA_HOME
  t.after(() => {
    if (before === undefined) delete process.env.XDG_DATA_HOME
    else process.env.XDG_DATA_HOME = before
  })
  process.env.XDG_DATA_HOME = '/srv/data'
  assert.equal(defaultDataFolder(), '/srv/data/thingward')
  for (const unset of ['', undefined]) {
    if (unset === undefined) delete process.env.XDG_DATA_HOME
    else process.env.XDG_DATA_HOME = unset
    assert.equal(defaultDataFolder(), join(homedir(), '.local/share/thingward'))
  }
})
