// NAT-PMP and its successor PCP: a device asks the router to let the internet in.
import { v4Text } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import { MAYBE, NEXT, NO, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type NatPmpFields = {
  /** 'mapping' opens a port (lifetime 0 closes it), 'peer' keeps one open for one other end. */
  readonly kind:
    | 'address-request'
    | 'address'
    | 'mapping-request'
    | 'mapping'
    | 'peer-request'
    | 'peer'
    | 'announcement'
  readonly version: 'nat-pmp' | 'pcp'
  /** IP protocol number of what is let in; 0: all. */
  readonly protocol?: number
  readonly internalPort?: number
  readonly externalPort?: number
  readonly lifetimeSeconds?: number
  /** 0 is success. */
  readonly result?: number
  readonly externalAddress?: string
}

const TCP = 6
const UDP = 17
const PCP = 2
const PCP_HEADER = 24

export const protocol: Protocol = {
  id: 'nat-pmp',
  title: 'NAT-PMP and PCP',
  spec: 'RFC 6886, RFC 6887',
  over: [udp(5351, 5350)],

  recognise(cursor: Cursor): Certainty {
    const version = cursor.peek()
    const operation = cursor.peek(1) & 0x7f
    if (version === 0) return operation <= 2 && cursor.remaining <= 32 ? MAYBE : NO
    return version === PCP && operation <= 2 && cursor.remaining >= PCP_HEADER ? MAYBE : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const version = cursor.u8()
    const operation = cursor.u8()
    const fields = version === PCP ? readPcp(operation, cursor) : readNatPmp(operation, cursor)
    if (fields && !cursor.overrun) message.emit(fields)
    else if (!message.packet.cut) message.anomaly('nat-pmp-malformed')
    cursor.overrun = false
    cursor.seek(cursor.end)
    return NEXT
  },
}

/** RFC 6886 3.2, 3.3. */
function readNatPmp(operation: number, cursor: Cursor): NatPmpFields | undefined {
  const version = 'nat-pmp'
  if (operation === 0) return { kind: 'address-request', version }
  const answered = (operation & 0x80) !== 0
  const result = cursor.u16()
  if (answered) cursor.skip(4)
  if (operation === 0x80) {
    // Routers send it to all at their start too.
    return { kind: 'address', version, result, externalAddress: v4Text(cursor.u32()) }
  }
  const what = operation & 0x7f
  if (what !== 1 && what !== 2) return undefined
  return {
    kind: answered ? 'mapping' : 'mapping-request',
    version,
    protocol: what === 1 ? UDP : TCP,
    internalPort: cursor.u16(),
    externalPort: cursor.u16(),
    lifetimeSeconds: cursor.u32(),
    ...(answered ? { result } : undefined),
  }
}

/** RFC 6887 7.1, 7.2, 11.1: a common header, then what is asked for. */
function readPcp(operation: number, cursor: Cursor): NatPmpFields | undefined {
  const version = 'pcp'
  const answered = (operation & 0x80) !== 0
  const what = operation & 0x7f
  cursor.skip(1)
  const result = cursor.u8()
  const lifetimeSeconds = cursor.u32()
  cursor.skip(16)
  const outcome = answered ? { result } : undefined
  if (what === 0) return { kind: 'announcement', version, ...outcome }
  if (what > 2) return undefined
  const kind = what === 1 ? 'mapping' : 'peer'
  // A number used once, then the protocol.
  cursor.skip(12)
  const protocol = cursor.u8()
  cursor.skip(3)
  const internalPort = cursor.u16()
  const externalPort = cursor.u16()
  cursor.skip(10)
  const mapped = cursor.u16() === 0xffff
  const external = cursor.u32()
  return {
    kind: answered ? kind : `${kind}-request`,
    version,
    protocol,
    internalPort,
    externalPort,
    lifetimeSeconds,
    ...outcome,
    ...(mapped && external !== 0 ? { externalAddress: v4Text(external) } : undefined),
  }
}
