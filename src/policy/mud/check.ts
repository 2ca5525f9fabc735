// Whether a JSON value is a MUD file by the letter: the nodes, types, ranges, choices and
// references of the modules of RFC 8520 and RFC 8519, without repairing anything. yanglint says the
// same where it is at hand.
import { CHECKS, type Check, type Checking } from './check-leaf.ts'
import { ACCESS_LIST_TYPES, type Problem } from './mud-file.ts'
import { DATE_AND_TIME, allows } from './read.ts'
import { asObject, type RawObject } from './raw.ts'

const PROBLEMS_MAX = 1000

/**
 * All that is wrong. error: not valid under the modules; warning: valid, but against RFC 8520's
 * text, or a node of a module that is not known here. An empty list: fine.
 */
export function checkMud(json: unknown): Problem[] {
  const problems: Problem[] = []
  const checking: Checking = {
    note: (severity, where, what) => {
      if (problems.length < PROBLEMS_MAX) problems.push({ severity, where, what })
    },
  }
  const root = asObject(json)
  if (!root) return [{ severity: 'error', where: 'file', what: 'not a JSON object' }]
  container(ROOT)(root, 'file', checking)
  const lists = listsOf(root)
  const names = new Set(lists.map(({ name }) => name))
  for (const list of lists) checkTypes(list, checking)
  checkPolicies(root, names, checking)
  return problems
}

const { text, integer, oneOf, empty, host, uri, prefix, mac, flags, binary } = CHECKS

/** A container with exactly these nodes; names that begin with '!' are mandatory. */
function container(nodes: { readonly [name: string]: Check }): Check {
  const known = new Map(
    Object.entries(nodes).map(([name, check]) => [name.replace('!', ''), check]),
  )
  const mandatory = Object.keys(nodes).filter((name) => name.startsWith('!'))
  return (value, where, checking) => {
    const object = asObject(value)
    if (!object) return checking.note('error', where, 'not an object')
    for (const [key, inner] of Object.entries(object).slice(0, 1000)) {
      const check = known.get(key)
      if (check) check(inner, `${where}/${key}`, checking)
      else if (
        /^[a-z][\w.-]*:/i.test(key) &&
        !/^ietf-(mud|access-control-list|acldns):/.test(key)
      ) {
        checking.note('warning', where, `${key} is of a module that is not known here`)
      } else checking.note('error', where, `there is no ${key} here`)
    }
    for (const name of mandatory) {
      if (!Object.hasOwn(object, name.slice(1))) {
        checking.note('error', where, `${name.slice(1)} is missing`)
      }
    }
  }
}

/** A list keyed by name. */
function list(entry: Check): Check {
  return (value, where, checking) => {
    if (!Array.isArray(value)) return checking.note('error', where, 'not a list')
    const names = new Set<unknown>()
    for (const [index, inner] of value.slice(0, 20_000).entries()) {
      const name = asObject(inner)?.name
      const place = `${where}[${typeof name === 'string' ? name.slice(0, 64) : index}]`
      if (names.has(name)) checking.note('error', place, 'a second one of this name')
      names.add(name)
      entry(inner, place, checking)
    }
  }
}

/** Several containers of which at most one may be there (RFC 7950 7.9 choice). */
function choice(
  nodes: { readonly [name: string]: Check },
  choices: readonly (readonly string[])[],
): Check {
  const inner = container(nodes)
  return (value, where, checking) => {
    inner(value, where, checking)
    const object = asObject(value) ?? {}
    for (const names of choices) {
      const there = names.filter((name) => Object.hasOwn(object, name))
      if (there.length > 1)
        checking.note('error', where, `${there.join(' and ')} exclude each other`)
    }
  }
}

/** RFC 8519 `port-range-or-operator`. */
const ports: Check = (value, where, checking) => {
  const port = integer(0, 65535)
  choice(
    {
      'lower-port': port,
      'upper-port': port,
      operator: oneOf('eq', 'neq', 'lte', 'gte'),
      port,
    },
    [
      ['lower-port', 'port'],
      ['lower-port', 'operator'],
      ['upper-port', 'port'],
      ['upper-port', 'operator'],
    ],
  )(value, where, checking)
  const object = asObject(value) ?? {}
  const [lower, upper] = [object['lower-port'], object['upper-port']]
  if ((lower === undefined) !== (upper === undefined)) {
    checking.note('error', where, 'lower-port and upper-port go together')
  } else if (lower === undefined && object.operator !== undefined && object.port === undefined) {
    checking.note('error', where, 'an operator needs a port')
  } else if (typeof lower === 'number' && typeof upper === 'number' && lower > upper) {
    checking.note('error', where, 'lower-port is above upper-port')
  }
}

const IP = {
  dscp: integer(0, 63),
  ecn: integer(0, 3),
  length: integer(0, 65535),
  ttl: integer(0, 255),
  protocol: integer(0, 255),
  'ietf-acldns:src-dnsname': host,
  'ietf-acldns:dst-dnsname': host,
}
const UINT32 = integer(0, 4294967295)

const MATCHES = choice(
  {
    eth: container({
      'destination-mac-address': mac,
      'destination-mac-address-mask': mac,
      'source-mac-address': mac,
      'source-mac-address-mask': mac,
      ethertype: CHECKS.etherType,
    }),
    ipv4: container({
      ...IP,
      ihl: integer(5, 60),
      flags: flags('reserved', 'fragment', 'more'),
      offset: integer(20, 65535),
      identification: integer(0, 65535),
      'destination-ipv4-network': prefix(0),
      'source-ipv4-network': prefix(0),
    }),
    ipv6: container({
      ...IP,
      'destination-ipv6-network': prefix(1),
      'source-ipv6-network': prefix(1),
      'flow-label': integer(0, 1048575),
    }),
    tcp: container({
      'sequence-number': UINT32,
      'acknowledgement-number': UINT32,
      'data-offset': integer(5, 15),
      reserved: integer(0, 255),
      flags: flags('cwr', 'ece', 'urg', 'ack', 'psh', 'rst', 'syn', 'fin'),
      'window-size': integer(0, 65535),
      'urgent-pointer': integer(0, 65535),
      options: binary,
      'source-port': ports,
      'destination-port': ports,
      'ietf-mud:direction-initiated': oneOf('to-device', 'from-device'),
    }),
    udp: container({ length: integer(0, 65535), 'source-port': ports, 'destination-port': ports }),
    icmp: container({ type: integer(0, 255), code: integer(0, 255), 'rest-of-header': binary }),
    'egress-interface': text(1, 255),
    'ingress-interface': text(1, 255),
    'ietf-mud:mud': container({
      manufacturer: host,
      'same-manufacturer': empty,
      model: uri,
      'local-networks': empty,
      controller: uri,
      'my-controller': empty,
    }),
  },
  [
    ['ipv4', 'ipv6'],
    ['tcp', 'udp', 'icmp'],
  ],
)

const POLICY = container({
  'access-lists': container({ 'access-list': list(container({ '!name': text(1, 64) })) }),
})

const ACE = container({
  '!name': text(1, 64),
  matches: MATCHES,
  actions: container({
    '!forwarding': oneOf('accept', 'drop', 'reject'),
    logging: oneOf('log-none', 'log-syslog'),
  }),
})

const ROOT = {
  '!ietf-mud:mud': container({
    '!mud-version': integer(0, 255),
    '!mud-url': uri,
    '!last-update': CHECKS.pattern(DATE_AND_TIME, 'a date and time'),
    'mud-signature': uri,
    'cache-validity': integer(1, 168),
    '!is-supported': CHECKS.boolean,
    systeminfo: text(0, 65535),
    'mfg-name': text(0, 65535),
    'model-name': text(0, 65535),
    'firmware-rev': text(0, 65535),
    'software-rev': text(0, 65535),
    documentation: uri,
    extensions: CHECKS.leafList(text(1, 40)),
    'from-device-policy': POLICY,
    'to-device-policy': POLICY,
  }),
  'ietf-access-control-list:acls': container({
    acl: list(
      container({
        '!name': text(1, 64),
        type: oneOf(...ACCESS_LIST_TYPES),
        aces: container({ ace: list(ACE) }),
      }),
    ),
  }),
}

interface NamedList {
  readonly name: string
  readonly raw: RawObject
}

function listsOf(root: RawObject): NamedList[] {
  const acl = asObject(root['ietf-access-control-list:acls'])?.acl
  const lists = Array.isArray(acl) ? acl.slice(0, 20_000) : []
  return lists.map((entry) => {
    const raw = asObject(entry) ?? {}
    return { name: typeof raw.name === 'string' ? raw.name : '', raw }
  })
}

/** RFC 8519's `when`: a list's type decides which headers its entries may match. */
function checkTypes({ name, raw }: NamedList, checking: Checking): void {
  const said = typeof raw.type === 'string' ? raw.type.slice(raw.type.indexOf(':') + 1) : ''
  const type = ACCESS_LIST_TYPES.find((one) => one === said)
  const ace = asObject(raw.aces)?.ace
  for (const entry of Array.isArray(ace) ? ace.slice(0, 20_000) : []) {
    const matches = asObject(asObject(entry)?.matches) ?? {}
    const [eth, ipv4, ipv6] = ['eth', 'ipv4', 'ipv6'].map((part) => Object.hasOwn(matches, part))
    const fits = type ? allows(type, { eth, ipv4, ipv6 }) : !(eth || ipv4 || ipv6)
    if (!fits) checking.note('error', `acl ${name}`, `type '${said}' does not match these headers`)
  }
}

function checkPolicies(root: RawObject, names: ReadonlySet<string>, checking: Checking): void {
  const mud = asObject(root['ietf-mud:mud']) ?? {}
  const used = new Set<string>()
  for (const policy of ['from-device-policy', 'to-device-policy']) {
    const entries = asObject(asObject(mud[policy])?.['access-lists'])?.['access-list']
    for (const entry of Array.isArray(entries) ? entries.slice(0, 20_000) : []) {
      const name = asObject(entry)?.name
      if (typeof name !== 'string') continue
      used.add(name)
      if (!names.has(name)) checking.note('error', policy, `there is no access list '${name}'`)
    }
  }
  for (const name of names) {
    if (!used.has(name)) checking.note('warning', `acl ${name}`, 'no policy refers to it')
  }
  const url = mud['mud-url']
  if (typeof url === 'string' && !/^https:/i.test(url)) {
    checking.note('warning', 'mud', 'mud-url is not https (RFC 8520 3.2)')
  }
  if (mud['mud-version'] !== undefined && mud['mud-version'] !== 1) {
    checking.note('warning', 'mud', 'mud-version is not 1 (RFC 8520 3.1)')
  }
}
