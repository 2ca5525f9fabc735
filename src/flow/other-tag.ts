// Mirror ports that tag one direction only (a trunk and an access port in one mirror): the answer
// to an untagged packet then comes with a VLAN tag, or the other way round. Looked at only when a
// flow would begin, and only where both kinds of flows have begun before.
import type { Packet } from '../decode/index.ts'
import type { EndpointTable } from './endpoint.ts'
import { FLAG, W, type FlowSlab } from './slab.ts'

const SLOTS = 1024
const VLAN_SHIFT = 10
const VLAN_BITS = 0xfff << VLAN_SHIFT

/** Finds flows whose two directions are tagged differently. */
export class OtherTag {
  private tagged = false
  private untagged = false
  /** Lower 32 bits of MACs to which tagged frames began flows, and the tag. */
  private readonly macs = new Int32Array(SLOTS)
  private readonly vlans = new Uint16Array(SLOTS)
  private readonly slab: FlowSlab
  private readonly endpoints: EndpointTable

  constructor(slab: FlowSlab, endpoints: EndpointTable) {
    this.slab = slab
    this.endpoints = endpoints
  }

  /** A flow begins with this packet. */
  note(packet: Packet): void {
    if (packet.family === 2 || !packet.hasMac) return
    if (packet.vlan === 0) this.untagged = true
    else {
      this.tagged = true
      const place = placeOf(packet.destinationMacLow)
      this.macs[place] = packet.destinationMacLow
      this.vlans[place] = packet.vlan
    }
  }

  /** The flow under the same key with another VLAN, if a MAC at either end is the same; else -1. */
  find(packet: Packet, a: number, b: number, ports: number, kind: number, side: number): number {
    if (packet.family === 2 || !packet.hasMac) return -1
    const other = this.otherKind(packet, kind)
    const slot = other < 0 ? -1 : this.slab.find(a, b, ports, other)
    if (slot < 0) return -1
    const words = this.slab.words
    const at = slot << 5
    const isOriginator = (side === 1) === ((words[at + W.flags] & FLAG.originatorB) !== 0)
    const sender = words[at + (isOriginator ? W.endpointOriginator : W.endpointResponder)]
    const receiver = words[at + (isOriginator ? W.endpointResponder : W.endpointOriginator)]
    const isSame =
      this.endpoints.hasMac(sender, packet.sourceMacHigh, packet.sourceMacLow) ||
      this.endpoints.hasMac(receiver, packet.destinationMacHigh, packet.destinationMacLow)
    return isSame ? slot : -1
  }

  private otherKind(packet: Packet, kind: number): number {
    if (packet.vlan !== 0) return this.untagged ? kind & ~VLAN_BITS : -1
    if (!this.tagged) return -1
    const place = placeOf(packet.sourceMacLow)
    if (this.macs[place] !== packet.sourceMacLow || this.vlans[place] === 0) return -1
    return kind | (this.vlans[place] << VLAN_SHIFT)
  }
}

const placeOf = (mac: number) => (mac ^ (mac >>> 10) ^ (mac >>> 20)) & (SLOTS - 1)
