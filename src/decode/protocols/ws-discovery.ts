// WS-Discovery, above all ONVIF cameras and printers: types, scopes with name and hardware, service
// addresses. The XML is searched as text within bounds; entities are not expanded.
import type { Cursor } from '../../core/cursor.ts'
import { MAYBE, NEXT, NO, YES, clip, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type WsDiscoveryFields = {
  readonly kind: 'hello' | 'bye' | 'probe' | 'probe-matches' | 'resolve' | 'resolve-matches'
  /** Stable address of the sender, as a rule 'urn:uuid:…'; not in probes. */
  readonly endpoint?: string
  /** e.g. 'dn:NetworkVideoTransmitter', 'wprt:PrintDeviceType'. */
  readonly types?: readonly string[]
  readonly scopes?: readonly string[]
  /** URLs of the device's services (XAddrs). */
  readonly addresses?: readonly string[]
  /** From ONVIF scopes, percent-decoded. */
  readonly name?: string
  readonly hardware?: string
  readonly location?: string
  readonly profiles?: readonly string[]
}

/** More than any device sends in one datagram. */
const SEARCHED_BYTES = 16_384
const LIST = 32
const ONVIF = 'onvif://www.onvif.org/'
const KINDS: { readonly [action: string]: WsDiscoveryFields['kind'] } = {
  Hello: 'hello',
  Bye: 'bye',
  Probe: 'probe',
  ProbeMatches: 'probe-matches',
  Resolve: 'resolve',
  ResolveMatches: 'resolve-matches',
}

export const protocol: Protocol = {
  id: 'ws-discovery',
  title: 'WS-Discovery',
  spec: 'OASIS WS-Discovery 1.1',
  over: [udp(3702)],
  // '<', or the mark that some put before UTF-8.
  startsWith: [0x3c, 0xef],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    if (cursor.peek() === 0xef) cursor.skip(3)
    if (!cursor.startsWith('<?xml') && !cursor.startsWith('<')) return NO
    const text = cursor.latin1(Math.min(cursor.remaining, 2048))
    return text.includes('/discovery') && text.includes('nvelope') ? YES : MAYBE
  },

  decode(cursor: Cursor, message: Message): Progress {
    const text = cursor.utf8(Math.min(cursor.remaining, SEARCHED_BYTES))
    cursor.seek(cursor.end)
    const action = element(text, 'Action')
    const kind = KINDS[action.slice(action.lastIndexOf('/') + 1)]
    if (!kind) {
      if (!message.packet.cut) message.anomaly('ws-discovery-unknown-action')
      return NEXT
    }
    const scopes = words(element(text, 'Scopes'))
    const reference = text.indexOf('EndpointReference')
    message.emit({
      kind,
      endpoint: reference < 0 ? undefined : clip(element(text, 'Address', reference)) || undefined,
      types: words(element(text, 'Types')),
      scopes,
      addresses: words(element(text, 'XAddrs')),
      name: scoped(scopes, 'name/'),
      hardware: scoped(scopes, 'hardware/'),
      location: scoped(scopes, 'location/'),
      profiles: profiles(scopes),
    } satisfies WsDiscoveryFields)
    return NEXT
  },
}

/** Text of the first element with this local name behind `from`; '' when there is none. */
function element(text: string, name: string, from = 0): string {
  for (let at = text.indexOf(name, from); at >= 0; at = text.indexOf(name, at + 1)) {
    const before = text.charCodeAt(at - 1)
    const behind = text.charCodeAt(at + name.length)
    // '<Name' or '<prefix:Name', followed by '>' or attributes.
    if (before !== 0x3c && (before !== 0x3a || !opens(text, at - 2))) continue
    if (behind !== 0x3e && behind !== 0x20 && behind !== 0x0a && behind !== 0x0d) continue
    const start = text.indexOf('>', at)
    if (start < 0 || text.charCodeAt(start - 1) === 0x2f) return ''
    const end = text.indexOf('<', start)
    return end < 0 ? '' : text.slice(start + 1, end).trim()
  }
  return ''
}

/** Whether the prefix that ends at `at` follows a '<': no end tag, no attribute. */
function opens(text: string, at: number): boolean {
  for (let place = at; place > at - 32 && place >= 0; place--) {
    const code = text.charCodeAt(place)
    if (code === 0x3c) return true
    if (code === 0x2f || code === 0x20 || code === 0x3e) return false
  }
  return false
}

function words(text: string): string[] | undefined {
  const list: string[] = []
  for (const word of text.split(/\s+/, LIST)) if (word !== '') list.push(clip(word))
  return list.length > 0 ? list : undefined
}

/** The first ONVIF scope of this kind. */
function scoped(scopes: readonly string[] | undefined, kind: string): string | undefined {
  const scope = scopes?.find((each) => each.startsWith(ONVIF + kind))
  return scope === undefined ? undefined : decoded(scope.slice(ONVIF.length + kind.length))
}

function profiles(scopes: readonly string[] | undefined): string[] | undefined {
  const list = scopes
    ?.filter((each) => each.startsWith(ONVIF + 'Profile/'))
    .map((each) => each.slice(ONVIF.length + 8))
  return list && list.length > 0 ? list : undefined
}

function decoded(text: string): string | undefined {
  if (text === '') return undefined
  try {
    return clip(decodeURIComponent(text))
  } catch {
    return text
  }
}
