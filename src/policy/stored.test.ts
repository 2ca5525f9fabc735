// Stored profiles: read back without trust, and bound to the devices of another run.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MadeUpSite } from '../../test/policy/traffic.ts'
import { profilesOf, readProfile, Rebinding, ruleText, type Profile } from './index.ts'

const seed = Number(process.env.THINGWARD_SEED ?? Date.now() % 1_000_000)

function learnt(): Profile {
  const made = new MadeUpSite()
    .watch({ from: 'camera', to: '203.0.113.5', name: 'a.example.com', service: 'tls' })
    .watch({ from: 'camera', to: 'bulb', port: 80, service: 'http' })
    .watch({ from: 'camera', to: 'hub', port: 1883, service: 'mqtt' })
    .say(['camera', 'hub'], 'mqtt', { kind: 'publish', topic: 'cam/1' })
  const profiles = profilesOf(made.devices(), made.learner)
  return profiles.find(({ subject }) => subject.kind === 'device' && subject.name === 'camera')!
}

const stored = (profile: Profile) => JSON.parse(JSON.stringify(profile)) as Record<string, unknown>

test('a profile survives being written and read', () => {
  const profile = learnt()
  const read = readProfile(stored(profile))
  assert.deepEqual(read.problems, [])
  assert.deepEqual(read.profile!.rules, profile.rules)
  assert.deepEqual(read.profile!.subject, profile.subject)
})

test('a rule that is not whole is left out and named; a false id does not stay', () => {
  const json = stored(learnt())
  const rules = json.rules as Record<string, unknown>[]
  rules[0].id = 'f'.repeat(16)
  rules[1].peer = { kind: 'name' }
  const read = readProfile(json)
  assert.deepEqual(read.problems, ['rule 1 is not whole: left out'])
  assert.equal(read.profile!.rules.length, 2)
  assert.ok(read.profile!.rules.every(({ id }) => id !== 'f'.repeat(16)))
  assert.match(readProfile({ schemaVersion: 9 }).problems[0], /schema version 1/)
})

test(`nothing makes reading a profile throw (seed ${seed})`, () => {
  const path = fc.array(fc.nat(20), { maxLength: 6 })
  const spoil = (value: unknown, at: readonly number[], by: unknown): unknown => {
    if (at.length === 0 || typeof value !== 'object' || value === null) return by
    const keys = Object.keys(value)
    if (keys.length === 0) return by
    const key = keys[at[0] % keys.length]
    const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
    copy[key] = spoil(copy[key], at.slice(1), by)
    return copy
  }
  fc.assert(
    fc.property(path, fc.jsonValue({ maxDepth: 2 }), (at, by) => {
      const { profile } = readProfile(spoil(stored(learnt()), at, by))
      for (const rule of profile?.rules ?? []) assert.equal(typeof ruleText(rule), 'string')
    }),
    { seed, numRuns: 300 },
  )
})

test('device ids of another run are found by MAC, not by an address that moved on', () => {
  const made = new MadeUpSite()
  const camera = made.device('camera', { id: 'd7' })
  const bulb = made.device('bulb', { id: 'd9', addresses: ['192.168.1.99'] })
  const other = made.device('plc', { id: 'd3', addresses: ['192.168.1.20'] })
  const bound = new Rebinding([camera, bulb, other]).profile(learnt())!
  assert.deepEqual(bound.subject, { ...learnt().subject, device: 'd7' })
  const devices = bound.rules.flatMap(({ peer }) => (peer.kind === 'device' ? [peer.device] : []))
  assert.deepEqual(devices, ['d9'])
  assert.equal(new Rebinding([bulb]).profile(learnt()), undefined)
  const [rule] = learnt().rules.filter(({ peer }) => peer.kind === 'device')
  const alone = new Rebinding([camera, other]).profile({ ...learnt(), rules: [rule] })!
  assert.deepEqual(
    alone.rules.map(({ peer }) => peer.kind === 'device' && peer.device),
    ['absent 02:00:00:00:00:11'],
  )
  const byAddress = new Rebinding([bulb])
  assert.equal(byAddress.find({ addresses: ['192.168.1.99'] }), 'd9')
})
