// Logs that tell who is there: dns, dhcp, arp (a common extension), known_hosts, known_services,
// known_devices, software.
import { clip, type Fields } from '../../decode/index.ts'
import { parseV6 } from '../../core/addresses.ts'
import { quad } from '../logs/address-texts.ts'
import type { ZeekRow } from './row.ts'
import { nobody } from '../logs/peers.ts'
import { serviceName } from '../logs/service-names.ts'
import { between, port, type ZeekSpeaker } from './speaker.ts'

type Answer = { name: string; type: string; ttl: number; data: string | string[]; port?: number }

const ANSWERS_MAX = 64
const ADDRESS_TYPES = new Set(['A', 'AAAA'])

/** A name as our own decoder writes it: lower case, no trailing dot. */
const domain = (text: string) => clip(text.toLowerCase().replace(/(.)\.$/, '$1'))

/** dns.log: one line a question with its answer. */
export function mapDns(row: ZeekRow, speaker: ZeekSpeaker): void {
  const protocol = serviceName('dns', port(row, 'id.resp_p'))
  const id = Math.max(0, row.number('trans_id') | 0)
  const name = domain(row.text('query'))
  const type = row.text('qtype_name') || typeText(row.number('qtype'))
  const questions = name === '' ? [] : [{ name, type: type || 'A' }]
  const rcode = row.text('rcode_name')
  const answers = row.list('answers')
  const answered = answers.length > 0 || rcode !== ''
  const unasked = answered && (type === '' ? protocol !== 'dns' : protocol === 'mdns')
  if (!unasked && questions.length > 0) {
    speaker.say({ protocol, fields: { kind: 'query', id, questions, answers: [] } })
  }
  if (!answered) return
  // An announcement: whoever is named first in the line speaks, to everybody.
  const fields: Fields = {
    kind: 'response',
    id,
    questions: unasked ? [] : questions,
    answers: answersOf(name, type, answers, row.list('TTLs')),
    rcode: rcode || 'NOERROR',
    truncated: row.flag('TC') === true ? true : undefined,
  }
  const time = speaker.time + row.duration('rtt')
  speaker.say({ protocol, fields, time, fromOriginator: unasked })
}

const typeText = (type: number) => (Number.isInteger(type) ? `TYPE${type}` : '')

/** Zeek writes the data of answers without names and types: both follow from the order. */
function answersOf(query: string, type: string, data: string[], ttls: string[]): Answer[] {
  let name = query
  return data.slice(0, ANSWERS_MAX).map((text, index) => {
    const ttl = Math.max(0, Math.round(Number(ttls[index] ?? 0))) || 0
    if (quad(text) >= 0) return { name, type: 'A', ttl, data: text }
    if (text.includes(':') && parseV6(text)) return { name, type: 'AAAA', ttl, data: text }
    if (text.startsWith('TXT ')) return { name, type: 'TXT', ttl, data: strings(text) }
    const target = domain(text)
    if (type === '') return { name, type: announcedType(name), ttl, data: target }
    if (!ADDRESS_TYPES.has(type)) return { name, type, ttl, data: target }
    const alias = { name, type: 'CNAME', ttl, data: target }
    name = target
    return alias
  })
}

/**
 * Announcements carry no type: an instance of a service tells its host, all else points somewhere.
 */
const announcedType = (name: string) => (/^[^_].*\._(tcp|udp)\./.test(name) ? 'SRV' : 'PTR')

/** 'TXT 5 hello 3 abc' → its strings. */
function strings(text: string): string[] {
  const found: string[] = []
  let at = 4
  while (at < text.length && found.length < 32) {
    const space = text.indexOf(' ', at)
    const length = Number(text.slice(at, space))
    if (space < 0 || !Number.isInteger(length) || length < 0) break
    found.push(clip(text.slice(space + 1, space + 1 + length)))
    at = space + 2 + length
  }
  return found
}

const FROM_SERVER = new Set(['offer', 'ack', 'nak'])
const MESSAGES_MAX = 16

/** dhcp.log: one line a conversation, with the kinds of its messages in order. */
export function mapDhcp(row: ZeekRow, speaker: ZeekSpeaker): void {
  const clientMac = row.text('mac').toLowerCase()
  const clientAddress = row.text('client_addr')
  const serverAddress = row.text('server_addr')
  const client = speaker.peer(clientMac, clientAddress || '0.0.0.0')
  const server = speaker.peer('', serverAddress || '255.255.255.255')
  const up = { originator: client, responder: server, originatorPort: 68, responderPort: 67 }
  const down = { originator: server, responder: client, originatorPort: 67, responderPort: 68 }
  const lease = row.number('lease_time')
  const asked = {
    clientMac,
    clientAddress: clientAddress || undefined,
    requestedAddress: row.text('requested_addr') || undefined,
    hostname: clip(row.text('host_name')) || undefined,
    fqdn: domain(row.text('client_fqdn')) || undefined,
    vendorClass: clip(row.text('client_software')) || undefined,
  }
  const told = {
    clientMac,
    assignedAddress: row.text('assigned_addr') || undefined,
    server: serverAddress || undefined,
    leaseSeconds: lease >= 0 ? Math.round(lease) : undefined,
    domain: domain(row.text('domain')) || undefined,
  }
  for (const text of row.list('msg_types').slice(0, MESSAGES_MAX)) {
    const kind = clip(text.toLowerCase(), 16)
    const fromServer = FROM_SERVER.has(kind)
    const fields = { kind, transaction: 0, ...(fromServer ? told : asked), options: {} }
    speaker.sayBetween(fromServer ? down : up, { protocol: 'dhcp', fields })
  }
}

/** arp.log of the usual extension: request or reply with both sides' addresses. */
export function mapArp(row: ZeekRow, speaker: ZeekSpeaker): void {
  const senderMac = row.text('orig_hw') || row.text('src_mac')
  const senderAddress = row.text('orig_h')
  const targetAddress = row.text('resp_h')
  const sender = speaker.peer(row.text('src_mac') || senderMac, '')
  const target = speaker.peer(row.text('dst_mac'), '')
  if (sender.mac < 0) return speaker.anomaly('zeek-bad-address')
  const reply = row.text('operation') === 'reply'
  const kind =
    senderAddress === targetAddress
      ? 'announcement'
      : senderAddress === '0.0.0.0'
        ? 'probe'
        : reply
          ? 'reply'
          : 'request'
  const targetMac = row.text('resp_hw')
  speaker.sayBetween(between(sender, target), {
    protocol: 'arp',
    fields: { kind, senderMac, senderAddress, targetMac, targetAddress },
  })
}

/** known_hosts.log, known_services.log, known_devices.log: somebody was there. */
export function mapKnown(row: ZeekRow, speaker: ZeekSpeaker): void {
  const address = row.text('host')
  const servicePort = port(row, 'port_num')
  const host = speaker.peer(row.text('mac'), address)
  if (host.address < 0 && host.mac < 0) return speaker.anomaly('zeek-bad-address')
  const services = row.list('service').map((name) => serviceName(name, servicePort))
  const fields: Fields = {
    kind: servicePort > 0 ? 'service' : host.address < 0 ? 'device' : 'host',
    port: servicePort > 0 ? servicePort : undefined,
    transport: row.text('port_proto') || undefined,
    services: services.length > 0 ? services : undefined,
    hostname: clip(row.text('dhcp_host_name')) || undefined,
    role: row.text('device_type') || undefined,
  }
  const ends = { ...between(host, nobody()), originatorPort: servicePort }
  speaker.sayBetween(ends, { protocol: 'known', fields })
}

/** software.log: what a host says it runs. Told again as the message it was read from. */
export function mapSoftware(row: ZeekRow, speaker: ZeekSpeaker): void {
  const host = speaker.peer('', row.text('host'))
  if (host.address < 0) return speaker.anomaly('zeek-bad-address')
  const role = row.text('software_type')
  const text = clip(row.text('unparsed_version') || row.text('name'))
  const ends = { ...between(host, nobody()), originatorPort: port(row, 'host_p') }
  const say = (protocol: string, fields: Fields) => speaker.sayBetween(ends, { protocol, fields })
  if (role === 'HTTP::SERVER') return say('http', { kind: 'response', server: text })
  if (role === 'HTTP::BROWSER') return say('http', { kind: 'request', userAgent: text })
  if (role === 'SSH::SERVER' || role === 'SSH::CLIENT') {
    return say('ssh', { kind: 'banner', software: text, protocolVersion: '2.0' })
  }
  say('software', { kind: 'software', role, name: clip(row.text('name')), text })
}
