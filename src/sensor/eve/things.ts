// EVE records of protocols that things speak: mqtt, snmp, modbus, dnp3, enip; and the records that
// our own writer makes of protocols Suricata does not know, whose fields lie under the protocol's
// name as they are.
import { clip, communityFields, type Fields } from '../../decode/index.ts'
import type { EveSpeaker } from './speaker.ts'
import {
  bounded,
  count,
  flag,
  has,
  isObject,
  object,
  objects,
  optionalText,
  text,
  texts,
  toServer,
  type Values,
} from './values.ts'

const VERSIONS = new Map([
  [3, '3.1'],
  [4, '3.1.1'],
  [5, '5'],
])

/** mqtt: one record a transaction, with the messages of both sides in it. */
export function mapMqtt(record: Values, speaker: EveSpeaker): void {
  const mqtt = object(record, 'mqtt')
  const say = (fields: Fields, byClient: boolean) =>
    speaker.say({ protocol: 'mqtt', fields, fromOriginator: toServer(record, byClient) })
  const connect = object(mqtt, 'connect')
  if (has(mqtt, 'connect')) {
    const flags = object(connect, 'flags')
    say(
      {
        kind: 'connect',
        version: VERSIONS.get(count(connect, 'protocol_version') ?? 4) ?? '3.1.1',
        clientId: text(connect, 'client_id'),
        user: optionalText(connect, 'username'),
        credentials: flag(flags, 'password') ? 'password' : undefined,
        will: optionalText(object(connect, 'will'), 'topic'),
        cleanStart: flag(flags, 'clean_session'),
      },
      true,
    )
  }
  if (has(mqtt, 'connack')) {
    const connack = object(mqtt, 'connack')
    const code = count(connack, 'return_code') ?? 0
    const sessionPresent = flag(connack, 'session_present') ? true : undefined
    say({ kind: 'connack', code, accepted: code === 0, sessionPresent }, false)
  }
  if (has(mqtt, 'publish')) sayPublish(object(mqtt, 'publish'), record, say)
  if (has(mqtt, 'subscribe')) {
    const topics = objects(object(mqtt, 'subscribe'), 'topics')
    const filters = topics.map((each) => ({
      filter: text(each, 'topic'),
      qos: count(each, 'qos') ?? 0,
    }))
    say({ kind: 'subscribe', filters }, true)
  }
  if (has(mqtt, 'suback')) {
    const granted = object(mqtt, 'suback').qos_granted
    const codes = Array.isArray(granted) ? granted.filter((each) => Number.isInteger(each)) : []
    say({ kind: 'suback', codes: codes.slice(0, 64) as number[] }, false)
  }
  if (has(mqtt, 'disconnect')) {
    const code = count(object(mqtt, 'disconnect'), 'reason_code')
    say({ kind: 'disconnect', code }, toServer(record, true))
  }
}

/** Brokers publish too: a record of that tells it by its direction. */
function sayPublish(
  publish: Values,
  record: Values,
  say: (fields: Fields, fromOriginator: boolean) => void,
): void {
  const message = publish.message
  const known = typeof message === 'string' ? Buffer.byteLength(message) : undefined
  const fields: Fields = {
    kind: 'publish',
    topic: text(publish, 'topic'),
    qos: count(publish, 'qos') ?? 0,
    retain: flag(publish, 'retain'),
    length: count(publish, 'skipped_length') ?? known,
  }
  say(fields, toServer(record, true))
}

const PDU_KINDS = new Map([
  ['get_request', 'get'],
  ['get_next_request', 'get-next'],
  ['get_bulk_request', 'bulk'],
  ['set_request', 'set'],
  ['response', 'response'],
  ['inform_request', 'inform'],
  ['trap_v1', 'trap'],
  ['trap_v2', 'trap'],
  ['report', 'report'],
])

/** snmp: one record a message. Communities are told apart, not kept. */
export function mapSnmp(record: Values, speaker: EveSpeaker): void {
  const snmp = object(record, 'snmp')
  const pdu = text(snmp, 'pdu_type')
  const kind = PDU_KINDS.get(pdu)
  if (kind === undefined && pdu !== 'encrypted') return
  const community = text(snmp, 'community')
  const version = count(snmp, 'version')
  const fields: Fields = {
    kind: kind ?? 'get',
    version: version === 2 ? '2c' : String(version ?? ''),
    ...(community !== '' && communityFields(community)),
    user: optionalText(snmp, 'usm'),
    securityLevel: pdu === 'encrypted' ? 'private' : undefined,
    names: texts(snmp, 'vars').slice(0, 8),
  }
  const fromServer = kind === 'response' || kind === 'report'
  speaker.say({ protocol: 'snmp', fields, fromOriginator: toServer(record, !fromServer) })
}

/** Suricata's names of Modbus functions are cut short; numbers are not. */
const MODBUS: readonly (readonly [number, string, string])[] = [
  [1, 'read coils', 'read'],
  [2, 'read discrete inputs', 'read'],
  [3, 'read holding registers', 'read'],
  [4, 'read input registers', 'read'],
  [5, 'write single coil', 'write'],
  [6, 'write single register', 'write'],
  [7, 'read exception status', 'diagnostic'],
  [8, 'diagnostics', 'diagnostic'],
  [11, 'get event counter', 'diagnostic'],
  [12, 'get event log', 'diagnostic'],
  [15, 'write multiple coils', 'write'],
  [16, 'write multiple registers', 'write'],
  [17, 'report server id', 'discovery'],
  [20, 'read file record', 'read'],
  [21, 'write file record', 'write'],
  [22, 'mask write register', 'write'],
  [23, 'read/write registers', 'write'],
  [24, 'read FIFO queue', 'read'],
  [43, 'encapsulated interface', 'discovery'],
  [90, 'UMAS', 'other'],
]
const MODBUS_BY_NUMBER = new Map(MODBUS.map((row) => [row[0], row]))

/** modbus: a request with its response. */
export function mapModbus(record: Values, speaker: EveSpeaker): void {
  const modbus = object(record, 'modbus')
  for (const side of ['request', 'response'] as const) {
    if (!has(modbus, side)) continue
    const message = object(modbus, side)
    const raw = (count(message, 'function_raw') ?? 0) & 127
    const [number, name, operation] = MODBUS_BY_NUMBER.get(raw) ?? [raw, `function ${raw}`, 'other']
    const place = has(message, 'write') ? object(message, 'write') : object(message, 'read')
    const exception = object(message, 'exception')
    const failed = has(message, 'exception')
    const address = side === 'request' ? count(place, 'address') : undefined
    const single = number === 5 || number === 6 || number === 22
    const fields: Fields = {
      kind: failed ? 'exception' : side,
      unit: count(message, 'unit_id') ?? 0,
      function: number,
      operation,
      name,
      address,
      count:
        address === undefined ? undefined : (count(place, 'quantity') ?? (single ? 1 : undefined)),
      exception: failed ? count(exception, 'raw') : undefined,
    }
    const fromOriginator = toServer(record, side === 'request')
    speaker.say({ protocol: 'modbus', fields, fromOriginator })
  }
}

const DNP3_READ = new Set([1])
const DNP3_WRITE = new Set([2, 24, 25, 26, 27, 28, 29, 30])
const DNP3_CONTROL = new Set([3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 31])
const DNP3_NAMES = (
  'confirm,read,write,select,operate,direct operate,direct operate no response,freeze,' +
  'freeze no response,freeze clear,freeze clear no response,freeze at time,' +
  'freeze at time no response,cold restart,warm restart,initialize data,initialize application,' +
  'start application,stop application,save configuration,enable unsolicited,disable unsolicited,' +
  'assign class,delay measure,record current time,open file,close file,delete file,get file info,' +
  'authenticate file,abort file'
).split(',')

function dnp3Operation(code: number) {
  if (DNP3_READ.has(code)) return 'read'
  if (DNP3_WRITE.has(code)) return 'write'
  if (DNP3_CONTROL.has(code)) return 'control'
  return code === 130 ? 'monitor' : 'other'
}

/** dnp3: a record a message (newer), or a request with its response (older). */
export function mapDnp3(record: Values, speaker: EveSpeaker): void {
  const dnp3 = object(record, 'dnp3')
  const parts = [dnp3, object(dnp3, 'request'), object(dnp3, 'response')]
  for (const part of parts.filter((each) => has(each, 'application'))) {
    const code = count(object(part, 'application'), 'function_code') ?? 0
    const answers = code >= 129 && code <= 131
    const name =
      code === 129 ? 'response' : code === 130 ? 'unsolicited response' : DNP3_NAMES[code]
    const indications = texts(object(part, 'iin'), 'indicators')
    const fields: Fields = {
      kind: code === 130 ? 'unsolicited' : answers ? 'response' : 'request',
      source: count(part, 'src') ?? 0,
      destination: count(part, 'dst') ?? 0,
      function: code,
      name: name ?? `function ${code}`,
      operation: dnp3Operation(code),
      internalIndications: indications.length > 0 ? indications : undefined,
    }
    speaker.say({ protocol: 'dnp3', fields, fromOriginator: toServer(record, !answers) })
  }
}

/** enip: commands and CIP services by name; identities as devices give them. */
export function mapEnip(record: Values, speaker: EveSpeaker): void {
  const enip = object(record, 'enip')
  const request = object(enip, 'request')
  const service = text(object(request, 'cip'), 'service').toLowerCase()
  if (service !== '') {
    const operation = /^set|^write/.test(service)
      ? 'write'
      : /^get|^read/.test(service)
        ? 'read'
        : 'other'
    const control = /^(reset|start|stop|restore|save)/.test(service)
    speaker.say({
      protocol: 'enip',
      fields: { kind: 'send', name: service, operation: control ? 'control' : operation },
      fromOriginator: true,
    })
  }
  const identity = object(object(enip, 'response'), 'identity')
  if (!has(identity, 'product_code')) return
  const serial = count(identity, 'serial')
  const fields: Fields = {
    kind: 'list-identity',
    operation: 'discovery',
    identity: {
      vendor: optionalText(identity, 'vendor_id'),
      deviceKind: optionalText(identity, 'device_type'),
      productCode: count(identity, 'product_code') ?? 0,
      revision: text(identity, 'revision'),
      serial: serial === undefined ? undefined : serial.toString(16).padStart(8, '0'),
      productName: optionalText(identity, 'product_name'),
      state: count(identity, 'state'),
    },
  }
  speaker.say({ protocol: 'enip', fields, fromOriginator: false })
}

/** Our own fields under the protocol's name, with the direction beside them. */
export function mapOwn(record: Values, speaker: EveSpeaker): void {
  const protocol = clip(text(record, 'event_type'), 32)
  const fields = bounded(object(record, protocol))
  if (!isObject(fields) || typeof fields.kind !== 'string') return
  const fromOriginator = toServer(record, true)
  speaker.facts.add(protocol)
  speaker.say({ protocol, fields: fields as Fields, fromOriginator, part: 'none', foreign: true })
}
