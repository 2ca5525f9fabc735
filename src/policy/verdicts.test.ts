// Devices held to profiles: what is denied, what of it must not be learnt, and what would be
// blocked, by cause.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { MadeUpSite, type Sketch } from '../../test/policy/traffic.ts'
import {
  blockedBy,
  blockedByLearnt,
  observe,
  profilesFrom,
  profilesOf,
  ruleText,
  verdictsOf,
  withoutViolations,
  type LearnOptions,
  type Profile,
} from './index.ts'

const cloud: Sketch = { from: 'camera', to: '203.0.113.5', name: 'a.example.com', service: 'tls' }
const inner: Sketch = { from: 'camera', to: 'bulb', port: 23, service: 'telnet' }
const sweep = (count: number): Sketch[] =>
  Array.from({ length: count }, (_, index) => ({
    from: 'camera',
    to: `198.51.100.${index + 1}`,
    port: 23,
    state: 'S0' as const,
    packets: [1, 0] as const,
    at: index,
    frame: 10 + index,
  }))

/** What one run shows; attempts in vain are kept, as a run with policies keeps them. */
function seen(sketches: readonly Sketch[], flagged: readonly string[] = []) {
  const made = new MadeUpSite(1 << 12, 1 << 14, 1 << 10)
  made.watch(...sketches)
  const bad = new Set(flagged.map((host) => made.endpoint(host)))
  const options: LearnOptions = {
    excluded: ({ originator, responder }) => bad.has(originator) || bad.has(responder),
  }
  return { made, observed: observe(made.devices(), made.learner, options) }
}

const byDevice = (profiles: readonly Profile[]) => (device: string) =>
  profiles.find(({ subject }) => subject.kind === 'device' && subject.device === device)

const yesterday = () => {
  const made = new MadeUpSite().watch(cloud)
  return profilesOf(made.devices(), made.learner).filter(
    ({ subject }) => subject.kind === 'device' && subject.device === 'id-camera',
  )
}

test('what the profile of yesterday does not name is denied today, attempts in vain too', () => {
  const { observed } = seen([cloud, cloud, inner, ...sweep(3)])
  const [verdicts, ...others] = verdictsOf(observed.exchanges, byDevice(yesterday()), observed.site)
  assert.equal(others.length, 0)
  assert.equal(verdicts.device, 'id-camera')
  assert.deepEqual([verdicts.allowed.flows, verdicts.denied.flows], [2, 4])
  assert.deepEqual([...verdicts.uses.values()], [2])
  const said = verdicts.violations.map(({ exchange, verdict }) => [
    exchange.peer.address,
    exchange.failed,
    verdict.reason,
  ])
  assert.deepEqual(said.toSorted(), [
    ['192.168.1.11', false, 'unknown-peer'],
    ['198.51.100.1', true, 'unknown-peer'],
    ['198.51.100.2', true, 'unknown-peer'],
    ['198.51.100.3', true, 'unknown-peer'],
  ])
})

test('an exchange knows the endpoints it was first seen between', () => {
  const { made, observed } = seen([inner])
  const [one] = observed.exchanges.get('id-camera')!
  assert.deepEqual(
    [one.endpoint, one.peerEndpoint],
    [made.endpoint('camera'), made.endpoint('bulb')],
  )
  const [other] = observed.exchanges.get('id-bulb')!
  assert.deepEqual(
    [other.endpoint, other.peerEndpoint],
    [made.endpoint('bulb'), made.endpoint('camera')],
  )
})

test('a violation is learnt by neither of its ends, what is permitted is', () => {
  const { observed } = seen([cloud, inner])
  const rulesFor = (device: string, from: typeof observed) =>
    byDevice(profilesFrom(from))(device)!.rules.map(ruleText)
  assert.deepEqual(rulesFor('id-bulb', observed), ['from camera tcp/23 (telnet)'])
  const [{ violations }] = verdictsOf(observed.exchanges, byDevice(yesterday()), observed.site)
  const clean = withoutViolations(observed, violations)
  assert.deepEqual(rulesFor('id-camera', clean), ['to a.example.com tcp/443 (tls)'])
  assert.deepEqual(rulesFor('id-bulb', clean), [])
  assert.equal(byDevice(profilesFrom(clean))('id-bulb')!.notLearnt!.flagged, 1)
})

test('attempts in vain are never learnt, and counted once', () => {
  const { observed } = seen([...sweep(5), ...sweep(5), ...sweep(5)])
  const profile = byDevice(profilesFrom(observed))('id-camera')!
  assert.deepEqual(profile.rules, [])
  assert.deepEqual(profile.notLearnt, {
    flagged: 0,
    unanswered: 0,
    implied: 0,
    overflowed: 0,
    failedOut: 15,
    failedIn: 0,
  })
})

test('what a given policy blocks, by cause: a sweep is one of them', () => {
  const { observed } = seen([cloud, inner, inner, ...sweep(30)])
  const [{ violations }] = verdictsOf(observed.exchanges, byDevice(yesterday()), observed.site)
  const { causes, moreCauses } = blockedBy(violations, observed.site)
  assert.deepEqual(
    causes.map(({ text, flows, why, reason }) => [text, flows, why, reason]),
    [
      ['to 198.51.100.1 and 29 more tcp/23', 30, 'denied', 'unknown-peer'],
      ['to bulb tcp/23 (telnet)', 2, 'denied', 'unknown-peer'],
    ],
  )
  assert.equal(moreCauses, 0)
})

test('what one peer tries in vain is one cause', () => {
  const ports = [21, 22, 23, 80, 443]
  const scan = ports.map((port): Sketch => {
    return { from: 'bulb2', to: 'camera', port, state: 'REJ', packets: [1, 1] }
  })
  const { observed } = seen([cloud, ...scan])
  const [{ violations }] = verdictsOf(observed.exchanges, byDevice(yesterday()), observed.site)
  const [cause, ...others] = blockedBy(violations, observed.site).causes
  assert.equal(others.length, 0)
  assert.match(cause.text, /^from bulb2 tcp\/\d+ and 4 more$/)
  assert.deepEqual([cause.flows, cause.inVain], [5, true])
})

test('without a given policy: what was flagged, and whether the rules permit it', () => {
  const web: Sketch = { from: 'phone', to: 'camera', port: 80, service: 'http' }
  const guess: Sketch = { ...web, from: 'bulb2' }
  // What is permitted and merely failed would not be blocked.
  const down: Sketch = { ...cloud, state: 'S0', packets: [1, 0], bytes: [60, 0] }
  const { observed } = seen([cloud, down, web, guess, guess, inner], ['bulb', 'bulb2'])
  const profile = byDevice(profilesFrom(observed))('id-camera')!
  const { causes } = blockedByLearnt(observed.exchanges.get('id-camera')!, profile, observed.site)
  assert.deepEqual(
    causes.map(({ text, flows, why, permitted }) => [text, flows, why, permitted]),
    [
      ['from bulb2 tcp/80 (http)', 2, 'flagged', true],
      ['to bulb tcp/23 (telnet)', 1, 'flagged', false],
    ],
  )
})
