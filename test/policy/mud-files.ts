// MUD files for tests, written by ourselves: one lamp in each of the three dialects, and where
// other people's files and the YANG modules lie, which are not ours to ship.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needs } from '../needs.ts'

type Json = { [name: string]: unknown }

const head = (lists: Json): Json => ({
  'mud-version': 1,
  'mud-url': 'https://lamps.example.com/lamp.json',
  'last-update': '2026-01-05T00:00:00+01:00',
  'cache-validity': 48,
  'is-supported': true,
  systeminfo: 'A lamp',
  ...lists,
})

const policies = (from: readonly Json[], to: readonly Json[]): Json => ({
  'from-device-policy': { 'access-lists': { 'access-list': from } },
  'to-device-policy': { 'access-lists': { 'access-list': to } },
})

const accept = { forwarding: 'accept' }

/** RFC 8520 by the letter: a cloud by TCP, DNS by UDP, echo from the local networks, 802.1X. */
export const lamp = (): Json => ({
  'ietf-mud:mud': head(
    policies([{ name: 'lamp-v4fr' }, { name: 'lamp-eth' }], [{ name: 'lamp-v4to' }]),
  ),
  'ietf-access-control-list:acls': {
    acl: [
      {
        name: 'lamp-v4fr',
        type: 'ipv4-acl-type',
        aces: { ace: [cloud('dst', 'destination'), dns('destination'), echo] },
      },
      {
        name: 'lamp-v4to',
        type: 'ipv4-acl-type',
        aces: { ace: [cloud('src', 'source'), dns('source'), echo] },
      },
      {
        name: 'lamp-eth',
        type: 'eth-acl-type',
        aces: { ace: [{ name: 'dot1x', matches: { eth: { ethertype: 34958 } }, actions: accept }] },
      },
    ],
  },
})

const cloud = (side: 'dst' | 'src', port: string): Json => ({
  name: 'cloud',
  matches: {
    ipv4: { protocol: 6, [`ietf-acldns:${side}-dnsname`]: 'cloud.example.com' },
    tcp: {
      'ietf-mud:direction-initiated': 'from-device',
      [`${port}-port`]: { operator: 'eq', port: 8883 },
    },
  },
  actions: accept,
})

const dns = (port: string): Json => ({
  name: 'dns',
  matches: {
    'ietf-mud:mud': { controller: 'urn:ietf:params:mud:dns' },
    ipv4: { protocol: 17 },
    udp: { [`${port}-port`]: { operator: 'eq', port: 53 } },
  },
  actions: accept,
})

const echo: Json = {
  name: 'echo',
  matches: {
    'ietf-mud:mud': { 'local-networks': [null] },
    ipv4: { protocol: 1 },
    icmp: { type: 8, code: 0 },
  },
  actions: accept,
}

/** The draft that published research profiles follow, with its seven habits. */
export const researchLamp = (): Json => ({
  'ietf-mud:mud': head(
    policies([{ name: 'from-lamp' }, { name: 'eth-lamp' }], [{ name: 'to-lamp' }]),
  ),
  'ietf-access-control-list:access-lists': {
    acl: [
      {
        name: 'from-lamp',
        type: 'ipv4-acl-type',
        aces: {
          ace: [
            cloud('dst', 'destination'),
            {
              name: 'discovery',
              matches: {
                'ietf-mud:mud': { 'local-networks': [null] },
                eth: { 'destination-mac-address': 'ff:ff:ff:ff:ff:ff' },
                ipv4: { protocol: 17, 'destination-ipv4-network': '255.255.255.255' },
                udp: {
                  'destination-port': { operator: 'eq', 'lower-port': 6000, 'upper-port': 6010 },
                },
              },
              actions: accept,
            },
            {
              name: 'wrong-family',
              matches: { ipv6: { 'destination-ipv6-network': '224.0.0.251' } },
              actions: accept,
            },
          ],
        },
      },
      { name: 'to-lamp', type: 'ipv4-acl-type', aces: { ace: [cloud('src', 'source')] } },
      {
        name: 'eth-lamp',
        type: 'ethernet-acl-type',
        aces: {
          ace: [{ name: 'dot1x', matches: { eth: { ethertype: '0x888e' } }, actions: accept }],
        },
      },
    ],
  },
})

/** The drafts of 2017. */
export const oldLamp = (): Json => {
  const ace = (name: string, side: string, port: string): Json => ({
    'rule-name': name,
    matches: {
      'ipv4-acl': {
        protocol: 6,
        [`ietf-acldns:${side}-dnsname`]: 'cloud.example.com',
        [`${port}-port-range-or-operator`]: { operator: 'eq', port: 8883 },
      },
      tcp: { 'ietf-mud:direction-initiated': 'from-device' },
    },
    actions: accept,
  })
  const family: Json = {
    'rule-name': 'family',
    matches: { 'ietf-mud:same-manufacturer': [null] },
    actions: accept,
  }
  const list = (name: string, ...aces: readonly Json[]): Json => ({
    'acl-name': name,
    'acl-type': 'ipv4-acl',
    'access-list-entries': { ace: aces },
  })
  const named = (name: string): Json => ({ 'acl-name': name, 'acl-type': 'ipv4-acl' })
  const { 'mud-version': _, ...mud } = head(policies([named('fr')], [named('to')]))
  return {
    'ietf-mud:mud': mud,
    'ietf-access-control-list:access-lists': {
      acl: [
        list('fr', ace('cloud', 'dst', 'destination'), family),
        list('to', ace('cloud', 'src', 'source'), family),
      ],
    },
  }
}

/** Other people's MUD files: every file under THINGWARD_MUD that has an `ietf-mud:mud` in it. */
export function foreignMudFiles(): { readonly path: string; readonly text: string }[] {
  const folder = process.env.THINGWARD_MUD ?? ''
  return globSync(`${folder}/**/*`, { withFileTypes: true })
    .filter(
      (entry) =>
        entry.isFile() && (!entry.name.includes('.') || /\.(json|mud|NEST)$/.test(entry.name)),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
    .filter(({ text }) => /"ietf-mud:mud"\s*:/.test(text))
}

export const needsMudFiles = (): string | false =>
  !existsSync(process.env.THINGWARD_MUD ?? '') && 'needs MUD files: THINGWARD_MUD=FOLDER npm test'

export const needsYang = (): string | false =>
  needs('yanglint') ||
  (!existsSync(process.env.THINGWARD_YANG ?? '') &&
    "needs the IETF's YANG modules: THINGWARD_YANG=FOLDER npm test")

const FEATURES =
  `match-on-eth,match-on-ipv4,match-on-ipv6,match-on-tcp,match-on-udp,match-on-icmp,eth,ipv4,ipv6,
mixed-eth-ipv4,mixed-eth-ipv6,mixed-eth-ipv4-ipv6`.replace(/\s/g, '')

/** What yanglint says of a MUD file under the modules of RFC 8520; '' when it is valid. */
export function yanglint(json: unknown): string {
  const modules = process.env.THINGWARD_YANG!
  const folder = mkdtempSync(join(tmpdir(), 'thingward-mud-'))
  const file = join(folder, 'mud.json')
  try {
    writeFileSync(file, JSON.stringify(json))
    const names = ['ietf-mud', 'ietf-acldns', 'ietf-access-control-list']
    const schemas = names.map((name) =>
      globSync(join(modules, `${name}@*.yang`))
        .toSorted()
        .at(-1)!,
    )
    const features = ['-F', `ietf-access-control-list:${FEATURES}`]
    const args = ['-p', modules, ...features, '-t', 'config', ...schemas, file]
    const run = spawnSync('yanglint', args, { encoding: 'utf8' })
    return run.status === 0 ? '' : run.stderr || 'yanglint failed'
  } finally {
    rmSync(folder, { recursive: true })
  }
}
