// The contract of an application protocol: one file in protocols/, found by its first bytes before
// its port, fed whole messages in stream order, saying what it saw as plain fields. It never keeps
// bytes.
import type { Cursor } from '../core/cursor.ts'
import type { Packet } from './packet.ts'

/** What a protocol says of one message: plain JSON values, bounded, no payload, never a secret. */
export type Fields = { readonly [name: string]: FieldValue }
export type FieldValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly FieldValue[]
  | { readonly [name: string]: FieldValue }

/**
 * Where a protocol lives. Ports are hints and defaults; content decides where `recognise` can tell.
 */
export type Carrier =
  | { readonly kind: 'tcp'; readonly ports: readonly number[] }
  | { readonly kind: 'udp'; readonly ports: readonly number[] }
  | { readonly kind: 'ethernet'; readonly types: readonly number[] }
  | { readonly kind: 'llc'; readonly saps: readonly number[] }
  | { readonly kind: 'ip'; readonly protocols: readonly number[] }

/** TCP, with its usual ports; none: content alone decides. */
export const tcp = (...ports: number[]): Carrier => ({ kind: 'tcp', ports })
/** UDP, with its usual ports; none: content alone decides. */
export const udp = (...ports: number[]): Carrier => ({ kind: 'udp', ports })
/**
 * An EtherType carried without IP, e.g. LLDP 0x88cc; below 0x600 the LINK number of a link that has
 * frames of its own, e.g. 105 for the management frames of IEEE 802.11.
 */
export const ethernet = (...types: number[]): Carrier => ({ kind: 'ethernet', types })
/**
 * An 802.2 LLC destination SAP, or 0xaa00xx-less SNAP protocols by their EtherType through
 * `ethernet`.
 */
export const llc = (...saps: number[]): Carrier => ({ kind: 'llc', saps })
/** An IP protocol number, e.g. ICMP 1. */
export const ip = (...protocols: number[]): Carrier => ({ kind: 'ip', protocols })

/** How sure `recognise` is, looking at the first payload of a flow. */
export const NO = 0
/** The bytes fit but prove little: taken only on one of the protocol's own ports. */
export const MAYBE = 1
/** The bytes are unmistakable: taken on any port. */
export const YES = 2
export type Certainty = 0 | 1 | 2

/** What `decode` did with the bytes before the cursor's new offset. */
/** A message was read (the cursor stands behind it); call again while bytes remain. */
export const NEXT = 0
/**
 * The message is not whole yet: keep the bytes from the cursor's first offset, call again with
 * more.
 */
export const MORE = 1
/** Nothing more is wanted of this flow (encrypted from here on, or all is known). */
export const END = 2
/** This was never my protocol: forget it and what was recognised. */
export const FOREIGN = 3
/**
 * Both sides have agreed to go on in TLS (STARTTLS and its like): what follows the cursor, and all
 * that the other side sends from now on, is read as that. The flow's service is then `smtp-tls`.
 */
export const SECURE = 4
export type Progress = 0 | 1 | 2 | 3 | 4

/** One message on its way to a protocol: who sends it, and what the protocol may say. */
export interface Message {
  /** The packet that completed the message; numbers only, valid during the call. */
  readonly packet: Packet
  /** Sender is the flow's originator (client). Always true for frames without a flow direction. */
  readonly fromOriginator: boolean
  /** Ports of this message's sender and receiver; 0 without ports. */
  readonly sourcePort: number
  readonly destinationPort: number
  /** The protocol's own state for this flow; starts undefined, must stay small. */
  state: unknown
  /** Says one Transaction. Texts are cut to the limit by whoever reads them (`clip`). */
  emit(fields: Fields): void
  /**
   * Names the service more exactly than the protocol id (e.g. 'mqtt-tls'), or learns the server's
   * name.
   */
  serverName(name: string): void
  /** Counts something odd: kebab-case, prefixed with the protocol id, e.g. 'dns-label-loop'. */
  anomaly(name: string): void
}

export interface Protocol {
  /** File name, and the service name in flows, e.g. 'modbus'. */
  readonly id: string
  /** As people write it, e.g. 'Modbus/TCP'. */
  readonly title: string
  /** The document it follows, e.g. 'RFC 1035'. */
  readonly spec: string
  readonly over: readonly Carrier[]
  /**
   * True for industrial protocols: a segment that shows one is OT until a person says otherwise.
   */
  readonly industrial?: true
  /**
   * First bytes a message can start with (either side). Lets content be looked at on every port;
   * without it the protocol is only tried on its own ports.
   */
  readonly startsWith?: readonly number[]
  /**
   * Payload packets per direction the parser wants; default 8 for TCP, 4 for UDP.
   * Infinity for protocols whose later messages matter (DNS, Modbus writes, MQTT topics).
   */
  readonly packets?: number
  /**
   * A message equal to one that the same station sent within ten minutes says nothing new: it is
   * counted, not read again. For announcements that are repeated for ever (mDNS, SSDP).
   */
  readonly repeats?: true
  /** Looks at the first payload; moves nothing that matters (the cursor is reset afterwards). */
  recognise?(cursor: Cursor, message: Message): Certainty
  /**
   * Reads one message from the cursor. UDP and Ethernet: the datagram is whole, MORE means it was
   * cut.
   */
  decode(cursor: Cursor, message: Message): Progress
}

/**
 * Printable text of at most `length` characters: control characters become '.', the rest is cut.
 */
export function clip(text: string, length = 256): string {
  const short = text.length > length ? text.slice(0, length) : text
  // eslint-disable-next-line no-control-regex
  return /[\u0000-\u001f\u007f-\u009f]/.test(short)
    ? short.replace(/[\u0000-\u001f\u007f-\u009f]/g, '.')
    : short
}
