// NetBIOS over UDP: name service (137) and datagrams (138). Old Windows, Samba and many network
// disks and printers tell their names, their MAC address and, in browser announcements, what they
// are.
import { macText, v4Text } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import { MAYBE, NEXT, NO, clip, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type NetbiosName = {
  readonly name: string
  readonly suffix: number
  readonly group: boolean
}

export type NbnsFields = {
  readonly kind: 'query' | 'response' | 'registration' | 'release' | 'refresh' | 'wait' | 'datagram'
  /** Without the padding; '*' asks for all names. */
  readonly name: string
  /** The name's last byte: 0x00 workstation, 0x20 file server, 0x1b domain master, … */
  readonly suffix: number
  readonly address?: string
  /** Name service: an error code of a response (RFC 1002 4.2.6). */
  readonly error?: number
  /** Node status: all names of the node, and its MAC address when it gave one. */
  readonly names?: readonly {
    readonly name: string
    readonly suffix: number
    readonly group: boolean
  }[]
  readonly mac?: string
  /** Datagram: whom it is for. */
  readonly destination?: string
  /** Browser announcement: the host's own words about itself. */
  readonly announcement?: {
    readonly host: string
    /** Windows version as the host claims it, e.g. '10.0'. */
    readonly version: string
    /** Bits of SV_TYPE (MS-BRWS 2.2): 0x4 SQL, 0x8 domain controller, 0x200 print queue, … */
    readonly serverType: number
    readonly comment: string
  }
}

const DATAGRAMS = 138
const TYPE_NB = 0x20
const TYPE_NBSTAT = 0x21
const NAMES = 32
const HOST_ANNOUNCEMENT = 1
const LOCAL_MASTER_ANNOUNCEMENT = 15
const OPERATIONS: { readonly [code: number]: NbnsFields['kind'] } = {
  0: 'query',
  5: 'registration',
  6: 'release',
  7: 'wait',
  8: 'refresh',
  9: 'refresh',
  15: 'registration',
}
const isDatagram = ({ sourcePort, destinationPort }: Message) =>
  destinationPort === DATAGRAMS || (sourcePort === DATAGRAMS && destinationPort !== 137)

export const protocol: Protocol = {
  id: 'nbns',
  title: 'NetBIOS name service and datagrams',
  spec: 'RFC 1002',
  over: [udp(137, 138)],
  packets: Infinity,

  recognise(cursor: Cursor, message: Message): Certainty {
    if (isDatagram(message)) {
      const type = cursor.peek()
      return type >= 0x10 && type <= 0x16 && cursor.has(14) ? MAYBE : NO
    }
    const flags = cursor.peek16(2)
    return cursor.has(12) && OPERATIONS[(flags >> 11) & 15] !== undefined ? MAYBE : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const fields = isDatagram(message) ? datagram(cursor) : nameService(cursor)
    if (fields && !cursor.overrun) message.emit(fields)
    else if (fields !== null && !message.packet.cut) message.anomaly('nbns-malformed')
    cursor.seek(cursor.end)
    return NEXT
  },
}

/** undefined: broken. */
function nameService(cursor: Cursor): NbnsFields | undefined {
  const start = cursor.offset
  cursor.skip(2)
  const flags = cursor.u16()
  const questions = cursor.u16()
  const answers = cursor.u16()
  cursor.skip(2)
  const additional = cursor.u16()
  const operation = OPERATIONS[(flags >> 11) & 15]
  const response = flags >= 0x8000
  if (!operation || questions + answers === 0) return undefined
  const name = netbiosName(cursor, start)
  if (!name) return undefined
  const type = cursor.u16()
  cursor.skip(2)
  const kind = response && operation !== 'wait' ? 'response' : operation
  const error = response && (flags & 15) !== 0 ? flags & 15 : undefined
  const base = { kind, name: name.name, suffix: name.suffix, error }
  if (questions > 0 && answers + additional === 0) return base
  // Registrations carry the address in an additional record whose name is a pointer to the
  // question.
  if (questions > 0) {
    if (!netbiosName(cursor, start)) return undefined
    cursor.skip(4)
  }
  cursor.skip(4)
  const length = cursor.u16()
  if (type === TYPE_NBSTAT && response) return { ...base, ...nodeStatus(cursor) }
  if (type !== TYPE_NB || length < 6) return base
  cursor.skip(2)
  return { ...base, address: v4Text(cursor.u32()) }
}

/** The names of a node and its MAC address (RFC 1002 4.2.18). */
function nodeStatus(cursor: Cursor): Pick<NbnsFields, 'names' | 'mac'> {
  const count = Math.min(cursor.u8(), NAMES)
  const names = []
  for (let index = 0; index < count && cursor.has(18); index++) {
    const name = clip(cursor.latin1(15).trimEnd())
    const suffix = cursor.u8()
    names.push({ name, suffix, group: (cursor.u16() & 0x8000) !== 0 })
  }
  if (!cursor.has(6)) return { names }
  const mac = cursor.u16() * 4294967296 + cursor.u32()
  return { names, mac: mac === 0 ? undefined : macText(mac) }
}

/** null: a kind that says nothing; undefined: broken. */
function datagram(cursor: Cursor): NbnsFields | null | undefined {
  const start = cursor.offset
  const type = cursor.u8()
  cursor.skip(3)
  const address = v4Text(cursor.u32())
  if (type < 0x10 || type > 0x12) return null
  cursor.skip(6)
  const source = netbiosName(cursor, start)
  const destination = netbiosName(cursor, start)
  if (!source || !destination) return undefined
  return {
    kind: 'datagram',
    name: source.name,
    suffix: source.suffix,
    address,
    destination: destination.name,
    announcement: announcement(cursor),
  }
}

/** A host's or local master's announcement in an SMB mailslot message (MS-BRWS 2.2.1, 2.2.10). */
function announcement(cursor: Cursor): NbnsFields['announcement'] {
  if (!cursor.startsWith('\u00ffSMB%') || !cursor.has(59)) return undefined
  const data = cursor.bytes.readUInt16LE(cursor.offset + 57)
  if (!cursor.has(data + 32)) return undefined
  cursor.skip(data)
  const command = cursor.u8()
  if (command !== HOST_ANNOUNCEMENT && command !== LOCAL_MASTER_ANNOUNCEMENT) return undefined
  cursor.skip(5)
  const host = zeroEnded(cursor.latin1(16))
  const version = `${cursor.u8()}.${cursor.u8()}`
  const serverType = cursor.u32le()
  cursor.skip(4)
  return { host, version, serverType, comment: zeroEnded(cursor.latin1(cursor.remaining)) }
}

const zeroEnded = (text: string): string => {
  const zero = text.indexOf('\0')
  return clip(zero < 0 ? text : text.slice(0, zero))
}

/** A name in first-level encoding (RFC 1001 14.1), or the pointer to one; undefined when broken. */
function netbiosName(cursor: Cursor, start: number): { name: string; suffix: number } | undefined {
  const { bytes } = cursor
  let at = cursor.offset
  if (cursor.peek() >= 0xc0) {
    at = start + (cursor.u16() & 0x3fff)
    if (at + 34 > cursor.end) return undefined
  } else {
    cursor.skip(33)
    // The scope, as a rule empty: plain labels.
    while (cursor.peek() > 0 && !cursor.overrun) cursor.skip(cursor.peek() + 1)
    if (cursor.u8() !== 0 || cursor.overrun) return undefined
  }
  if (bytes[at] !== 32) return undefined
  let name = ''
  let suffix = 0
  for (let index = 0; index < 16; index++) {
    const high = bytes[at + 1 + 2 * index] - 0x41
    const low = bytes[at + 2 + 2 * index] - 0x41
    if (high < 0 || high > 15 || low < 0 || low > 15) return undefined
    suffix = high * 16 + low
    if (index < 15 && suffix !== 0) name += String.fromCharCode(suffix)
  }
  return { name: clip(name.trimEnd()), suffix }
}
