// ICMPv6: neighbour and router discovery (what ARP and DHCP partly are for IPv4), redirects,
// multicast listeners. Echoes and errors are not said; they are in the flow counters.
import { macText } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import { v6TextAt } from '../address-text.ts'
import { NEXT, ip, type Message, type Progress, type Protocol } from '../protocol.ts'

export type Icmpv6Fields = {
  readonly kind:
    | 'router-solicitation'
    | 'router-advertisement'
    | 'neighbour-solicitation'
    | 'neighbour-advertisement'
    | 'redirect'
    | 'mld'
  /** The address that is asked for, claimed, or to be taken as next hop. */
  readonly target?: string
  /** Redirect: whom the next hop is for. */
  readonly destination?: string
  /** MAC text of the source (solicitations, routers) or target link-layer address option. */
  readonly linkAddress?: string
  /** Solicitation from `::`: the sender is about to use the target address (RFC 4862 5.4). */
  readonly probe?: true
  /** Neighbour advertisement flags. */
  readonly router?: true
  readonly solicited?: true
  readonly override?: true
  readonly routerLifetimeSeconds?: number
  /** Router advertisement: addresses, or other things, come by DHCPv6 (the M and O flags). */
  readonly managed?: true
  readonly otherConfiguration?: true
  readonly prefixes?: readonly { readonly prefix: string; readonly length: number }[]
  readonly nameServers?: readonly string[]
  readonly mtu?: number
  /** MLD. */
  readonly listener?: 'query' | 'report' | 'done'
  readonly groups?: readonly string[]
}

/** What options hold, gathered over all of them. */
interface Gathered {
  linkAddress?: string
  prefixes?: { prefix: string; length: number }[]
  nameServers?: string[]
  mtu?: number
}

const LIST = 16
const OPTIONS = 64
const GROUPS = 32
const HOP_LIMIT = 255

export const protocol: Protocol = {
  id: 'icmpv6',
  title: 'ICMPv6',
  spec: 'RFC 4861',
  over: [ip(58)],
  packets: Infinity,

  decode(cursor: Cursor, message: Message): Progress {
    const type = cursor.peek()
    const fields = read(type, cursor, message)
    if (fields && !cursor.overrun) message.emit(fields)
    else if (fields && !message.packet.cut) message.anomaly('icmpv6-short')
    cursor.seek(cursor.end)
    return NEXT
  },
}

function read(type: number, cursor: Cursor, message: Message): Icmpv6Fields | undefined {
  if (type < 130 || type > 143 || (type > 137 && type < 143)) return undefined
  const hops = message.packet.timeToLive
  if (type >= 133 && type <= 137 && hops > 0 && hops < HOP_LIMIT) {
    // Neighbour discovery must not cross a router (RFC 4861 7.1): somebody sends it from afar.
    message.anomaly('icmpv6-discovery-from-afar')
    return undefined
  }
  cursor.skip(4)
  switch (type) {
    case 133:
      cursor.skip(4)
      return { kind: 'router-solicitation', ...options(cursor) }
    case 134:
      return routerAdvertisement(cursor)
    case 135:
      return neighbourSolicitation(cursor, message)
    case 136:
      return neighbourAdvertisement(cursor)
    case 137: {
      cursor.skip(4)
      const target = address(cursor)
      const destination = address(cursor)
      return { kind: 'redirect', target, destination, ...options(cursor) }
    }
    default:
      return listener(type, cursor)
  }
}

function routerAdvertisement(cursor: Cursor): Icmpv6Fields {
  cursor.skip(1)
  const flags = cursor.u8()
  const routerLifetimeSeconds = cursor.u16()
  cursor.skip(8)
  return {
    kind: 'router-advertisement',
    routerLifetimeSeconds,
    managed: flags & 0x80 ? true : undefined,
    otherConfiguration: flags & 0x40 ? true : undefined,
    ...options(cursor),
  }
}

function neighbourSolicitation(cursor: Cursor, message: Message): Icmpv6Fields {
  cursor.skip(4)
  const target = address(cursor)
  const linkAddress = options(cursor).linkAddress
  const probe = linkAddress === undefined && message.packet.source === 0 ? true : undefined
  return { kind: 'neighbour-solicitation', target, linkAddress, probe }
}

function neighbourAdvertisement(cursor: Cursor): Icmpv6Fields {
  const flags = cursor.u8()
  cursor.skip(3)
  return {
    kind: 'neighbour-advertisement',
    target: address(cursor),
    linkAddress: options(cursor).linkAddress,
    router: flags & 0x80 ? true : undefined,
    solicited: flags & 0x40 ? true : undefined,
    override: flags & 0x20 ? true : undefined,
  }
}

/** Options of discovery messages: type, length in units of eight bytes (RFC 4861 4.6). */
function options(cursor: Cursor): Gathered {
  const gathered: Gathered = {}
  const { bytes } = cursor
  for (let count = 0; count < OPTIONS && cursor.has(8); count++) {
    const at = cursor.offset
    const length = bytes[at + 1] * 8
    if (length === 0 || !cursor.has(length)) break
    cursor.skip(length)
    switch (bytes[at]) {
      case 1:
      case 2:
        gathered.linkAddress ??= macText(
          bytes.readUInt16BE(at + 2) * 4294967296 + bytes.readUInt32BE(at + 4),
        )
        break
      case 3:
        if (length !== 32) break
        gathered.prefixes ??= []
        if (gathered.prefixes.length >= LIST) break
        gathered.prefixes.push({ prefix: v6TextAt(bytes, at + 16), length: bytes[at + 2] })
        break
      case 5:
        gathered.mtu = bytes.readUInt32BE(at + 4)
        break
      case 25:
        gathered.nameServers ??= []
        for (let server = at + 8; server + 16 <= at + length; server += 16) {
          if (gathered.nameServers.length < LIST) gathered.nameServers.push(v6TextAt(bytes, server))
        }
        break
    }
  }
  return gathered
}

/** MLD (RFC 2710) and version 2 reports (RFC 3810): which groups a host listens to. */
function listener(type: number, cursor: Cursor): Icmpv6Fields {
  if (type !== 143) {
    cursor.skip(4)
    const kind = type === 130 ? 'query' : type === 131 ? 'report' : 'done'
    const group = address(cursor)
    return { kind: 'mld', listener: kind, groups: group === '::' ? undefined : [group] }
  }
  cursor.skip(2)
  const count = cursor.u16()
  const groups: string[] = []
  for (let index = 0; index < count && groups.length < GROUPS && !cursor.overrun; index++) {
    cursor.skip(1)
    const auxiliary = cursor.u8() * 4
    const sources = cursor.u16()
    groups.push(address(cursor))
    cursor.skip(sources * 16 + auxiliary)
  }
  return { kind: 'mld', listener: 'report', groups }
}

function address(cursor: Cursor): string {
  const at = cursor.offset
  cursor.skip(16)
  return cursor.overrun ? '' : v6TextAt(cursor.bytes, at)
}
