// Recognises the second copy of one packet: a SPAN port that mirrors both directions twice, or a
// capture on both sides of a router. Copies are counted and declared, not analysed again.
import type { Packet } from '../decode/index.ts'

const SLOTS = 4096
/** Copies arrive within this; a retransmission cannot (RFC 6298: at least 200 ms). */
const WINDOW_US = 5000

/** A direct-mapped memory of recent packets: identification, sequence and checksum, not payload. */
export class Duplicates {
  count = 0
  private readonly marks = new Int32Array(SLOTS)
  private readonly times = new Float64Array(SLOTS)

  /**
   * True when this very packet was seen a moment ago. Without identification nothing can be said.
   */
  isCopy(packet: Packet): boolean {
    const mark = markOf(packet)
    if (mark === 0) return false
    const slot = mark & (SLOTS - 1)
    const age = packet.time - this.times[slot]
    if (this.marks[slot] === mark && age >= 0 && age < WINDOW_US) {
      this.count++
      return true
    }
    this.marks[slot] = mark
    this.times[slot] = packet.time
    return false
  }
}

/**
 * Hash of what stays the same on the way through a switch or router; 0 when too little identifies
 * it.
 */
function markOf(packet: Packet): number {
  const bytes = packet.bytes
  const at = packet.transportOffset
  let identification = 0
  if (packet.family === 0 && at >= packet.networkOffset + 20) {
    const header = packet.networkOffset
    identification = (bytes[header + 4] << 8) | bytes[header + 5]
  }
  let checksum: number
  if (packet.ipProtocol === 6) {
    if (identification === 0 && packet.payloadLength === 0) return 0
    if (packet.networkEnd - at < 20) return 0
    checksum = (bytes[at + 16] << 8) | bytes[at + 17]
  } else if (packet.ipProtocol === 17) {
    if (identification === 0 || packet.networkEnd - at < 8) return 0
    checksum = (bytes[at + 6] << 8) | bytes[at + 7]
  } else if (packet.ipProtocol === 1) {
    if (identification === 0 || packet.networkEnd - at < 8) return 0
    checksum = (bytes[at + 2] << 8) | bytes[at + 3]
  } else return 0
  let hash =
    Math.imul(packet.source ^ packet.tunnelDepth, 0x85ebca6b) ^
    Math.imul(packet.destination, 0xc2b2ae35) ^
    Math.imul((identification << 16) | checksum, 0x27d4eb2f) ^
    Math.imul((packet.sourcePort << 16) | packet.destinationPort, 0x165667b1)
  if (packet.ipProtocol === 6) {
    hash ^= Math.imul(packet.sequence ^ (packet.acknowledgement << 7), 0x9e3779b1)
    hash ^= packet.tcpFlags ^ (packet.payloadLength << 8)
  }
  hash ^= hash >>> 15
  return Math.imul(hash, 0x2c1b3c6d) | 1
}
