// Application payload of an anonymised capture: the protocols that name devices are rewritten, of a
// few others the first bytes stay, everything else is cut.
import { rewriteDhcp, rewriteDhcpv6 } from './dhcp.ts'
import { rewriteDns, rewriteDnsStream } from './dns.ts'
import { rewriteHello } from './hello.ts'
import type { Maps, Span } from './maps.ts'
import { rewriteTextHead } from './text-head.ts'

export interface Ports {
  readonly transport: 'tcp' | 'udp'
  readonly source: number
  readonly destination: number
}

const MODBUS = 502
const NTP = 123
/** Modbus header, function, address and count: none of it a value. */
const MODBUS_REQUEST = 12
const MODBUS_ANSWER = 8

/** Answers how far the payload may be kept. */
export function rewritePayload(span: Span, maps: Maps, ports: Ports): number {
  const { bytes, at, end } = span
  if (end <= at) return at
  if (ports.transport === 'tcp') return rewriteStream(span, maps, ports)
  const has = (port: number) => ports.source === port || ports.destination === port
  if (has(53) || has(5353) || has(5355)) return rewriteDns(span, maps)
  if (has(137)) return rewriteDns(span, maps, true)
  if (has(67) || has(68)) return rewriteDhcp(span, maps)
  if (has(546) || has(547)) return rewriteDhcpv6(span, maps)
  if (has(1900)) return rewriteTextHead(span, maps)
  if (has(NTP)) return Math.min(end, at + 2)
  // QUIC's long header up to its version: the rest could be decrypted by anybody.
  if (has(443) && (bytes[at] & 0xc0) === 0xc0) return Math.min(end, at + 5)
  return at
}

function rewriteStream(span: Span, maps: Maps, { source, destination }: Ports): number {
  const { at, end } = span
  if (source === 53 || destination === 53) return rewriteDnsStream(span, maps)
  if (destination === MODBUS) return Math.min(end, at + MODBUS_REQUEST)
  if (source === MODBUS) return Math.min(end, at + MODBUS_ANSWER)
  const hello = rewriteHello(span, maps)
  return hello > at ? hello : rewriteTextHead(span, maps)
}
