// Verdicts: every reason once; what may be implied; where it could be enforced; replay and
// difference.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MadeUpSite, START, type Sketch } from '../../test/policy/traffic.ts'
import {
  attemptsOf,
  compile,
  difference,
  enforceable,
  enforceableText,
  exchangesOf,
  profilesOf,
  replay,
  ruleCovers,
  ruleId,
  ruleText,
  settle,
  Site,
  type Exchange,
  type PolicyContext,
  type Profile,
  type Rule,
  type RuleContent,
} from './index.ts'

const tcp = (port: number): RuleContent['service'] => ({
  family: 'ipv4',
  ipProtocol: 6,
  peerPorts: [{ from: port, to: port }],
})

const ruleOf = (part: Partial<Rule>): Rule => {
  const content = {
    initiated: 'device' as const,
    peer: { kind: 'any' } as const,
    service: tcp(443),
    ...part,
  }
  return { provenance: { kind: 'person' }, ...content, id: ruleId(content) }
}

const profileOf = (...rules: Rule[]): Profile => ({
  schemaVersion: 1,
  subject: { kind: 'device', device: 'id-camera' },
  phase: 'enforce',
  rules,
  provenance: { kind: 'person' },
})

const siteOf = (made: MadeUpSite, context: PolicyContext = {}) =>
  new Site(made.devices(), context, made.endpoints)

/** The camera's verdict on one flow. */
function verdictOn(sketch: Sketch, profile: Profile, part: Partial<Exchange> = {}) {
  const made = new MadeUpSite()
  const site = siteOf(made)
  const [attempt] = attemptsOf(made.flowOf(sketch), site).filter(
    (one) => one.device === 'id-camera',
  )
  return compile(profile, site).decide({ ...attempt, ...part })
}

const reasonOf = (sketch: Sketch, rule: Partial<Rule>, part: Partial<Exchange> = {}) =>
  verdictOn(sketch, profileOf(ruleOf(rule)), part).reason

const out: Sketch = { from: 'camera', to: '203.0.113.5', name: 'a.example.com', service: 'tls' }

test('every reason once', () => {
  const named = { peer: { kind: 'name', name: 'a.example.com' } } as const
  assert.equal(reasonOf(out, named), 'rule')
  assert.equal(reasonOf({ ...out, name: 'b.example.com' }, named), 'unknown-peer')
  assert.equal(reasonOf({ ...out, port: 80 }, named), 'unknown-service')
  assert.equal(reasonOf(out, { ...named, expires: START - 1 }), 'expired')
  const inward: Sketch = { from: 'phone', to: 'camera', port: 80, service: 'http' }
  const devicePorts = {
    family: 'ipv4',
    ipProtocol: 6,
    devicePorts: [{ from: 80, to: 80 }],
  } as const
  assert.equal(reasonOf(inward, { initiated: 'peer', service: devicePorts }), 'rule')
  assert.equal(reasonOf(inward, { service: { family: 'ipv4', ipProtocol: 6 } }), 'wrong-initiator')
  const only = { service: { ...tcp(443), application: 'mqtt' } }
  assert.equal(reasonOf(out, only), 'other-application')
  assert.equal(reasonOf({ ...out, service: '' }, only), 'rule')
  const reading = { service: { ...tcp(502), operations: ['read'] as const } }
  assert.equal(reasonOf({ ...out, port: 502 }, reading, { operations: 1 }), 'rule')
  assert.equal(reasonOf({ ...out, port: 502 }, reading, { operations: 3 }), 'other-operation')
  const topics = [{ access: 'publish', filter: 'cam/+' }] as const
  const publishing = { service: { ...tcp(443), topics } }
  assert.equal(reasonOf(out, publishing, { topics: ['publish cam/1'] }), 'rule')
  assert.equal(reasonOf(out, publishing, { topics: ['subscribe cam/1'] }), 'other-topic')
  assert.equal(reasonOf(out, { oneWay: true }), 'answer-denied')
  assert.equal(reasonOf(out, { rate: { flowsPerHour: 2 } }, { flows: 3 }), 'over-rate')
  const arp = { from: 'cameraLink', to: 'everybodyLink', protocol: 0x0806 } as const
  assert.equal(reasonOf(arp, named), 'implied')
})

test('a denial names the rule that comes nearest', () => {
  const near = ruleOf({ peer: { kind: 'name', name: 'a.example.com' }, service: tcp(8883) })
  const verdict = verdictOn(out, profileOf(ruleOf({ service: tcp(80) }), near))
  assert.equal(verdict.allowed, false)
  assert.equal(verdict.reason, 'unknown-service')
})

test('a profile past its end permits only what is implied', () => {
  const profile = { ...profileOf(ruleOf({})), expires: START - 1 }
  assert.equal(verdictOn(out, profile).reason, 'expired')
  const arp = { from: 'cameraLink', to: 'everybodyLink', protocol: 0x0806 } as const
  assert.equal(verdictOn(arp, profile).reason, 'implied')
})

/** To whom, from whom, by which name. */
type Way = [to: string, from?: string, name?: string]

test('peers of every kind', () => {
  const made = new MadeUpSite()
  const devices = made.devices().map((device) => ({
    ...device,
    ...(device.name === 'bulb' && { mudUrl: 'https://lumen.example.com/bulb.json' }),
  }))
  const classes = new Map([['urn:example:recorder', ['id-plc', '203.0.113.9']]])
  const site = new Site(devices, { classes, localPrefixes: ['198.51.100.0/24'] }, made.endpoints)
  const allows = (peer: Rule['peer'], [to, from = 'camera', name = '']: Way) => {
    const rules = profileOf(ruleOf({ peer, service: { family: 'ip' } }))
    const flow = made.flowOf({ from, to, name })
    const [attempt] = attemptsOf(flow, site).filter((one) => one.device === `id-${from}`)
    return compile(rules, site, `id-${from}`).decide(attempt).allowed
  }
  const yes: [Rule['peer'], ...Way][] = [
    [{ kind: 'class', class: 'local-networks' }, 'hub'],
    [{ kind: 'class', class: 'local-networks' }, '198.51.100.7'],
    [{ kind: 'class', class: 'local-networks' }, 'mdns'],
    [{ kind: 'class', class: 'same-manufacturer' }, 'bulb2', 'bulb'],
    [{ kind: 'class', class: 'my-controller' }, 'hub'],
    [{ kind: 'class', class: 'gateway' }, 'gateway'],
    [{ kind: 'class', class: 'dns' }, 'gateway'],
    [{ kind: 'manufacturer', manufacturer: 'lumen.example.com' }, 'bulb'],
    [{ kind: 'manufacturer', manufacturer: 'Lumen' }, 'bulb2'],
    [{ kind: 'model', model: 'https://lumen.example.com/bulb.json' }, 'bulb'],
    [{ kind: 'controller', controller: 'urn:example:recorder' }, 'plc'],
    [{ kind: 'controller', controller: 'urn:example:recorder' }, '203.0.113.9'],
    [{ kind: 'name', name: '*.example.com' }, '203.0.113.5', 'camera', 'x.y.example.com'],
    [{ kind: 'prefix', prefix: '203.0.113.0/24' }, '203.0.113.5'],
    [{ kind: 'prefix', prefix: '0.0.0.0/0' }, 'everybody'],
    [{ kind: 'device', device: 'id-hub' }, 'hub'],
    [{ kind: 'multicast', group: 'broadcast' }, 'broadcast'],
  ]
  const no: typeof yes = [
    [{ kind: 'class', class: 'local-networks' }, '203.0.113.5'],
    [{ kind: 'class', class: 'same-manufacturer' }, 'bulb2', 'camera'],
    [{ kind: 'class', class: 'same-manufacturer' }, 'phone', 'plc'],
    [{ kind: 'class', class: 'my-controller' }, 'bulb'],
    [{ kind: 'class', class: 'gateway' }, 'hub'],
    [{ kind: 'class', class: 'dns' }, '8.8.8.8'],
    [{ kind: 'model', model: 'https://lumen.example.com/bulb.json' }, 'bulb2'],
    [{ kind: 'controller', controller: 'urn:example:recorder' }, 'hub'],
    [{ kind: 'name', name: '*.example.com' }, '203.0.113.5', 'camera', 'example.com'],
    [{ kind: 'name', name: '*.example.com' }, '203.0.113.5', 'camera', 'badexample.com'],
    [{ kind: 'prefix', prefix: '203.0.113.0/29' }, '203.0.113.8'],
    [{ kind: 'device', device: 'id-hub' }, 'plc'],
    [{ kind: 'multicast', group: '224.0.0.251' }, 'ssdp'],
  ]
  for (const [peer, ...way] of yes) assert.ok(allows(peer, way), JSON.stringify(peer))
  for (const [peer, ...way] of no) assert.ok(!allows(peer, way), JSON.stringify(peer))
})

const traffic: Sketch[] = [
  out,
  { ...out, port: 8883, service: 'mqtt' },
  { from: 'camera', to: 'gateway', protocol: 'udp', port: 53, service: 'dns' },
  { from: 'phone', to: 'camera', port: 554, service: 'rtsp' },
  { from: 'camera', to: 'mdns', protocol: 'udp', port: 5353, service: 'mdns', packets: [1, 0] },
  { from: 'camera', to: 'hub', port: 1883, service: 'mqtt' },
]

function world(sketches: readonly Sketch[]) {
  const made = new MadeUpSite().watch(...sketches)
  const devices = made.devices()
  const site = siteOf(made)
  const { learner } = made
  const raw = exchangesOf({ ...learner, devices, context: {}, cut: Infinity })
  const exchanges = new Map([...raw].map(([id, all]) => [id, settle(all)]))
  const profiles = new Map(
    profilesOf(devices, learner).map((one) => [(one.subject as { device: string }).device, one]),
  )
  return { site, exchanges, profiles }
}

const seed = Number(process.env.THINGWARD_SEED ?? Date.now() % 1_000_000)

test(`what was learnt lets through all it was learnt from (seed ${seed})`, () => {
  const sketch = fc.record({
    from: fc.constantFrom('camera', 'bulb', 'phone', '203.0.113.5', '203.0.114.5'),
    to: fc.constantFrom('camera', 'hub', 'gateway', 'bulb2', '203.0.113.7', 'mdns', 'broadcast'),
    protocol: fc.constantFrom<Sketch['protocol']>('tcp', 'udp', 1),
    port: fc.nat(65535),
    clientPort: fc.nat(65535),
    service: fc.constantFrom('', 'tls', 'http'),
    name: fc.constantFrom('', 'a.example.com', 'b.example.net'),
  })
  fc.assert(
    fc.property(fc.array(sketch, { maxLength: 80 }), (sketches) => {
      const { site, exchanges, profiles } = world(sketches as Sketch[])
      for (const one of replay(exchanges, (device) => profiles.get(device), site)) {
        assert.deepEqual(one.breaks, [])
        assert.deepEqual(one.unused, [])
      }
    }),
    { seed, numRuns: 300 },
  )
})

test('replay: what a candidate would break, stop and miss', () => {
  const attack: Sketch = { from: 'camera', to: '203.0.113.66', port: 6667, service: 'irc' }
  const probe: Sketch = {
    from: '203.0.113.77',
    to: 'camera',
    protocol: 'udp',
    port: 161,
    packets: [1, 0],
  }
  const { site, exchanges } = world([...traffic, attack, probe])
  const { profiles } = world(traffic.slice(1))
  const [result] = replay(exchanges, (device) => profiles.get(device), site).filter(
    ({ device }) => device === 'id-camera',
  )
  assert.deepEqual(
    result.breaks.map(({ reason, seen }) => `${reason}: ${seen}`),
    [
      'unknown-peer: to 203.0.113.66 tcp/6667 (irc)',
      'unknown-service: to a.example.com tcp/443 (tls)',
    ],
  )
  assert.equal(result.breaks[1].expected, 'with this peer only to a.example.com tcp/8883 (mqtt)')
  assert.equal(ruleText(result.breaks[1].remedy), 'to a.example.com tcp/443 (tls)')
  assert.deepEqual(result.broken, { flows: 2, bytes: 6600 })
  assert.deepEqual(result.stopped.flows, 1)
  assert.equal(result.allowed.flows, 5)
  const [free] = replay(exchanges, () => undefined, site)
  assert.equal(free.profiled, false)
  assert.equal(free.broken.flows, 0)
})

test('difference: agreed, too wide, unused, implied, missing, new', () => {
  const learnt = world(traffic).profiles.get('id-camera')!
  const later: Sketch = { from: 'camera', to: '203.0.113.9', port: 9000 }
  const { site, exchanges } = world([...traffic, later])
  const maker = profileOf(
    ruleOf({ peer: { kind: 'name', name: 'a.example.com' } }),
    ruleOf({ service: { family: 'ipv4', ipProtocol: 6, peerPorts: [{ from: 1883, to: 1883 }] } }),
    ruleOf({ peer: { kind: 'name', name: 'old.example.com' } }),
    ruleOf({ initiated: 'either', service: { family: 'ethernet', etherType: 0x888e } }),
    ruleOf({
      initiated: 'either',
      peer: { kind: 'class', class: 'dns' },
      service: { family: 'ipv4', ipProtocol: 17, peerPorts: [{ from: 53, to: 53 }] },
    }),
  )
  const observed = exchanges.get('id-camera')!
  const result = difference({ device: 'id-camera', maker, learnt, observed }, site)
  const lines = result.lines.map(({ kind, rule }) => `${kind}: ${ruleText(rule)}`).toSorted()
  assert.deepEqual(lines, [
    'agreed: to a.example.com tcp/443',
    "agreed: with the network's DNS service udp/53",
    'implied: with anybody ethertype 0x888e',
    'missing: from the local networks tcp/554 (rtsp)',
    'missing: to a.example.com tcp/8883 (mqtt)',
    'missing: to group 224.0.0.251 udp/5353 (mdns)',
    'new: to 203.0.113.9 tcp/9000',
    'too-wide: to anybody tcp/1883',
    'unused: to old.example.com tcp/443',
  ])
  assert.deepEqual(result.trimmed!.rules.map(ruleText).toSorted(), [
    'to a.example.com tcp/443',
    'to its controller tcp/1883 (mqtt)',
    'with anybody ethertype 0x888e',
    "with the network's DNS service udp/53",
  ])
  assert.equal(result.cautions.length, 2)
  const twoWay = difference({ device: 'id-camera', learnt, observed }, site)
  assert.deepEqual(
    twoWay.lines.map(({ kind }) => kind),
    ['new'],
  )
  assert.equal(twoWay.trimmed, undefined)
})

test('one permission includes another', () => {
  const name = (text: string) => ({ peer: { kind: 'name', name: text } as const })
  const covers = (broad: Partial<Rule>, narrow: Partial<Rule>) =>
    ruleCovers(ruleOf(broad), ruleOf(narrow))
  assert.ok(covers({}, name('a.example.com')))
  assert.ok(covers(name('*.example.com'), name('a.example.com')))
  assert.ok(covers(name('*.example.com'), name('*.b.example.com')))
  assert.ok(!covers(name('*.example.com'), name('example.com')))
  assert.ok(!covers(name('a.example.com'), {}))
  assert.ok(covers({ initiated: 'either' }, {}))
  assert.ok(!covers({}, { initiated: 'either' }))
  assert.ok(!covers({ oneWay: true }, {}))
  assert.ok(covers({ service: { family: 'ip' } }, {}))
  assert.ok(!covers({}, { service: { family: 'ip', ipProtocol: 6 } }))
  assert.ok(!covers({ rate: { flowsPerHour: 5 } }, {}))
  assert.ok(covers({ rate: { flowsPerHour: 5 } }, { rate: { flowsPerHour: 4 } }))
  const net = (prefix: string) => ({ peer: { kind: 'prefix', prefix } as const })
  assert.ok(covers(net('10.0.0.0/8'), net('10.1.2.3/32')))
  assert.ok(!covers(net('10.1.2.0/24'), net('10.1.0.0/16')))
  const local = { peer: { kind: 'class', class: 'local-networks' } } as const
  assert.ok(covers(local, net('192.168.1.0/24')))
  assert.ok(covers(local, net('fe80::/64')))
  assert.ok(!covers(local, net('8.8.8.8/32')))
  assert.ok(!covers(local, net('0.0.0.0/0')))
})

test('where a rule can be enforced', () => {
  const made = new MadeUpSite()
  const site = siteOf(made)
  const at = (part: Partial<Rule>, device = {}) => enforceable(ruleOf(part), device, site)
  assert.equal(at({ peer: { kind: 'name', name: 'a.example.com' } }).point, 'gateway')
  assert.deepEqual(at({ peer: { kind: 'name', name: 'a.example.com' } }).needs, ['names'])
  assert.equal(at({ peer: { kind: 'device', device: 'id-hub' } }).point, 'access')
  assert.equal(at({ peer: { kind: 'device', device: 'id-gateway' } }).point, 'gateway')
  assert.equal(at({ peer: { kind: 'class', class: 'local-networks' } }).point, 'both')
  assert.equal(at({ peer: { kind: 'multicast', group: '224.0.0.251' } }).point, 'nowhere')
  assert.equal(at({ service: { family: 'ethernet', etherType: 0x8892 } }).point, 'access')
  assert.equal(at({}, { placement: 'routed' }).point, 'gateway')
  const topics = [{ access: 'publish', filter: 'a' }] as const
  assert.deepEqual(at({ service: { ...tcp(1883), topics } }).needs, ['topics'])
  const profile = profileOf(
    ruleOf({ peer: { kind: 'name', name: 'a.example.com' } }),
    ruleOf({ peer: { kind: 'name', name: 'b.example.com' } }),
    ruleOf({ peer: { kind: 'multicast', group: '224.0.0.251' } }),
  )
  assert.equal(
    enforceableText(profile, {}, site),
    '2 rules at the gateway, 1 nowhere (multicast in its segment)',
  )
})
