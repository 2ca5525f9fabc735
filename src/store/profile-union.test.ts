// Profiles of several runs as one: nothing that was learnt is forgotten, nothing is counted twice.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { DAY } from '../core/clock.ts'
import { ruleId, sortedRules, type Profile, type Rule } from '../policy/index.ts'
import { unionOf } from './profile-union.ts'
import { Profiles } from './profiles.ts'
import { deviceOf, rehearseStore, START } from './rehearse.ts'

const NO_BLOCK = { causes: [], moreCauses: 0, moreFlows: 0 }

function ruleTo(name: string, flows: number): Rule {
  const content = {
    initiated: 'device',
    peer: { kind: 'name', name },
    service: { family: 'ip', ipProtocol: 6, peerPorts: [{ from: 443, to: 443 }] },
  } as const
  return {
    id: ruleId(content),
    ...content,
    evidence: {
      flows,
      packets: flows,
      bytes: flows * 100,
      bytesOut: flows * 60,
      bytesIn: flows * 40,
      first: START,
      last: START + flows,
      frame: 1,
    },
    ...(flows === 1 && { review: ['seen-once'] }),
    provenance: { kind: 'learnt' },
  } as Rule
}

const profileOf = (rules: Rule[], span: number): Profile => ({
  schemaVersion: 1,
  subject: { kind: 'device', device: 'd1' },
  phase: 'learn',
  rules: sortedRules(rules),
  maturity: {
    learnedSpan: span,
    heldOutSpan: 0,
    totalFlows: 1,
    lostFlows: 0,
    totalBytes: 1,
    lostBytes: 0,
    estimate: 1,
    verdict: span > DAY ? 'mature' : 'immature',
    why: '',
  },
  provenance: { kind: 'learnt', from: START, to: START + span },
})

const flowsOf = ({ rules }: Profile) =>
  Object.fromEntries(
    rules.map(({ peer, evidence }) => [peer.kind === 'name' ? peer.name : '', evidence?.flows]),
  )

test('rules of both, evidence of both, the maturity of the longer look', () => {
  const before = profileOf([ruleTo('a.example', 5), ruleTo('b.example', 1)], 9 * DAY)
  const current = profileOf([ruleTo('b.example', 1), ruleTo('c.example', 2)], DAY)
  const whole = unionOf(before, current)
  assert.deepEqual(flowsOf(whole), { 'a.example': 5, 'b.example': 2, 'c.example': 2 })
  assert.equal(whole.maturity?.verdict, 'mature')
  const twice = whole.rules.find(({ evidence }) => evidence?.bytes === 200 && evidence.flows === 2)
  assert.equal(twice?.review, undefined, 'seen twice is not seen once')
  assert.equal(unionOf(undefined, current), current)
})

test('what a run says again replaces what it said; a new run adds', async () => {
  const { store, see, all, session } = await rehearseStore()
  await see(session(), [deviceOf('d1', { macs: ['02:00:00:00:00:01'] })])
  const [{ id: device }] = await all()
  const profiles = new Profiles(store)
  const learn = (run: string, profile: Profile) =>
    store.change((change) =>
      profiles.learn(change, { run, actor: 'sensor:lan', observed: START }, [
        { device, profile, where: 'at the gateway', blocked: NO_BLOCK },
      ]),
    )
  const stored = async () => flowsOf((await profiles.get(device))!.profile)
  await learn('one', profileOf([ruleTo('a.example', 2)], DAY))
  await learn('one', profileOf([ruleTo('a.example', 5)], DAY))
  assert.deepEqual(await stored(), { 'a.example': 5 })
  await learn('two', profileOf([ruleTo('a.example', 1), ruleTo('b.example', 3)], DAY))
  await learn('two', profileOf([ruleTo('a.example', 2), ruleTo('b.example', 3)], DAY))
  assert.deepEqual(await stored(), { 'a.example': 7, 'b.example': 3 })
  const { learnt, observed } = (await profiles.compared(device))!
  assert.deepEqual(flowsOf(learnt!), { 'a.example': 5 })
  assert.deepEqual(flowsOf(observed), { 'a.example': 2, 'b.example': 3 })
  assert.equal((await all())[0].maturity, 'immature')
})

test('a profile as it was, and evidence only where its rules change', async () => {
  const { store, see, all, session, recorded, time } = await rehearseStore()
  await see(session(), [deviceOf('d1', { macs: ['02:00:00:00:00:01'] })])
  const [{ id: device }] = await all()
  const profiles = new Profiles(store)
  const learnAt = (observed: number, rules: Rule[]) =>
    store.change((change) =>
      profiles.learn(change, { run: 'one', actor: 'sensor:lan', observed }, [
        { device, profile: profileOf(rules, DAY), where: '', blocked: NO_BLOCK },
      ]),
    )
  await learnAt(START, [ruleTo('a.example', 1)])
  await learnAt(START + 5, [ruleTo('a.example', 2)])
  time.now += 1000
  await learnAt(START + 10, [ruleTo('a.example', 2), ruleTo('b.example', 1)])
  assert.equal(recorded.filter((line) => line.startsWith('profile.learnt')).length, 2)
  const rulesAt = async (at: number) => (await profiles.getAt(device, { at }))?.rules.length
  assert.deepEqual(
    [await rulesAt(START - 1), await rulesAt(START + 7), await rulesAt(START + 20)],
    [undefined, 1, 2],
  )
})
