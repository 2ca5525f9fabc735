// Canonical JSON against the examples of RFC 8785, and its laws on random values.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { canonicalJson, type JsonObject, type JsonValue } from './canonical.ts'

test('RFC 8785 3.2.2: literals, numbers and strings', () => {
  const given = JSON.parse(
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
      '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/",' +
      '"literals":[null,true,false]}',
  ) as JsonValue
  const wanted =
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
    '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
  assert.equal(canonicalJson(given), wanted)
})

test('RFC 8785 3.2.3: members are sorted by UTF-16 code units', () => {
  const names = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6']
  const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\u{1f600}', '\ufb33']
  const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 1])))
  assert.equal(text, `{${sorted.map((name) => `${JSON.stringify(name)}:1`).join(',')}}`)
})

test('minus zero is zero, undefined members are none', () => {
  assert.equal(canonicalJson({ a: -0, b: undefined, c: [] }), '{"a":0,"c":[]}')
})

test('what JSON cannot hold is our own fault', () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => canonicalJson([bad]), /cannot be written/)
  }
  let deep: JsonValue = 1
  for (let level = 0; level < 40; level++) deep = [deep]
  assert.throws(() => canonicalJson(deep), /too deeply/)
})

test('a name that is no Unicode text is made one', () => {
  assert.equal(canonicalJson({ ['\ud800']: 'a\udc00' }), '{"\ufffd":"a\ufffd"}')
})

test('any value: the same text whatever the order, and the same value back', () => {
  const shuffled = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return (value as readonly JsonValue[]).map(shuffled)
    if (typeof value !== 'object' || value === null) return value
    const members = Object.entries(value as JsonObject).toReversed()
    return Object.fromEntries(members.map(([name, member]) => [name, shuffled(member!)]))
  }
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const text = canonicalJson(value as JsonValue)
      assert.equal(canonicalJson(shuffled(value as JsonValue)), text)
      assert.equal(canonicalJson(JSON.parse(text) as JsonValue), text)
    }),
    { numRuns: 300, verbose: 1 },
  )
})
