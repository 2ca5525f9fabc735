// SSDP, UPnP's discovery: devices announce what they are, where their description lies and which
// software they run; control points search.
import type { Cursor } from '../../core/cursor.ts'
import { MAYBE, NEXT, NO, YES, clip, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type SsdpFields = {
  readonly kind: 'notify' | 'search' | 'response'
  /** What is announced, searched for or answered (NT or ST). */
  readonly target: string
  readonly state?: 'alive' | 'byebye' | 'update'
  readonly usn?: string
  /** URL of the device description. */
  readonly location?: string
  readonly server?: string
  readonly userAgent?: string
  /** How long the announcement holds, in seconds. */
  readonly age?: number
  /** Headers of makers, names in lower case. */
  readonly extra?: { readonly [name: string]: string }
}

const LINES = 40
const LINE_LENGTH = 1024
const EXTRA = 8
const STATES: { readonly [text: string]: SsdpFields['state'] } = {
  'ssdp:alive': 'alive',
  'ssdp:byebye': 'byebye',
  'ssdp:update': 'update',
}
/** Headers of the standard that are read elsewhere or say nothing about the device. */
const ORDINARY = new Set(
  (
    'host nt nts st man mx ext usn location server cache-control user-agent date content-length ' +
    'content-type connection opt 01-nls'
  ).split(' '),
)

export const protocol: Protocol = {
  id: 'ssdp',
  title: 'SSDP',
  spec: 'UPnP Device Architecture 2.0',
  over: [udp(1900)],
  startsWith: [0x48, 0x4d, 0x4e],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    if (cursor.startsWith('NOTIFY * HTTP/1.') || cursor.startsWith('M-SEARCH * HTTP/1.')) return YES
    if (!cursor.startsWith('HTTP/1.1 200 ')) return NO
    // Answers come from any port to any port; what makes them SSDP is the search target.
    return hasTarget(cursor) ? YES : MAYBE
  },

  decode(cursor: Cursor, message: Message): Progress {
    const first = cursor.line(LINE_LENGTH) ?? ''
    const kind = first.startsWith('NOTIFY')
      ? 'notify'
      : first.startsWith('M-SEARCH')
        ? 'search'
        : first.startsWith('HTTP/1.')
          ? 'response'
          : undefined
    if (kind) message.emit(readHeaders(cursor, kind))
    else if (!message.packet.cut) message.anomaly('ssdp-malformed')
    cursor.seek(cursor.end)
    return NEXT
  },
}

/** Whether a line begins with `ST:`, in either case. */
function hasTarget(cursor: Cursor): boolean {
  const { bytes, end } = cursor
  const stop = Math.min(end, cursor.offset + LINE_LENGTH) - 3
  for (let at = cursor.offset; at < stop; at++) {
    if (bytes[at] !== 10 || (bytes[at + 1] | 32) !== 0x73 || (bytes[at + 2] | 32) !== 0x74) continue
    if (bytes[at + 3] === 0x3a) return true
  }
  return false
}

function readHeaders(cursor: Cursor, kind: SsdpFields['kind']): SsdpFields {
  let target = ''
  let state: SsdpFields['state']
  let age: number | undefined
  const known: { [name: string]: string } = {}
  const extra: { [name: string]: string } = {}
  let extras = 0
  for (let count = 0; count < LINES; count++) {
    const line = cursor.line(LINE_LENGTH)
    if (line === undefined || line === '') break
    const colon = line.indexOf(':')
    if (colon <= 0 || colon > 40) continue
    const name = clip(line.slice(0, colon).trim().toLowerCase())
    const value = clip(line.slice(colon + 1).trim())
    if (name === 'nt' || name === 'st') target = value
    else if (name === 'nts') state = STATES[value.toLowerCase()]
    else if (name === 'cache-control') age = maxAge(value)
    else if (KEPT.has(name)) known[name] = value
    else if (!ORDINARY.has(name) && value !== '' && extras < EXTRA) {
      extra[name] = value
      extras++
    }
  }
  return {
    kind,
    target,
    state,
    usn: known.usn,
    location: known.location,
    server: known.server,
    userAgent: known['user-agent'],
    age,
    extra: extras > 0 ? extra : undefined,
  }
}

const KEPT = new Set(['usn', 'location', 'server', 'user-agent'])

function maxAge(value: string): number | undefined {
  const at = value.indexOf('=')
  const seconds = at < 0 ? Number.NaN : Number.parseInt(value.slice(at + 1), 10)
  return Number.isSafeInteger(seconds) ? seconds : undefined
}
