// Written policies: what is ours is renewed, what is somebody else's or was changed is left, unless
// forced; and what is written is valid, finds back to its device, and permits what was learnt.
import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MadeUpSite } from '../../../test/policy/traffic.ts'
import { needsYang, yanglint } from '../../../test/policy/mud-files.ts'
import { checkMud, observe, profilesFrom, verdictsOf } from '../../policy/index.ts'
import { Bound } from './bound.ts'
import { readPolicyFolder } from './given.ts'
import { mudTexts, profileTexts } from './texts.ts'
import { MANIFEST, WrittenFolder } from './written.ts'

const made = new MadeUpSite().watch(
  { from: 'camera', to: '203.0.113.5', name: 'a.example.com', service: 'tls' },
  { from: 'camera', to: 'hub', port: 1883, service: 'mqtt' },
  { from: 'bulb', to: 'plc', port: 502, service: 'modbus' },
  { from: 'camera', to: 'mdns', protocol: 'udp', port: 5353, service: 'mdns', packets: [4, 0] },
  { from: 'phone', to: 'camera', port: 80, service: 'http' },
)
const devices = made.devices()
const { exchanges, site, ...rest } = observe(devices, made.learner)
const profiles = profilesFrom({ exchanges, site, ...rest })

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'thingward-written-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

const read = (...path: string[]) => readFileSync(join(...path), 'utf8')
const file = (name: string, text: string) => ({ name, text, note: { device: name } })

test('files of ours are renewed; others, and changed ones, are left as they are', (t) => {
  const folder = join(temporary(t), 'deep', 'er')
  const first = new WrittenFolder(folder, false)
  assert.deepEqual(first.write([file('a.json', '1'), file('b.json', '1')], 'a test'), [])
  writeFileSync(join(folder, 'b.json'), 'changed by a person')
  writeFileSync(join(folder, 'c.json'), "somebody else's")
  const three = ['a.json', 'b.json', 'c.json'].map((name) => file(name, '2'))
  assert.deepEqual(new WrittenFolder(folder, false).write(three, 'a test'), ['b.json', 'c.json'])
  assert.deepEqual(
    three.map(({ name }) => read(folder, name)),
    ['2', 'changed by a person', "somebody else's"],
  )
  assert.deepEqual(new WrittenFolder(folder, true).write(three, 'a test'), [])
  assert.equal(read(folder, 'c.json'), '2')
  assert.deepEqual(readdirSync(folder).toSorted(), ['a.json', 'b.json', 'c.json', MANIFEST])
})

test('a folder that cannot be made, or whose list is not ours, is told before the run', (t) => {
  const folder = temporary(t)
  writeFileSync(join(folder, 'file'), '')
  assert.throws(() => new WrittenFolder(join(folder, 'file'), false), {
    code: 'not-written',
    message: /file: a file of this name is in the way$/,
  })
  assert.throws(() => new WrittenFolder(join(folder, 'file', 'x'), false), /part of this path/)
  writeFileSync(join(folder, MANIFEST), '{"name": "something else"}')
  assert.throws(() => new WrittenFolder(folder, false), /is not ours: name another folder/)
  assert.deepEqual(new WrittenFolder(folder, true).write([], 'a test'), [])
})

test('MUD files are valid, and say what they could not express', () => {
  const files = mudTexts(profiles, site)
  assert.deepEqual(
    files.map(({ device }) => device),
    profiles.map(({ subject }) => (subject.kind === 'device' ? subject.device : '')),
  )
  for (const { name, text } of files) {
    const errors = checkMud(JSON.parse(text)).filter(({ severity }) => severity === 'error')
    assert.deepEqual(errors, [], name)
    assert.match(text, /"mud-url": "https:\/\/thingward\.invalid\/mud\//)
  }
  const plc = files.find(({ device }) => device === 'id-plc')!
  const kinds = plc.losses.map(({ kind }) => kind)
  assert.deepEqual(kinds.toSorted(), ['application', 'device-peer'])
  assert.deepEqual((plc.note.couldNotExpress as unknown[]).length, 2)
})

test('yanglint takes them', { skip: needsYang() }, () => {
  for (const { name, text } of mudTexts(profiles, site)) {
    assert.equal(yanglint(JSON.parse(text)), '', name)
  }
})

for (const [what, texts] of [
  ['MUD files', mudTexts],
  ['profiles', profileTexts],
] as const) {
  test(`${what} read back find their devices, and permit all they were learnt from`, async (t) => {
    const folder = temporary(t)
    new WrittenFolder(folder, false).write(texts(profiles, site), 'a test')
    const bound = new Bound(await readPolicyFolder(folder), devices)
    assert.deepEqual([...bound.devices].toSorted(), [...exchanges.keys()].toSorted())
    const verdicts = verdictsOf(exchanges, bound.profileOf, site)
    assert.deepEqual(
      verdicts.map(({ device, denied }) => [device, denied.flows]),
      [...exchanges.keys()].map((device) => [device, 0]),
    )
  })
}
