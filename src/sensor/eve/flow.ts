// EVE flow and netflow records → Flows. Suricata writes a flow when it is over; bytes include the
// link header, payload bytes are not told.
import { Flow, SEEN, tcpState, type FlowEnd, type FlowState } from '../../flow/index.ts'
import { TCP } from '../../decode/index.ts'
import { isoToTime } from '../logs/time.ts'
import { serviceName } from '../logs/service-names.ts'
import type { EveSpeaker } from './speaker.ts'
import { count, flag, has, object, text, word, type Values } from './values.ts'

const PROTOCOLS = new Map([
  ['TCP', 6],
  ['UDP', 17],
  ['ICMP', 1],
  ['IPV6-ICMP', 58],
  ['SCTP', 132],
  ['GRE', 47],
  ['ESP', 50],
  ['AH', 51],
  ['IGMP', 2],
  ['OSPF', 89],
  ['VRRP', 112],
  ['PIM', 103],
  ['L2TP', 115],
])

const STATES = new Set('S0 S1 SF REJ S2 S3 RSTO RSTR RSTOS0 RSTRH SH SHR OTH'.split(' '))

/** IP protocol number of EVE's `proto`: a name, or a number as text ('047'). */
export function protocolNumber(name: string): number {
  const known = PROTOCOLS.get(name.toUpperCase())
  if (known !== undefined) return known
  return /^\d{1,3}$/.test(name) && Number(name) < 256 ? Number(name) : 0
}

export function mapFlow(record: Values, speaker: EveSpeaker): void {
  speaker.halves.clear()
  speaker.tellsFlows = true
  const told = object(record, 'flow')
  const flow = headOf(record, speaker)
  flow.first = timeOf(told, 'start', speaker.time)
  flow.last = timeOf(told, 'end', flow.first)
  flow.originatorPackets = count(told, 'pkts_toserver') ?? 0
  flow.responderPackets = count(told, 'pkts_toclient') ?? 0
  flow.originatorBytes = count(told, 'bytes_toserver') ?? 0
  flow.responderBytes = count(told, 'bytes_toclient') ?? 0
  const tcp = object(record, 'tcp')
  flow.originatorFlags = flagsOf(tcp, 'tcp_flags_ts')
  flow.responderFlags = flagsOf(tcp, 'tcp_flags_tc')
  if (flow.originatorFlags !== 0 || flow.responderFlags !== 0) speaker.facts.add('tcp-flags')
  flow.gaps = Number(flag(tcp, 'ts_gap')) + Number(flag(tcp, 'tc_gap'))
  flow.directionCertain = (flow.originatorFlags & TCP.syn) !== 0
  flow.end = endOf(word(told, 'state'), word(told, 'reason'))
  setState(flow)
  const own = object(record, 'thingward')
  if (has(own, 'state')) readOwn(flow, own, speaker)
  speaker.flow(flow)
}

/** What our own writer says of a flow beyond Suricata's words. */
function readOwn(flow: Flow, own: Values, speaker: EveSpeaker): void {
  speaker.facts.add('payload-bytes', 'history', 'retransmissions')
  flow.originatorPayload = count(own, 'payload_toserver') ?? 0
  flow.responderPayload = count(own, 'payload_toclient') ?? 0
  flow.history = text(own, 'history').slice(0, 32)
  flow.retransmissions = count(own, 'retransmissions') ?? 0
  flow.gaps = count(own, 'gaps') ?? 0
  const state = word(own, 'state')
  if (STATES.has(state)) flow.state = state as FlowState
}

/** Flows of which only one direction came yet. */
const HALVES_MAX = 4096

/**
 * netflow: one record a direction; the second of a flow is its answer. Left out where flows are
 * told.
 */
export function mapNetflow(record: Values, speaker: EveSpeaker): void {
  if (speaker.tellsFlows) return
  const told = object(record, 'netflow')
  const packets = count(told, 'pkts') ?? 0
  const bytes = count(told, 'bytes') ?? 0
  const flags = flagsOf(object(record, 'tcp'), 'tcp_flags')
  const id = count(record, 'flow_id') ?? 0
  const half = speaker.halves.get(id)
  if (half) {
    speaker.halves.delete(id)
    half.responderPackets = packets
    half.responderBytes = bytes
    half.responderFlags = flags
    return setState(half)
  }
  const flow = headOf(record, speaker)
  flow.first = timeOf(told, 'start', speaker.time)
  flow.last = Math.max(flow.first, timeOf(told, 'end', flow.first))
  flow.originatorPackets = packets
  flow.originatorBytes = bytes
  flow.originatorFlags = flags
  flow.end = 'idle'
  setState(flow)
  if (speaker.halves.size >= HALVES_MAX) speaker.halves.clear()
  if (id !== 0) speaker.halves.set(id, flow)
  speaker.flow(flow)
}

function headOf(record: Values, speaker: EveSpeaker): Flow {
  const flow = new Flow()
  const ends = speaker.ends()
  const ether = object(record, 'ether')
  flow.frame = speaker.line
  flow.vlan = speaker.vlan
  if (ends) {
    const { address } = ends.originator
    flow.family = address < 0 ? 2 : address >= 4294967296 ? 1 : 0
    flow.originatorPort = ends.originatorPort
    flow.responderPort = ends.responderPort
  }
  if (flow.family === 2) {
    flow.ipProtocol = count(ether, 'ether_type') ?? 0
    speaker.facts.add('link-flow')
  } else flow.ipProtocol = protocolNumber(word(record, 'proto'))
  if (flow.ipProtocol === 1 || flow.ipProtocol === 58) {
    flow.originatorPort = count(record, 'icmp_type') ?? 0
    flow.responderPort = count(record, 'icmp_code') ?? 0
  }
  flow.service = serviceName(word(record, 'app_proto'), flow.responderPort)
  const before = flow.service === 'tls' ? word(record, 'app_proto_orig') : ''
  if (before !== '') flow.service = serviceName(`${before},tls`, flow.responderPort)
  return flow
}

function timeOf(told: Values, name: string, otherwise: number): number {
  const time = isoToTime(word(told, name))
  return Number.isNaN(time) ? otherwise : time
}

/** '1b' → 0x1b. */
function flagsOf(tcp: Values, name: string): number {
  const digits = word(tcp, name)
  return /^[0-9a-f]{1,2}$/i.test(digits) ? Number.parseInt(digits, 16) : 0
}

function endOf(state: string, reason: string): FlowEnd {
  if (reason === 'shutdown') return 'end-of-source'
  if (reason === 'forced') return 'evicted'
  if (reason === 'unknown') return 'idle'
  return state === 'closed' || reason === 'tcp_reuse' ? 'closed' : 'idle'
}

/** Zeek's state from the flags of both sides, as our own flow table derives it from packets. */
function setState(flow: Flow): void {
  const { originatorPackets, responderPackets } = flow
  if (flow.ipProtocol === 6 && flow.family !== 2) {
    flow.state = tcpState(
      seen(flow.originatorFlags, SEEN.syn),
      seen(flow.responderFlags, SEEN.synAck),
    )
  } else if (flow.ipProtocol === 17 && flow.family !== 2) {
    flow.state = originatorPackets === 0 ? 'SHR' : responderPackets > 0 ? 'SF' : 'S0'
  }
}

const seen = (flags: number, syn: number) =>
  (flags & TCP.syn ? syn : 0) |
  (flags & TCP.fin ? SEEN.fin : 0) |
  (flags & TCP.rst ? SEEN.reset : 0)
