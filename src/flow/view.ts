// A flow record as the Flow everybody reads: one object, filled anew for each report.
import { Flow, type FlowEnd } from './flow.ts'
import { NAME_SOURCES, flowId } from './message.ts'
import type { NameTable } from './names.ts'
import { GIVEN_UP, UNKNOWN, type Recognition } from './recognition.ts'
import { F, FLAG, W, type FlowSlab } from './slab.ts'
import { historyText, settled, tcpState } from './tcp-state.ts'

export class FlowView {
  private readonly flow = new Flow()
  private readonly slab: FlowSlab
  private readonly recognition: Recognition
  private readonly names: NameTable

  constructor(slab: FlowSlab, recognition: Recognition, names: NameTable) {
    this.slab = slab
    this.recognition = recognition
    this.names = names
  }

  /** Copies a record into the one reused Flow. */
  fill(slot: number, reason: FlowEnd): Flow {
    const words = this.slab.words
    const floats = this.slab.floats
    const at = slot << 5
    const atFloat = slot << 4
    const { flow } = this
    const flags = words[at + W.flags]
    const kind = words[at + W.kind]
    const o = flags & FLAG.originatorB ? 1 : 0
    const r = 1 - o
    const ports = words[at + W.ports]
    flow.id = flowId(words[at + W.frame], kind)
    flow.frame = words[at + W.frame] >>> 0
    flow.originator = words[at + W.endpointOriginator]
    flow.responder = words[at + W.endpointResponder]
    flow.family = kind & 3
    flow.vlan = (kind >> 10) & 0xfff
    flow.ipProtocol = flow.family === 2 ? ports & 0xffff : (kind >> 2) & 255
    flow.originatorPort = flow.family === 2 ? 0 : o ? ports & 0xffff : ports >>> 16
    flow.responderPort = flow.family === 2 ? 0 : o ? ports >>> 16 : ports & 0xffff
    const number = words[at + W.application] & 255
    flow.service =
      number === UNKNOWN || number === GIVEN_UP ? '' : this.recognition.protocols[number]!.id
    if (flags & FLAG.secured) flow.service += '-tls'
    flow.first = floats[atFloat + F.first]
    flow.last = floats[atFloat + F.last]
    flow.originatorPackets = words[at + W.packetsA + o]
    flow.responderPackets = words[at + W.packetsA + r]
    flow.originatorBytes = floats[atFloat + F.bytesA + o]
    flow.responderBytes = floats[atFloat + F.bytesA + r]
    flow.originatorPayload = floats[atFloat + F.payloadA + o]
    flow.responderPayload = floats[atFloat + F.payloadA + r]
    flow.originatorFlags = (flags >>> (8 + o * 8)) & 255
    flow.responderFlags = (flags >>> (8 + r * 8)) & 255
    const trouble = words[at + W.troubleA]
    const troubleB = words[at + W.troubleB]
    flow.retransmissions = (trouble & 0xffff) + (troubleB & 0xffff)
    flow.gaps = (trouble >>> 16) + (troubleB >>> 16)
    flow.directionCertain = (flags & FLAG.directionCertain) !== 0
    const source = (flags & FLAG.nameSource) >> FLAG.nameSourceShift
    flow.nameSource = NAME_SOURCES[source]
    flow.serverName = source === 0 ? '' : this.names.text(words[at + W.name])
    flow.end = reason
    this.life(flow, at, o)
    return flow
  }

  private life(flow: Flow, at: number, o: number): void {
    const words = this.slab.words
    if ((flow.ipProtocol === 6 || flow.ipProtocol === 132) && flow.family !== 2) {
      const seen = words[at + W.application] >>> 16
      const originator = (seen >>> (o * 8)) & 255
      const responder = (seen >>> ((1 - o) * 8)) & 255
      const low = words[at + W.historyLow]
      const high = words[at + W.historyHigh]
      flow.state = tcpState(settled(originator, low, high, o), settled(responder, low, high, 1 - o))
      flow.history = historyText(seen, low, high, o === 1)
    } else {
      const { originatorPackets, responderPackets } = flow
      const both = originatorPackets > 0 && responderPackets > 0
      flow.state = flow.ipProtocol !== 17 ? 'OTH' : both ? 'SF' : originatorPackets ? 'S0' : 'SHR'
      flow.history = originatorPackets ? (responderPackets ? 'Dd' : 'D') : 'd'
    }
  }
}
