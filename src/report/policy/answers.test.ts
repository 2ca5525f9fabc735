// The answers of `thingward policy`: replay, difference and check, as lines and as documents.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { oldLamp, researchLamp } from '../../../test/policy/mud-files.ts'
import { MadeUpSite, type Sketch } from '../../../test/policy/traffic.ts'
import {
  checkMud,
  difference,
  observe,
  profileFromMud,
  profilesFrom,
  readMud,
  replay,
} from '../../policy/index.ts'
import { examinedDocument, examinedLines, isFaulty, isIrregular } from './check.ts'
import { differenceDocument, differenceLines } from './difference.ts'
import { replayDocument, replayLines } from './replay.ts'

const cloud: Sketch = { from: 'camera', to: '203.0.113.5', name: 'a.example.com', service: 'tls' }
const web: Sketch = { from: 'camera', to: 'bulb', port: 80, service: 'http' }
const scan = [21, 22, 23, 25].map((port): Sketch => {
  return { from: 'bulb3', to: 'camera', port, state: 'REJ', packets: [1, 1], bytes: [60, 60] }
})

function seen(...sketches: readonly Sketch[]) {
  const made = new MadeUpSite(1 << 12, 1 << 14, 1 << 10).watch(...sketches)
  const observed = observe(made.devices(), made.learner)
  const profile = profilesFrom(observed).find(
    ({ subject }) => subject.kind === 'device' && subject.device === 'id-camera',
  )!
  return { observed, profile, device: observed.site.devices.get('id-camera')! }
}

const holding = { file: { name: 'camera\u001b[2J.json', kind: 'profile' }, by: 'mac' } as const

function replayed() {
  const { profile } = seen(cloud)
  const { observed, device } = seen(cloud, cloud, web, ...scan)
  const held = new Map([['id-camera', observed.exchanges.get('id-camera')!]])
  const [answer] = replay(held, () => profile, observed.site)
  return { answers: [{ device, holding, replay: answer }], without: [{ ...device, id: 'd9' }] }
}

test('replay: a table, what would break, what would be stopped', () => {
  const lines = replayLines(replayed(), 160)
  assert.match(lines[0], /^DEVICE +POLICY +PERMITTED +BROKEN +STOPPED +MISSED +UNUSED$/)
  assert.match(
    lines[1],
    /^id-camera {2}camera +camera·\[2J\.json, by its MAC +2 +1 +4 +0 +0 rules$/,
  )
  assert.deepEqual(lines.slice(2, 10), [
    '',
    'id-camera  camera',
    '  would break: 1 flow',
    '    1 flow to bulb tcp/80 (http); no rule names this peer; enforceable at the switch or ' +
      'access point',
    '  would be stopped: 4 flows',
    '    4 flows from bulb3 tcp/21 and 3 more in vain; no rule names this peer; enforceable at ' +
      'the switch or access point',
    '',
    'no file for: d9 camera',
  ])
  const [device] = replayDocument(replayed(), '0.0.0').devices
  assert.deepEqual(device.policy, { file: holding.file.name, kind: 'profile', by: 'mac' })
  assert.equal(device.breaks[0].remedy.service.application, 'http')
})

test('difference: three columns, a proposal, and why to hesitate', () => {
  const { profile: learnt, observed, device } = seen(cloud, web)
  const maker = seen(cloud, { ...cloud, to: '203.0.113.8', name: 'c.example.com' }).profile
  const question = { device: 'id-camera', maker, learnt }
  const answer = difference(
    { ...question, observed: observed.exchanges.get('id-camera')! },
    observed.site,
  )
  const report = { device, maker: holding, difference: answer }
  const lines = differenceLines({ answers: [report], without: [] }, 160)
  assert.deepEqual(lines.slice(0, 6), [
    "id-camera  camera: the maker's camera·[2J.json, by its MAC; learnt from this traffic",
    '  PERMISSION                      MAKER  LEARNT  OBSERVED',
    '  to a.example.com tcp/443 (tls)  yes    yes     1 flow, 3,300 bytes',
    '  to c.example.com tcp/443 (tls)  yes    no      –                    ' +
      'nothing used it: trim it',
    '  to bulb tcp/80 (http)           no     yes     1 flow, 3,300 bytes  ' +
      'the maker does not permit it',
    '  proposal: 1 permission instead of 2: 1 unused left out, 0 narrowed; 1 missing, for a ' +
      'person to decide',
  ])
  assert.match(lines[6], /^ {2}but: the learnt profile is immature/)
  const document = differenceDocument({ answers: [report], without: [] }, '0.0.0')
  assert.deepEqual(
    document.devices[0].lines.map(({ kind, text }) => [kind, text]),
    [
      ['agreed', 'to a.example.com tcp/443 (tls)'],
      ['unused', 'to c.example.com tcp/443 (tls)'],
      ['missing', 'to bulb tcp/80 (http)'],
    ],
  )
  const { subject, rules } = document.devices[0].trimmed!
  assert.deepEqual(subject.kind === 'device' && subject.macs, device.macs)
  assert.equal(rules.length, 1)
})

function examined(name: string, json: unknown) {
  const { file: mud, ...read } = readMud(json)
  if (!mud) return { name, kind: 'none' as const, ...read, letter: [], loss: [] }
  const letter = checkMud(json)
  return { name, kind: 'mud' as const, mud, ...read, ...profileFromMud(mud), letter }
}

test('check: what a file is, every repair with its reason, in full with its place', () => {
  const file = examined('lamp.json', researchLamp())
  assert.deepEqual([isFaulty(file), isIrregular(file)], [false, true])
  const short = examinedLines(file, false)
  assert.match(short[0], /^lamp\.json: MUD file, the draft of the research profiles \(A lamp\), \d/)
  assert.match(short[1], /^ {2}not valid as RFC 8520 has it: \d+ errors?/)
  assert.ok(short.includes('  repaired 1×: the container access-lists is called acls'))
  const full = examinedLines(examined('old.json', oldLamp()), true)
  assert.ok(full.some((line) => /^ {4}acl .*\/ace 0$/.test(line)))
  assert.ok(full.some((line) => line.startsWith('    to cloud.example.com tcp/8883')))
  const none = examined('x.json', { some: 'json' })
  assert.equal(isFaulty(none), true)
  assert.deepEqual(examinedLines(none, false), [
    'x.json: no policy',
    '  error: file: there is no ietf-mud:mud in it',
  ])
  const document = examinedDocument([file, none], '0.0.0')
  assert.deepEqual(
    document.files.map(({ faulty }) => faulty),
    [false, true],
  )
})
