// MUD files: three dialects in, one out; what was repaired, what was lost; nothing ever throws.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  foreignMudFiles,
  lamp,
  needsMudFiles,
  needsYang,
  oldLamp,
  researchLamp,
  yanglint,
} from '../../../test/policy/mud-files.ts'
import { ruleId, ruleText, type Profile, type Rule, type RuleContent } from '../index.ts'
import {
  assignMudFiles,
  checkMud,
  mudFileName,
  profileFromMud,
  readMud,
  readMudText,
  writeMud,
} from './index.ts'

const LAST_UPDATE = Date.UTC(2026, 0, 5) * 1000
const seed = Number(process.env.THINGWARD_SEED ?? Date.now() % 1_000_000)

const rulesIn = (json: unknown) => profileFromMud(readMud(json).file!).profile.rules
const errorsIn = (json: unknown) => checkMud(json).filter(({ severity }) => severity === 'error')
const countRepairs = (json: unknown) => {
  const groups = Map.groupBy(readMud(json).repairs, ({ kind }) => kind)
  return Object.fromEntries([...groups].map(([kind, all]) => [kind, all.length]))
}

test('a file by the letter of RFC 8520 needs no repair', () => {
  const read = readMud(lamp())
  assert.equal(read.dialect, 'rfc8520')
  assert.deepEqual(read.repairs, [])
  assert.deepEqual(read.problems, [])
  assert.equal(read.file!.mudUrl, 'https://lamps.example.com/lamp.json')
  assert.deepEqual(checkMud(lamp()), [])
})

test('an entry from the device and its twin to it are one rule', () => {
  assert.deepEqual(rulesIn(lamp()).map(ruleText).toSorted(), [
    'to anybody ethertype 0x888e',
    'to cloud.example.com tcp/8883',
    'with the local networks icmp type 8 code 0',
    "with the network's DNS service udp/53",
  ])
  const [ethernet] = rulesIn(lamp()).filter((rule) => rule.service.family === 'ethernet')
  assert.equal(ethernet.oneWay, true)
})

test('the dialect of published research profiles, every repair named', () => {
  const read = readMud(researchLamp())
  assert.equal(read.dialect, 'mudgee')
  assert.deepEqual(countRepairs(researchLamp()), {
    'access-lists-renamed': 1,
    'operator-dropped': 1,
    'prefix-length-added': 1,
    'family-mismatch': 1,
    'type-mixed': 1,
    'ethertype-number': 1,
    'type-renamed': 1,
  })
  assert.deepEqual(rulesIn(researchLamp()).map(ruleText).toSorted(), [
    'to anybody ethertype 0x888e',
    'to broadcast udp/6000-6010',
    'to cloud.example.com tcp/8883',
  ])
  assert.deepEqual(profileFromMud(read.file!).loss, [])
})

test('the drafts of 2017, every repair named', () => {
  const read = readMud(oldLamp())
  assert.equal(read.dialect, 'draft-2017')
  assert.deepEqual(countRepairs(oldLamp()), {
    'access-lists-renamed': 1,
    'acl-named': 8,
    'entries-renamed': 2,
    'match-renamed': 2,
    'ports-moved': 2,
    'class-moved': 2,
    'type-renamed': 2,
    'version-added': 1,
  })
  assert.deepEqual(rulesIn(oldLamp()).map(ruleText).toSorted(), [
    'to cloud.example.com tcp/8883',
    'with devices of the same manufacturer any ip',
  ])
})

test('extensions are kept and named, not interpreted', () => {
  const file = lamp() as { 'ietf-mud:mud': Record<string, unknown> }
  const transparency = { 'vuln-url': ['https://lamps.example.com/vex'] }
  file['ietf-mud:mud']['ietf-mud-transparency:transparency'] = transparency
  file['ietf-mud:mud'].extensions = ['transparency']
  const read = readMud(file)
  assert.deepEqual(read.file!.preserved, { 'ietf-mud-transparency:transparency': transparency })
  assert.deepEqual(read.file!.extensions, ['transparency'])
  const { loss } = profileFromMud(read.file!)
  assert.deepEqual(
    loss.map(({ kind, effect }) => [kind, effect]),
    [['extension', 'none']],
  )
})

test('what our form does not say of a file is lost by name', () => {
  const file = lamp()
  const acl = (file['ietf-access-control-list:acls'] as { acl: { aces: { ace: unknown[] } }[] }).acl
  acl[0].aces.ace.push(
    { name: 'no', matches: { ipv4: { protocol: 6 } }, actions: { forwarding: 'drop' } },
    {
      name: 'marked',
      matches: { ipv4: { protocol: 6, dscp: 3, 'source-ipv4-network': '10.0.0.0/8' } },
      actions: { forwarding: 'accept' },
    },
    {
      name: 'both',
      matches: {
        'ietf-mud:mud': { 'same-manufacturer': [null] },
        ipv4: { 'ietf-acldns:dst-dnsname': 'x.example.com' },
      },
      actions: { forwarding: 'accept' },
    },
  )
  const { loss } = profileFromMud(readMud(file).file!)
  assert.deepEqual(
    loss.map(({ kind, effect }) => `${kind} ${effect}`),
    ['denial none', 'match widened', 'match widened', 'peers-combined widened'],
  )
})

/** One rule of every kind our form has. */
const every = (): RuleContent[] => {
  const tcp = { family: 'ipv4', ipProtocol: 6, peerPorts: [{ from: 443, to: 443 }] } as const
  const to = (peer: RuleContent['peer'], service: RuleContent['service'] = tcp): RuleContent => ({
    initiated: 'device',
    peer,
    service,
  })
  return [
    to({ kind: 'any' }),
    to({ kind: 'class', class: 'local-networks' }),
    to({ kind: 'class', class: 'same-manufacturer' }, { family: 'ip', ipProtocol: 17 }),
    to({ kind: 'class', class: 'my-controller' }),
    to({ kind: 'class', class: 'dns' }),
    to({ kind: 'class', class: 'ntp' }),
    to({ kind: 'class', class: 'gateway' }),
    to({ kind: 'manufacturer', manufacturer: 'lamps.example.com' }),
    to({ kind: 'controller', controller: 'https://hubs.example.com/hub' }),
    to({ kind: 'model', model: 'https://lamps.example.com/lamp.json' }),
    to({ kind: 'name', name: 'api.example.com' }, { ...tcp, family: 'ip' }),
    to({ kind: 'prefix', prefix: '203.0.113.0/24' }),
    to({ kind: 'prefix', prefix: '2001:db8::/32' }, { ...tcp, family: 'ipv6' }),
    to({ kind: 'multicast', group: '224.0.0.251' }, { family: 'ipv4', ipProtocol: 17 }),
    to({ kind: 'multicast', group: 'ff02::fb' }, { family: 'ipv6', ipProtocol: 17 }),
    to(
      { kind: 'multicast', group: '01:0e:cf:00:00:00' },
      { family: 'ethernet', etherType: 0x8892 },
    ),
    to({ kind: 'ethernet', mac: '02:00:00:00:00:09' }, { family: 'ethernet', etherType: 0x88b8 }),
    to(
      { kind: 'class', class: 'local-networks' },
      { family: 'ipv4', ipProtocol: 1, icmp: { type: 8 } },
    ),
    {
      initiated: 'peer',
      peer: { kind: 'class', class: 'local-networks' },
      service: {
        family: 'ipv4',
        ipProtocol: 6,
        devicePorts: [
          { from: 80, to: 80 },
          { from: 8000, to: 8010 },
        ],
      },
    },
  ]
}

const profileOf = (contents: readonly RuleContent[], more: Partial<Rule> = {}): Profile => ({
  schemaVersion: 1,
  subject: { kind: 'device', device: 'd1', name: 'Lamp' },
  phase: 'review',
  rules: contents.map((content) => ({
    id: ruleId(content),
    ...content,
    provenance: { kind: 'person' },
    ...more,
  })),
  provenance: { kind: 'person' },
})

const written = (profile: Profile) => writeMud(profile, { lastUpdate: LAST_UPDATE })

test('every kind of rule that MUD can say is valid, and reads back', () => {
  const { json, loss } = written(profileOf(every()))
  assert.deepEqual(checkMud(json), [])
  const back = new Set(rulesIn(json).map(({ id }) => id))
  const lossy = new Set(loss.filter(({ kind }) => kind === 'direction').map(({ rule }) => rule))
  // Several port ranges become several entries, and these several rules.
  const plain = every().filter((content) => (content.service.devicePorts?.length ?? 1) === 1)
  for (const content of plain.filter((one) => !lossy.has(ruleId(one)))) {
    assert.ok(back.has(ruleId(content)), ruleText(content))
  }
})

test('yanglint takes every kind of rule', { skip: needsYang() }, () => {
  assert.equal(yanglint(written(profileOf(every())).json), '')
  assert.equal(yanglint(written(profileOf([])).json), '')
  assert.equal(yanglint(lamp()), '')
  assert.notEqual(yanglint(researchLamp()), '')
})

const lossOf = (content: Partial<RuleContent>, more: Partial<Rule> = {}) => {
  const [first] = every()
  const { loss } = written(profileOf([{ ...first, ...content }], more))
  return loss.map(({ kind, effect }) => `${kind} ${effect}`)
}

test('what MUD cannot say is in the loss report', () => {
  const [{ service }] = every()
  const modbus = { ...service, application: 'modbus', operations: ['read'] as const }
  assert.deepEqual(lossOf({ service: modbus }), ['application widened', 'operations widened'])
  const topics = [{ access: 'publish', filter: 'a/b' }] as const
  assert.deepEqual(lossOf({ service: { ...service, topics } }), ['topics widened'])
  assert.deepEqual(lossOf({ rate: { flowsPerHour: 3 } }), ['rate widened'])
  assert.deepEqual(lossOf({}, { expires: LAST_UPDATE }), ['expiry widened'])
  assert.deepEqual(lossOf({ service: { family: 'ip', ipProtocol: 17 } }), ['direction widened'])
  assert.deepEqual(lossOf({ peer: { kind: 'class', class: 'gateway' } }), ['gateway-class none'])
  assert.deepEqual(lossOf({ peer: { kind: 'multicast', group: 'broadcast' } }), [
    'broadcast narrowed',
  ])
  assert.deepEqual(lossOf({ peer: { kind: 'manufacturer', manufacturer: 'ACME Inc.' } }), [
    'peer omitted',
  ])
})

test('a domain becomes the names that were seen below it', () => {
  const content: RuleContent = { ...every()[0], peer: { kind: 'name', name: '*.example.com' } }
  const evidence = {
    ...{
      flows: 3,
      packets: 9,
      bytes: 900,
      bytesOut: 300,
      bytesIn: 600,
      first: 1,
      last: 2,
      frame: 1,
    },
    peers: ['a.example.com', 'b.example.com', 'b.example.net'],
  }
  const { json, loss } = written(profileOf([content], { evidence }))
  assert.deepEqual(
    loss.map(({ kind, effect }) => `${kind} ${effect}`),
    ['name-suffix narrowed'],
  )
  assert.deepEqual(rulesIn(json).map(ruleText).toSorted(), [
    'to a.example.com tcp/443',
    'to b.example.com tcp/443',
  ])
})

test('a single device becomes its manufacturer, its addresses, or is left out', () => {
  const peer = { kind: 'device', device: 'd9', addresses: ['192.168.1.9', '2001:db8::9'] } as const
  const content: RuleContent = { ...every()[0], peer, service: { family: 'ip', ipProtocol: 6 } }
  const words = (options: object) => {
    const { json } = writeMud(profileOf([content]), { lastUpdate: LAST_UPDATE, ...options })
    return rulesIn(json).map(ruleText).toSorted()
  }
  assert.deepEqual(words({ sameManufacturer: () => true }), [
    'to devices of the same manufacturer tcp',
  ])
  assert.deepEqual(words({}), ['to 192.168.1.9 tcp', 'to 2001:db8::9 tcp over IPv6'])
  assert.deepEqual(lossOf({ peer: { kind: 'device', device: 'd9' } }), ['device-peer omitted'])
})

test('the head of a written file', () => {
  const { json } = writeMud(profileOf([]), {
    lastUpdate: LAST_UPDATE,
    mudUrl: 'http://not-secure.example.com/',
    cacheValidityHours: 1000,
    systeminfo: 'A\u0000lamp',
  })
  const mud = json['ietf-mud:mud'] as Record<string, unknown>
  assert.match(String(mud['mud-url']), /^https:\/\/thingward\.invalid\/mud\/\d{5}\.json$/)
  assert.equal(mud['last-update'], '2026-01-05T00:00:00Z')
  assert.equal(mud['cache-validity'], 168)
  assert.equal(mud.systeminfo, 'Alamp')
})

test('the validator finds what breaks the modules', () => {
  const broken: readonly [string, (file: Record<string, never>) => void][] = [
    ['mud-url is missing', (file) => delete file['ietf-mud:mud']['mud-url']],
    ['there is no surprise here', (file) => Object.assign(file['ietf-mud:mud'], { surprise: 1 })],
    [
      'not a number from 1 to 168',
      (file) => Object.assign(file['ietf-mud:mud'], { 'cache-validity': 169 }),
    ],
    [
      'a second one of this name',
      (file) => {
        const { acl } = file['ietf-access-control-list:acls'] as { acl: unknown[] }
        acl.push(acl[0])
      },
    ],
    [
      "type 'eth-acl-type' does not match these headers",
      (file) => {
        const { acl } = file['ietf-access-control-list:acls'] as { acl: { type: string }[] }
        acl[0].type = 'eth-acl-type'
      },
    ],
    [
      "there is no access list 'lamp-v4fr'",
      (file) => {
        const { acl } = file['ietf-access-control-list:acls'] as { acl: { name: string }[] }
        acl[0].name = 'other'
      },
    ],
  ]
  for (const [what, spoil] of broken) {
    const file = lamp()
    spoil(file as Record<string, never>)
    assert.ok(
      checkMud(file).some((problem) => problem.what === what),
      `${what}: ${JSON.stringify(checkMud(file))}`,
    )
  }
})

/** Replaces one node somewhere inside by something else. */
function spoiled(json: unknown, path: readonly number[], value: unknown): unknown {
  if (path.length === 0 || typeof json !== 'object' || json === null) return value
  const keys = Object.keys(json)
  if (keys.length === 0) return value
  const key = keys[path[0] % keys.length]
  const copy = (Array.isArray(json) ? [...json] : { ...json }) as Record<string, unknown>
  copy[key] = spoiled(copy[key], path.slice(1), value)
  return copy
}

test(`nothing makes reading throw, and what is read can be written (seed ${seed})`, () => {
  const path = fc.array(fc.nat(20), { maxLength: 9 })
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom('', '1', '::/0', '10.0.0.1/33'),
  )
  const base = fc.constantFrom(lamp, researchLamp, oldLamp)
  fc.assert(
    fc.property(base, path, value, (make, where, what) => {
      const json = spoiled(make(), where, what)
      const { file } = readMud(json)
      checkMud(json)
      if (!file) return
      const { profile } = profileFromMud(file)
      assert.deepEqual(errorsIn(written(profile).json), [])
    }),
    { seed, numRuns: 2000 },
  )
})

test('a written file finds back to its device; a MUD URL goes before its name', () => {
  const plain = { role: 'thing', endpoints: [], addresses: [] } as const
  const camera = { ...plain, id: 'd1', name: 'Front door: Camera!', macs: ['02:00:00:00:00:10'] }
  const routed = { ...plain, id: 'd2', name: '', macs: [], addresses: ['fe80::1'] }
  const printer = { ...plain, id: 'd3', name: 'Old Printer', macs: ['02:00:00:00:00:12'] }
  const talker = {
    ...plain,
    id: 'd4',
    name: 'x',
    macs: ['02:00:00:00:00:13'],
    mudUrl: 'https://a/b',
  }
  assert.equal(mudFileName(camera), 'front-door-camera_02-00-00-00-00-10.json')
  assert.equal(mudFileName(routed), 'device_fe80-1.json')
  const mud = readMud(lamp()).file!
  const files = [
    { name: mudFileName(camera), mud },
    { name: mudFileName(routed), mud },
    { name: 'oldprinter.json', mud },
    { name: mudFileName(talker), mud },
    { name: 'other.json', mud: { ...mud, mudUrl: 'https://a/b' } },
  ]
  const assigned = assignMudFiles(files, [camera, routed, printer, talker])
  const found = [...assigned].map(([id, { file, by }]) => `${id} ${by} ${file.name}`)
  assert.deepEqual(found, [
    'd1 mac front-door-camera_02-00-00-00-00-10.json',
    'd2 address device_fe80-1.json',
    'd3 name oldprinter.json',
    'd4 mud-url other.json',
  ])
})

test('text that is no MUD file', () => {
  assert.equal(readMudText('{').problems[0].what, 'not JSON')
  assert.equal(readMudText('[]').file, undefined)
  assert.equal(readMudText('\uFEFF' + JSON.stringify(lamp())).problems.length, 0)
  assert.equal(readMudText(' '.repeat(5_000_000)).problems[0].what, 'longer than 4 MiB')
})

test("other people's files: all are read, and survive writing", { skip: needsMudFiles() }, () => {
  const files = foreignMudFiles()
  assert.ok(files.length >= 100)
  for (const { path, text } of files) {
    const { file, problems } = readMudText(text)
    assert.ok(file, path)
    assert.deepEqual(
      problems.filter(({ severity }) => severity === 'error'),
      [],
      path,
    )
    const { profile, loss } = profileFromMud(file)
    assert.ok(
      loss.every(({ kind }) => kind === 'extension'),
      path,
    )
    const out = written(profile)
    assert.deepEqual(errorsIn(out.json), [], path)
    const ids = (rules: readonly Rule[]) => rules.map(({ id }) => id)
    assert.deepEqual(ids(rulesIn(out.json)), ids(profile.rules), path)
  }
})

test('the 29 research profiles need seven kinds of repair', { skip: needsMudFiles() }, () => {
  const files = foreignMudFiles().filter(({ path }) => path.includes('mudgee_mudfiles'))
  const repairs = files.flatMap(({ text }) => readMudText(text).repairs)
  const counts = Map.groupBy(repairs, ({ kind }) => kind)
  assert.equal(files.length, 29)
  assert.deepEqual(Object.fromEntries([...counts].map(([kind, all]) => [kind, all.length])), {
    'access-lists-renamed': 29,
    'ethertype-number': 85,
    'type-mixed': 28,
    'type-renamed': 26,
    'operator-dropped': 14,
    'prefix-length-added': 7,
    'family-mismatch': 1,
  })
})

test('our validator and yanglint agree', { skip: needsMudFiles() || needsYang() }, () => {
  for (const { path, text } of foreignMudFiles()) {
    const json = JSON.parse(text) as unknown
    // yanglint has no modules for extensions of others, which we only warn of.
    if (checkMud(json).some(({ what }) => what.includes('is of a module'))) continue
    assert.equal(errorsIn(json).length === 0, yanglint(json) === '', path)
  }
})
