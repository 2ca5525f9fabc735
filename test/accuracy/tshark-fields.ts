// What messages said, against tshark's fields on the same captures: for each capture the set of
// values that a field takes. A sample of all captures, the same one each time.
import { execFileSync } from 'node:child_process'
import { globSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { clip } from '../../src/decode/index.ts'
import { Score, readCapture, type Part, type ReadMessage } from './reading.ts'

/** Captures taken of each source, spread over its folders; larger ones are left out. */
const PER_SOURCE = 60
const BYTES_MAX = 4_000_000

/** One field: how tshark calls it and in which layers, and where we say it. */
interface Field {
  readonly name: string
  readonly tshark: string
  /** Layers of which one must be in the frame; nothing inside ICMP errors counts. */
  readonly layers: readonly string[]
  ours(message: ReadMessage): readonly unknown[]
  /** tshark's spelling in ours. */
  readonly spell?: (value: string) => string
}

type Said = { readonly [name: string]: unknown }

/** Values that messages of these protocols have under a name. */
const named =
  (name: string, ...protocols: readonly string[]) =>
  ({ protocol, fields }: ReadMessage): readonly unknown[] =>
    protocols.includes(protocol) ? [(fields as Said)[name]] : []

const numeric = (value: string) => String(Number(value))
const lower = (value: string) => value.toLowerCase().replace(/\.$/, '')

const FIELDS: readonly Field[] = [
  {
    name: 'names asked for (DNS, mDNS, LLMNR)',
    tshark: 'dns.qry.name',
    layers: ['dns', 'mdns', 'llmnr'],
    spell: (value) => (value === '<Root>' ? '.' : lower(value)),
    ours: ({ protocol, fields }) =>
      ['dns', 'mdns', 'llmnr'].includes(protocol)
        ? ((fields as Said).questions as readonly { readonly name: string }[]).map(
            (question) => question.name,
          )
        : [],
  },
  {
    name: 'server names (TLS, DTLS, QUIC)',
    tshark: 'tls.handshake.extensions_server_name',
    layers: ['tls', 'dtls', 'quic'],
    spell: lower,
    ours: named('serverName', 'tls', 'dtls', 'quic', 'rdp', 'smtp'),
  },
  {
    name: 'DHCP host names',
    tshark: 'dhcp.option.hostname',
    layers: ['dhcp'],
    ours: named('hostname', 'dhcp'),
  },
  {
    name: 'DHCP vendor classes',
    tshark: 'dhcp.option.vendor_class_id',
    layers: ['dhcp'],
    ours: named('vendorClass', 'dhcp'),
  },
  {
    name: 'HTTP hosts',
    tshark: 'http.host',
    layers: ['http'],
    spell: lower,
    ours: named('host', 'http'),
  },
  {
    name: 'HTTP user agents',
    tshark: 'http.user_agent',
    layers: ['http'],
    ours: named('userAgent', 'http'),
  },
  { name: 'HTTP servers', tshark: 'http.server', layers: ['http'], ours: named('server', 'http') },
  {
    name: 'NetBIOS names',
    tshark: 'nbns.name',
    layers: ['nbns'],
    spell: (value) => value.replace(/<.*$/, '').trim(),
    ours: ({ protocol, fields }) =>
      protocol === 'nbns' && fields.kind !== 'datagram' ? [fields.name] : [],
  },
  {
    name: 'SSH banners',
    tshark: 'ssh.protocol',
    layers: ['ssh'],
    ours: ({ protocol, fields }) => {
      const { kind, protocolVersion, software, comment } = fields as Said
      if (protocol !== 'ssh' || kind !== 'banner') return []
      return [`SSH-${protocolVersion}-${software}${comment === undefined ? '' : ` ${comment}`}`]
    },
  },
  {
    name: 'MQTT topics and filters',
    tshark: 'mqtt.topic',
    layers: ['mqtt'],
    ours: ({ protocol, fields }) => {
      if (protocol !== 'mqtt') return []
      const { topic, filters } = fields as Said
      const list = (filters ?? []) as readonly (string | { readonly filter: string })[]
      return [topic, ...list.map((each) => (typeof each === 'string' ? each : each.filter))]
    },
  },
  {
    name: 'MQTT client ids',
    tshark: 'mqtt.clientid',
    layers: ['mqtt'],
    ours: named('clientId', 'mqtt'),
  },
  {
    name: 'SIP methods',
    tshark: 'sip.Method',
    layers: ['sip'],
    ours: ({ protocol, fields }) =>
      protocol === 'sip' && fields.kind === 'request' ? [fields.method] : [],
  },
  {
    name: 'RTSP methods',
    tshark: 'rtsp.method',
    layers: ['rtsp'],
    ours: named('method', 'rtsp'),
  },
  {
    name: 'RADIUS users',
    tshark: 'radius.User_Name',
    layers: ['radius'],
    ours: named('user', 'radius'),
  },
  {
    name: 'ARP senders',
    tshark: 'arp.src.proto_ipv4',
    layers: ['arp'],
    ours: named('senderAddress', 'arp'),
  },
  {
    name: 'LLDP system names',
    tshark: 'lldp.tlv.system.name',
    layers: ['lldp'],
    ours: named('systemName', 'lldp'),
  },
  {
    name: 'CDP devices',
    tshark: 'cdp.deviceid',
    layers: ['cdp'],
    ours: named('chassis', 'cdp'),
  },
  {
    name: 'TFTP files',
    tshark: 'tftp.source_file',
    layers: ['tftp'],
    ours: ({ protocol, fields }) =>
      protocol === 'tftp' && fields.kind === 'read' ? [(fields as Said).file] : [],
  },
  {
    name: 'Modbus functions',
    tshark: 'modbus.func_code',
    layers: ['modbus'],
    spell: numeric,
    ours: named('function', 'modbus'),
  },
  {
    name: 'DNP3 functions',
    tshark: 'dnp3.al.func',
    layers: ['dnp3'],
    spell: numeric,
    ours: ({ protocol, fields }) =>
      protocol === 'dnp3' && fields.kind !== 'link' ? [fields.function] : [],
  },
  {
    name: 'S7 functions (jobs)',
    tshark: 's7comm.param.func',
    layers: ['s7comm'],
    spell: numeric,
    ours: ({ protocol, fields }) =>
      protocol === 's7comm' && fields.plus === undefined && fields.kind !== 'userdata'
        ? [fields.function]
        : [],
  },
  {
    name: 'IEC 104 types',
    tshark: 'iec60870_asdu.typeid',
    layers: ['iec60870_asdu'],
    spell: numeric,
    ours: named('type', 'iec104'),
  },
  {
    name: 'CIP product names',
    tshark: 'cip.id.product_name',
    layers: ['enip', 'cip'],
    ours: ({ protocol, fields }) => {
      const identity = (fields as Said).identity as { readonly productName?: string } | undefined
      return protocol === 'enip' ? [identity?.productName] : []
    },
  },
  {
    name: 'OPC UA end points',
    tshark: 'opcua.transport.endpoint',
    layers: ['opcua'],
    ours: ({ protocol, fields }) =>
      protocol === 'opcua' && fields.kind === 'hello' ? [fields.endpointUrl] : [],
  },
  {
    name: 'PROFINET station names',
    tshark: 'pn_dcp.suboption_device_nameofstation',
    layers: ['pn_dcp'],
    ours: named('stationName', 'profinet'),
  },
]

/** The sample: up to PER_SOURCE captures of each source, evenly spread over their names. */
export function sampleOf(captures: string): string[] {
  const all = globSync(join(captures, '**/*.{pcap,pcapng,cap}'))
    .filter((path) => statSync(path).size <= BYTES_MAX)
    .toSorted()
  const bySource = Map.groupBy(all, (path) => relative(captures, path).split('/')[0])
  return [...bySource.values()].flatMap((paths) => {
    const step = Math.max(1, paths.length / PER_SOURCE)
    const count = Math.min(PER_SOURCE, paths.length)
    return Array.from({ length: count }, (_, index) => paths[Math.floor(index * step)])
  })
}

/** Only plain texts are compared: tools show odd bytes, and what is too long, in their own ways. */
const comparable = (value: unknown): value is string | number =>
  typeof value === 'number' ||
  (typeof value === 'string' && /^[\u0020-\u007e]+$/.test(value) && !/\\\d\d\d|[<>]/.test(value))

const SEPARATOR = '\u0001'

/** tshark's values of all fields, in the order of FIELDS. */
function theirValues(path: string): Set<string>[] {
  const fields = ['frame.protocols', ...FIELDS.map(({ tshark }) => tshark)]
  const words = ['-n', '-r', path, '-T', 'fields', '-E', `aggregator=${SEPARATOR}`]
  const found = FIELDS.map(() => new Set<string>())
  let output: string
  try {
    output = execFileSync('tshark', [...words, ...fields.flatMap((name) => ['-e', name])], {
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
      timeout: 120_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch (cause) {
    // A capture that is cut ends with an error behind the fields of what could be read.
    output = (cause as { readonly stdout?: string }).stdout ?? ''
  }
  for (const line of output.split('\n')) {
    const [protocols = '', ...columns] = line.split('\t')
    const layers = protocols.split(':')
    if (layers.includes('icmp') || layers.includes('icmpv6')) continue
    FIELDS.forEach(({ layers: wanted, spell = String }, index) => {
      if (!columns[index] || !wanted.some((layer) => layers.includes(layer))) return
      for (const value of columns[index].split(SEPARATOR)) {
        const plain = clip(spell(value.trim()))
        if (comparable(plain)) found[index].add(plain)
      }
    })
  }
  return found
}

function ourValues(messages: readonly ReadMessage[]): Set<string>[] {
  const found = FIELDS.map(() => new Set<string>())
  for (const message of messages) {
    FIELDS.forEach(({ ours }, index) => {
      for (const value of ours(message)) {
        if (comparable(value)) found[index].add(String(value).trim())
      }
    })
  }
  return found
}

const without = (values: ReadonlySet<string>, others: ReadonlySet<string>) =>
  [...values].filter((value) => !others.has(value))

/** Compares the sample; undefined where there are no captures. */
export async function tsharkFields(captures: string): Promise<Part | undefined> {
  const paths = sampleOf(captures)
  if (paths.length === 0) return undefined
  const scores = FIELDS.map(() => new Score())
  const details: string[] = []
  for (const path of paths) {
    const theirs = theirValues(path)
    const ours = ourValues((await readCapture(path)).messages)
    FIELDS.forEach(({ name }, index) => {
      scores[index].compare(ours[index], theirs[index])
      const tell = (what: string, values: readonly string[]) => {
        if (values.length === 0) return
        const some = values.slice(0, 5).join(' | ')
        details.push(`${relative(captures, path)}: ${name}: ${what} ${values.length}: ${some}`)
      }
      tell('only ours', without(ours[index], theirs[index]))
      tell('only theirs', without(theirs[index], ours[index]))
    })
  }
  return {
    title: 'Fields of messages, against tshark',
    about:
      `Sets of values in each of ${paths.length} captures: up to ${PER_SOURCE} of every source, ` +
      `none above ${BYTES_MAX / 1e6} MB.`,
    header: ['field', 'precision', 'recall', 'same', 'only ours', 'only theirs'],
    rows: FIELDS.map(({ name }, index) => {
      const { precision, recall, both, onlyOurs, onlyTheirs } = scores[index]
      return [name, precision, recall, `${both}`, `${onlyOurs}`, `${onlyTheirs}`]
    }),
    details,
  }
}
