// A Flow as everybody after this folder sees it: two Endpoints, a service, counters, times. The
// object is reused by the flow table: read it during the call, copy what must be kept.

/** Why a flow was reported. */
export type FlowEnd = 'closed' | 'idle' | 'evicted' | 'end-of-source'

/** Zeek's connection states, plus OTH for what is not TCP-like. */
export type FlowState =
  | 'S0'
  | 'S1'
  | 'SF'
  | 'REJ'
  | 'S2'
  | 'S3'
  | 'RSTO'
  | 'RSTR'
  | 'RSTOS0'
  | 'RSTRH'
  | 'SH'
  | 'SHR'
  | 'OTH'

/** How the server's name became known; the order is that of trust. */
export type NameSource = '' | 'dns' | 'http' | 'quic' | 'tls'

export class Flow {
  id = 0
  /** Endpoint ids: who started it, who answered. */
  originator = 0
  responder = 0
  /** FAMILY number (0 IPv4, 1 IPv6, 2 link) and VLAN id. */
  family = 0
  vlan = 0
  /** IP protocol number; EtherType for a flow of frames without IP. */
  ipProtocol = 0
  originatorPort = 0
  responderPort = 0
  /**
   * Protocol id of the application, '' when it was not recognised; 'smtp-tls' when it went on in
   * TLS.
   */
  service = ''
  /** Microseconds. */
  first = 0
  last = 0
  originatorPackets = 0
  responderPackets = 0
  /** Bytes on the wire, link header included. */
  originatorBytes = 0
  responderBytes = 0
  /** Application bytes on the wire. */
  originatorPayload = 0
  responderPayload = 0
  /** TCP flags seen, by direction. */
  originatorFlags = 0
  responderFlags = 0
  /** TCP segments seen again, and holes in the sequence, both directions. */
  retransmissions = 0
  gaps = 0
  state: FlowState = 'OTH'
  /** Zeek's history letters: upper case for the originator. */
  history = ''
  /** First frame, for evidence. */
  frame = 0
  /** The responder's name as DNS, SNI or Host told it; '' when unknown. */
  serverName = ''
  nameSource: NameSource = ''
  /** TCP: the handshake was seen, so the originator is certain. */
  directionCertain = false
  end: FlowEnd = 'closed'
}

/** What listens to a sensor. All calls come in packet-time order of their source. */
export interface FlowObserver {
  /** A flow's first packet; counters are still small, the service mostly unknown. */
  flowStart?(flow: Flow): void
  /** A flow is over, idle, or was evicted; or the source has ended. */
  flowEnd?(flow: Flow): void
  transaction?(transaction: import('./transaction.ts').Transaction): void
  /** Packet time has moved on by about a second, or the source says so. */
  tick?(time: number): void
}
