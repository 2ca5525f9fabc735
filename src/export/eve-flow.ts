// Flow records as Suricata 7 and 8 write them, byte by byte: the hot path of `--eve`. What Suricata
// does not know of a flow (payload bytes, Zeek's state and history, the server's name) lies under
// "thingward".
import { TCP } from '../decode/index.ts'
import type { Flow } from '../flow/index.ts'
import { constant, wordParts, type ByteLines } from './byte-line.ts'
import type { EndpointTexts } from './endpoint-texts.ts'

const C = {
  timestamp: constant('{"timestamp":"'),
  flowId: constant('+0000","flow_id":'),
  event: constant(',"event_type":"flow"'),
  vlan: constant(',"vlan":['),
  vlanEnd: constant(']'),
  source: constant(',"src_ip":"'),
  sourcePort: constant('","src_port":'),
  destination: constant(',"dest_ip":"'),
  destinationPlain: constant('","dest_ip":"'),
  destinationPort: constant('","dest_port":'),
  version4: constant(',"ip_v":4,"proto":"'),
  version6: constant(',"ip_v":6,"proto":"'),
  quoteVersion4: constant('","ip_v":4,"proto":"'),
  quoteVersion6: constant('","ip_v":6,"proto":"'),
  icmpType: constant(',"icmp_type":'),
  icmpCode: constant(',"icmp_code":'),
  quote: constant('"'),
  service: constant(',"app_proto":'),
  packetsUp: constant(',"flow":{"pkts_toserver":'),
  packetsDown: constant(',"pkts_toclient":'),
  bytesUp: constant(',"bytes_toserver":'),
  bytesDown: constant(',"bytes_toclient":'),
  start: constant(',"start":"'),
  end: constant('+0000","end":"'),
  age: constant('+0000","age":'),
  community: constant(',"community_id":"'),
  ether: constant(',"ether":{'),
  etherDestination: constant('"dest_macs":["'),
  etherBetween: constant('"],'),
  etherSource: constant('"src_macs":["'),
  etherEnd: constant('"]}'),
  etherType: constant('"],"ether_type":'),
  brace: constant('}'),
  tcp: constant(',"tcp":{"tcp_flags":"'),
  tcpUp: constant('","tcp_flags_ts":"'),
  tcpDown: constant('","tcp_flags_tc":"'),
  own: constant(',"thingward":{"payload_toserver":'),
  ownDown: constant(',"payload_toclient":'),
  ownHistory: constant(',"history":"'),
  retransmissions: constant(',"retransmissions":'),
  gaps: constant(',"gaps":'),
  name: constant(',"server_name":'),
  nameSource: constant(',"name_source":"'),
  last: constant('}}'),
} as const

/** State and reason of a flow together: one constant each. */
const LIFE = new Map(
  ['new', 'established', 'closed'].map((state) => [
    state,
    new Map(
      ['timeout', 'forced', 'shutdown', 'unknown'].map((reason) => [
        reason,
        constant(`,"state":"${state}","reason":"${reason}","alerted":false}`),
      ]),
    ),
  ]),
)
const REASONS = {
  closed: 'timeout',
  idle: 'timeout',
  evicted: 'forced',
  'end-of-source': 'shutdown',
}

const bits: readonly (readonly [number, string])[] = [
  [TCP.syn, 'syn'],
  [TCP.fin, 'fin'],
  [TCP.rst, 'rst'],
  [TCP.psh, 'psh'],
  [TCP.ack, 'ack'],
  [TCP.urg, 'urg'],
]
/** What follows the flags: each that was seen, by all flags. */
const SEEN_FLAGS = Array.from({ length: 256 }, (_, flags) =>
  constant(
    '"' +
      bits
        .filter(([bit]) => (flags & bit) !== 0)
        .map(([, name]) => `,"${name}":true`)
        .join(''),
  ),
)

/** Suricata's names of TCP states, as far as a flow's end shows them, by Zeek's. */
const TCP_STATES = new Map(
  Object.entries({
    S0: 'syn_sent',
    SH: 'fin_wait1',
    S1: 'established',
    S2: 'fin_wait1',
    S3: 'close_wait',
    SHR: 'syn_recv',
    OTH: 'established',
  }).map(([state, text]) => [state, constant(`,"state":"${text}"}`)]),
)
const TCP_CLOSED = constant(',"state":"closed"}')
const statePart = wordParts((state) => `,"state":"${state}"`)
/** What turned to TLS stands as Suricata has it: what it is now, and what it was. */
const servicePart = wordParts((service) =>
  service.endsWith('-tls')
    ? `"tls","app_proto_orig":${JSON.stringify(service.slice(0, -4))}`
    : JSON.stringify(service),
)
const plainPart = wordParts((word) => word)

/** IP protocols by the names that Suricata gives them; others by number. */
const PROTOCOL_NAMES = new Map([
  [1, 'ICMP'],
  [2, 'IGMP'],
  [6, 'TCP'],
  [17, 'UDP'],
  [47, 'GRE'],
  [50, 'ESP'],
  [51, 'AH'],
  [58, 'IPv6-ICMP'],
  [132, 'SCTP'],
])
const PROTOCOLS = Array.from({ length: 256 }, (_, number) =>
  constant(`${PROTOCOL_NAMES.get(number) ?? number}"`),
)

/** `TCP"`: the name of an IP protocol with the quote behind it. */
export const protocolPart = (ipProtocol: number): Uint8Array => PROTOCOLS[ipProtocol & 255]

/** Room that a flow record takes at most, its texts aside. */
const ROOM = 1536

export interface FlowRecordParts {
  readonly lines: ByteLines
  readonly texts: EndpointTexts
  /** The Community ID of a flow; undefined when none are wanted. */
  communityId?(flow: Flow): string
}

/** Writes one flow record. `now`: when the record is made. */
export function writeFlow(flow: Flow, now: number, parts: FlowRecordParts): void {
  const { lines, texts } = parts
  lines.reserve(ROOM)
  lines.put(C.timestamp)
  lines.time(now)
  lines.put(C.flowId)
  lines.number(flow.id)
  lines.put(C.event)
  if (flow.vlan > 0) {
    lines.put(C.vlan)
    lines.number(flow.vlan)
    lines.put(C.vlanEnd)
  }
  if (flow.family !== 2) writeTuple(flow, lines, texts)
  if (flow.service !== '') {
    lines.put(C.service)
    lines.put(servicePart(flow.service))
  }
  writeCounters(flow, lines)
  if (parts.communityId && flow.family !== 2) {
    lines.put(C.community)
    lines.put(constant(parts.communityId(flow)))
    lines.put(C.quote)
  }
  writeEther(flow, lines, texts)
  if (flow.ipProtocol === 6 && flow.family !== 2) writeTcp(flow, lines)
  writeOwn(flow, lines)
  lines.end()
}

function writeTuple(flow: Flow, lines: ByteLines, texts: EndpointTexts): void {
  const { ipProtocol } = flow
  const isV6 = flow.family === 1
  lines.put(C.source)
  texts.address(lines, flow.originator)
  if (ipProtocol === 6 || ipProtocol === 17 || ipProtocol === 132) {
    lines.put(C.sourcePort)
    lines.number(flow.originatorPort)
    lines.put(C.destination)
    texts.address(lines, flow.responder)
    lines.put(C.destinationPort)
    lines.number(flow.responderPort)
    lines.put(isV6 ? C.version6 : C.version4)
    lines.put(protocolPart(ipProtocol))
    return
  }
  lines.put(C.destinationPlain)
  texts.address(lines, flow.responder)
  lines.put(isV6 ? C.quoteVersion6 : C.quoteVersion4)
  lines.put(protocolPart(ipProtocol))
  if (ipProtocol === 1 || ipProtocol === 58) {
    lines.put(C.icmpType)
    lines.number(flow.originatorPort)
    lines.put(C.icmpCode)
    lines.number(flow.responderPort)
  }
}

function writeCounters(flow: Flow, lines: ByteLines): void {
  lines.put(C.packetsUp)
  lines.number(flow.originatorPackets)
  lines.put(C.packetsDown)
  lines.number(flow.responderPackets)
  lines.put(C.bytesUp)
  lines.number(flow.originatorBytes)
  lines.put(C.bytesDown)
  lines.number(flow.responderBytes)
  lines.put(C.start)
  lines.time(flow.first)
  lines.put(C.end)
  lines.time(flow.last)
  lines.put(C.age)
  lines.number(Math.floor(flow.last / 1e6) - Math.floor(flow.first / 1e6))
  const both = (flow.originatorFlags & flow.responderFlags & TCP.fin) !== 0
  const over = both || ((flow.originatorFlags | flow.responderFlags) & TCP.rst) !== 0
  const state =
    over || flow.end === 'closed' ? 'closed' : flow.responderPackets > 0 ? 'established' : 'new'
  // Closed, but neither left alone nor cut off: another flow has taken its ports.
  const reason = over && flow.end === 'idle' ? 'unknown' : REASONS[flow.end]
  lines.put(LIFE.get(state)!.get(reason)!)
}

function writeEther(flow: Flow, lines: ByteLines, texts: EndpointTexts): void {
  const from = texts.hasMac(flow.originator)
  const to = texts.hasMac(flow.responder)
  if (!from && !to) return
  lines.put(C.ether)
  if (to) {
    lines.put(C.etherDestination)
    texts.mac(lines, flow.responder)
  }
  if (from && to) lines.put(C.etherBetween)
  if (from) {
    lines.put(C.etherSource)
    texts.mac(lines, flow.originator)
  }
  if (flow.family === 2) {
    lines.put(C.etherType)
    lines.number(flow.ipProtocol)
    lines.put(C.brace)
  } else lines.put(C.etherEnd)
}

function writeTcp(flow: Flow, lines: ByteLines): void {
  const flags = flow.originatorFlags | flow.responderFlags
  lines.put(C.tcp)
  lines.hex(flags)
  lines.put(C.tcpUp)
  lines.hex(flow.originatorFlags)
  lines.put(C.tcpDown)
  lines.hex(flow.responderFlags)
  lines.put(SEEN_FLAGS[flags & 255])
  lines.put(TCP_STATES.get(flow.state) ?? TCP_CLOSED)
}

/** What the other objects have no place for. */
function writeOwn(flow: Flow, lines: ByteLines): void {
  lines.put(C.own)
  lines.number(flow.originatorPayload)
  lines.put(C.ownDown)
  lines.number(flow.responderPayload)
  lines.put(statePart(flow.state))
  if (flow.history !== '' && flow.history.length <= 32) {
    lines.put(C.ownHistory)
    for (let index = 0; index < flow.history.length; index++) {
      const code = flow.history.charCodeAt(index)
      if (code > 34 && code < 127 && code !== 92) lines.byte(code)
    }
    lines.put(C.quote)
  }
  if (flow.retransmissions > 0) {
    lines.put(C.retransmissions)
    lines.number(flow.retransmissions)
  }
  if (flow.gaps > 0) {
    lines.put(C.gaps)
    lines.number(flow.gaps)
  }
  if (flow.serverName !== '') {
    lines.put(C.name)
    lines.text(flow.serverName)
    lines.put(C.nameSource)
    lines.put(plainPart(flow.nameSource))
    lines.put(C.quote)
  }
  lines.put(C.last)
}
