// Internet checksums (RFC 1071) of anonymised packets. What was cut counts as zeros, so that a sum
// tells nothing of it, and is right for whoever fills it up.

/** One's complement sum of [from, to), added to `sum`; not folded. */
export function sumOf(bytes: Buffer, from: number, to: number, sum = 0): number {
  let total = sum
  let at = from
  for (; at + 1 < to; at += 2) total += (bytes[at] << 8) | bytes[at + 1]
  if (at < to) total += bytes[at] << 8
  return total
}

/** The checksum that a sum makes. */
export function folded(sum: number): number {
  let total = sum
  while (total > 0xffff) total = (total & 0xffff) + Math.floor(total / 65_536)
  return ~total & 0xffff
}

/** Where an IP packet's pseudo header comes from. */
export interface PseudoHeader {
  /** Where the addresses begin, and how long both together are. */
  readonly addresses: number
  readonly addressLength: number
  readonly protocol: number
  /** Length of the transport header and its payload on the wire. */
  readonly length: number
}

/** Sets the checksum at `field` of a segment kept in [from, to). */
export function setTransportChecksum(
  bytes: Buffer,
  range: { readonly from: number; readonly to: number; readonly field: number },
  { addresses, addressLength, protocol, length }: PseudoHeader,
): void {
  const { from, to, field } = range
  if (field + 2 > to) return
  bytes.writeUInt16BE(0, field)
  let sum = sumOf(bytes, addresses, addresses + addressLength, protocol + length)
  sum = sumOf(bytes, from, Math.min(to, from + length), sum)
  bytes.writeUInt16BE(folded(sum), field)
}

/** Sets the checksum of an IPv4 header, or of ICMP and IGMP, which cover no pseudo header. */
export function setPlainChecksum(bytes: Buffer, from: number, to: number, field: number): void {
  if (field + 2 > to) return
  bytes.writeUInt16BE(0, field)
  bytes.writeUInt16BE(folded(sumOf(bytes, from, to)), field)
}
