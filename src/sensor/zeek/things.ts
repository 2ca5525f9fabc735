// Logs of protocols that things speak: mqtt_*, ntp, snmp.
import { clip, communityFields, type Fields } from '../../decode/index.ts'
import type { ZeekRow } from './row.ts'
import type { ZeekSpeaker } from './speaker.ts'

const TOPICS_MAX = 32
const QUALITY = new Map([
  ['at most once', 0],
  ['at least once', 1],
  ['exactly once', 2],
])
const optional = (text: string, length = 256) => (text === '' ? undefined : clip(text, length))
const whole = (value: number): number | undefined => (Number.isInteger(value) ? value : undefined)

/** mqtt_connect.log: the request and what the broker answered. */
export function mapMqttConnect(row: ZeekRow, speaker: ZeekSpeaker): void {
  const fields: Fields = {
    kind: 'connect',
    version: clip(row.text('proto_version').replace(/\.0$/, ''), 8),
    clientId: clip(row.text('client_id')),
    will: optional(row.text('will_topic')),
  }
  speaker.say({ protocol: 'mqtt', fields, fromOriginator: true })
  const status = row.text('connect_status')
  if (status === '') return
  const accepted = status === 'Connection Accepted'
  speaker.say({ protocol: 'mqtt', fields: { kind: 'connack', accepted }, fromOriginator: false })
}

/** mqtt_publish.log: one line a message; its payload is not read. */
export function mapMqttPublish(row: ZeekRow, speaker: ZeekSpeaker): void {
  const fields: Fields = {
    kind: 'publish',
    topic: clip(row.text('topic')),
    qos: QUALITY.get(row.text('qos')) ?? 0,
    retain: row.flag('retain') === true,
    length: whole(row.number('payload_len')),
  }
  speaker.say({ protocol: 'mqtt', fields, fromOriginator: row.flag('from_client') !== false })
}

/** mqtt_subscribe.log: subscriptions; giving one up is not said. */
export function mapMqttSubscribe(row: ZeekRow, speaker: ZeekSpeaker): void {
  if (!row.text('action').endsWith('::SUBSCRIBE')) return
  const levels = row.list('qos_levels').map(Number)
  const filters = row
    .list('topics')
    .slice(0, TOPICS_MAX)
    .map((filter, index) => ({ filter: clip(filter), qos: whole(levels[index]) ?? 0 }))
  speaker.say({ protocol: 'mqtt', fields: { kind: 'subscribe', filters }, fromOriginator: true })
  const granted = whole(row.number('granted_qos_level'))
  if (granted === undefined) return
  const fields = { kind: 'suback', codes: [granted] }
  speaker.say({ protocol: 'mqtt', fields, fromOriginator: false })
}

const NTP_KINDS = [
  'private',
  'symmetric',
  'symmetric',
  'client',
  'server',
  'broadcast',
  'control',
  'private',
]

/** ntp.log: one line a message. */
export function mapNtp(row: ZeekRow, speaker: ZeekSpeaker): void {
  const mode = row.number('mode')
  const kind = NTP_KINDS[mode]
  if (!kind) return
  const fields: Fields = {
    kind,
    version: whole(row.number('version')) ?? 0,
    stratum: mode >= 6 ? undefined : whole(row.number('stratum')),
  }
  speaker.say({ protocol: 'ntp', fields, fromOriginator: mode !== 4 && mode !== 2 })
}

const SYSTEM_DESCRIPTION = '1.3.6.1.2.1.1.1.0'

/** snmp.log: one line a conversation, with counts of its requests. Communities are never kept. */
export function mapSnmp(row: ZeekRow, speaker: ZeekSpeaker): void {
  const version = row.text('version')
  const community = row.text('community')
  const isUser = version === '3'
  const common = {
    version,
    ...(!isUser && community !== '' && communityFields(community)),
    user: isUser ? optional(community) : undefined,
  }
  const kinds = [
    ['get', 'get_requests'],
    ['bulk', 'get_bulk_requests'],
    ['set', 'set_requests'],
  ] as const
  for (const [kind, column] of kinds) {
    if (row.number(column) > 0) {
      speaker.say({
        protocol: 'snmp',
        fields: { kind, ...common, names: [] },
        fromOriginator: true,
      })
    }
  }
  if (!(row.number('get_responses') > 0)) return
  const description = row.text('display_string')
  const values = description === '' ? undefined : { [SYSTEM_DESCRIPTION]: clip(description) }
  const fields = { kind: 'response', ...common, names: [], values }
  speaker.say({ protocol: 'snmp', fields, fromOriginator: false })
}
