// Which side of a flow is the server's, where no handshake says so. Ports are evidence, not proof:
// what is decided here per flow is corrected later by what the same two hosts did otherwise
// (`exchange.ts`).
import type { Flow } from '../flow/index.ts'

const TCP = 6
const ICMP = 1
const ICMPV6 = 58

/**
 * How much a port looks like a server's: system, registered, ephemeral (Linux from 32768, IANA
 * 49152).
 */
export function serverLikeness(port: number): number {
  if (port === 0) return 0
  if (port < 1024) return 3
  return port < 32768 ? 2 : 1
}

/**
 * True when the flow's responder is rather its client: a capture that began in the middle, or an
 * answer that came from another socket than the question went to. Never for a flow whose handshake
 * was seen.
 */
export function isReversed(flow: Flow): boolean {
  if (flow.directionCertain || flow.family === 2) return false
  if (flow.ipProtocol === ICMP) return flow.originatorPort === 0 && flow.responderPort === 8
  // An answer whose question was not seen: echo, neighbour advertisement.
  if (flow.ipProtocol === ICMPV6) {
    return flow.originatorPort === 0 && (flow.responderPort === 128 || flow.responderPort === 135)
  }
  return serverLikeness(flow.originatorPort) > serverLikeness(flow.responderPort)
}

/**
 * Nobody accepted: these TCP states never become a permission. A datagram need not be answered (UDP
 * flows without an answer are S0 as well).
 */
export function isFailed(flow: Flow): boolean {
  if (flow.ipProtocol !== TCP || flow.family === 2) return false
  switch (flow.state) {
    case 'S0':
    case 'REJ':
    case 'RSTOS0':
    case 'RSTRH':
    case 'SH':
      return true
    default:
      return false
  }
}
