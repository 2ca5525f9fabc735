// Violations of profiles: what weighs how much, one finding per cause, and nothing about a day like
// the one before.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { MadeUpSite, type Sketch } from '../../../test/policy/traffic.ts'
import { observe, profilesOf, verdictsOf, type Profile } from '../../policy/index.ts'
import { Detection } from '../detection.ts'
import { detector } from './profile-violation.ts'

const cloud: Sketch = { from: 'camera', to: '203.0.113.5', name: 'a.example.com', service: 'tls' }
const web: Sketch = { from: 'phone', to: 'camera', port: 80, service: 'http' }
const mqtt: Sketch = { from: 'camera', to: 'hub', port: 1883, service: 'mqtt' }
const modbus: Sketch = { from: 'hub', to: 'plc', port: 502, service: 'modbus' }
const vain = { state: 'S0', packets: [1, 0], bytes: [60, 0] } as const

type Said = readonly [readonly [string, string], string, object]
const READ: Said = [['hub', 'plc'], 'modbus', { operation: 'read' }]
const WRITE: Said = [['hub', 'plc'], 'modbus', { operation: 'write' }]

function siteOf(sketches: readonly Sketch[], said: readonly Said[]): MadeUpSite {
  const made = new MadeUpSite(1 << 12, 1 << 14, 1 << 10).watch(...sketches)
  for (const [ends, protocol, fields] of said) made.say(ends, protocol, fields)
  return made
}

/** What a day of this traffic teaches. */
function yesterday(): Profile[] {
  const made = siteOf([cloud, web, mqtt, modbus], [READ])
  return profilesOf(made.devices(), made.learner)
}

/** Today's findings under yesterday's profiles, or those of a maker. */
function findings(today: readonly Sketch[], said: readonly Said[] = [], change?: Partial<Profile>) {
  const made = siteOf(today, said)
  const { exchanges, site } = observe(made.devices(), made.learner)
  const profiles = yesterday().map((profile) => ({ ...profile, ...change }))
  const profileOf = (id: string) =>
    profiles.find(({ subject }) => subject.kind === 'device' && subject.device === id)
  const verdicts = verdictsOf(exchanges, profileOf, site)
  const { endpoints } = made
  const isLocal = () => true
  const detection = new Detection({ detectors: [detector], endpoints, isLocal })
  const raised = detection.review({ violations: verdicts.flatMap((one) => one.violations), site })
  return { made, raised }
}

/** Severity and what was seen, of one finding. */
function only(today: readonly Sketch[], said: readonly Said[] = []): readonly [string, string] {
  const { raised } = findings(today, said)
  assert.equal(raised.length, 1, raised.map(({ seen }) => seen).join('\n'))
  return [raised[0].severity!, raised[0].seen]
}

test('a day like the one before', () => {
  assert.deepEqual(findings([cloud, web, mqtt, modbus], [READ]).raised, [])
})

test('a stranger outside: in clear weighs more than by name and encrypted', () => {
  const beacon: Sketch = { from: 'camera', to: '198.51.100.66', port: 48_101, frame: 77, at: 9 }
  const { made, raised } = findings([beacon, beacon, beacon])
  const [finding, ...others] = raised
  assert.equal(others.length, 0)
  assert.equal(finding.severity, 'high')
  assert.equal(finding.about, made.endpoint('camera'))
  assert.deepEqual([...finding.targets], [made.endpoint('198.51.100.66')])
  assert.equal(finding.expected, 'the profile learnt from earlier traffic: no rule names this peer')
  assert.equal(finding.seen, 'to 198.51.100.66 tcp/48101: 3 flows')
  assert.equal(finding.count, 3)
  assert.deepEqual(finding.frames, [77])
  assert.deepEqual(only([{ ...cloud, name: 'b.example.net', to: '198.51.100.7' }]), [
    'medium',
    'to b.example.net tcp/443 (tls): 1 flow',
  ])
  assert.deepEqual(only([{ ...beacon, from: '198.51.100.66', to: 'camera', port: 23 }]), [
    'high',
    'from 198.51.100.66 tcp/23: 1 flow',
  ])
})

test('a stranger on the site: a login or a command weighs more', () => {
  const inner: Sketch = { from: 'bulb', to: 'plc', port: 8080, service: 'http' }
  assert.equal(only([inner])[0], 'medium')
  assert.equal(only([{ ...inner, port: 23, service: 'telnet' }])[0], 'high')
  const write: Said = [['bulb2', 'plc'], 'modbus', { operation: 'write' }]
  assert.deepEqual(only([{ ...modbus, from: 'bulb2' }], [write]), [
    'high',
    'to plc tcp/502 (modbus) write: 1 flow',
  ])
})

test('with a known peer: a new service is little, a write where reads are permitted is not', () => {
  assert.deepEqual(only([{ ...cloud, port: 8443 }]), [
    'low',
    'to a.example.com tcp/8443 (tls): 1 flow',
  ])
  assert.deepEqual(only([modbus], [READ, WRITE]), [
    'high',
    'to plc tcp/502 (modbus) read+write: 1 flow',
  ])
  const back: Sketch = { from: 'hub', to: 'camera', port: 1883, service: 'mqtt' }
  assert.equal(only([back])[0], 'low')
})

test('everything between two is one finding, told from the one that starts it', () => {
  const ports = [21, 22, 23]
  const calls = ports.map((port): Sketch => ({ from: 'camera', to: 'bulb', port }))
  const { raised } = findings([...calls, { ...calls[0], ...vain, port: 25 }])
  assert.deepEqual(
    raised.map(({ seen }) => seen),
    ['to bulb tcp/21 1×, tcp/22 1×, tcp/23 1×, tcp/25 1×: 4 flows'],
  )
})

test('names of one holder are one cause, a sweep is one cause, a crowd is one cause', () => {
  const to = (index: number) => `198.51.100.${index}`
  const named = Array.from({ length: 3 }, (_, index): Sketch => {
    return { from: 'camera', to: to(index + 1), name: `n${index}.example.net`, service: 'tls' }
  })
  assert.match(only(named)[1], /^to 3 peers \(n0\.example\.net, .*\) tcp\/443 \(tls\): 3 flows$/)
  const sweep = Array.from({ length: 40 }, (_, index): Sketch => {
    return { from: 'camera', to: to(index + 1), port: 23, at: index, ...vain }
  })
  const [severity, seen] = only(sweep)
  assert.equal(severity, 'high')
  assert.match(seen, /^to 40 peers \(.* and 36 more\) tcp\/23: 40 attempts in vain$/)
  const crowd = sweep.map((sketch): Sketch => {
    return { ...sketch, port: 8000, state: 'SF', packets: [4, 4], bytes: [400, 400] }
  })
  assert.match(only(crowd)[1], /^to 40 peers .*: 40 flows$/)
})

test('one party at several devices is about that party', () => {
  const scan = (['camera', 'plc', 'bulb'] as const).map((to): Sketch => {
    return { from: 'bulb3', to, port: 2323, state: 'REJ', packets: [1, 1], bytes: [60, 60] }
  })
  const phone = scan.map((sketch): Sketch => ({ ...sketch, from: 'phone' }))
  const { made, raised } = findings(phone)
  assert.equal(raised.length, 1)
  assert.equal(raised[0].about, made.endpoint('phone'))
  assert.equal(raised[0].severity, 'low')
  assert.equal(
    raised[0].seen,
    'from phone at 3 devices (camera, bulb, plc) tcp/2323: 3 attempts in vain',
  )
  assert.match(only(scan)[1], /^to 3 peers \(.*\) tcp\/2323: 3 attempts in vain$/)
})

test('several groups of one device are one small finding', () => {
  const query = { from: 'bulb', protocol: 'udp', packets: [3, 0], bytes: [300, 0] } as const
  const sketches: Sketch[] = [
    { ...query, to: 'mdns', port: 5353, service: 'mdns' },
    { ...query, to: 'ssdp', port: 1900, service: 'ssdp' },
  ]
  const [severity, seen] = only(sketches)
  assert.equal(severity, 'low')
  assert.match(seen, /^to 2 peers \(group .*\) .*: 2 flows$/)
})

test("a maker's word weighs more than what was learnt in a short time", () => {
  const stranger: Sketch = { ...cloud, to: '198.51.100.9', name: 'x.example.org' }
  const learnt = findings([stranger]).raised[0]
  const mudUrl = 'https://cameras.example.com/one.json'
  const provenance = { kind: 'maker', source: mudUrl } as const
  const said = findings([stranger], [], { provenance, mudUrl }).raised[0]
  assert.ok(said.confidence > learnt.confidence)
  assert.equal(said.expected, `the MUD file ${mudUrl}: no rule names this peer`)
})
