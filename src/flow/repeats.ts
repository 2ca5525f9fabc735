// Announcements said before, word for word, by the same station: counted, not read again.
import { MINUTE } from '../core/clock.ts'
import { word } from '../core/addresses.ts'
import type { Packet } from '../decode/index.ts'

const SLOTS = 16_384
/** After this the message is read again, so that what devices say stays fresh. */
const FRESH = 10 * MINUTE

/** A direct-mapped memory of messages: 64 bits of hash and the time each was read. */
export class Repeats {
  /** Messages not read because they were known. */
  count = 0
  private readonly marks = new Int32Array(SLOTS * 2)
  private readonly times = new Float64Array(SLOTS)

  /** True when this payload from this sender was read less than ten minutes ago. */
  isKnown(packet: Packet): boolean {
    const { bytes, payloadOffset, payloadEnd } = packet
    let a =
      packet.source ^ Math.imul(packet.sourceMacLow, 0x9e3779b1) ^ (payloadEnd - payloadOffset)
    let b = packet.destination ^ Math.imul(packet.vlan + packet.sourcePort, 0x85ebca6b)
    let at = payloadOffset
    for (; at + 4 <= payloadEnd; at += 4) {
      const value = word(bytes, at)
      a = Math.imul(a ^ value, 0x01000193)
      b = Math.imul(b ^ value, 0x27d4eb2f) ^ (b >>> 15)
    }
    for (; at < payloadEnd; at++) a = Math.imul(a ^ bytes[at], 0x01000193)
    a ^= a >>> 15
    const slot = (a ^ (b >>> 7)) & (SLOTS - 1)
    const age = packet.time - this.times[slot]
    if (this.marks[slot * 2] === a && this.marks[slot * 2 + 1] === b && age >= 0 && age < FRESH) {
      this.count++
      return true
    }
    this.marks[slot * 2] = a
    this.marks[slot * 2 + 1] = b
    this.times[slot] = packet.time
    return false
  }
}
