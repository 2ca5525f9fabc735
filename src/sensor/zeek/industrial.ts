// Logs of industrial protocols: Zeek's own modbus and dnp3, and those of the ICSNPP parsers, whose
// lines say per message who sent it (`is_orig`).
import { cipService, clip, jobName, userdataName, type Fields } from '../../decode/index.ts'
import type { ZeekRow } from './row.ts'
import type { ZeekSpeaker } from './speaker.ts'

const optional = (text: string, length = 256) => (text === '' ? undefined : clip(text, length))
const whole = (value: number): number | undefined => (Number.isInteger(value) ? value : undefined)
/** '0x4b' → 75; undefined when it is none. */
const code = (text: string): number | undefined =>
  /^(0x[0-9a-f]{1,8}|\d{1,9})$/i.test(text) ? Number(text) : undefined

/** Zeek's names of Modbus functions with number and effect; the rest follow from the words. */
const MODBUS = new Map<string, readonly [number, string]>([
  ['READ_COILS', [1, 'read']],
  ['READ_DISCRETE_INPUTS', [2, 'read']],
  ['READ_HOLDING_REGISTERS', [3, 'read']],
  ['READ_INPUT_REGISTERS', [4, 'read']],
  ['WRITE_SINGLE_COIL', [5, 'write']],
  ['WRITE_SINGLE_REGISTER', [6, 'write']],
  ['READ_EXCEPTION_STATUS', [7, 'diagnostic']],
  ['DIAGNOSTICS', [8, 'diagnostic']],
  ['GET_COMM_EVENT_COUNTER', [11, 'diagnostic']],
  ['GET_COMM_EVENT_LOG', [12, 'diagnostic']],
  ['WRITE_MULTIPLE_COILS', [15, 'write']],
  ['WRITE_MULTIPLE_REGISTERS', [16, 'write']],
  ['REPORT_SLAVE_ID', [17, 'discovery']],
  ['READ_FILE_RECORD', [20, 'read']],
  ['WRITE_FILE_RECORD', [21, 'write']],
  ['MASK_WRITE_REGISTER', [22, 'write']],
  ['READ_WRITE_MULTIPLE_REGISTERS', [23, 'write']],
  ['READ_FIFO_QUEUE', [24, 'read']],
  ['ENCAP_INTERFACE_TRANSPORT', [43, 'discovery']],
])
const MODBUS_WORDS = new Map([
  [11, 'get event counter'],
  [12, 'get event log'],
  [17, 'report server id'],
  [23, 'read/write registers'],
  [24, 'read FIFO queue'],
  [43, 'encapsulated interface'],
])

function modbusFunction(text: string) {
  const name = text.replace(/_EXCEPTION$/, '')
  const [number, operation] = MODBUS.get(name) ?? [
    (code(name.replace('unknown-', '')) ?? 0) & 127,
    'other',
  ]
  const words = number === 0 || operation === 'other' ? `function ${number}` : spaced(name)
  return { function: number, operation, name: MODBUS_WORDS.get(number) ?? words }
}

const spaced = (text: string) => clip(text.toLowerCase().replaceAll('_', ' '), 64)
const dashed = (text: string) => clip(text.toLowerCase().replaceAll('_', '-'), 64)

/** modbus.log: one line a message (one a pair before Zeek 6). */
export function mapModbus(row: ZeekRow, speaker: ZeekSpeaker): void {
  const text = row.text('func')
  if (text === '' || speaker.logs.has('modbus_detailed')) return
  const exception = row.text('exception')
  const response = row.text('pdu_type') === 'RESP'
  const fields: Fields = {
    kind: exception !== '' ? 'exception' : response ? 'response' : 'request',
    unit: whole(row.number('unit')) ?? 0,
    ...modbusFunction(text),
    exceptionName: exception === '' ? undefined : spaced(exception),
  }
  const fromOriginator = !response && exception === ''
  speaker.say({ protocol: 'modbus', fields, fromOriginator })
}

/**
 * modbus_detailed.log: request and response of one transaction in one line, or one of them alone.
 */
export function mapModbusDetailed(row: ZeekRow, speaker: ZeekSpeaker): void {
  const common = { unit: whole(row.number('unit')) ?? 0, ...modbusFunction(row.text('func')) }
  const exception = row.text('exception_code')
  const direction = row.text('request_response')
  const isResponse = direction === 'RESPONSE' || row.flag('is_orig') === false
  const say = (fields: Fields, fromOriginator: boolean) =>
    speaker.say({ protocol: 'modbus', fields, fromOriginator })
  if (!isResponse) {
    const address = whole(row.number('address'))
    const count = whole(row.number('quantity'))
    say({ kind: 'request', ...common, address, count }, true)
  }
  if (!isResponse && row.flag('matched') !== true) return
  if (exception === '') say({ kind: 'response', ...common }, false)
  else say({ kind: 'exception', ...common, exceptionName: spaced(exception) }, false)
}

const MODBUS_OBJECTS = new Map([
  ['VendorName', 'vendor'],
  ['ProductCode', 'product'],
  ['MajorMinorRevision', 'revision'],
  ['VendorUrl', 'url'],
  ['VendorURL', 'url'],
  ['ProductName', 'productName'],
  ['ModelName', 'model'],
  ['UserApplicationName', 'application'],
])

/** modbus_read_device_identification.log: one line an object of the answer. */
export function mapModbusIdentity(row: ZeekRow, speaker: ZeekSpeaker): void {
  const object = MODBUS_OBJECTS.get(row.text('object_id').replaceAll(/[\s_-]/g, ''))
  const value = row.text('object_value')
  if (!object || value === '') return
  const fields: Fields = {
    kind: 'response',
    unit: whole(row.number('unit')) ?? 0,
    function: 43,
    operation: 'discovery',
    name: 'encapsulated interface',
    device: { [object]: clip(value) },
  }
  speaker.say({ protocol: 'modbus', fields, fromOriginator: false })
}

const DNP3_CONTROL = /OPERATE|SELECT|RESTART|APPL|FREEZE|ACTIVATE|UNSOLICITED$|ASSIGN|SAVE/
const DNP3_WRITE = /^WRITE|FILE|RECORD_CURRENT_TIME/

function dnp3Operation(name: string) {
  if (name.includes('RESPONSE')) return name.startsWith('UNSOLICITED') ? 'monitor' : 'other'
  if (name === 'READ') return 'read'
  if (DNP3_WRITE.test(name)) return 'write'
  return DNP3_CONTROL.test(name) ? 'control' : 'other'
}

/** dnp3.log: one line a request with its reply. */
export function mapDnp3(row: ZeekRow, speaker: ZeekSpeaker): void {
  const request = row.text('fc_request')
  const reply = row.text('fc_reply')
  const say = (kind: string, name: string, fromOriginator: boolean) =>
    speaker.say({
      protocol: 'dnp3',
      fields: { kind, name: spaced(name), operation: dnp3Operation(name) },
      fromOriginator,
    })
  if (request !== '') say('request', request, true)
  if (reply !== '') say(reply.startsWith('UNSOLICITED') ? 'unsolicited' : 'response', reply, false)
}

const BACNET_KINDS = new Map([
  ['CONFIRMED_REQUEST', 'confirmed'],
  ['UNCONFIRMED_REQUEST', 'unconfirmed'],
  ['SIMPLE_ACK', 'simple-ack'],
  ['COMPLEX_ACK', 'complex-ack'],
  ['ERROR', 'error'],
  ['REJECT', 'reject'],
  ['ABORT', 'abort'],
  ['NPDU', 'network'],
])

/** What a BACnet service does, by the words in its name. */
function bacnetOperation(service: string) {
  if (/^(device-communication|reinitialize|life-safety|acknowledge-alarm)/.test(service)) {
    return 'control'
  }
  if (/^(write|atomic-write|add-list|remove-list|create|delete)|synchronization$/.test(service)) {
    return 'write'
  }
  if (/^(who|i)-/.test(service)) return 'discovery'
  if (/cov|event-notification|audit-notification/.test(service)) return 'monitor'
  return /^(read|atomic-read|get|audit-log)/.test(service) ? 'read' : 'other'
}

/** bacnet.log: one line a message. */
export function mapBacnet(row: ZeekRow, speaker: ZeekSpeaker): void {
  const service = dashed(row.text('pdu_service'))
  const kind = BACNET_KINDS.get(row.text('pdu_type').replace(/_PDU$/, ''))
  if (!kind || service === 'segment-ack') return
  const bvlc = dashed(row.text('bvlc_function'))
  const fields: Fields = { kind, service, operation: bacnetOperation(service), bvlc }
  speaker.say({ protocol: 'bacnet', fields })
}

/** bacnet_discovery.log: who-is, i-am, who-has, i-have with the device they name. */
export function mapBacnetDiscovery(row: ZeekRow, speaker: ZeekSpeaker): void {
  const service = dashed(row.text('pdu_service'))
  const instance = whole(row.number('instance_number'))
  const objectType = dashed(row.text('object_type'))
  const vendor = row.text('vendor')
  const values: Record<string, string> = {}
  if (vendor !== '' && !vendor.startsWith('Unknown')) values['vendor-name'] = clip(vendor)
  const fields: Fields = {
    kind: 'unconfirmed',
    service,
    operation: 'discovery',
    bvlc: '',
    objectType: objectType || undefined,
    instance,
    deviceInstance: objectType === 'device' ? instance : whole(row.number('device_id_number')),
    values: service === 'i-am' && vendor !== '' ? values : undefined,
  }
  speaker.say({ protocol: 'bacnet', fields })
}

const BACNET_IDENTITY = new Set([
  'object-name',
  'model-name',
  'vendor-name',
  'firmware-revision',
  'application-software-version',
  'description',
  'location',
  'serial-number',
])

/**
 * bacnet_property.log: properties read and written; values only of those that identify a device.
 */
export function mapBacnetProperty(row: ZeekRow, speaker: ZeekSpeaker): void {
  const service = dashed(row.text('pdu_service').replace(/_(request|ack)$/, ''))
  const property = dashed(row.text('property'))
  const objectType = dashed(row.text('object_type'))
  const instance = whole(row.number('instance_number'))
  const value = row.text('value')
  const answered = value !== '' && service.startsWith('read')
  const identifies = answered && objectType === 'device' && BACNET_IDENTITY.has(property)
  const fields: Fields = {
    kind: answered ? 'complex-ack' : 'confirmed',
    service,
    operation: bacnetOperation(service),
    bvlc: '',
    objectType,
    instance,
    property,
    deviceInstance: objectType === 'device' ? instance : undefined,
    values: identifies ? { [property]: clip(value) } : undefined,
  }
  speaker.say({ protocol: 'bacnet', fields })
}

/** bacnet_device_control.log: restarts and silencing; passwords are not read. */
export function mapBacnetControl(row: ZeekRow, speaker: ZeekSpeaker): void {
  const service = dashed(row.text('pdu_service'))
  const result = row.text('result')
  const fields: Fields = {
    kind: result === '' ? 'confirmed' : result === 'SUCCESS' ? 'simple-ack' : 'error',
    service,
    operation: 'control',
    bvlc: '',
    command: optional(dashed(row.text('device_state'))),
  }
  speaker.say({ protocol: 'bacnet', fields })
}

const S7_KINDS = new Map([
  [1, 'job'],
  [2, 'ack'],
  [3, 'ack-data'],
  [7, 'userdata'],
])

/** s7comm.log: one line a message. */
export function mapS7(row: ZeekRow, speaker: ZeekSpeaker): void {
  const kind = S7_KINDS.get(row.number('rosctr_code'))
  const number = code(row.text('function_code'))
  if (!kind || number === undefined) return
  const sub = code(row.text('subfunction_code'))
  const userdata = kind === 'userdata' && sub !== undefined
  const key = userdata ? ((number & 15) << 8) | sub : number
  const [name, operation] = userdata ? userdataName(key) : jobName(key)
  const reply = userdata && number >> 4 === 8 ? true : undefined
  speaker.say({ protocol: 's7comm', fields: { kind, function: key, name, operation, reply } })
}

/** s7comm_plus.log. */
export function mapS7Plus(row: ZeekRow, speaker: ZeekSpeaker): void {
  const name = spaced(row.text('function_name') || row.text('opcode_name'))
  const fields: Fields = {
    kind: row.text('opcode_name').toLowerCase() === 'request' ? 'job' : 'ack-data',
    function: code(row.text('function_code')) ?? 0,
    name,
    operation: /^(set|delete|create)/.test(name)
      ? 'write'
      : name.startsWith('get')
        ? 'read'
        : 'other',
    plus: true,
  }
  speaker.say({ protocol: 's7comm', fields })
}

/** cip.log: one line a CIP request or response. */
export function mapCip(row: ZeekRow, speaker: ZeekSpeaker): void {
  const service = code(row.text('cip_service_code'))
  if (service === undefined) return
  const objectClass = code(row.text('class_id'))
  const response = row.text('direction').toLowerCase() === 'response' || service >= 128
  const status = code(row.text('cip_status_code'))
  const [name, operation] = cipService(service & 127, objectClass)
  const fields: Fields = {
    kind: response ? 'reply' : 'send',
    service: service & 127,
    name: response ? undefined : name,
    operation: response ? 'other' : operation,
    class: objectClass,
    instance: code(row.text('instance_id')),
    attribute: code(row.text('attribute_id')),
    status: response ? status : undefined,
  }
  if (!response || (status !== undefined && status !== 0)) speaker.say({ protocol: 'enip', fields })
}

/** cip_identity.log: what a device says of itself. */
export function mapCipIdentity(row: ZeekRow, speaker: ZeekSpeaker): void {
  const identity = {
    vendorId: whole(row.number('vendor_id')) ?? 0,
    deviceType: whole(row.number('device_type_id')) ?? 0,
    productCode: whole(row.number('product_code')) ?? 0,
    revision: clip(row.text('revision'), 16),
    serial: optional(row.text('serial_number').replace(/^0x/i, '').toLowerCase(), 16),
    productName: optional(row.text('product_name')),
  }
  const address = optional(row.text('socket_address'), 45)
  const fields = { kind: 'list-identity', operation: 'discovery', address, identity }
  speaker.say({ protocol: 'enip', fields, fromOriginator: row.flag('is_orig') ?? false })
}

/** cip_io.log: cyclic data; said once a flow. */
export function mapCipIo(row: ZeekRow, speaker: ZeekSpeaker): void {
  if (!speaker.once(`cip_io ${row.text('uid')}`)) return
  speaker.say({ protocol: 'enip', fields: { kind: 'io', operation: 'monitor' } })
}
