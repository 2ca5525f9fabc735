// `--flows`: every flow as one line of JSON in our own words: the fields of Flow, with addresses,
// MACs and times as texts. Written byte by byte, as EVE records are.
import type { EndpointTable, Flow, FlowObserver } from '../flow/index.ts'
import { ByteLines, constant, wordParts, type ByteSink } from './byte-line.ts'
import { EndpointTexts } from './endpoint-texts.ts'

const FAMILIES = ['ipv4', 'ipv6', 'link'].map((name) => constant(`Z","family":"${name}","vlan":`))
const C = {
  id: constant('{"id":'),
  first: constant(',"first":"'),
  last: constant('Z","last":"'),
  protocol: constant(',"ipProtocol":'),
  service: constant(',"service":'),
  from: constant(',"originator":{"address":"'),
  to: constant('},"responder":{"address":"'),
  mac: constant('","mac":"'),
  port: constant('","port":'),
  packets: constant(',"packets":'),
  bytes: constant(',"bytes":'),
  payload: constant(',"payloadBytes":'),
  flags: constant(',"tcpFlags":'),
  retransmissions: constant('},"retransmissions":'),
  gaps: constant(',"gaps":'),
  state: constant(',"state":"'),
  history: constant('","history":'),
  frame: constant(',"frame":'),
  name: constant(',"serverName":'),
  nameSource: constant(',"nameSource":'),
  certain: constant(',"directionCertain":true'),
  uncertain: constant(',"directionCertain":false'),
  end: constant(',"end":"'),
  close: constant('"}'),
} as const

/** Room for one line, its texts aside. */
const ROOM = 1024
/** One of a few words, without quotes. */
const plainPart = wordParts((word) => word)

/** Writes flows as they end; `finish` hands on the last lines. */
export class FlowLines implements FlowObserver {
  private readonly lines: ByteLines
  private readonly texts: EndpointTexts

  constructor({ endpoints, sink }: { endpoints: EndpointTable; sink: ByteSink }) {
    this.lines = new ByteLines(sink)
    this.texts = new EndpointTexts(endpoints)
  }

  /** Lines written so far. */
  get written(): number {
    return this.lines.lines
  }

  flowEnd(flow: Flow): void {
    const { lines } = this
    lines.reserve(ROOM)
    lines.put(C.id)
    lines.number(flow.id)
    lines.put(C.first)
    lines.time(flow.first)
    lines.put(C.last)
    lines.time(flow.last)
    lines.put(FAMILIES[flow.family])
    lines.number(flow.vlan)
    lines.put(C.protocol)
    lines.number(flow.ipProtocol)
    lines.put(C.service)
    lines.text(flow.service)
    this.side(C.from, flow.originator, flow.originatorPort)
    lines.put(C.packets)
    lines.number(flow.originatorPackets)
    lines.put(C.bytes)
    lines.number(flow.originatorBytes)
    lines.put(C.payload)
    lines.number(flow.originatorPayload)
    lines.put(C.flags)
    lines.number(flow.originatorFlags)
    this.side(C.to, flow.responder, flow.responderPort)
    lines.put(C.packets)
    lines.number(flow.responderPackets)
    lines.put(C.bytes)
    lines.number(flow.responderBytes)
    lines.put(C.payload)
    lines.number(flow.responderPayload)
    lines.put(C.flags)
    lines.number(flow.responderFlags)
    this.rest(flow)
    lines.end()
  }

  finish(): void {
    this.lines.flush()
  }

  private side(opening: Uint8Array, endpoint: number, port: number): void {
    const { lines, texts } = this
    lines.reserve(ROOM)
    lines.put(opening)
    texts.address(lines, endpoint)
    lines.put(C.mac)
    if (texts.hasMac(endpoint)) texts.mac(lines, endpoint)
    lines.put(C.port)
    lines.number(port)
  }

  private rest(flow: Flow): void {
    const { lines } = this
    lines.put(C.retransmissions)
    lines.number(flow.retransmissions)
    lines.put(C.gaps)
    lines.number(flow.gaps)
    lines.put(C.state)
    lines.put(plainPart(flow.state))
    lines.put(C.history)
    lines.text(flow.history)
    lines.reserve(ROOM)
    lines.put(C.frame)
    lines.number(flow.frame)
    lines.put(C.name)
    lines.text(flow.serverName)
    lines.reserve(ROOM)
    lines.put(C.nameSource)
    lines.text(flow.nameSource)
    lines.put(flow.directionCertain ? C.certain : C.uncertain)
    lines.put(C.end)
    lines.put(plainPart(flow.end))
    lines.put(C.close)
  }
}
