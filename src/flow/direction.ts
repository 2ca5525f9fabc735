// Who began a flow, when its first packet seen may be the answer.
import type { Packet } from '../decode/index.ts'
import type { Recognition, Transport } from './recognition.ts'

/**
 * Whether the first packet seen is the answer: SYN+ACK, or it comes from somebody's server port.
 * `certain`: it is a SYN, or SCTP's INIT.
 */
export function isBackwards(packet: Packet, certain: boolean, recognition: Recognition): boolean {
  if (packet.family === 2) return false
  const { sourcePort, destinationPort } = packet
  if (certain) return (packet.tcpFlags & 16) !== 0
  if (packet.ipProtocol === 6) {
    return fromServer('tcp', sourcePort, destinationPort, recognition)
  }
  if (packet.ipProtocol !== 17 || (packet.destinationMacHigh & 0x100) !== 0) return false
  return fromServer('udp', sourcePort, destinationPort, recognition)
}

function fromServer(
  transport: Transport,
  source: number,
  destination: number,
  recognition: Recognition,
): boolean {
  const sourceIs = recognition.isServerPort(transport, source)
  if (sourceIs !== recognition.isServerPort(transport, destination)) return sourceIs
  return source < 1024 && destination >= 1024
}
