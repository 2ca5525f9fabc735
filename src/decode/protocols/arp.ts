// ARP: which MAC address claims which IPv4 address. The commonest proof that a device exists, and
// the message that address theft forges.
import { macText, v4Text } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import { NEXT, ethernet, type Message, type Progress, type Protocol } from '../protocol.ts'

export type ArpFields = {
  /** An announcement has one address as sender and target, a probe no sender yet (RFC 5227). */
  readonly kind: 'request' | 'reply' | 'announcement' | 'probe'
  readonly senderMac: string
  readonly senderAddress: string
  readonly targetMac: string
  readonly targetAddress: string
  /** An announcement or probe that was sent as a reply; odd, but many devices do. */
  readonly asReply?: true
}

const ETHERNET = 1
const IEEE_802 = 6
const IPV4 = 0x0800
const REQUEST = 1
const REPLY = 2

export const protocol: Protocol = {
  id: 'arp',
  title: 'ARP',
  spec: 'RFC 826',
  over: [ethernet(0x0806)],
  packets: Infinity,

  decode(cursor: Cursor, message: Message): Progress {
    const oddity = read(cursor, message)
    if (oddity && !message.packet.cut) message.anomaly(oddity)
    // What follows is padding of the frame.
    cursor.seek(cursor.end)
    return NEXT
  },
}

/** Says one ARP message, or returns what is wrong with it. */
function read(cursor: Cursor, message: Message): string | undefined {
  const hardware = cursor.u16()
  const network = cursor.u16()
  const lengths = cursor.u16()
  const operation = cursor.u16()
  if (!cursor.has(20)) return 'arp-short'
  if ((hardware !== ETHERNET && hardware !== IEEE_802) || network !== IPV4 || lengths !== 0x0604) {
    return 'arp-not-ethernet-ipv4'
  }
  if (operation !== REQUEST && operation !== REPLY) return 'arp-operation'
  const senderMac = macText(cursor.u16() * 4294967296 + cursor.u32())
  const sender = cursor.u32()
  const targetMac = macText(cursor.u16() * 4294967296 + cursor.u32())
  const target = cursor.u32()
  const reply = operation === REPLY
  const kind =
    sender === 0 ? 'probe' : sender === target ? 'announcement' : reply ? 'reply' : 'request'
  message.emit({
    kind,
    senderMac,
    senderAddress: v4Text(sender),
    targetMac,
    targetAddress: v4Text(target),
    asReply: reply && kind !== 'reply' ? true : undefined,
  } satisfies ArpFields)
  return undefined
}
