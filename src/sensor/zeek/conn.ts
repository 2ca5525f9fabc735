// conn.log: one line a connection, written when it is over → a Flow.
import { isV6 } from '../../core/addresses.ts'
import { Flow, type FlowState } from '../../flow/index.ts'
import { serviceName } from '../logs/service-names.ts'
import type { ZeekRow } from './row.ts'
import { port, type ZeekSpeaker } from './speaker.ts'

const STATES = new Set('S0 S1 SF REJ S2 S3 RSTO RSTR RSTOS0 RSTRH SH SHR OTH'.split(' '))
const PROTOCOLS = new Map([
  ['tcp', 6],
  ['udp', 17],
  ['icmp', 1],
  ['sctp', 132],
])
/** Zeek counts from the IP header on; a Flow's bytes include the link header. */
const ETHERNET_HEADER = 14
const TAG = 4
const HISTORY_MAX = 32
const FLAGS = new Map([
  ['s', 2],
  ['h', 18],
  ['a', 16],
  ['d', 16],
  ['f', 17],
  ['r', 4],
])

export function mapConn(row: ZeekRow, speaker: ZeekSpeaker): void {
  const vlan = vlanOf(row)
  const originatorPort = port(row, 'id.orig_p')
  const responderPort = port(row, 'id.resp_p')
  const from = row.text('orig_l2_addr')
  const to = row.text('resp_l2_addr')
  const originator = speaker.peer(from, row.text('id.orig_h'), vlan)
  const responder = speaker.peer(to, row.text('id.resp_h'), vlan)
  if (originator.address < 0 || responder.address < 0) return speaker.anomaly('zeek-bad-address')
  const flow = new Flow()
  flow.frame = speaker.line
  flow.family = isV6(originator.address) ? 1 : 0
  flow.vlan = vlan
  flow.ipProtocol = protocolOf(row, flow.family)
  flow.originatorPort = originatorPort
  flow.responderPort = responderPort
  if (flow.ipProtocol === 1 || flow.ipProtocol === 58) straightenIcmp(flow)
  flow.service = serviceName(row.text('service'), responderPort)
  flow.first = speaker.time
  flow.last = speaker.time + row.duration('duration')
  flow.originatorPackets = count(row, 'orig_pkts')
  flow.responderPackets = count(row, 'resp_pkts')
  const header = ETHERNET_HEADER + (vlan > 0 ? TAG : 0)
  flow.originatorBytes = count(row, 'orig_ip_bytes') + header * flow.originatorPackets
  flow.responderBytes = count(row, 'resp_ip_bytes') + header * flow.responderPackets
  flow.originatorPayload = count(row, 'orig_bytes')
  flow.responderPayload = count(row, 'resp_bytes')
  flow.gaps = count(row, 'missed_bytes') > 0 ? 1 : 0
  const state = row.text('conn_state')
  flow.state = STATES.has(state) ? (state as FlowState) : 'OTH'
  flow.history = row.text('history').slice(0, HISTORY_MAX)
  readHistory(flow)
  flow.end = flow.state === 'SF' || flow.state.startsWith('RST') ? 'closed' : 'idle'
  speaker.flow(flow, { originator, responder, originatorPort, responderPort })
}

/** A count column; 0 when unset or no whole number. */
function count(row: ZeekRow, name: string): number {
  const value = row.number(name)
  return Number.isSafeInteger(value) && value > 0 ? value : 0
}

function vlanOf(row: ZeekRow): number {
  const vlan = row.number('vlan')
  return Number.isInteger(vlan) && vlan > 0 && vlan < 4096 ? vlan : 0
}

function protocolOf(row: ZeekRow, family: number): number {
  const name = row.text('proto')
  if (name === 'icmp') return family === 1 ? 58 : 1
  const number = row.number('ip_proto')
  return PROTOCOLS.get(name) ?? (number > 0 && number < 256 ? Math.floor(number) : 0)
}

/** Zeek names an answer's type where a packet has its code: echo 128/129, neighbours 135/136, … */
function straightenIcmp(flow: Flow): void {
  const { originatorPort: type, responderPort: other } = flow
  const pairs = flow.family === 1 ? [128, 130, 133, 135, 139] : [8, 13, 15, 17]
  const answers = flow.family === 1 ? [129, 131, 134, 136, 140] : [0, 14, 16, 18]
  const index = pairs.indexOf(type)
  if (index >= 0 && other === answers[index]) flow.responderPort = 0
}

/** Flags, retransmissions and certainty, as far as the letters tell them. */
function readHistory(flow: Flow): void {
  if (flow.ipProtocol !== 6) return
  for (const letter of flow.history) {
    const lower = letter.toLowerCase()
    const flags = FLAGS.get(lower) ?? 0
    if (letter === lower) flow.responderFlags |= flags
    else flow.originatorFlags |= flags
    if (lower === 't') flow.retransmissions++
  }
  flow.directionCertain = flow.history.includes('S') && !flow.history.startsWith('^')
}
