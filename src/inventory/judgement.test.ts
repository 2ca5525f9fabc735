// How claims become attributes: witnesses add up, rivals take away, clouds of many makers prove
// little.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { AttributeName } from './device.ts'
import { judge, type Claim } from './judgement.ts'

const claim = (
  attribute: AttributeName,
  [source, value]: readonly [string, string],
  confidence: number,
): Claim => ({
  attribute,
  observation: { source, text: value, value, confidence, frame: 1, time: 1, last: 1, count: 1 },
})

test('independent sources that agree add up', () => {
  const { type } = judge([
    claim('type', ['mac-prefix', 'camera'], 0.5),
    claim('type', ['http-server', 'camera'], 0.5),
  ])
  assert.equal(type?.value, 'camera')
  assert.equal(type?.confidence, 0.75)
})

test('two fields of one protocol are one witness', () => {
  const { type } = judge([
    claim('type', ['http-server', 'camera'], 0.5),
    claim('type', ['http-realm', 'camera'], 0.5),
  ])
  assert.equal(type?.confidence, 0.5)
})

test('a rival lowers confidence and stays listed', () => {
  const { manufacturer } = judge([
    claim('manufacturer', ['mac-prefix', 'Hikvision'], 0.8),
    claim('manufacturer', ['http-server', 'Dahua'], 0.5),
  ])
  assert.equal(manufacturer?.value, 'Hikvision')
  assert.equal(manufacturer?.confidence, 0.56)
  assert.deepEqual(
    manufacturer?.contradictions.map(({ value }) => value),
    ['Dahua'],
  )
})

test('the less exact value supports the more exact one', () => {
  const { os } = judge([
    claim('os', ['dhcp-vendor-class', 'Linux 4.9.118'], 0.7),
    claim('os', ['ssh-banner', 'Linux'], 0.6),
  ])
  assert.equal(os?.value, 'Linux 4.9.118')
  assert.equal(os?.confidence, 0.88)
  assert.deepEqual(os?.contradictions, [])
})

test('related categories do not fight', () => {
  const { type } = judge([
    claim('type', ['dhcp-hostname', 'doorbell'], 0.8),
    claim('type', ['mac-prefix', 'camera'], 0.8),
  ])
  assert.equal(type?.confidence, 0.8)
})

test('the clouds of three makers are divided by three', () => {
  const clouds = ['Philips', 'Belkin', 'Netatmo'].map((maker) =>
    claim('manufacturer', ['cloud-dns', maker], 0.75),
  )
  assert.equal(judge(clouds.slice(0, 1)).manufacturer?.confidence, 0.75)
  assert.ok((judge(clouds).manufacturer?.confidence ?? 1) < 0.25)
})

test('nothing said is nothing known', () => assert.deepEqual(judge([]), {}))

test('confidence stays within 0 and 1, whatever is claimed in whatever order', () => {
  const some = fc.record({
    source: fc.constantFrom('a-1', 'a-2', 'b', 'cloud-dns', 'c'),
    value: fc.constantFrom('Linux', 'Linux 4', 'Windows', 'linux', 'Android'),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(some, { maxLength: 12 }), (rows) => {
      const claims = rows.map((row) => claim('os', [row.source, row.value], row.confidence))
      const { os } = judge(claims)
      const turned = judge(claims.toReversed()).os
      assert.equal(os?.value.toLowerCase(), turned?.value.toLowerCase())
      assert.equal(os?.confidence, turned?.confidence)
      if (os) assert.ok(os.confidence >= 0 && os.confidence <= 1)
    }),
  )
})
