// How Suricata lays out the messages of protocols that it knows; what it has no place for is left
// over and written beside it, so that nothing is lost to those who read our words.
import { isoTime } from '../core/clock.ts'
import type { Fields } from '../flow/index.ts'

/** An object of Suricata's, and the fields that it does not carry. */
export interface Layout {
  readonly object: unknown
  readonly own?: Fields
}

type Draw = (fields: Fields) => Layout

/** The fields that are not among `known` and have a value; undefined when there are none. */
export function leftOver(fields: Fields, ...known: readonly string[]): Fields | undefined {
  let own: Record<string, Fields[string]> | undefined
  for (const name of Object.keys(fields)) {
    if (fields[name] === undefined || known.includes(name)) continue
    own ??= {}
    own[name] = fields[name]
  }
  return own
}

/** A client id that is a MAC address: Suricata leaves out its type. */
const macOfClient = (id: unknown) =>
  typeof id === 'string' && /^01[0-9a-f]{12}$/.test(id) ? hexPairs(id.slice(2)) : undefined

const hexPairs = (hex: string) => hex.replace(/(..)(?=.)/g, '$1:')

/** 'CN=a,O=b' as RFC 4514 has it → 'O=b, CN=a', as Suricata has it. */
export const suricataName = (name: string): string =>
  name
    .split(/(?<!\\),/)
    .toReversed()
    .join(', ')
    .replace(/\\(.)/g, '$1')

const FROM_SERVER = new Set<unknown>(['offer', 'ack', 'nak'])

/** RFC 2132 options that Suricata names in `params`. */
const PARAMETERS = new Map([
  [1, 'subnet_mask'],
  [3, 'router'],
  [6, 'dns_server'],
  [15, 'domain'],
  [35, 'arp_timeout'],
  [42, 'ntp_server'],
  [66, 'tftp_server_name'],
  [150, 'tftp_server_ip'],
])

const dhcp: Draw = (fields) => {
  const clientMac = macOfClient(fields.clientId)
  const asked = Array.isArray(fields.parameterList) ? (fields.parameterList as number[]) : undefined
  return {
    object: {
      type: FROM_SERVER.has(fields.kind) ? 'reply' : 'request',
      id: fields.transaction,
      client_mac: fields.clientMac,
      assigned_ip: fields.assignedAddress ?? '0.0.0.0',
      client_ip: fields.clientAddress ?? '0.0.0.0',
      relay_ip: fields.relay,
      dhcp_type: fields.kind,
      client_id: clientMac,
      lease_time: fields.leaseSeconds,
      hostname: fields.hostname,
      requested_ip: fields.requestedAddress,
      params: asked?.map((code) => PARAMETERS.get(code)).filter((name) => name !== undefined),
      vendor_class_identifier: fields.vendorClass,
      routers: fields.router,
      dns_servers: fields.nameServers,
    },
    own: leftOver(
      fields,
      ...['kind', 'transaction', 'clientMac', 'assignedAddress', 'clientAddress', 'relay'],
      ...['leaseSeconds', 'hostname', 'requestedAddress', 'vendorClass', 'router', 'nameServers'],
      clientMac ? 'clientId' : '',
    ),
  }
}

const arp: Draw = (fields) => ({
  object: {
    hw_type: 'ethernet',
    proto_type: 'ipv4',
    opcode: fields.kind === 'reply' || fields.asReply === true ? 'reply' : 'request',
    src_mac: fields.senderMac,
    src_ip: fields.senderAddress,
    dest_mac: fields.targetMac,
    dest_ip: fields.targetAddress,
  },
})

interface Named {
  readonly name: string
  readonly type: string
  readonly ttl?: number
  readonly data: string | readonly string[]
  readonly port?: number
}

/** An answer as mdns and llmnr records have it: the value under its type. */
const namedAnswer = ({ name, type, ttl, data, port }: Named) => ({
  rrname: name,
  ttl,
  [type.toLowerCase()]: type === 'SRV' ? { name: data, port } : data,
})

const multicastDns: Draw = (fields) => {
  const questions = fields.questions as unknown as readonly Named[]
  const answers = fields.answers as unknown as readonly Named[]
  return {
    object: {
      type: fields.kind === 'query' ? 'request' : 'response',
      id: fields.id,
      rcode: fields.rcode === 'NOERROR' ? undefined : fields.rcode,
      queries:
        questions.length > 0
          ? questions.map(({ name, type }) => ({ rrname: name, rrtype: type.toLowerCase() }))
          : undefined,
      answers: answers.length > 0 ? answers.map(namedAnswer) : undefined,
    },
    own: leftOver(fields, 'kind', 'id', 'questions', 'answers', 'rcode'),
  }
}

const quic: Draw = (fields) => {
  const alpn = fields.alpn as readonly string[] | undefined
  return {
    object: {
      version: fields.version,
      sni: fields.serverName,
      ja4: fields.ja4,
      extensions: alpn && [
        { name: 'application_layer_protocol_negotiation', type: 16, values: alpn },
      ],
    },
    own: leftOver(fields, 'kind', 'version', 'serverName', 'ja4', 'alpn'),
  }
}

const LEVELS = new Map<unknown, number>([
  ['3.1', 3],
  ['3.1.1', 4],
  ['5', 5],
])
const plain = { qos: 0, retain: false, dup: false }

const MQTT: { readonly [kind: string]: Draw } = {
  connect: (fields) => ({
    object: {
      connect: {
        ...plain,
        protocol_string: fields.version === '3.1' ? 'MQIsdp' : 'MQTT',
        protocol_version: LEVELS.get(fields.version) ?? 4,
        flags: {
          username: fields.user !== undefined,
          password: fields.credentials === 'password',
          will: fields.will !== undefined,
          clean_session: fields.cleanStart,
        },
        client_id: fields.clientId,
        username: fields.user,
        will: fields.will === undefined ? undefined : { topic: fields.will },
      },
    },
    own: leftOver(
      fields,
      ...['kind', 'version', 'user', 'credentials', 'will', 'cleanStart', 'clientId'],
    ),
  }),
  connack: (fields) => ({
    object: {
      connack: {
        ...plain,
        session_present: fields.sessionPresent === true,
        return_code: fields.code,
      },
    },
    own: leftOver(fields, 'kind', 'code', 'accepted', 'sessionPresent'),
  }),
  publish: (fields) => ({
    object: {
      publish: {
        qos: fields.qos,
        retain: fields.retain,
        dup: false,
        topic: fields.topic,
        skipped_length: fields.length,
      },
    },
  }),
  subscribe: (fields) => ({
    object: {
      subscribe: {
        ...plain,
        qos: 1,
        topics: (fields.filters as readonly { filter: string; qos: number }[]).map((each) => ({
          topic: each.filter,
          qos: each.qos,
        })),
      },
    },
  }),
  suback: (fields) => ({ object: { suback: { ...plain, qos_granted: fields.codes } } }),
  disconnect: (fields) => ({ object: { disconnect: { ...plain, reason_code: fields.code } } }),
}

const mqtt: Draw = (fields) => (MQTT[String(fields.kind)] ?? asItIs)(fields)

const PDU_TYPES = new Map<unknown, string>([
  ['get', 'get_request'],
  ['get-next', 'get_next_request'],
  ['bulk', 'get_bulk_request'],
  ['set', 'set_request'],
  ['response', 'response'],
  ['inform', 'inform_request'],
  ['trap', 'trap_v2'],
  ['report', 'report'],
  ['sealed', 'encrypted'],
])

/** Written above, or nothing for a file: the mark is of use while traffic is looked at. */
const SNMP_SAID = ['version', 'names', 'user', 'communityMark']

const snmp: Draw = (fields) => ({
  object: {
    version: fields.version === '2c' ? 2 : Number(fields.version) || 0,
    pdu_type: PDU_TYPES.get(fields.kind),
    vars: fields.names,
    // Never the community itself: of those that are no secret the word, else nothing.
    community: fields.communityKind === 'other' ? undefined : fields.communityKind,
    usm: fields.user,
  },
  own: leftOver(fields, ...SNMP_SAID, fields.kind === 'sealed' ? '' : 'kind'),
})

/** Suricata's names of Modbus functions. */
const MODBUS_CODES = new Map<unknown, string>([
  [1, 'RdCoils'],
  [2, 'RdDiscreteInputs'],
  [3, 'RdHoldRegs'],
  [4, 'RdInputRegs'],
  [5, 'WrSingleCoil'],
  [6, 'WrSingleReg'],
  [7, 'RdExcStatus'],
  [8, 'Diagnostic'],
  [11, 'GetCommEventCtr'],
  [12, 'GetCommEventLog'],
  [15, 'WrMultCoils'],
  [16, 'WrMultRegs'],
  [17, 'ReportServerID'],
  [20, 'RdFileRec'],
  [21, 'WrFileRec'],
  [22, 'MaskWrReg'],
  [23, 'RdWrMultRegs'],
  [24, 'RdFIFOQueue'],
  [43, 'MEI'],
])
/** Functions whose sub-function decides what they are called and do. */
const BY_SUBFUNCTION = new Set<unknown>([8, 43, 90])

/** Functions that write one register: Suricata has no quantity for them. */
const SINGLE_WRITES = new Set<unknown>([5, 6, 22])

const modbus: Draw = (fields) => {
  const { function: code, operation, address, count } = fields
  const isException = fields.kind === 'exception'
  const quantity = SINGLE_WRITES.has(code) ? undefined : count
  const place = address === undefined ? undefined : { address, quantity }
  const message = {
    unit_id: fields.unit,
    function_raw: isException ? Number(code) | 128 : code,
    function_code: MODBUS_CODES.get(code) ?? 'Unknown',
    read: operation === 'write' ? undefined : place,
    write: operation === 'write' ? place : undefined,
    exception: isException ? { raw: fields.exception, code: fields.exceptionName } : undefined,
  }
  const known = ['kind', 'unit', 'function', 'address', 'count', 'exception']
  const derived = BY_SUBFUNCTION.has(code) || !MODBUS_CODES.has(code) ? [] : ['name', 'operation']
  return {
    object: fields.kind === 'request' ? { request: message } : { response: message },
    own: leftOver(fields, ...known, ...derived),
  }
}

const dnp3: Draw = (fields) => {
  if (fields.kind === 'link') return asItIs(fields)
  const indicators = fields.internalIndications
  return {
    object: {
      type: fields.kind === 'unsolicited' ? 'unsolicited_response' : fields.kind,
      src: fields.source,
      dst: fields.destination,
      application: { function_code: fields.function },
      iin: indicators === undefined ? undefined : { indicators },
    },
    own: leftOver(fields, 'kind', 'source', 'destination', 'function', 'internalIndications'),
  }
}

const FTP: { readonly [kind: string]: Draw } = {
  banner: ({ text }) => ({ object: { completion_code: ['220'], reply: [text] } }),
  login: (fields) => ({
    object: { command: 'USER', command_data: fields.user },
    own: leftOver(fields, 'kind', 'user'),
  }),
  'login-result': (fields) => ({
    object: { completion_code: [fields.accepted === true ? '230' : '530'] },
    own: leftOver(fields, 'kind', 'accepted'),
  }),
  'start-tls': () => ({ object: { command: 'AUTH', command_data: 'TLS' } }),
}

const ftp: Draw = (fields) => (FTP[String(fields.kind)] ?? asItIs)(fields)

/** Fields under their protocol's name, in our words. */
export const asItIs: Draw = (fields) => ({ object: fields })

/** By protocol id. Those not named go as they are. */
export const LAYOUTS: ReadonlyMap<string, Draw> = new Map([
  ['dhcp', dhcp],
  ['arp', arp],
  ['mdns', multicastDns],
  ['llmnr', multicastDns],
  ['quic', quic],
  ['mqtt', mqtt],
  ['snmp', snmp],
  ['modbus', modbus],
  ['dnp3', dnp3],
  ['ftp', ftp],
])

/** A date as Suricata writes those of certificates: no fraction, no zone. */
export const certificateDate = (text: unknown): string | undefined =>
  typeof text === 'string' && text !== '' ? text.slice(0, 19) : undefined

/** Times of records that are not on the hot path. */
export const eveTime = (time: number): string => isoTime(time).replace('Z', '+0000')
