// Writes what a capture told as the Zeek logs that Zeek would have written of it: conn, dns, dhcp,
// ssl, x509, http, ssh, mqtt and modbus, with Zeek's own losses. Only for tests: it knows the
// sample's traffic, not all.
import type { HeardFlow, HeardTransaction } from '../../src/sensor/hearing.ts'

type Row = Record<string, string | number | boolean | readonly string[] | undefined>
type Fields = Record<string, unknown>

const seconds = (time: number) =>
  `${Math.floor(time / 1e6)}.${String(time - Math.floor(time / 1e6) * 1e6).padStart(6, '0')}`

const SERVICES: Record<string, string> = { tls: 'ssl', mdns: 'dns', llmnr: 'dns', nbns: 'dns' }
const PROTOCOLS: Record<number, string> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmp' }

/** A log as tab-separated text. Bytes that are not ASCII are escaped, as Zeek does. */
function tsv(path: string, rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const escape = (text: string) =>
    [...Buffer.from(text.replaceAll('\\', '\\\\'))]
      .map((byte) =>
        byte < 32 || byte > 126
          ? `\\x${byte.toString(16).padStart(2, '0')}`
          : String.fromCharCode(byte),
      )
      .join('')
  const value = (each: Row[string]): string => {
    if (each === undefined) return '-'
    if (typeof each === 'boolean') return each ? 'T' : 'F'
    if (typeof each === 'number') return String(each)
    if (typeof each === 'string') return each === '' ? '(empty)' : escape(each)
    return each.length === 0
      ? '(empty)'
      : each.map((one) => escape(one).replaceAll(',', '\\x2c')).join(',')
  }
  const header = [
    '#separator \\x09',
    '#set_separator\t,',
    '#empty_field\t(empty)',
    '#unset_field\t-',
    `#path\t${path}`,
    `#fields\t${columns.join('\t')}`,
  ]
  const lines = rows.map((row) => columns.map((column) => value(row[column])).join('\t'))
  return [...header, ...lines, ''].join('\n')
}

const [MAC, ADDRESS] = [0, 1]
/** `mac address` → its parts; either may be ''. */
function parts(endpoint: string): [string, string] {
  const [first, second] = endpoint.split(' ')
  if (second !== undefined) return [first, second]
  return /^(..:){5}..$/.test(first) ? [first, ''] : ['', first]
}

/** The logs by file name. `macs`: the policy that logs MAC addresses was on. */
export function zeekLogs(
  flows: readonly HeardFlow[],
  transactions: readonly HeardTransaction[],
  macs: boolean,
): Record<string, string> {
  const withIp = flows.filter(({ family }) => family !== 2)
  const byFlow = new Map(withIp.map((flow) => [flow.id, flow]))
  const said = (protocol: string) =>
    transactions.filter((each) => each.protocol === protocol && byFlow.has(each.flow))
  const id = (flow: number): Row => {
    const { originator, responder, originatorPort, responderPort } = byFlow.get(flow)!
    return {
      uid: `C${flow}`,
      'id.orig_h': parts(originator)[ADDRESS],
      'id.orig_p': originatorPort,
      'id.resp_h': parts(responder)[ADDRESS],
      'id.resp_p': responderPort,
    }
  }
  const logs: Record<string, Row[]> = {
    conn: withIp.map((flow) => connRow(flow, id(flow.id), macs)),
    dns: [...said('dns'), ...said('mdns')].flatMap((each) => dnsRow(each, id(each.flow))),
    dhcp: said('dhcp').map(dhcpRow),
    http: paired(said('http'), 'request').map((pair) => httpRow(pair, id(pair[0].flow))),
    ssl: paired(said('tls'), 'client-hello').map((group) => sslRow(group, id(group[0].flow))),
    x509: said('tls').flatMap(certificateRows),
  }
  return Object.fromEntries(
    Object.entries(logs).map(([name, rows]) => [`${name}.log`, tsv(name, rows)]),
  )
}

/** Zeek counts from the IP header on. */
const ETHERNET = 14

function connRow(flow: HeardFlow, id: Row, macs: boolean): Row {
  return {
    ts: seconds(flow.first),
    ...id,
    proto: PROTOCOLS[flow.ipProtocol] ?? 'unknown_transport',
    ip_proto: flow.ipProtocol,
    service: flow.service === '' ? undefined : (SERVICES[flow.service] ?? flow.service),
    duration: flow.last > flow.first ? seconds(flow.last - flow.first) : undefined,
    orig_bytes: flow.originatorPayload,
    resp_bytes: flow.responderPayload,
    conn_state: flow.state,
    history: flow.history,
    orig_pkts: flow.originatorPackets,
    orig_ip_bytes: flow.originatorBytes - ETHERNET * flow.originatorPackets,
    resp_pkts: flow.responderPackets,
    resp_ip_bytes: flow.responderBytes - ETHERNET * flow.responderPackets,
    ...(macs && {
      orig_l2_addr: parts(flow.originator)[MAC] || undefined,
      resp_l2_addr: parts(flow.responder)[MAC] || undefined,
    }),
  }
}

interface Named {
  readonly name: string
  readonly type: string
  readonly ttl: number
  readonly data: string | readonly string[]
}

/** One line a message: the sample never answers a question that Zeek would have joined to it. */
function dnsRow({ time, flow, fields }: HeardTransaction, id: Row): Row[] {
  const [question] = fields.questions as unknown as readonly Named[]
  const answers = fields.answers as unknown as readonly Named[]
  const first = question ?? answers[0]
  if (!first) return []
  const isAnswer = fields.kind === 'response'
  const texts = answers.map(({ type, data }) =>
    type === 'TXT'
      ? ['TXT', ...[data].flat().flatMap((each) => [String(each.length), each])].join(' ')
      : String(data),
  )
  return [
    {
      ts: seconds(time),
      ...id,
      uid: `C${flow}`,
      trans_id: fields.id as number,
      query: first.name,
      qtype_name: question?.type,
      rcode_name: isAnswer ? String(fields.rcode) : undefined,
      answers: isAnswer ? texts : undefined,
      TTLs: isAnswer ? answers.map(({ ttl }) => `${ttl}.000000`) : undefined,
    },
  ]
}

function dhcpRow({ time, flow, source, destination, fields }: HeardTransaction): Row {
  const fromServer = ['offer', 'ack', 'nak'].includes(String(fields.kind))
  const address = (endpoint: string) => {
    const text = parts(endpoint)[ADDRESS]
    return text === '0.0.0.0' || text === '255.255.255.255' ? undefined : text
  }
  const text = (name: string) => fields[name] as string | undefined
  return {
    ts: seconds(time),
    uids: [`C${flow}`],
    client_addr: address(fromServer ? destination : source),
    server_addr: address(fromServer ? source : destination),
    mac: text('clientMac'),
    host_name: text('hostname'),
    client_fqdn: text('fqdn'),
    domain: text('domain'),
    requested_addr: text('requestedAddress'),
    assigned_addr: text('assignedAddress'),
    lease_time:
      fields.leaseSeconds === undefined ? undefined : `${String(fields.leaseSeconds)}.000000`,
    msg_types: [String(fields.kind).toUpperCase()],
  }
}

/** Messages of each flow in groups that begin with one of `kind`. */
function paired(all: readonly HeardTransaction[], kind: string): HeardTransaction[][] {
  const groups: HeardTransaction[][] = []
  const open = new Map<number, HeardTransaction[]>()
  for (const each of all) {
    if (each.fields.kind === kind || !open.has(each.flow)) {
      const group = [each]
      groups.push(group)
      open.set(each.flow, group)
    } else open.get(each.flow)!.push(each)
  }
  return groups
}

const pick = (group: readonly HeardTransaction[], kind: string): Fields =>
  (group.find(({ fields }) => fields.kind === kind)?.fields ?? {}) as Fields

function httpRow(group: readonly HeardTransaction[], id: Row): Row {
  const request = pick(group, 'request')
  const response = pick(group, 'response')
  return {
    ts: seconds(group[0].time),
    ...id,
    method: request.method as string,
    host: request.host as string,
    uri: request.uri as string,
    user_agent: request.userAgent as string,
    username: request.user as string,
    status_code: response.status as number,
  }
}

interface Certificate {
  readonly sha256: string
  readonly subject: string
  readonly issuer: string
  readonly serial: string
  readonly notBefore: string
  readonly notAfter: string
  readonly names: readonly string[]
  readonly keyType: string
  readonly keyBits?: number
  readonly signature: string
}

const chainOf = (fields: Fields) => (fields.chain ?? []) as readonly Certificate[]

function sslRow(group: readonly HeardTransaction[], id: Row): Row {
  const hello = pick(group, 'client-hello')
  const answer = pick(group, 'server-hello')
  const server = group.find(
    ({ fields }) => fields.kind === 'certificate' && fields.from === 'server',
  )
  const version = (answer.version ?? hello.version) as string | undefined
  return {
    ts: seconds(group[0].time),
    ...id,
    version: version?.replace('v', '').replace('.', '').replace('TLS', 'TLSv'),
    cipher: answer.cipher as string,
    server_name: hello.serverName as string,
    resumed: answer.resumed === true,
    next_protocol: answer.alpn as string,
    cert_chain_fps: chainOf((server?.fields ?? {}) as Fields).map(({ sha256 }) => sha256),
  }
}

const epoch = (text: string) => seconds(Date.parse(text) * 1000)

function certificateRows({ time, fields }: HeardTransaction): Row[] {
  return chainOf(fields as Fields).map((each) => ({
    ts: seconds(time),
    fingerprint: each.sha256,
    'certificate.serial': each.serial.toUpperCase(),
    'certificate.subject': each.subject,
    'certificate.issuer': each.issuer,
    'certificate.not_valid_before': epoch(each.notBefore),
    'certificate.not_valid_after': epoch(each.notAfter),
    'certificate.key_type': each.keyType,
    'certificate.key_length': each.keyBits,
    'certificate.sig_alg': each.signature,
    'san.dns': each.names,
  }))
}
