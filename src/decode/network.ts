// IPv4 and IPv6 headers, options and extension headers (RFC 791, RFC 8200): addresses as numbers,
// the end of the datagram as its header states it (frames are padded), fragments handed to
// reassembly.
import { LIMITS } from '../core/limits.ts'
import type { Packet } from './packet.ts'
import type { SpineContext } from './spine.ts'

const u16 = (bytes: Buffer, at: number) => (bytes[at] << 8) | bytes[at + 1]
const i32 = (bytes: Buffer, at: number) =>
  (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]

/** IPv4 (RFC 791). True when addresses and protocol are known. */
export function ipv4(packet: Packet, context: SpineContext): boolean {
  const bytes = packet.bytes
  const at = packet.networkOffset
  if (packet.end - at < 20 || bytes[at] >> 4 !== 4) {
    context.anomaly('ipv4-cut', packet)
    return false
  }
  const headerLength = (bytes[at] & 15) << 2
  const length = u16(bytes, at + 2)
  packet.family = 0
  packet.source = i32(bytes, at + 12)
  packet.destination = i32(bytes, at + 16)
  packet.ipProtocol = bytes[at + 9]
  packet.timeToLive = bytes[at + 8]
  packet.transportOffset = at + headerLength
  if (headerLength < 20 || packet.transportOffset > packet.end) {
    context.anomaly('ipv4-bad-header-length', packet)
    return false
  }
  bound(packet, at, length, headerLength, context)
  const fragment = u16(bytes, at + 6)
  if ((fragment & 0x3fff) !== 0) {
    packet.fragment = true
    const key = u16(bytes, at + 4)
    return context.fragments.take(packet, key, (fragment & 0x1fff) << 3, (fragment & 0x2000) !== 0)
  }
  return true
}

/**
 * Sets where the datagram ends: by its own length, unless that is 0 (segmentation offload) or
 * wrong.
 */
function bound(
  packet: Packet,
  at: number,
  length: number,
  headerLength: number,
  context: SpineContext,
): void {
  const wire = packet.wireLength - (at - packet.start)
  if (length >= headerLength && length <= wire) {
    packet.networkLength = length
    packet.networkEnd = at + length < packet.end ? at + length : packet.end
    return
  }
  if (length !== 0) context.anomaly('ip-bad-length', packet)
  packet.networkLength = wire
  packet.networkEnd = packet.end
}

/** IPv6 (RFC 8200) with its extension headers. */
export function ipv6(packet: Packet, context: SpineContext): boolean {
  const bytes = packet.bytes
  const at = packet.networkOffset
  if (packet.end - at < 40 || bytes[at] >> 4 !== 6) {
    context.anomaly('ipv6-cut', packet)
    return false
  }
  packet.family = 1
  packet.source = context.addresses.internBytes(bytes, at + 8)
  packet.destination = context.addresses.internBytes(bytes, at + 24)
  packet.timeToLive = bytes[at + 7]
  const length = u16(bytes, at + 4)
  bound(packet, at, length === 0 ? 0 : length + 40, 40, context)
  packet.ipProtocol = bytes[at + 6]
  packet.transportOffset = at + 40
  return extensionHeaders(packet, context)
}

/**
 * Walks hop-by-hop, routing, destination, authentication, mobility and fragment headers (RFC 8200
 * 4).
 */
function extensionHeaders(packet: Packet, context: SpineContext): boolean {
  const bytes = packet.bytes
  for (let count = 0; ; count++) {
    const next = packet.ipProtocol
    if (next !== 0 && next !== 43 && next !== 44 && next !== 60 && next !== 51 && next !== 135) {
      return true
    }
    const at = packet.transportOffset
    if (count === LIMITS.extensionHeaders.value || packet.networkEnd - at < 8) {
      context.anomaly(packet.cut ? 'ipv6-extension-cut' : 'ipv6-extension-chain', packet)
      packet.ipProtocol = 59
      return true
    }
    packet.ipProtocol = bytes[at]
    if (next === 44) {
      const fragment = u16(bytes, at + 2)
      packet.transportOffset = at + 8
      if ((fragment & 0xfff9) === 0) continue // an atomic fragment, RFC 6946
      packet.fragment = true
      const key = i32(bytes, at + 4)
      const more = (fragment & 1) !== 0
      if (!context.fragments.take(packet, key, fragment & 0xfff8, more)) return false
      if (!packet.fragment) continue
      return true
    }
    const size = next === 51 ? (bytes[at + 1] + 2) << 2 : (bytes[at + 1] + 1) << 3
    packet.transportOffset = at + size
    if (packet.transportOffset > packet.networkEnd) {
      context.anomaly(packet.cut ? 'ipv6-extension-cut' : 'ipv6-extension-length', packet)
      packet.transportOffset = packet.networkEnd
      packet.ipProtocol = 59
      return true
    }
  }
}
