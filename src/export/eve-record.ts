// The common head of EVE records about messages: time, flow, who and whom in the direction of the
// flow, as Suricata writes them, and MAC addresses.
import type { EndpointTable, Transaction } from '../flow/index.ts'
import { constant, wordParts, type ByteLines } from './byte-line.ts'
import type { EndpointTexts } from './endpoint-texts.ts'
import { protocolPart } from './eve-flow.ts'

const C = {
  timestamp: constant('{"timestamp":"'),
  flowId: constant('+0000","flow_id":'),
  frame: constant(',"pcap_cnt":'),
  event: constant(',"event_type":'),
  vlan: constant(',"vlan":['),
  vlanEnd: constant(']'),
  source: constant(',"src_ip":"'),
  sourcePort: constant('","src_port":'),
  destination: constant(',"dest_ip":"'),
  destinationPlain: constant('","dest_ip":"'),
  destinationPort: constant('","dest_port":'),
  quote: constant('"'),
  version4: constant(',"ip_v":4'),
  version6: constant(',"ip_v":6'),
  protocol: constant(',"proto":"'),
  toClient: constant(',"direction":"to_client"'),
  toServer: constant(',"direction":"to_server"'),
  ether: constant(',"ether":{'),
  etherSource: constant('"src_mac":"'),
  etherBetween: constant('",'),
  etherDestination: constant('"dest_mac":"'),
  etherEnd: constant('"}'),
} as const

/** Room that a head takes at most. */
const ROOM = 640
const TCP = 6
const UDP = 17

/** Transports of protocols whose source does not say it; all others go over TCP. */
const DATAGRAMS = new Set(
  (
    'dns mdns llmnr nbns dhcp dhcpv6 ssdp ws-discovery quic ntp snmp coap bacnet knx mqtt-sn ' +
    'tftp tuya lifx syslog radius stun wireguard dtls'
  ).split(' '),
)

/** `"dns"`: an event type as JSON. */
const eventPart = wordParts((type) => JSON.stringify(type))
/** `,"dns":`: a member's name. */
const keyPart = wordParts((key) => `,${JSON.stringify(key)}:`)

export interface RecordParts {
  readonly lines: ByteLines
  readonly texts: EndpointTexts
  readonly endpoints: EndpointTable
  readonly recent: RecentHeads
}

/** Heads that are kept: pollers ask the same of the same a million times. */
const RECENT = 1024
const RECENT_ROOM = 384

/** The parts of heads that are the same for all messages of a flow: both ends, in its direction. */
export class RecentHeads {
  private readonly flows = new Float64Array(RECENT).fill(-1)
  private readonly originators = new Int32Array(RECENT)
  private readonly responders = new Int32Array(RECENT)
  private readonly lengths = new Int32Array(RECENT)
  private readonly bytes = Buffer.alloc(RECENT * RECENT_ROOM)

  /** Puts the head's part of this message; false when it is not known. */
  put(said: Transaction, lines: ByteLines): boolean {
    const slot = slotOf(said)
    const { source, destination, fromOriginator } = said
    // A forged message has another sender than its flow.
    if (
      this.flows[slot] !== said.flow ||
      this.originators[slot] !== (fromOriginator ? source : destination) ||
      this.responders[slot] !== (fromOriginator ? destination : source)
    ) {
      return false
    }
    const at = slot * RECENT_ROOM
    lines.put(this.bytes.subarray(at, at + this.lengths[slot]))
    return true
  }

  /** Remembers what was written for this message since `from`. */
  keep(said: Transaction, lines: ByteLines, from: number): void {
    const slot = slotOf(said)
    const length = lines.copyTo(this.bytes, slot * RECENT_ROOM, RECENT_ROOM, from)
    this.flows[slot] = length > 0 ? said.flow : -1
    this.originators[slot] = said.fromOriginator ? said.source : said.destination
    this.responders[slot] = said.fromOriginator ? said.destination : said.source
    this.lengths[slot] = length
  }
}

/** Flow ids of packets are multiples of eight, but for tunnels. */
const slotOf = ({ flow }: Transaction): number => Math.floor(flow / 8) % RECENT

/** Writes `{"timestamp":…` up to the object of the event type itself. */
export function writeHead(said: Transaction, type: string, parts: RecordParts): void {
  const { lines } = parts
  lines.reserve(ROOM)
  lines.put(C.timestamp)
  lines.time(said.time)
  lines.put(C.flowId)
  lines.number(said.flow)
  if (said.frame > 0) {
    lines.put(C.frame)
    lines.number(said.frame)
  }
  lines.put(C.event)
  lines.put(eventPart(type))
  lines.put(said.fromOriginator ? C.toServer : C.toClient)
  if (said.flow > 0 && parts.recent.put(said, lines)) return
  const from = lines.position
  writeEnds(said, parts)
  if (said.flow > 0) parts.recent.keep(said, lines, from)
}

/** VLAN, addresses, ports, MAC addresses. */
function writeEnds(said: Transaction, parts: RecordParts): void {
  const { lines, texts, endpoints } = parts
  const originator = said.fromOriginator ? said.source : said.destination
  const responder = said.fromOriginator ? said.destination : said.source
  const vlan = endpoints.vlan(said.source)
  if (vlan > 0) {
    lines.put(C.vlan)
    lines.number(vlan)
    lines.put(C.vlanEnd)
  }
  if (texts.hasAddress(originator)) writeTuple(said, originator, responder, parts)
  const from = texts.hasMac(originator)
  const to = texts.hasMac(responder)
  if (!from && !to) return
  lines.put(C.ether)
  if (from) {
    lines.put(C.etherSource)
    texts.mac(lines, originator)
  }
  if (from && to) lines.put(C.etherBetween)
  if (to) {
    lines.put(C.etherDestination)
    texts.mac(lines, responder)
  }
  lines.put(C.etherEnd)
}

function writeTuple(
  said: Transaction,
  originator: number,
  responder: number,
  { lines, texts, endpoints }: RecordParts,
): void {
  const protocol = said.ipProtocol ?? (DATAGRAMS.has(said.protocol) ? UDP : TCP)
  const ports = protocol === TCP || protocol === UDP || protocol === 132
  lines.put(C.source)
  texts.address(lines, originator)
  if (ports) {
    lines.put(C.sourcePort)
    lines.number(said.fromOriginator ? said.sourcePort : said.destinationPort)
    lines.put(C.destination)
  } else lines.put(C.destinationPlain)
  texts.address(lines, responder)
  if (ports) {
    lines.put(C.destinationPort)
    lines.number(said.fromOriginator ? said.destinationPort : said.sourcePort)
  } else lines.put(C.quote)
  lines.put(endpoints.address(originator) >= 4294967296 ? C.version6 : C.version4)
  lines.put(C.protocol)
  lines.put(protocolPart(protocol))
}

/** Writes `,"key":` and the value as JSON. */
export function writeObject(lines: ByteLines, key: string, value: unknown): void {
  const part = keyPart(key)
  lines.reserve(part.length + 16)
  lines.put(part)
  lines.json(value)
}

/** Closes the record's object and its line. */
export function endRecord(lines: ByteLines): void {
  lines.reserve(16)
  lines.byte(0x7d)
  lines.end()
}
