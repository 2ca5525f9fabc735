// What one application message said, whatever its source was: a packet, a Zeek log line, an EVE
// record. Identifiers, detectors and the policy read these; they never see payload.
import type { Fields } from '../decode/index.ts'

export interface Transaction {
  /** Protocol id, e.g. 'dhcp'; the fields are that protocol's. */
  readonly protocol: string
  /** Packet time, microseconds. */
  readonly time: number
  /** Frame number or log line in its source; 0 when there is none. */
  readonly frame: number
  /** Flow id; 0 when no flow is known. */
  readonly flow: number
  /** Endpoint ids of who sent this message and who it was sent to. */
  readonly source: number
  readonly destination: number
  readonly sourcePort: number
  readonly destinationPort: number
  /** IP protocol number; absent without IP, and where a source does not say. */
  readonly ipProtocol?: number
  /** The sender is the flow's originator. */
  readonly fromOriginator: boolean
  readonly fields: Fields
}

export type { Fields }
