// Policies from a folder: MUD files in three dialects and profiles of our own; what cannot be used
// is named, the rest is used.
import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lamp, oldLamp, researchLamp } from '../../../test/policy/mud-files.ts'
import { MadeUpSite } from '../../../test/policy/traffic.ts'
import { profilesOf } from '../../policy/index.ts'
import { Bound } from './bound.ts'
import { examinePolicyFile, parsePolicy, readPolicyFolder } from './given.ts'

const made = new MadeUpSite().watch(
  { from: 'camera', to: '203.0.113.5', name: 'a.example.com', service: 'tls' },
  { from: 'bulb', to: '203.0.113.6', name: 'b.example.com', service: 'tls' },
)
const [camera] = profilesOf(made.devices(), made.learner)

/** A folder that lasts as long as the test. */
function folderWith(t: TestContext, files: { readonly [name: string]: string }): string {
  const folder = mkdtempSync(join(tmpdir(), 'thingward-policies-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

test('three dialects, a profile of ours, and what is neither', async (t) => {
  const folder = folderWith(t, {
    'a.json': JSON.stringify(lamp()),
    'b.json': `\uFEFF${JSON.stringify(researchLamp())}`,
    'c.mud': JSON.stringify(oldLamp()),
    'd.json': JSON.stringify(camera),
    'e.json': '{"some": "json"}',
    'f.json': 'no json',
    'thingward.json': '{"files": []}',
    'README.txt': 'not read',
  })
  mkdirSync(join(folder, 'g.json'))
  const files = await readPolicyFolder(folder)
  assert.deepEqual(
    files.map(({ name, kind, dialect, profile }) => [name, kind, dialect, profile !== undefined]),
    [
      ['a.json', 'mud', 'rfc8520', true],
      ['b.json', 'mud', 'mudgee', true],
      ['c.mud', 'mud', 'draft-2017', true],
      ['d.json', 'profile', undefined, true],
      ['e.json', 'none', undefined, false],
      ['f.json', 'none', undefined, false],
      ['g.json', 'none', undefined, false],
    ],
  )
  assert.deepEqual(files[0].repairs, [])
  assert.ok(files[1].repairs.length > 3)
  assert.equal(files[5].problems[0].what, 'not JSON')
  assert.equal(files[6].problems[0].what, 'EISDIR')
})

test('a folder that is not there, is none, or holds nothing says so', async (t) => {
  const folder = folderWith(t, { 'x.txt': '' })
  await assert.rejects(readPolicyFolder(join(folder, 'gone')), /gone: there is no such folder/)
  await assert.rejects(readPolicyFolder(join(folder, 'x.txt')), /x\.txt: not a folder/)
  await assert.rejects(
    readPolicyFolder(folder),
    /no policy in it; .* are named \*\.json or \*\.mud/,
  )
})

test('a broken profile is not taken for a MUD file', () => {
  const text = JSON.stringify({ ...camera, schemaVersion: 7 })
  const { kind, profile, problems } = parsePolicy('x.json', text)
  assert.deepEqual([kind, profile], ['profile', undefined])
  assert.match(problems[0].what, /schema version 1/)
})

test("a device's own profile goes before its maker's file", () => {
  const mudUrl = 'https://lamps.example.com/lamp.json'
  const files = [
    parsePolicy('lamp.json', JSON.stringify(lamp())),
    parsePolicy('camera.json', JSON.stringify(camera)),
  ]
  const devices = [
    made.device('camera', { id: 'd4', mudUrl }),
    made.device('bulb', { id: 'd5', mudUrl }),
    made.device('hub', { id: 'd6' }),
  ]
  const bound = new Bound(files, devices)
  const said = devices.map(({ id }) => [bound.of(id)?.file.name, bound.of(id)?.by])
  assert.deepEqual(said, [
    ['camera.json', 'mac'],
    ['lamp.json', 'mud-url'],
    [undefined, undefined],
  ])
  assert.equal(bound.makers.get('d4')?.file.name, 'lamp.json')
  const { subject } = bound.profileOf('d4')!
  assert.equal(subject.kind === 'device' && subject.device, 'd4')
  assert.deepEqual([...bound.devices].toSorted(), ['d4', 'd5'])
})

test('by the letter a draft is not valid, though it can be used', async (t) => {
  const folder = folderWith(t, {
    'new.json': JSON.stringify(lamp()),
    'old.json': JSON.stringify(oldLamp()),
  })
  const good = await examinePolicyFile(join(folder, 'new.json'))
  assert.deepEqual(
    good.letter.filter(({ severity }) => severity === 'error'),
    [],
  )
  const old = await examinePolicyFile(join(folder, 'old.json'))
  assert.ok(old.profile && old.letter.some(({ severity }) => severity === 'error'))
  const gone = await examinePolicyFile(join(folder, 'gone.json'))
  assert.equal(gone.problems[0].what, 'there is no such file')
})
