// One frame as numbers. There is a single Packet for all frames: the spine fills it, everybody
// reads it during the callback, nobody keeps it. Offsets point into `bytes`, which is overwritten
// afterwards.

/** Address families in `Packet.family` and in flow keys. */
export const FAMILY = { v4: 0, v6: 1, link: 2 } as const

/** TCP flag bits as they lie in the header. */
export const TCP = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 } as const

/** Called for whatever is odd in a packet; oddity is counted, it is not judgement. */
export type AnomalyCounter = (name: string, packet: Packet) => void

export class Packet {
  bytes: Buffer = Buffer.alloc(0)
  /** The frame lies in [start, end) as captured; `wireLength` is what was on the wire. */
  start = 0
  end = 0
  wireLength = 0
  /** 1 is the first frame of a source. */
  frame = 0
  /** Packet time in microseconds since 1970. */
  time = 0
  /** DLT / LINKTYPE number of the frame. */
  linkType = 1
  /** True when the capture cut the frame (snap length). */
  cut = false

  /**
   * MAC addresses: upper 16 and lower 32 bits (signed). `hasMac` is false where the link carries
   * none.
   */
  hasMac = false
  sourceMacHigh = 0
  sourceMacLow = 0
  destinationMacHigh = 0
  destinationMacLow = 0
  /** Outermost and inner VLAN id; 0 without tag. */
  vlan = 0
  innerVlan = 0
  /** EtherType, or 0 for an 802.3 frame with LLC. */
  etherType = 0
  /** Where the link header ends. */
  networkOffset = 0

  /** FAMILY of the addresses below; link when the frame carries no IP. */
  family = 2
  /** IPv4 address as signed 32 bits, or the AddressBook number of an IPv6 address. */
  source = 0
  destination = 0
  ipProtocol = 0
  timeToLive = 0
  /** Where the IP header ends, and where its payload ends as captured. */
  transportOffset = 0
  networkEnd = 0
  /** Length of the IP datagram as its header states it, header included. */
  networkLength = 0
  /** True for an IP fragment that is not (yet) reassembled. */
  fragment = false

  sourcePort = 0
  destinationPort = 0
  tcpFlags = 0
  sequence = 0
  acknowledgement = 0
  window = 0
  /** The payload: captured in [payloadOffset, payloadEnd), `payloadLength` long on the wire. */
  payloadOffset = 0
  payloadEnd = 0
  payloadLength = 0

  /**
   * How many tunnel headers lie around this packet, and where the next inner one starts (0: none).
   */
  tunnelDepth = 0
  innerOffset = 0
  innerLinkType = 0

  /** MAC of the sender as its 48 bits; -1 where the link carries none. */
  get sourceMac(): number {
    return this.hasMac ? this.sourceMacHigh * 4294967296 + (this.sourceMacLow >>> 0) : -1
  }

  get destinationMac(): number {
    return this.hasMac ? this.destinationMacHigh * 4294967296 + (this.destinationMacLow >>> 0) : -1
  }
}
