// Learning: what traffic becomes which rule, what is never learnt, and that order and cuts make no
// difference.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { DAY } from '../core/clock.ts'
import { MadeUpSite, START, type Sketch } from '../../test/policy/traffic.ts'
import { observe, profilesOf, ruleText, type LearnOptions, type Profile } from './index.ts'

function learn(site: MadeUpSite, options: LearnOptions = {}): Map<string, Profile> {
  const profiles = profilesOf(site.devices(), site.learner, options)
  return new Map(profiles.map((profile) => [(profile.subject as { name: string }).name, profile]))
}

const words = (profile: Profile | undefined) => profile!.rules.map(ruleText).toSorted()
const cameraWords = (sketches: readonly Sketch[], options?: LearnOptions) =>
  words(learn(new MadeUpSite().watch(...sketches), options).get('camera'))

test('names rather than addresses, whatever address answers', () => {
  const flow: Sketch = {
    from: 'camera',
    to: '203.0.113.5',
    service: 'tls',
    name: 'api.example.com',
  }
  assert.deepEqual(cameraWords([flow, { ...flow, to: '203.0.113.6', clientPort: 50_001 }]), [
    'to api.example.com tcp/443 (tls)',
  ])
})

test('an address takes the name the same device uses it by', () => {
  const named: Sketch = {
    from: 'camera',
    to: '203.0.113.5',
    service: 'tls',
    name: 'api.example.com',
  }
  const nameless: Sketch = { from: 'camera', to: '203.0.113.5', port: 8883, service: 'mqtt' }
  assert.deepEqual(cameraWords([nameless, named]), [
    'to api.example.com tcp/443 (tls)',
    'to api.example.com tcp/8883 (mqtt)',
  ])
})

test('without any name the address itself', () => {
  assert.deepEqual(cameraWords([{ from: 'camera', to: '203.0.113.5' }]), ['to 203.0.113.5 tcp/443'])
  const named: Sketch = { from: 'camera', to: '203.0.113.5', name: '203.0.113.5' }
  assert.deepEqual(cameraWords([named]), ['to 203.0.113.5 tcp/443'])
})

test('both families of one name are one rule', () => {
  const flow: Sketch = {
    from: 'camera',
    to: '203.0.113.5',
    service: 'tls',
    name: 'api.example.com',
  }
  const site = new MadeUpSite().watch(flow, { ...flow, from: 'camera6', to: '2001:db8:9::5' })
  const [rule] = learn(site).get('camera')!.rules
  assert.equal(learn(site).get('camera')!.rules.length, 1)
  assert.equal(rule.service.family, 'ip')
  assert.equal(rule.evidence!.flows, 2)
})

test('more than eight names of one holder become its domain, on shared hosts never', () => {
  const nine = (domain: string): Sketch[] =>
    Array.from({ length: 9 }, (_, index) => ({
      from: 'camera',
      to: `203.0.113.${index}`,
      service: 'tls',
      name: `n${index}.${domain}`,
    }))
  assert.deepEqual(cameraWords(nine('devices.example.com')), [
    'to *.devices.example.com tcp/443 (tls)',
  ])
  assert.equal(cameraWords(nine('cloudfront.net')).length, 9)
  assert.equal(cameraWords(nine('co.uk')).length, 9)
  assert.equal(cameraWords(nine('devices.example.com').slice(1)).length, 8)
})

test('DNS and time from the network itself are classes, from elsewhere addresses', () => {
  const dns: Sketch = { from: 'camera', to: 'gateway', protocol: 'udp', port: 53, service: 'dns' }
  const ntp: Sketch = { from: 'camera', to: 'gateway', protocol: 'udp', port: 123, service: 'ntp' }
  assert.deepEqual(cameraWords([dns, ntp, { ...dns, to: '8.8.8.8' }]), [
    'to 8.8.8.8 udp/53 (dns)',
    "to the network's DNS service udp/53 (dns)",
    "to the network's time service udp/123 (ntp)",
  ])
  assert.deepEqual(cameraWords([{ ...dns, to: '8.8.8.8' }], { resolvers: ['8.8.8.8'] }), [
    "to the network's DNS service udp/53 (dns)",
  ])
})

test('gateway, controller, the same manufacturer, the local networks', () => {
  const to = (peer: string, part: Partial<Sketch> = {}): Sketch => ({
    from: 'bulb',
    to: peer,
    port: 80,
    service: 'http',
    ...part,
  })
  const of = (...sketches: Sketch[]) =>
    words(learn(new MadeUpSite().watch(...sketches)).get('bulb'))
  assert.deepEqual(of(to('gateway')), ['to its gateway tcp/80 (http)'])
  assert.deepEqual(of(to('hub')), ['to its controller tcp/80 (http)'])
  assert.deepEqual(of(to('bulb2')), ['to bulb2 tcp/80 (http)'])
  assert.deepEqual(of(to('bulb2'), to('bulb3')), [
    'to devices of the same manufacturer tcp/80 (http)',
  ])
  const four = [to('camera'), to('plc'), to('192.168.1.77'), to('192.168.1.78')]
  assert.deepEqual(of(...four.slice(1)).length, 3)
  assert.deepEqual(of(...four, to('hub'), to('bulb2')), ['to the local networks tcp/80 (http)'])
  assert.deepEqual(of({ ...to('bulb'), from: 'phone' }), ['from the local networks tcp/80 (http)'])
})

test('groups keep their address; the subnet broadcast and the limited one are the same', () => {
  const udp = { from: 'camera', protocol: 'udp', packets: [1, 0] } as const
  assert.deepEqual(
    cameraWords([
      { ...udp, to: 'mdns', port: 5353, clientPort: 5353, service: 'mdns' },
      { ...udp, to: 'broadcast', port: 6666 },
      { ...udp, to: 'everybody', port: 6666 },
    ]),
    ['to broadcast udp/6666', 'to group 224.0.0.251 udp/5353 (mdns)'],
  )
})

test('industrial frames without IP are rules by MAC or device', () => {
  const frame = { from: 'plcLink', protocol: 0x8892, port: 0, clientPort: 0 } as const
  const site = new MadeUpSite().watch({ ...frame, to: 'profinet' }, { ...frame, to: 'cameraLink' })
  assert.deepEqual(words(learn(site).get('plc')), [
    'to camera ethertype 0x8892',
    'to group 01:0e:cf:00:00:00 ethertype 0x8892',
  ])
  assert.deepEqual(words(learn(site).get('camera')), ['from plc ethertype 0x8892'])
})

test('what everybody has to do is implied; serving it is not', () => {
  const dhcp = { protocol: 'udp', service: 'dhcp', packets: [1, 1] } as const
  const site = new MadeUpSite().watch(
    { ...dhcp, from: 'camera', to: 'everybody', port: 67, clientPort: 68 },
    { ...dhcp, from: 'camera', to: 'gateway', port: 67, clientPort: 68 },
    { from: 'cameraLink', to: 'everybodyLink', protocol: 0x0806, port: 0, clientPort: 0 },
    { from: 'camera', to: 'gateway', protocol: 1, clientPort: 3, port: 3 },
    { ...dhcp, from: 'bulb2', to: 'plc', port: 67, clientPort: 68 },
    { from: 'camera', to: 'gateway', protocol: 1, clientPort: 8, port: 0 },
  )
  const profiles = learn(site)
  assert.deepEqual(words(profiles.get('camera')), ['to its gateway icmp type 8 code 0'])
  assert.equal(profiles.get('camera')!.notLearnt!.implied, 4)
  assert.deepEqual(words(profiles.get('plc')), ['from bulb2 udp/67 (dhcp)'])
})

test('a neighbour advertisement that nobody asked for is implied as well', () => {
  // As decoding says it: the question's type at the responder, whether or not it was seen.
  const advertisement = { protocol: 58, clientPort: 0, port: 135, packets: [1, 0] } as const
  const site = new MadeUpSite().watch(
    { ...advertisement, from: 'camera6', to: 'all-nodes' },
    { ...advertisement, from: 'camera6', to: '2001:db8:1::99' },
  )
  const profile = learn(site).get('camera')!
  assert.deepEqual(words(profile), [])
  assert.equal(profile.notLearnt!.implied, 2)
})

test('failed, unanswered and flagged traffic is counted, not learnt', () => {
  const flow: Sketch = { from: 'camera', to: '203.0.113.5', port: 23 }
  const site = new MadeUpSite().watch(
    { ...flow, state: 'S0', packets: [1, 0] },
    { ...flow, state: 'REJ', packets: [1, 1] },
    { ...flow, port: 9999, protocol: 'udp', packets: [2, 0] },
    { ...flow, port: 6667, service: 'irc' },
    { from: '198.51.100.1', to: 'camera', protocol: 'udp', port: 161, packets: [9, 0] },
    { from: '198.51.100.1', to: 'camera', port: 22, state: 'REJ', packets: [1, 1] },
  )
  const profile = learn(site, { excluded: (row) => row.service === 'irc' }).get('camera')!
  assert.deepEqual(profile.rules, [])
  assert.deepEqual(profile.notLearnt, {
    flagged: 1,
    unanswered: 2,
    implied: 0,
    overflowed: 0,
    failedOut: 2,
    failedIn: 1,
  })
})

test('a habit of unanswered datagrams is learnt, and says so', () => {
  const syslog: Sketch = { from: 'camera', to: 'hub', protocol: 'udp', port: 514, packets: [1, 0] }
  const profile = learn(new MadeUpSite().watch(syslog, syslog, syslog)).get('camera')!
  assert.deepEqual(words(profile), ['to its controller udp/514'])
  assert.deepEqual(profile.rules[0].review, ['unanswered'])
})

test('a stream without an answer is learnt at its receiver, if one of ours sends it', () => {
  const stream = { protocol: 'udp', port: 5000, packets: [60, 0], bytes: [60_000, 0] } as const
  const site = new MadeUpSite().watch(
    { ...stream, from: 'camera', to: 'hub' },
    { ...stream, from: '198.51.100.1', to: 'hub', port: 5001 },
    { ...stream, from: 'bulb', to: 'hub', port: 5002, packets: [8, 0] },
  )
  assert.deepEqual(words(learn(site).get('hub')), ['from camera udp/5000'])
})

test('answers to a question that went to a group are learnt', () => {
  const answer = { protocol: 'udp', port: 1900, service: 'ssdp', packets: [0, 3] } as const
  const sketch: Sketch = { ...answer, from: 'phone', to: 'camera', bytes: [0, 900] }
  assert.deepEqual(words(learn(new MadeUpSite().watch(sketch)).get('camera')), [
    'from the local networks udp/1900 (ssdp)',
  ])
})

test('a scan with one source port is not turned into calls of its victim', () => {
  const ports = [53, 67, 69, 123, 161]
  const sketches = ports.map((port): Sketch => {
    const ends = { from: 'bulb2', to: 'camera', clientPort: 56_587, port } as const
    return { ...ends, protocol: 'udp', packets: [1, 0], bytes: [60, 0] }
  })
  const profile = learn(new MadeUpSite().watch(...sketches)).get('camera')!
  assert.deepEqual(profile.rules, [])
  assert.equal(profile.notLearnt!.unanswered, 5)
  const made = new MadeUpSite().watch(...sketches)
  const { exchanges } = observe(made.devices(), made.learner)
  assert.ok(exchanges.get('id-bulb2')!.every(({ initiated }) => initiated === 'device'))
})

test('a name is reached over either IP family', () => {
  const cloud: Sketch = { from: 'camera', to: '203.0.113.5', name: 'a.example.com', service: 'tls' }
  const [rule] = learn(new MadeUpSite().watch(cloud)).get('camera')!.rules
  assert.equal(rule.service.family, 'ip')
})

test('random ports become one of three ranges', () => {
  const media = (ports: readonly number[]): Sketch[] =>
    ports.map((port, index) => ({
      from: 'camera',
      to: 'phone',
      protocol: 'udp',
      port,
      clientPort: 60_000 + index,
    }))
  assert.equal(cameraWords(media([50_001, 50_003, 50_005])).length, 3)
  assert.deepEqual(cameraWords(media([50_001, 50_003, 50_005, 50_007])), [
    'to phone udp/49152-65535',
  ])
  assert.deepEqual(cameraWords(media([50_001, 40_003, 50_005, 50_007])), [
    'to phone udp/32768-65535',
  ])
})

test('a peer-to-peer camera: many addresses, many ports', () => {
  const sketches = Array.from({ length: 40 }, (_, index): Sketch => ({
    from: 'camera',
    to: `203.${index}.113.5`,
    protocol: 'udp',
    port: 20_000 + index * 13,
    clientPort: 60_000,
  }))
  const profile = learn(new MadeUpSite().watch(...sketches)).get('camera')!
  assert.deepEqual(words(profile), ['to anybody udp/1024-65535'])
  assert.deepEqual(profile.rules[0].review, ['any-peer', 'port-range'])
  assert.equal(profile.rules[0].evidence!.peers!.length, 40)
})

test('a crowd beyond counting is said in networks, what else the device does stays exact', () => {
  const site = new MadeUpSite(1 << 16, 1 << 16)
  for (let index = 0; index < 17_000; index++) {
    const to = `${20 + (index % 8)}.${index >> 8}.${index & 255}.9`
    site.watch({ from: 'camera', to, protocol: 'udp', port: 2000 + index, clientPort: 60_000 })
  }
  site.watch({ from: 'camera', to: '203.0.113.5', name: 'a.example.com', port: 8883 })
  assert.deepEqual(words(learn(site).get('camera')).slice(0, 3), [
    'to 20.0.0.0/8 udp/1024-65535',
    'to 21.0.0.0/8 udp/1024-65535',
    'to 22.0.0.0/8 udp/1024-65535',
  ])
  assert.equal(words(learn(site).get('camera')).at(-1), 'to a.example.com tcp/8883')
})

test('a capture that begins in the middle does not turn client and server round', () => {
  const seen: Sketch = { from: 'camera', to: '203.0.113.5', port: 50_443, clientPort: 1100 }
  const late: Sketch = {
    ...seen,
    from: seen.to,
    to: seen.from,
    port: 1100,
    clientPort: 50_443,
    certain: false,
    state: 'OTH',
  }
  assert.deepEqual(cameraWords([late, seen]), ['to 203.0.113.5 tcp/50443'])
  const answers = [1100, 1101, 1102].map((port) => ({ ...late, port, protocol: 'udp' as const }))
  assert.deepEqual(cameraWords(answers), ['to 203.0.113.5 udp/50443'])
  assert.deepEqual(cameraWords([{ ...late, clientPort: 443, port: 50_001 }]), [
    'to 203.0.113.5 tcp/443',
  ])
})

test('TCP first heard from outside without its handshake was rather started by the device', () => {
  const late: Sketch = {
    from: '203.0.113.5',
    to: 'camera',
    port: 4508,
    clientPort: 3478,
    certain: false,
    state: 'OTH',
  }
  assert.deepEqual(cameraWords([late]), ['to 203.0.113.5 tcp/3478'])
  const certain: Sketch = { ...late, certain: true, state: 'SF' }
  assert.deepEqual(cameraWords([certain]), ['from 203.0.113.5 tcp/4508'])
  assert.deepEqual(cameraWords([{ ...late, port: 80 }]), ['from 203.0.113.5 tcp/80'])
})

test('operations and topics go into the rule', () => {
  const site = new MadeUpSite()
    .watch({ from: 'hub', to: 'plc', port: 502, service: 'modbus' })
    .watch({ from: 'camera', to: 'hub', port: 1883, service: 'mqtt' })
    .say(['hub', 'plc'], 'modbus', { kind: 'request', operation: 'read' })
    .say(['hub', 'plc'], 'modbus', { kind: 'request', operation: 'write' })
    .say(['camera', 'hub'], 'mqtt', { kind: 'publish', topic: 'cam/1/status', qos: 0 })
    .say(['camera', 'hub'], 'mqtt', { kind: 'subscribe', filters: [{ filter: 'cam/1/#', qos: 1 }] })
  const profiles = learn(site)
  assert.deepEqual(profiles.get('plc')!.rules[0].service.operations, ['read', 'write'])
  assert.deepEqual(profiles.get('camera')!.rules[0].service.topics, [
    { access: 'publish', filter: 'cam/1/status' },
    { access: 'subscribe', filter: 'cam/1/#' },
  ])
})

test('maturity is measured on held-out days', () => {
  const daily = (days: number, extra: readonly Sketch[] = []) => {
    const site = new MadeUpSite()
    for (let minute = 0; minute < days * 1440; minute += 20) {
      const at = minute * 60
      site.watch({ from: 'camera', to: 'gateway', protocol: 'udp', port: 53, service: 'dns', at })
    }
    return learn(site.watch(...extra)).get('camera')!.maturity!
  }
  const week = daily(7)
  assert.equal(week.verdict, 'settling')
  assert.equal(week.learnedSpan, 4 * 86_400_000_000)
  assert.equal(week.lostFlows, 0)
  const later = daily(7, [{ from: 'camera', to: '203.0.113.9', at: 6.5 * 86_400 }])
  assert.equal(later.lostFlows, 1)
  assert.match(later.why, /1 of \d+ flows would have been lost/)
  assert.equal(daily(30).verdict, 'mature')
  assert.equal(daily(0.01).verdict, 'immature')
})

test('another firmware begins maturity anew, and the profile says so', () => {
  const site = new MadeUpSite()
  for (let minute = 0; minute < 30 * 1440; minute += 20) {
    const at = minute * 60
    site.watch({ from: 'camera', to: 'gateway', protocol: 'udp', port: 53, service: 'dns', at })
    site.watch({ from: 'bulb', to: 'gateway', protocol: 'udp', port: 53, service: 'dns', at })
  }
  const reopened = { at: START + 29 * DAY, because: 'firmware 1.2 became 1.3' }
  const devices = site
    .devices()
    .map((device) => (device.name === 'camera' ? { ...device, reopened } : device))
  const [camera, bulb] = ['camera', 'bulb'].map((name) => {
    const profiles = profilesOf(devices, site.learner)
    return profiles.find(({ subject }) => (subject as { name: string }).name === name)!
  })
  assert.equal(bulb.maturity?.verdict, 'mature')
  assert.equal(bulb.maturity.reopened, undefined)
  const maturity = camera.maturity!
  assert.equal(maturity.verdict, 'settling')
  assert.deepEqual(maturity.reopened, reopened)
  assert.ok(maturity.learnedSpan + maturity.heldOutSpan <= DAY)
  assert.match(
    maturity.why,
    /^firmware 1\.2 became 1\.3 at 2026-02-03T00:00:00Z, counted from then: /,
  )
  // What was learnt before stays permitted.
  assert.deepEqual(words(camera), words(bulb))
})

const hosts = ['gateway', 'hub', 'bulb', 'phone', '203.0.113.5', '203.0.113.6', '198.51.100.7']
const sketch = fc.record({
  from: fc.constantFrom('camera', 'bulb2', '203.0.113.5', 'phone'),
  to: fc.constantFrom(...hosts, 'camera', 'mdns', 'everybody'),
  protocol: fc.constantFrom<Sketch['protocol']>('tcp', 'udp', 1),
  port: fc.constantFrom(53, 80, 443, 8883, 40_001, 40_002, 50_001, 50_002, 50_003),
  clientPort: fc.constantFrom(1025, 5353, 33_000, 50_000, 60_000),
  service: fc.constantFrom('', 'tls', 'http', 'dns'),
  name: fc.constantFrom('', 'a.example.com', 'b.example.com', 'c.example.net'),
  at: fc.integer({ min: 0, max: 100_000 }),
  frame: fc.integer({ min: 1, max: 1000 }),
  packets: fc.constantFrom([6, 5] as const, [2, 0] as const),
})
const traffic = fc.array(sketch, { minLength: 1, maxLength: 60 })
const seed = Number(process.env.THINGWARD_SEED ?? Date.now() % 1_000_000)

test(`the order of flows makes no difference (seed ${seed})`, () => {
  fc.assert(
    fc.property(traffic, fc.infiniteStream(fc.nat()), (flows, keys) => {
      const order = flows.map((flow) => ({ flow, key: keys.next().value as number }))
      const shuffled = order.toSorted((a, b) => a.key - b.key).map(({ flow }) => flow)
      const one = learn(new MadeUpSite().watch(...(flows as Sketch[])))
      const other = learn(new MadeUpSite().watch(...(shuffled as Sketch[])))
      assert.deepEqual([...other.values()], [...one.values()])
    }),
    { seed, numRuns: 300 },
  )
})

/**
 * What a capture cut at a flow's middle shows of it: the rest has no handshake, name or
 * application.
 */
const cutInTwo = (flow: Sketch): Sketch[] => {
  const half = { packets: [3, 2] as const, bytes: [450, 1200] as const }
  return [
    { ...flow, ...half },
    {
      ...flow,
      ...half,
      certain: false,
      state: 'OTH',
      name: '',
      service: '',
      at: (flow.at ?? 0) + 1,
    },
  ]
}

test(`cutting a capture in two makes no difference to the rules (seed ${seed})`, () => {
  const whole = fc.array(
    fc.record({
      from: fc.constantFrom('camera', 'bulb2', 'phone'),
      to: fc.constantFrom(...hosts),
      port: fc.constantFrom(80, 443, 8883),
      clientPort: fc.integer({ min: 33_000, max: 60_000 }),
      name: fc.constantFrom('a.example.com', 'b.example.com'),
      service: fc.constant('tls'),
      at: fc.integer({ min: 0, max: 100_000 }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  fc.assert(
    fc.property(whole, fc.nat(), (flows, which) => {
      // An address whose name differs from flow to flow cannot be told apart without its first
      // half.
      const sketches: Sketch[] = flows.map((flow) => ({
        ...flow,
        name: NAME_OF.get(flow.to) ?? '',
      }))
      const cut = sketches.flatMap((flow, index) =>
        index % 3 === which % 3 ? cutInTwo(flow) : [flow],
      )
      const ids = (all: readonly Sketch[]) =>
        [...learn(new MadeUpSite().watch(...all)).values()].map((profile) =>
          profile.rules.map(({ id }) => id),
        )
      assert.deepEqual(ids(cut), ids(sketches))
    }),
    { seed, numRuns: 300 },
  )
})

const NAME_OF = new Map([
  ['203.0.113.5', 'a.example.com'],
  ['203.0.113.6', 'b.example.com'],
])
