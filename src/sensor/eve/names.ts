// EVE records that tell who is there: dns in its three formats, mdns and llmnr, dhcp, arp.
import { clip, type Fields } from '../../decode/index.ts'
import { serviceName } from '../logs/service-names.ts'
import type { EveSpeaker } from './speaker.ts'
import {
  count,
  flag,
  has,
  list,
  object,
  objects,
  optionalText,
  text,
  texts,
  toServer,
  type Values,
} from './values.ts'

const ANSWERS_MAX = 64
type Answer = { name: string; type: string; ttl: number; data: string | string[]; port?: number }

/** A name as our own decoder writes it. */
const domain = (name: string) => name.toLowerCase().replace(/(.)\.$/, '$1')

/** dns: version 1 has one record an answer, 2 lists answers, 3 lists questions as well. */
export function mapDns(record: Values, speaker: EveSpeaker): void {
  const dns = object(record, 'dns')
  const type = text(dns, 'type')
  const id = count(dns, 'id') ?? 0
  const questions = questionsOf(dns)
  // Newer versions write the client first in both directions, older ones whoever sent the message.
  const fromServer = isServerPort(count(record, 'src_port')) && !has(record, 'direction')
  const protocol = serviceName('dns', serverPort(record, fromServer))
  if (protocol === 'mdns') {
    const fields =
      type === 'query' || type === 'request' ? query(id, questions) : response(dns, id, questions)
    return speaker.say({ protocol, fields, fromOriginator: toServer(record, true) })
  }
  if (type === 'query' || type === 'request') {
    const fromOriginator = toServer(record, true)
    speaker.say({ protocol, fields: query(id, questions), fromOriginator }, fromServer)
  } else if (type === 'answer' || type === 'response') {
    const fields = response(dns, id, questions)
    speaker.say({ protocol, fields, fromOriginator: toServer(record, false) }, fromServer)
  }
}

const query = (id: number, questions: Fields[string]): Fields => ({
  kind: 'query',
  id,
  questions,
  answers: [],
})

const isServerPort = (port: number | undefined) => port === 53 || port === 5355

const serverPort = (record: Values, fromServer: boolean) =>
  count(record, fromServer ? 'src_port' : 'dest_port') ?? 53

function questionsOf(dns: Values) {
  const queries = [...objects(dns, 'queries'), ...objects(dns, 'query')]
  const sources = queries.length > 0 ? queries : text(dns, 'rrname') === '' ? [] : [dns]
  return sources.slice(0, 32).map((each) => ({
    name: domain(text(each, 'rrname')),
    type: text(each, 'rrtype').toUpperCase(),
  }))
}

function response(dns: Values, id: number, questions: { name: string; type: string }[]): Fields {
  return {
    kind: 'response',
    id,
    questions,
    answers: answersOf(dns, questions),
    rcode: text(dns, 'rcode') || 'NOERROR',
    truncated: flag(dns, 'tc') ? true : undefined,
  }
}

function answersOf(dns: Values, questions: { name: string; type: string }[]): Answer[] {
  const detailed = objects(dns, 'answers').map(answerOf)
  if (detailed.length > 0) return detailed
  // Version 1: the record is the answer.
  if (count(dns, 'ttl') !== undefined) return [answerOf(dns)]
  const grouped = object(dns, 'grouped')
  const name = questions[0]?.name ?? ''
  const answers: Answer[] = []
  for (const type of Object.keys(grouped).slice(0, 32)) {
    for (const data of list(grouped, type)) {
      if (answers.length >= ANSWERS_MAX) return answers
      const said = typeof data === 'string' ? clip(data) : ''
      answers.push({ name, type: clip(type, 16), ttl: 0, data: isName(type) ? domain(said) : said })
    }
  }
  return answers
}

const isName = (type: string) => /^(CNAME|NS|PTR|MX|SRV|DNAME)$/.test(type)

function answerOf(each: Values): Answer {
  const type = text(each, 'rrtype').toUpperCase()
  const name = domain(text(each, 'rrname'))
  const ttl = count(each, 'ttl') ?? 0
  if (type === 'SRV') return service(name, ttl, object(each, 'srv'))
  const rdata = text(each, 'rdata')
  if (type === 'TXT') return { name, type, ttl, data: rdata === '' ? [] : [rdata] }
  return { name, type, ttl, data: isName(type) ? domain(rdata) : rdata }
}

const service = (name: string, ttl: number, srv: Values): Answer => ({
  name,
  type: 'SRV',
  ttl,
  data: domain(text(srv, 'name')),
  port: count(srv, 'port'),
})

/** mdns and llmnr of Suricata 8: the type of an answer is the name of its value. */
export function mapMulticastDns(record: Values, speaker: EveSpeaker): void {
  const protocol = text(record, 'event_type')
  const dns = object(record, protocol)
  const questions = questionsOf(dns)
  const id = count(dns, 'id') ?? 0
  const isQuery = text(dns, 'type') === 'request'
  const records = ['answers', 'authorities', 'additionals'].flatMap((name) => objects(dns, name))
  const answers = records.slice(0, ANSWERS_MAX).flatMap(namedAnswer)
  const fields: Fields = isQuery
    ? query(id, questions)
    : { kind: 'response', id, questions, answers, rcode: text(dns, 'rcode') || 'NOERROR' }
  const fromOriginator = toServer(record, isQuery || protocol === 'mdns')
  speaker.say({ protocol, fields, fromOriginator })
}

function namedAnswer(each: Values): Answer[] {
  const name = domain(text(each, 'rrname'))
  const ttl = count(each, 'ttl') ?? 0
  if (text(each, 'rrtype') !== '') return [answerOf(each)]
  const type = ['a', 'aaaa', 'ptr', 'srv', 'txt', 'cname'].find((key) => Object.hasOwn(each, key))
  if (type === undefined) return []
  if (type === 'srv') return [service(name, ttl, object(each, 'srv'))]
  const data = type === 'txt' ? texts(each, 'txt') : text(each, type)
  const plain = typeof data === 'string' && isName(type.toUpperCase()) ? domain(data) : data
  return [{ name, type: type.toUpperCase(), ttl, data: plain }]
}

const KINDS = new Set('discover offer request decline ack nak release inform'.split(' '))

/** dhcp: the default format has acknowledgements only, the extended one every message. */
export function mapDhcp(record: Values, speaker: EveSpeaker): void {
  const dhcp = object(record, 'dhcp')
  const kind = text(dhcp, 'dhcp_type')
  const real = (name: string) => {
    const address = text(dhcp, name)
    return address === '' || address === '0.0.0.0' ? undefined : address
  }
  const fromServer = text(dhcp, 'type') === 'reply'
  const fields: Fields = {
    kind: KINDS.has(kind) ? kind : 'bootp',
    transaction: count(dhcp, 'id') ?? 0,
    clientMac: text(dhcp, 'client_mac').toLowerCase(),
    clientAddress: real('client_ip'),
    assignedAddress: real('assigned_ip'),
    relay: real('relay_ip'),
    server: fromServer ? text(record, 'src_ip') || undefined : undefined,
    requestedAddress: real('requested_ip'),
    hostname: optionalText(dhcp, 'hostname'),
    vendorClass: optionalText(dhcp, 'vendor_class_identifier'),
    clientId: clientId(text(dhcp, 'client_id')),
    leaseSeconds: count(dhcp, 'lease_time'),
    router: some(texts(dhcp, 'routers')),
    nameServers: some(texts(dhcp, 'dns_servers')),
    options: {},
  }
  if (has(object(record, 'thingward'), 'options')) speaker.facts.add('dhcp-options')
  const sentByServer = count(record, 'src_port') === 67
  const fromOriginator = toServer(record, fromServer === sentByServer)
  speaker.say({ protocol: 'dhcp', fields, fromOriginator })
}

/** Hex, its type first, which Suricata leaves out where it is that of Ethernet. */
function clientId(text: string): string | undefined {
  const hex = text.replaceAll(':', '').toLowerCase()
  if (!/^(?:[0-9a-f]{2})+$/.test(hex)) return undefined
  return hex.length === 12 ? `01${hex}` : hex
}

const some = (values: string[]) => (values.length > 0 ? values : undefined)

export function mapArp(record: Values, speaker: EveSpeaker): void {
  const arp = object(record, 'arp')
  const senderMac = text(arp, 'src_mac').toLowerCase()
  const senderAddress = text(arp, 'src_ip')
  const targetMac = text(arp, 'dest_mac').toLowerCase()
  const targetAddress = text(arp, 'dest_ip')
  const reply = text(arp, 'opcode') === 'reply'
  const fromOriginator = toServer(record, true)
  const sender = speaker.hardware(text(object(record, 'ether'), 'src_mac') || senderMac)
  if (sender.mac < 0) return speaker.anomaly('eve-bad-address')
  const target = speaker.hardware(text(object(record, 'ether'), 'dest_mac') || targetMac)
  const kind =
    senderAddress === targetAddress
      ? 'announcement'
      : senderAddress === '0.0.0.0'
        ? 'probe'
        : reply
          ? 'reply'
          : 'request'
  const asReply = reply && kind !== 'reply' ? true : undefined
  const fields = { kind, senderMac, senderAddress, targetMac, targetAddress, asReply }
  // Suricata has no flows without IP; our own writer does.
  if (has(record, 'flow_id') && has(record, 'ether')) {
    speaker.say({ protocol: 'arp', fields, fromOriginator })
  } else speaker.sayBetween(sender, target, 'arp', fields)
}
