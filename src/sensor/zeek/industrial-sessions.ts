// Logs of industrial protocols with sessions: OPC UA, PROFINET's context manager, EtherCAT; and
// what Zeek itself found odd: weird and notice.
import { clip, type Fields } from '../../decode/index.ts'
import { nobody } from '../logs/peers.ts'
import type { ZeekRow } from './row.ts'
import { between, type ZeekSpeaker } from './speaker.ts'

const optional = (text: string, length = 256) => (text === '' ? undefined : clip(text, length))

const UA_KINDS = new Map([
  ['HEL', 'hello'],
  ['ACK', 'acknowledge'],
  ['OPN', 'open'],
  ['MSG', 'message'],
  ['CLO', 'close'],
  ['ERR', 'error'],
])

function uaOperation(service: string) {
  if (/^(Write|HistoryUpdate|Add|Delete(Nodes|References))/.test(service)) return 'write'
  if (/^(Read|HistoryRead|Browse|Query|Translate)/.test(service)) return 'read'
  if (service.startsWith('Call')) return 'control'
  if (/MonitoredItems|Subscription|Publish/.test(service)) return 'monitor'
  return /^(GetEndpoints|FindServers|Register)/.test(service) ? 'discovery' : 'other'
}

/** opcua_binary.log: one line a message pair; the service of the request. */
export function mapOpcua(row: ZeekRow, speaker: ZeekSpeaker): void {
  const kind = UA_KINDS.get(row.text('msg_type'))
  if (!kind) return
  const service = clip(row.text('req_identifier_str').replace(/Request$/, ''), 64)
  const policy = row.text('sec_policy_uri')
  const fields: Fields = {
    kind,
    endpointUrl: optional(row.text('endpoint_url')),
    securityPolicy: optional(policy.slice(policy.indexOf('#') + 1), 64),
    service: optional(service),
    operation: service === '' ? undefined : uaOperation(service),
  }
  speaker.say({ protocol: 'opcua', fields, fromOriginator: kind !== 'acknowledge' })
}

/** opcua_binary_create_session.log and its endpoints: the application's name. */
export function mapOpcuaApplication(row: ZeekRow, speaker: ZeekSpeaker): void {
  const uri = row.text('application_uri')
  if (uri === '') return
  const application = {
    uri: clip(uri),
    product: optional(row.text('product_uri')),
    name: optional(row.text('text')),
  }
  const fields = { kind: 'message', service: 'CreateSession', operation: 'other', application }
  speaker.say({ protocol: 'opcua', fields })
}

/** opcua_binary_activate_session.log: who logs in, and how; never the password. */
export function mapOpcuaLogin(row: ZeekRow, speaker: ZeekSpeaker): void {
  const token = row.text('ext_obj_type_id_str')
  if (token === '') return
  const user = row.text('ext_obj_user_name')
  const fields: Fields = {
    kind: 'message',
    service: 'ActivateSession',
    operation: 'other',
    user: optional(user),
    credentials: token.startsWith('UserName') ? 'password' : undefined,
  }
  speaker.say({ protocol: 'opcua', fields })
}

/** profinet.log, profinet_io_cm.log: remote calls of the context manager. */
export function mapProfinet(row: ZeekRow, speaker: ZeekSpeaker): void {
  const service = clip(row.text('operation_type') || row.text('operation_num'), 64)
  const name = service.toLowerCase()
  const fields: Fields = {
    kind: 'context-manager',
    service,
    operation: name.includes('write') ? 'write' : name.includes('read') ? 'read' : 'other',
  }
  speaker.say({ protocol: 'profinet', fields })
}

/** ecat_registers.log, ecat_log_address.log: EtherCAT frames between two MACs. */
export function mapEthercat(row: ZeekRow, speaker: ZeekSpeaker): void {
  const source = speaker.peer(row.text('srcmac'), '')
  const destination = speaker.peer(row.text('dstmac'), '')
  if (source.mac < 0) return speaker.anomaly('zeek-bad-address')
  const command = clip(row.text('Command'), 32)
  const operation = /W(R|rite)?$|RW$/i.test(command) ? 'write' : 'read'
  const fields = { kind: 'frame', commands: [command], operation }
  speaker.sayBetween(between(source, destination), { protocol: 'ethercat', fields })
}

const NAME_MAX = 64

/** weird.log: Zeek's oddities, counted beside our own. */
export function mapWeird(row: ZeekRow, speaker: ZeekSpeaker): void {
  const name = row
    .text('name')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase()
  speaker.anomaly(`zeek-${name.slice(0, NAME_MAX)}`)
}

/** notice.log: what Zeek judged. */
export function mapNotice(row: ZeekRow, speaker: ZeekSpeaker): void {
  const source = speaker.peer('', row.text('src') || row.text('id.orig_h'))
  if (source.address < 0) return
  const destination = speaker.peer('', row.text('dst') || row.text('id.resp_h'))
  const fields: Fields = {
    kind: 'notice',
    signature: clip(row.text('note'), 128),
    message: clip(row.text('msg')),
  }
  const to = destination.address < 0 ? nobody() : destination
  speaker.sayBetween(between(source, to), { protocol: 'alert', fields })
}
