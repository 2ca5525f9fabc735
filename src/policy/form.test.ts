// The policy form: ids depend on content alone, and words say what a rule permits.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { canonicalText, ruleId, sortedRules, type Rule, type RuleContent } from './form.ts'
import { peerText, readingOrder, ruleText, serviceText, subjectText } from './wording.ts'

const content: RuleContent = {
  initiated: 'device',
  peer: { kind: 'name', name: 'api.example.com' },
  service: { family: 'ipv4', ipProtocol: 6, peerPorts: [{ from: 443, to: 443 }] },
}

test('a rule id does not depend on the order of keys, nor on what is undefined', () => {
  const turned: RuleContent = {
    service: {
      peerPorts: [{ to: 443, from: 443 }],
      ipProtocol: 6,
      family: 'ipv4',
      application: undefined,
    },
    peer: { name: 'api.example.com', kind: 'name' },
    initiated: 'device',
  }
  assert.equal(ruleId(turned), ruleId(content))
  assert.match(ruleId(content), /^[0-9a-f]{16}$/)
  assert.notEqual(ruleId({ ...content, initiated: 'peer' }), ruleId(content))
})

test('what a device peer is called and where it is now do not make another rule', () => {
  const at = (addresses: string[]): RuleContent => ({
    ...content,
    peer: { kind: 'device', device: 'd1', name: `lamp ${addresses}`, addresses },
  })
  assert.equal(ruleId(at(['192.0.2.1'])), ruleId(at(['192.0.2.9'])))
})

test('rules are kept by id, each once', () => {
  const rule = (port: number): Rule => {
    const service = { ...content.service, peerPorts: [{ from: port, to: port }] }
    const fresh = { ...content, service, provenance: { kind: 'person' } as const }
    return { id: ruleId(fresh), ...fresh }
  }
  const sorted = sortedRules([rule(1), rule(2), rule(1), rule(3)])
  assert.equal(sorted.length, 3)
  assert.deepEqual(
    sorted,
    sorted.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  )
})

test('rules are read by who starts them, then by peer', () => {
  const rule = (initiated: 'device' | 'peer', name: string): Rule => {
    const fresh = { ...content, initiated, peer: { kind: 'name', name } as const }
    return { id: ruleId(fresh), ...fresh, provenance: { kind: 'person' } }
  }
  const rules = [
    rule('peer', 'a.example.com'),
    rule('device', 'b.example.com'),
    rule('device', 'a.b'),
  ]
  assert.deepEqual(readingOrder(rules).map(ruleText), [
    'to a.b tcp/443',
    'to b.example.com tcp/443',
    'from a.example.com tcp/443',
  ])
})

test('canonical text of nested values', () => {
  assert.equal(
    canonicalText({ b: [2, { d: 1, c: null }], a: 'x' }),
    '{"a":"x","b":[2,{"c":null,"d":1}]}',
  )
})

test('words for rules', () => {
  assert.equal(ruleText(content), 'to api.example.com tcp/443')
  const range = { family: 'ipv6', ipProtocol: 17, devicePorts: [{ from: 5000, to: 5010 }] } as const
  assert.equal(serviceText(range), 'udp/5000-5010 over IPv6')
  assert.equal(serviceText({ family: 'ethernet', etherType: 0x8892 }), 'ethertype 0x8892')
  assert.equal(peerText({ kind: 'prefix', prefix: '192.0.2.7/32' }), '192.0.2.7')
  assert.equal(peerText({ kind: 'prefix', prefix: '2001:db8::1/128' }), '2001:db8::1')
  assert.equal(peerText({ kind: 'prefix', prefix: '2001:db8::/32' }), '2001:db8::/32')
  assert.equal(peerText({ kind: 'class', class: 'local-networks' }), 'the local networks')
  assert.equal(subjectText({ kind: 'type', manufacturer: 'ACME', model: 'Lamp' }), 'ACME Lamp')
})
