// Policies as a person meets them, through bin/thingward: learnt on one recording of the test
// network and tried on the next, the door station held to its maker's file, diff, replay and check.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { checkMud, profileFromMud, readMudText } from '../../src/policy/index.ts'
import { WATCH_SCHEMA, type WatchDocument } from '../../src/report/index.ts'
import { needsYang, oldLamp, yanglint } from '../policy/mud-files.ts'

const ROOT = join(import.meta.dirname, '../..')
const capture = (name: string) => join(ROOT, 'test/captures', name, 'input.pcap')
const MAKERS = join(ROOT, 'test/network/mud')

const folder = mkdtempSync(join(tmpdir(), 'thingward-policy-'))
after(() => rmSync(folder, { recursive: true }))
const PROFILES = join(folder, 'profiles')
const MUD = join(folder, 'mud')

function run(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(join(ROOT, 'bin/thingward'), words, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  return { code: status, out: stdout, err: stderr }
}

const fits = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(WATCH_SCHEMA)

/** What `watch --json` says, held against its schema. */
function watch(...words: string[]): WatchDocument {
  const { out, err, code } = run('watch', '--json', ...words)
  assert.equal(code, 0, err)
  const document = JSON.parse(out) as WatchDocument
  assert.ok(fits(document), JSON.stringify(fits.errors?.slice(0, 3)))
  return document
}

interface Label {
  readonly id: string
  readonly start: number
  readonly end: number
  readonly source: { readonly address: string }
  readonly destination: { readonly address: string }
}

const labelsOf = (name: string): readonly Label[] => {
  const text = readFileSync(join(ROOT, 'test/captures', name, 'labels.json'), 'utf8')
  return (JSON.parse(text) as { readonly labels: readonly Label[] }).labels
}

/** The part of the sample before the first attack: normal life, from another run than 'normal'. */
function calmPart(): string {
  const bytes = readFileSync(capture('sample'))
  const end = Math.min(...labelsOf('sample').map(({ start }) => start))
  let at = 24
  while (at < bytes.length) {
    const time = bytes.readUInt32LE(at) * 1e6 + bytes.readUInt32LE(at + 4)
    if (time >= end) break
    at += 16 + bytes.readUInt32LE(at + 8)
  }
  const path = join(folder, 'calm.pcap')
  writeFileSync(path, bytes.subarray(0, at))
  return path
}

const violations = ({ findings }: WatchDocument) =>
  findings.filter(({ detector }) => detector === 'profile-violation')

const deviceCalled = ({ devices }: WatchDocument, name: RegExp) => {
  const found = devices.find((device) => name.test(device.name))
  assert.ok(found, `no device called ${name}`)
  return found
}

before(() => {
  const words = [capture('normal'), '-q', '--mud', MUD, '--profiles', PROFILES]
  const { code, err } = run('watch', ...words)
  assert.equal(code, 0, err)
  assert.match(err, /^thingward: \d+ MUD files in /m)
  assert.match(err, /permits more than was learnt: .*application \d+×/)
})

const mudFiles = () =>
  readdirSync(MUD)
    .filter((name) => name !== 'thingward.json')
    .map((name) => [name, JSON.parse(readFileSync(join(MUD, name), 'utf8')) as unknown] as const)

test('one valid MUD file for each device, with what MUD could not express', () => {
  const files = mudFiles()
  assert.ok(files.length >= 10, `${files.length} files`)
  for (const [name, json] of files) assert.deepEqual(checkMud(json), [], name)
  const list = JSON.parse(readFileSync(join(MUD, 'thingward.json'), 'utf8')) as {
    readonly files: readonly { readonly file: string; readonly couldNotExpress: unknown[] }[]
  }
  assert.deepEqual(
    list.files.map(({ file }) => file),
    files.map(([name]) => name),
  )
  const plc = list.files.find(({ file }) => file.includes('00-80-f4-10-00-07'))
  assert.match(JSON.stringify(plc), /all operations are permitted, not only read/)
})

test('yanglint takes them', { skip: needsYang() }, () => {
  for (const [name, json] of mudFiles()) assert.equal(yanglint(json), '', name)
})

test('files of ours are renewed, one that a person has changed is not, unless forced', () => {
  const own = join(folder, 'own')
  const words = ['watch', capture('normal'), '-q', '--mud', own]
  assert.equal(run(...words).code, 0)
  const [name] = readdirSync(own)
  const path = join(own, name)
  const written = readFileSync(path, 'utf8')
  writeFileSync(path, 'by hand')
  const again = run(...words)
  assert.equal(again.code, 2)
  assert.ok(again.err.includes(`${path}: not written by Thingward, or changed since`), again.err)
  assert.equal(readFileSync(path, 'utf8'), 'by hand')
  assert.equal(run(...words, '--force').code, 0)
  assert.equal(readFileSync(path, 'utf8'), written)
  const { code, err } = run('watch', capture('normal'), '--mud', capture('normal'))
  assert.equal(code, 2)
  assert.match(err, /input\.pcap: a file of this name is in the way/)
})

/** Labels whose traffic no profile of normal life permits, and how much each has to weigh. */
const FORBIDDEN = [
  ['telnet-takeover', 'high'],
  ['c2-beacon', 'high'],
  ['telnet-brute-force', 'high'],
  ['telnet-sweep', 'high'],
  ['mud-violation', 'high'],
  ['modbus-write', 'high'],
  ['ssh-guess', 'high'],
  ['mqtt-command', 'medium'],
  ['syn-flood', 'high'],
] as const

test('learnt on Monday, tried on Tuesday: attacks are found, one finding a cause', (t) => {
  const document = watch(capture('attacks'), '--policy', PROFILES)
  const found = violations(document)
  t.diagnostic(`${found.length} violations, ${labelsOf('attacks').length} attacks`)
  assert.ok(found.length <= 16, found.map(({ seen }) => seen).join('\n'))
  for (const [id, severity] of FORBIDDEN) {
    const label = labelsOf('attacks').find((one) => one.id === id)!
    const { source, destination, start, end } = label
    const prefix = destination.address.replace(/\.0\/24$/, '.')
    const match = found.find(
      ({ sourceAddresses, targetAddresses, window }) =>
        sourceAddresses.includes(source.address) &&
        targetAddresses.some((address) => address.startsWith(prefix)) &&
        window.from <= end &&
        window.to >= start,
    )
    assert.ok(match, id)
    assert.equal(match.severity, severity, `${id}: ${match.seen}`)
    assert.ok(match.evidence.length > 0 && match.expected.includes('normal/input.pcap'), id)
  }
  const door = deviceCalled(document, /^axis/)
  const { rules } = document.profiles.find(
    ({ subject }) => subject.kind === 'device' && subject.device === door.id,
  )!
  assert.ok(rules.length > 2)
  assert.doesNotMatch(JSON.stringify(rules), /ads\.tvcloud/, 'a violation was learnt')
  const blocked = document.enforcement.find(({ device }) => device === door.id)!.blocked.causes
  assert.deepEqual(
    [blocked.find(({ text }) => text === 'to ads.tvcloud.test tcp/80 (http)')?.reason],
    ['unknown-peer'],
  )
})

for (const [what, policies] of [
  ['profiles', PROFILES],
  ['MUD files', MUD],
] as const) {
  test(`another normal day under ${what} of the first: next to nothing is violated`, (t) => {
    const document = watch(calmPart(), '--policy', policies)
    const flows = document.policy!.devices.map(({ allowed, denied }) => [
      allowed.flows,
      denied.flows,
    ])
    const [allowed, denied] = [0, 1].map((index) =>
      flows.reduce((sum, pair) => sum + pair[index], 0),
    )
    const found = violations(document)
    t.diagnostic(`${denied} of ${allowed + denied} flows denied, ${found.length} findings`)
    assert.ok(allowed > 100)
    assert.ok(denied <= allowed / 50, found.map(({ seen }) => seen).join('\n'))
    assert.ok(found.length <= 1, found.map(({ seen }) => seen).join('\n'))
  })
}

test("the door station and its maker's file", () => {
  const plain = run('watch', capture('normal'), '-q').out
  assert.match(plain, /its maker's MUD file, https:\/\/mud\.doorline\.test\/door-2\.json: fetch it/)
  const normal = watch(capture('normal'), '--policy', MAKERS)
  assert.deepEqual(violations(normal), [])
  const door = deviceCalled(normal, /^axis/)
  const [held, ...others] = normal.policy!.devices
  assert.deepEqual([held.device, held.by, others], [door.id, 'mud-url', []])
  assert.ok(normal.policy!.without.length > 8)
  const attacks = watch(capture('attacks'), '--policy', MAKERS)
  const [worst] = violations(attacks)
  assert.equal(worst.severity, 'high')
  assert.equal(worst.seen, 'to ads.tvcloud.test tcp/80 (http): 3 flows')
  assert.match(worst.expected, /^the MUD file https:\/\/mud\.doorline\.test\/door-2\.json: /)
  const text = run('watch', capture('attacks'), '-q', '--policy', MAKERS).out
  assert.match(
    text,
    /\nPOLICY \(1 file\)\n {2}door-2\.json: MUD file, RFC 8520, 4 rules, for d\d+ /,
  )
  assert.match(text, /\n {2}held to door-2\.json \(MUD file, by its MUD URL\): .* denied; 4 of 4 /)
  assert.match(text, /\n {4}3 flows to ads\.tvcloud\.test tcp\/80 \(http\) \(no rule names this /)
})

test('a report to open says the same', () => {
  const page = join(folder, 'report.html')
  run('watch', capture('attacks'), '-q', '--policy', MAKERS, '--html', page)
  const text = readFileSync(page, 'utf8')
  assert.match(text, /<h2>Policies<\/h2>/)
  assert.match(text, /Held to door-2\.json/)
  assert.match(text, /ads\.tvcloud\.test/)
  assert.match(text, /<b>Enforceable:<\/b> /)
})

test('policies that cannot be used: none, some, all', () => {
  const mixed = join(folder, 'mixed')
  mkdirSync(mixed)
  writeFileSync(join(mixed, 'broken.json'), '{')
  const all = run('watch', capture('normal'), '--policy', mixed)
  assert.equal(all.code, 2)
  assert.match(all.err, /mixed: no policy that can be used \(broken\.json: not JSON\)/)
  writeFileSync(join(mixed, 'lamp.json'), JSON.stringify(oldLamp()))
  const some = run('watch', capture('normal'), '-q', '--policy', mixed)
  assert.equal(some.code, 2)
  assert.match(some.err, /broken\.json: not used: not JSON/)
  assert.match(
    some.out,
    /\n {2}lamp\.json: MUD file, the drafts of 2017, .*; repaired \d+ places \(/,
  )
  assert.doesNotMatch(some.out, /repaired \d+×: /)
  const full = run('watch', capture('normal'), '-q', '--policy', mixed, '--details', '9').out
  assert.match(full, /\n {4}repaired \d+×: access-list-entries is called aces\n/)
  const none = run('watch', capture('normal'), '--policy', join(folder, 'gone'))
  assert.deepEqual([none.code, none.out], [2, ''])
  assert.match(none.err, /gone: there is no such folder/)
})

test('policy replay: what would break, and what would be stopped', () => {
  const words = ['policy', 'replay', capture('attacks'), '--policy', PROFILES]
  const { code, out } = run(...words)
  assert.equal(code, 0)
  assert.match(out, /^DEVICE +POLICY +PERMITTED +BROKEN +STOPPED +MISSED +UNUSED\n/)
  assert.match(out, /would be stopped: .*\n(.*\n)*? {4}14 flows to cnc\.evil\.test tcp\/48101; /)
  assert.equal(run(...words, '--fail-on-break').code, 1)
  const calm = ['policy', 'replay', calmPart(), '--policy', PROFILES, '--json', '--fail-on-break']
  const clean = run(...calm)
  const { devices } = JSON.parse(clean.out) as {
    readonly devices: readonly { readonly broken: { readonly flows: number } }[]
  }
  assert.ok(devices.length >= 10)
  assert.equal(
    devices.reduce((sum, { broken }) => sum + broken.flows, 0),
    0,
    clean.out,
  )
  assert.equal(clean.code, 0)
})

test('policy diff: maker, learnt and observed; what is trimmed breaks nothing', () => {
  const wide = join(folder, 'wide')
  mkdirSync(wide)
  const door = readFileSync(join(MAKERS, 'door-2.json'), 'utf8')
  // A permission that the door never uses.
  const json = door.replaceAll('"port": 1883', '"port": 1884')
  writeFileSync(join(wide, 'door-2.json'), json)
  const trimmed = join(folder, 'trimmed')
  const words = ['policy', 'diff', capture('normal'), '--policy', wide]
  const { code, out } = run(...words, '--trim', trimmed)
  assert.equal(code, 0)
  assert.match(out, / {2}PERMISSION +MAKER +LEARNT +OBSERVED/)
  assert.match(out, /\n {2}to its controller tcp\/1884 +yes +no +– +nothing used it: trim it\n/)
  assert.match(out, /tcp\/1883 \(mqtt\).* no +yes +.*the maker does not permit it\n/)
  assert.match(out, /\n {2}proposal: 3 permissions instead of 4: 1 unused left out/)
  assert.match(out, /\n {2}but: less than a week was seen/)
  const { devices } = JSON.parse(run(...words, '--json').out) as {
    readonly devices: readonly { readonly lines: readonly { readonly kind: string }[] }[]
  }
  const kinds = devices[0].lines.map(({ kind }) => kind)
  assert.deepEqual([...new Set(kinds)], ['agreed', 'unused', 'missing'])
  const held = watch(capture('normal'), '--policy', trimmed).policy!.devices
  assert.deepEqual([held.length, held[0].rules.length, held[0].by], [1, 3, 'mac'])
  assert.ok(held[0].rules.every(({ flows }) => flows > 0))
})

test('policy check: dialect, repairs, problems, and the exit code', () => {
  const good = run('policy', 'check', join(MAKERS, 'door-2.json'), '--details')
  assert.equal(good.code, 0)
  assert.match(good.out, /^door-2\.json: MUD file, RFC 8520 \(Doorline A8105-E\), 4 rules\n/)
  assert.match(good.out, /\n {2}valid as RFC 8520 has it\n/)
  assert.match(good.out, /\n {4}to cloud\.doorline\.test tcp\/443\n/)
  const { file } = readMudText(readFileSync(join(MAKERS, 'door-2.json'), 'utf8'))
  assert.equal(profileFromMud(file!).profile.rules.length, 4)
  const old = join(folder, 'old.json')
  writeFileSync(old, JSON.stringify(oldLamp()))
  const repaired = run('policy', 'check', old)
  assert.equal(repaired.code, 0)
  assert.match(repaired.out, /the drafts of 2017 .*\n {2}not valid as RFC 8520 has it: \d+ errors/)
  assert.equal(run('policy', 'check', old, '--strict').code, 2)
  const gone = run('policy', 'check', join(folder, 'gone.json'), '--json')
  assert.equal(gone.code, 2)
  assert.equal((JSON.parse(gone.out) as { files: { faulty: boolean }[] }).files[0].faulty, true)
  assert.equal(run('policy', 'nonsense').code, 2)
})
