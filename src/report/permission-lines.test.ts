// What a device may do, in lines: rules as people read them, causes of refusals, where they could
// be enforced; and the policies that were given.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { MadeUpSite, type Sketch } from '../../test/policy/traffic.ts'
import type { Device } from '../inventory/index.ts'
import {
  blockedByLearnt,
  enforceableText,
  observe,
  profilesFrom,
  readingOrder,
} from '../policy/index.ts'
import type { Reported } from './document.ts'
import type { GivenFile, PolicyCheck } from './held.ts'
import { permissionLines, policyLines } from './permission-lines.ts'

const sketches: readonly Sketch[] = [
  { from: 'phone', to: 'camera', port: 80, service: 'http' },
  { from: 'camera', to: '203.0.113.5', name: 'b.example.com', service: 'tls' },
  { from: 'camera', to: '203.0.113.6', name: 'a.example.com', service: 'tls' },
  { from: 'camera', to: '198.51.100.66', port: 48_101 },
  { from: 'camera', to: '198.51.100.66', port: 48_101, clientPort: 50_001 },
  { from: 'camera', to: '203.0.113.9', port: 23, state: 'S0', packets: [1, 0] },
]

const made = new MadeUpSite().watch(...sketches)
const evil = made.endpoint('198.51.100.66')
const observed = observe(made.devices(), made.learner, {
  excluded: ({ responder }) => responder === evil,
})
const profiles = profilesFrom(observed)
const profile = profiles.find(
  ({ subject }) => subject.kind === 'device' && subject.name === 'camera',
)!

const camera = { id: 'id-camera', name: 'camera', kind: 'device', mudUrls: [] as string[] }
const device = (part: object = {}) => ({ ...camera, ...part }) as unknown as Device

function reported(part: Partial<Reported> = {}): Reported {
  const blocked = blockedByLearnt(observed.exchanges.get('id-camera')!, profile, observed.site)
  const where = enforceableText(profile, made.device('camera'), observed.site)
  const enforcement = [{ device: 'id-camera', where, blocked }]
  return { profiles, enforcement, ...part } as unknown as Reported
}

test('what was learnt: rules as people read them, refusals by cause, where to enforce', () => {
  assert.deepEqual(
    permissionLines(device(), reported()).filter((line) => !line.startsWith('  allow-list')),
    [
      '    to a.example.com tcp/443 (tls)',
      '    to b.example.com tcp/443 (tls)',
      '    from the local networks tcp/80 (http)',
      '  would be blocked: 2 flows flagged by findings, 1 attempt by it in vain',
      '    2 flows to 198.51.100.66 tcp/48101 (flagged by a finding)',
      '  enforceable: 2 rules at the gateway, 1 at the gateway towards other segments, at the ' +
        'switch or access point within its own',
    ],
  )
})

test('a device that names its maker’s file says so, until it is held to that file', () => {
  const mudUrls = ['https://cameras.example.com/one.json']
  const [first] = permissionLines(device({ mudUrls }), reported())
  assert.equal(
    first,
    `  it names its maker's MUD file, ${mudUrls[0]}: fetch it and give it with --policy`,
  )
  const [held] = permissionLines(device({ mudUrls }), reported({ policy: check([]) }))
  assert.match(
    held,
    /^ {2}held to one\.json \(MUD file, by its MUD URL\): 9 flows permitted, 4 denied/,
  )
})

test('a person, and infrastructure, have none', () => {
  const lines = (kind: string) => permissionLines(device({ id: 'd9', kind }), reported())
  assert.deepEqual(lines('person'), [
    "  allow-list: not learnt (a person's device; --people learns it too)",
  ])
  assert.deepEqual(lines('infrastructure'), ['  allow-list: not learnt (infrastructure)'])
})

/** One device that is held to one file. */
function check(files: readonly GivenFile[]): PolicyCheck {
  const rules = readingOrder(profile.rules).map((rule, index) => ({ rule, flows: index * 3 }))
  const amounts = { allowed: { flows: 9, bytes: 900 }, denied: { flows: 4, bytes: 400 } }
  const held = { device: 'id-camera', file: 'one.json', kind: 'mud', by: 'mud-url' } as const
  return {
    files,
    devices: [{ ...held, rules, ...amounts }],
    without: ['id-bulb'],
    services: { resolvers: ['192.168.1.1'], timeServers: [] },
  }
}

test('what holds: each rule with what used it', () => {
  const lines = permissionLines(device(), reported({ policy: check([]) }))
  assert.deepEqual(lines.slice(0, 4), [
    '  held to one.json (MUD file, by its MUD URL): 9 flows permitted, 4 denied; ' +
      '2 of 3 rules used:',
    '    to a.example.com tcp/443 (tls): not used',
    '    to b.example.com tcp/443 (tls): 3 flows',
    '    from the local networks tcp/80 (http): 6 flows',
  ])
})

test('a line a file: whose it is, what was repaired; who has none', () => {
  const empty = { repairs: [], problems: [], devices: [], rules: 0 }
  const files: readonly GivenFile[] = [
    {
      ...empty,
      file: 'one.json',
      kind: 'mud',
      dialect: 'mudgee',
      rules: 3,
      devices: ['id-camera'],
      repairs: [
        { kind: 'number-text', count: 2 },
        { kind: 'type-mixed', count: 1 },
      ],
    },
    { ...empty, file: 'two.json', kind: 'profile', rules: 1 },
    {
      ...empty,
      file: 'three.json',
      kind: 'none',
      problems: [{ severity: 'error', where: 'file', what: 'not JSON' }],
    },
  ]
  const devices = [device(), device({ id: 'id-bulb', name: 'bulb' })]
  const short = policyLines(check(files), devices, false)
  assert.deepEqual(short, [
    '  one.json: MUD file, the draft of the research profiles, 3 rules, for id-camera camera ' +
      '(by its MUD URL); repaired 3 places (number-text, type-mixed)',
    '  two.json: profile, 1 rule, fits no device that was seen',
    '  three.json: not used',
    '    error: file: not JSON',
    '  a file fits by the MUD URL a device says, or by its MAC, address or name as file name',
    '  no file for: id-bulb bulb',
    "  taken for the network's DNS service: 192.168.1.1",
  ])
  const full = policyLines(check(files), devices, true)
  assert.deepEqual(full.slice(1, 3), [
    '    repaired 2×: a number is written without quotes',
    '    repaired 1×: an access list that matches Ethernet and IP is of a mixed type',
  ])
})
