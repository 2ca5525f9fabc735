// What stands around the profiles: the hooks, what every host may, the chains that refuse and
// count, what new devices may, and the sets that others fill: open, quarantine.
import { createHash } from 'node:crypto'
import { REFUSALS, type GatePolicy, type Refusal, type Segment } from './gate-policy.ts'

/** Everything of ours lies in tables of this name: inet for policies, netdev for quarantine. */
export const TABLE = 'thingward'
/** The netlink group that logged packets go to. */
export const LOG_GROUP = 53
/** Before what others filter: an accept here does not stop them, a drop does. */
const PRIORITY = 'filter - 12'
const COUNTED_MAX = 65_535

/** Maps from devices to what holds them; see `Ruleset.maps`. */
export const MAPS = {
  from_device: 'ifname . ether_addr',
  from_address4: 'ifname . ipv4_addr',
  from_address6: 'ifname . ipv6_addr',
  to_device: 'ether_addr',
  to_address4: 'ipv4_addr',
  to_address6: 'ipv6_addr',
} as const

/** Names of those maps. */
export type MapName = keyof typeof MAPS

/** Where packets are counted: by interface and MAC on the way out, by address on the way in. */
export interface CounterSet {
  readonly name: string
  readonly hold: 'refuse' | 'would' | 'new'
  readonly way: 'from' | 'to'
  readonly reason: Refusal
  readonly type: string
}

const HOLDS = ['refuse', 'would'] as const
const KEYS = [
  ['from', '', 'ifname . ether_addr', 'iifname . ether saddr'],
  ['to', '4', 'ipv4_addr', 'ip daddr'],
  ['to', '6', 'ipv6_addr', 'ip6 daddr'],
] as const

/** Reasons as chains: `new-device` and `one-way` only refuse. */
const reasonsOf = (hold: (typeof HOLDS)[number]): readonly Refusal[] =>
  hold === 'refuse' ? [...REFUSALS, 'new-device', 'one-way'] : REFUSALS

/** All counters there are. */
export const COUNTERS: readonly CounterSet[] = [
  ...HOLDS.flatMap((hold) =>
    reasonsOf(hold).flatMap((reason) =>
      KEYS.map(([way, version, type]) => {
        return { name: `${hold}_${way}${version}_${reason}`, hold, way, reason, type }
      }),
    ),
  ),
  {
    name: 'new_devices',
    hold: 'new',
    way: 'from',
    reason: 'new-device',
    type: 'ifname . ether_addr',
  },
]

const words = (names: readonly string[]) => `{ ${names.map((name) => `"${name}"`).join(', ')} }`

/**
 * The text inside `table inet thingward { … }`, and the name of the chain that says which it is.
 */
export function baseText(policy: GatePolicy): { name: string; text: string } {
  const text = [...setLines(), ...refusalLines(), ...newLines(policy), ...hookLines(policy)].join(
    '\n',
  )
  const whole = [...markLines(policy), text].join('\n')
  const name = `base_${createHash('sha256').update(whole).digest('hex').slice(0, 12)}`
  return { name, text: `${text}\n chain ${name} {\n }` }
}

function setLines(): string[] {
  const maps = Object.entries(MAPS).map(
    ([name, type]) => ` map ${name} { type ${type} : verdict; }`,
  )
  const counters = COUNTERS.map(
    ({ name, type }) => ` set ${name} { type ${type}; flags dynamic; size ${COUNTED_MAX}; }`,
  )
  return [
    ' set open { type ifname; flags timeout; }',
    ` set spoken6 { type ipv6_addr; flags dynamic,timeout; timeout 1d; size ${COUNTED_MAX}; }`,
    ...maps,
    ...counters,
  ]
}

function refusalLines(): string[] {
  return HOLDS.flatMap((hold) =>
    reasonsOf(hold).flatMap((reason) =>
      (['from', 'to'] as const).flatMap((way) => {
        const counts = KEYS.filter(([each]) => each === way).map(
          ([, version, , key]) => `  update @${hold}_${way}${version}_${reason} { ${key} counter }`,
        )
        const prefix = `thingward ${hold} ${way} ${reason}: `
        // Threshold 1: the kernel else keeps packets back, for a second or until there are 100.
        const log = `log prefix "${prefix}" group ${LOG_GROUP} snaplen 160 queue-threshold 1`
        return [
          ` chain ${hold}_${way}_${reason} {`,
          ...(reason === 'invalid' ? [] : [`  ct state invalid goto ${hold}_${way}_invalid`]),
          ...counts,
          `  limit rate 50/second burst 100 packets ${log}`,
          hold === 'refuse' ? '  drop' : '  accept',
          ' }',
        ]
      }),
    ),
  )
}

/** Bits of the packet mark that say, on a bridge, whether a frame came from the things' ports, and
 * whether it goes there: inet chains see only the bridge. */
const FROM_THINGS = '0x01000000'
const TO_THINGS = '0x02000000'

/** How packets are told apart by where they come from and go to. */
interface Sides {
  readonly fromThings: string
  readonly toThings: string
  readonly fromUplink: string
  readonly toUplink: string
}

function sidesOf({ segments, uplinks, bridge }: GatePolicy): Sides {
  const has = (bit: string, sign: string) => `meta mark and ${bit} ${sign} ${bit}`
  if (bridge !== undefined) {
    return {
      fromThings: has(FROM_THINGS, '=='),
      toThings: has(TO_THINGS, '=='),
      fromUplink: has(FROM_THINGS, '!='),
      toUplink: has(TO_THINGS, '!='),
    }
  }
  const lan = words(segments.map((segment) => segment.interface))
  const up = words(uplinks)
  return {
    fromThings: `iifname ${lan}`,
    toThings: `oifname ${lan}`,
    fromUplink: `iifname ${up}`,
    toUplink: `oifname ${up}`,
  }
}

/** On a bridge: the table that marks frames, as commands of the same transaction; else none. */
export function markLines({ bridge, ports }: GatePolicy): string[] {
  if (bridge === undefined) return []
  const table = `table bridge ${TABLE}`
  const set = (bit: string) => `meta mark set meta mark or ${bit}`
  return [
    `add ${table}`,
    `delete ${table}`,
    `${table} {`,
    ' chain arriving {\n  type filter hook prerouting priority -300; policy accept;',
    `  iifname ${words(ports)} ${set(FROM_THINGS)}\n }`,
    ' chain leaving {\n  type filter hook forward priority -300; policy accept;',
    `  oifname ${words(ports)} ${set(TO_THINGS)}\n }`,
    '}',
  ]
}

/** What a device that nobody has looked at may begin, and what others may begin with it. */
function newLines(policy: GatePolicy): string[] {
  const { toUplink, fromUplink } = sidesOf(policy)
  const services = 'meta l4proto { 6, 17 } th dport { 53, 123 } fib daddr type local accept'
  const chain = (name: string, ...lines: readonly string[]) =>
    ` chain ${name} {\n${lines.map((line) => `  ${line}\n`).join('')} }`
  const seen = 'update @new_devices { iifname . ether saddr counter }'
  const refuse = (way: 'from' | 'to') => `goto refuse_${way}_new-device`
  const outside = ['ct direction reply accept', `${toUplink} accept`, services, refuse('from')]
  return [
    chain('new_from_allow', seen, 'accept'),
    chain('new_from_outside', seen, ...outside),
    chain('new_from_inside', seen, `${toUplink} ${refuse('from')}`, 'accept'),
    chain('new_from_nothing', seen, refuse('from')),
    chain('new_to_allow', 'accept'),
    chain('new_to_outside', refuse('to')),
    chain('new_to_inside', `${fromUplink} ${refuse('to')}`, 'accept'),
    chain('new_to_nothing', refuse('to')),
  ]
}

/** On industrial segments new devices are let through, whatever was chosen. */
export const newDevicesOf = ({ newDevices, isIndustrial }: Segment) =>
  isIndustrial ? 'allow' : newDevices

/** What every host may, whoever it is: DHCP, neighbour discovery, group membership. */
const IMPLIED = [
  'udp sport 68 udp dport 67 accept',
  'udp sport 546 udp dport 547 accept',
  'meta l4proto igmp accept',
  'icmpv6 type { 130, 131, 132, 133, 135, 136, 143, 151, 152 } accept',
]

/** On a bridge also what is told to hosts: by servers of addresses, and by routers. */
const IMPLIED_INBOUND = [
  'udp sport 67 udp dport 68 accept',
  'udp sport 547 udp dport 546 accept',
  'meta l4proto igmp accept',
  'icmpv6 type { 130, 131, 132, 133, 134, 135, 136, 137, 143, 151, 152 } accept',
  'ether daddr and 01:00:00:00:00:00 == 01:00:00:00:00:00 accept',
]

function hookLines(policy: GatePolicy): string[] {
  const { segments, bridge } = policy
  const { fromThings, toThings } = sidesOf(policy)
  const isBridge = bridge !== undefined
  const oneWay = segments.filter(({ isOneWay }) => isOneWay).map((segment) => segment.interface)
  const intoOneWay = isBridge ? toThings : `oifname ${words(oneWay)}`
  const byDefault = (way: 'from' | 'to') =>
    segments.map((one) => `"${one.interface}" : goto new_${way}_${newDevicesOf(one)}`).join(', ')
  const chain = (name: string, lines: readonly string[]) =>
    ` chain ${name} {\n${lines.map((line) => `  ${line}\n`).join('')} }`
  const hook = (name: string, which: string, lines: readonly string[]) =>
    chain(name, [`type filter hook ${which} priority ${PRIORITY}; policy accept;`, ...lines])
  return [
    chain('outbound', [
      'iifname @open accept',
      'ct state related accept',
      ...(isBridge ? IMPLIED : []),
      'iifname . ip saddr vmap @from_address4',
      'iifname . ip6 saddr vmap @from_address6',
      'iifname . ether saddr vmap @from_device',
      `iifname vmap { ${byDefault('from')} }`,
    ]),
    chain('inbound', [
      'oifname @open accept',
      'ct state related accept',
      ...(isBridge ? [...IMPLIED_INBOUND, 'ether daddr vmap @to_device'] : []),
      'ip daddr vmap @to_address4',
      'ip6 daddr vmap @to_address6',
      'ct direction reply accept',
      'ip6 daddr @spoken6 goto refuse_to_unknown-peer',
      `oifname vmap { ${byDefault('to')} }`,
    ]),
    hook('forward_from', 'forward', [`${fromThings} goto outbound`]),
    hook('forward_to', 'forward', [
      ...(oneWay.length > 0 ? [`${intoOneWay} goto refuse_to_one-way`] : []),
      `${toThings} goto inbound`,
    ]),
    hook('to_gate', 'input', [
      // Answers to what the gate itself began.
      'ct direction reply accept',
      ...IMPLIED.map((line) => `${fromThings} ${line}`),
      `${fromThings} goto outbound`,
    ]),
  ]
}
