// Reassembly of IP fragments (RFC 791 3.2, RFC 8200 4.5): bounded in number, size and packet time.
// The last missing piece turns the Packet into the whole datagram; until then nothing goes on to
// the transport.
import { LIMITS } from '../core/limits.ts'
import { SECOND } from '../core/clock.ts'
import type { Packet } from './packet.ts'

interface Datagram {
  bytes: Buffer
  /** First fragment's time and frame; wire bytes of all pieces. */
  time: number
  wireLength: number
  /** Bytes received and expected; expected -1 until the last fragment is seen. */
  received: number
  expected: number
  headerLength: number
  /** Ranges received, as [from, to) pairs, at most 64. */
  readonly ranges: number[]
}

const RANGES_MAX = 64
const DATAGRAM_MAX = 65_535

/** Holds incomplete datagrams keyed by addresses, protocol and identification. */
export class Fragments {
  /** Datagrams given up because a bound was met, and datagrams completed. */
  dropped = 0
  completed = 0
  private readonly open = new Map<string, Datagram>()
  private readonly anomaly: (name: string, packet: Packet) => void

  constructor(anomaly: (name: string, packet: Packet) => void) {
    this.anomaly = anomaly
  }

  /**
   * Takes one fragment whose payload is [transportOffset, networkEnd). True: the packet now is the
   * whole datagram, or it is a first fragment too odd to hold and is used as it is. False: wait for
   * more.
   */
  take(packet: Packet, identification: number, offset: number, more: boolean): boolean {
    const length = packet.networkEnd - packet.transportOffset
    if (packet.cut) {
      // A cut fragment can never complete; the first one still tells ports.
      this.anomaly('fragment-cut', packet)
      return offset === 0
    }
    if (length <= 0 || offset + length > DATAGRAM_MAX || (more && length % 8 !== 0)) {
      this.anomaly('fragment-bad-length', packet)
      return false
    }
    const { family, source, destination, ipProtocol, vlan } = packet
    const key = `${family}.${source}.${destination}.${ipProtocol}.${identification}.${vlan}`
    const datagram = this.open.get(key) ?? this.start(key, packet)
    if (!this.insert(datagram, packet, offset, length)) {
      this.open.delete(key)
      this.dropped++
      return false
    }
    if (!more) datagram.expected = offset + length
    datagram.wireLength += packet.wireLength
    if (datagram.expected < 0 || datagram.received < datagram.expected) return false
    this.open.delete(key)
    this.completed++
    this.replace(packet, datagram)
    return true
  }

  private start(key: string, packet: Packet): Datagram {
    if (this.open.size >= LIMITS.fragmentDatagrams.value) this.evict(packet)
    const datagram: Datagram = {
      bytes: Buffer.alloc(0),
      time: packet.time,
      wireLength: 0,
      received: 0,
      expected: -1,
      headerLength: packet.transportOffset - packet.networkOffset,
      ranges: [],
    }
    this.open.set(key, datagram)
    return datagram
  }

  /** Drops what is too old by packet time; when nothing is, the oldest. */
  private evict(packet: Packet): void {
    const oldest = packet.time - LIMITS.fragmentAge.value * SECOND
    let first: string | undefined
    for (const [key, datagram] of this.open) {
      first ??= key
      if (datagram.time >= oldest) break
      this.open.delete(key)
      this.dropped++
    }
    if (this.open.size >= LIMITS.fragmentDatagrams.value && first !== undefined) {
      this.open.delete(first)
      this.dropped++
    }
  }

  /**
   * Copies the piece in. Overlaps end the datagram, as RFC 5722 demands for IPv6; exact copies do
   * not.
   */
  private insert(datagram: Datagram, packet: Packet, offset: number, length: number): boolean {
    const ranges = datagram.ranges
    for (let index = 0; index < ranges.length; index += 2) {
      const from = ranges[index]
      const to = ranges[index + 1]
      if (offset >= to || offset + length <= from) continue
      if (offset === from && offset + length === to) return true
      this.anomaly('fragment-overlap', packet)
      return false
    }
    if (ranges.length >= RANGES_MAX * 2) {
      this.anomaly('fragment-count', packet)
      return false
    }
    ranges.push(offset, offset + length)
    if (offset + length > datagram.bytes.length) {
      // Unfilled parts are never read: the datagram is used once every byte has come.
      const bytes = Buffer.allocUnsafe(
        Math.min(DATAGRAM_MAX, Math.max(3072, (offset + length) * 2)),
      )
      datagram.bytes.copy(bytes)
      datagram.bytes = bytes
    }
    packet.bytes.copy(datagram.bytes, offset, packet.transportOffset, packet.networkEnd)
    datagram.received += length
    return true
  }

  /**
   * Lets the packet point at the whole datagram. The header is not copied: nobody reads it again.
   */
  private replace(packet: Packet, datagram: Datagram): void {
    packet.bytes = datagram.bytes
    packet.transportOffset = 0
    packet.networkEnd = datagram.expected
    packet.end = datagram.expected
    packet.networkLength = datagram.expected + datagram.headerLength
    packet.wireLength = datagram.wireLength
    packet.fragment = false
  }
}
