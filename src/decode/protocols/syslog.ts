// Syslog over UDP and TCP: which host and program report, and how severely. The message's text is
// left out: it may hold anything.
import type { Cursor } from '../../core/cursor.ts'
import { END, FOREIGN, MAYBE, MORE, NEXT, NO, clip, tcp, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type SyslogFields = {
  readonly kind: 'message'
  /** RFC 5424 or the older RFC 3164. */
  readonly format: 'ietf' | 'bsd'
  /** 0 kernel, 4 authorisation, 10 security, 16-23 local use, … */
  readonly facility: number
  /** 0 emergency … 7 debug. */
  readonly severity: number
  readonly host?: string
  readonly app?: string
}

const HEAD_LENGTH = 512
const PRIORITY_MAX = 191
const TCP = 6
/** Longest message over TCP that is waited for. */
const MESSAGE_MAX = 8192

export const protocol: Protocol = {
  id: 'syslog',
  title: 'Syslog',
  spec: 'RFC 5424, RFC 3164, RFC 6587',
  over: [udp(514), tcp(514, 601)],
  packets: 4,

  recognise(cursor: Cursor, message: Message): Certainty {
    if (message.packet.ipProtocol === TCP && counted(cursor) < 0) return NO
    return priority(cursor) >= 0 ? MAYBE : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    if (message.packet.ipProtocol === TCP) return framed(cursor, message)
    const value = priority(cursor)
    if (value >= 0) {
      const head = cursor.utf8(Math.min(cursor.remaining, HEAD_LENGTH))
      message.emit({ ...read(head), facility: value >> 3, severity: value & 7 })
    } else if (!message.packet.cut) message.anomaly('syslog-malformed')
    cursor.seek(cursor.end)
    return NEXT
  },
}

/**
 * RFC 6587 3.4: the length before a message, behind which the cursor then stands; 0 without one.
 */
function counted(cursor: Cursor): number {
  const first = cursor.peek()
  if (first < 0x31 || first > 0x39) return 0
  let length = 0
  for (let digits = 0; digits < 6; digits++) {
    const byte = cursor.u8()
    if (byte === 0x20) return length
    if (byte < 0x30 || byte > 0x39) return -1
    length = length * 10 + byte - 0x30
  }
  return -1
}

/** Over TCP: messages with their length before them, or ended by LF (RFC 6587 3.4). */
function framed(cursor: Cursor, message: Message): Progress {
  const length = counted(cursor)
  if (cursor.overrun && cursor.remaining === 0) return MORE
  if (length < 0 || length > MESSAGE_MAX) return message.state === undefined ? FOREIGN : END
  if (length > 0 && !cursor.has(length)) return MORE
  const stop = length > 0 ? cursor.offset + length : cursor.find(10, MESSAGE_MAX)
  if (stop < 0) return cursor.remaining < MESSAGE_MAX ? MORE : END
  const text = cursor.sub(stop - cursor.offset)
  if (length === 0) cursor.skip(1)
  const value = priority(text)
  if (value < 0) return message.state === undefined ? FOREIGN : END
  message.state = true
  const head = text.utf8(Math.min(text.remaining, HEAD_LENGTH))
  message.emit({ ...read(head), facility: value >> 3, severity: value & 7 })
  return NEXT
}

/** The number in `<134>`; moves behind it. -1 without one. */
function priority(cursor: Cursor): number {
  if (cursor.u8() !== 0x3c) return -1
  let value = 0
  for (let digits = 0; digits < 4; digits++) {
    const byte = cursor.u8()
    if (byte === 0x3e) return digits > 0 && value <= PRIORITY_MAX ? value : -1
    if (byte < 0x30 || byte > 0x39) return -1
    value = value * 10 + byte - 0x30
  }
  return -1
}

function read(head: string): Pick<SyslogFields, 'kind' | 'format' | 'host' | 'app'> {
  const words = head.split(' ', 7)
  if (words[0] === '1' && words.length >= 5) {
    // VERSION TIMESTAMP HOSTNAME APP-NAME PROCID; '-' stands for nothing.
    return { kind: 'message', format: 'ietf', host: word(words[2]), app: word(words[3]) }
  }
  // Nov  9 01:02:03 host app[12]: text; many devices leave out the time, the host, or both.
  const parts = words.filter((part) => part !== '')
  let at = 0
  if (isClock(parts[2]) && /^[A-Z][a-z]{2}$/.test(parts[0])) at = 3
  else if (/^\d{4}-\d\d-\d\dT/.test(parts[0] ?? '')) at = 1
  const tagged = tag(parts[at])
  if (tagged !== undefined) return { kind: 'message', format: 'bsd', app: tagged }
  const host = at > 0 ? word(parts[at]) : undefined
  return { kind: 'message', format: 'bsd', host, app: tag(parts[at + 1]) }
}

const isClock = (text: string | undefined): boolean => /^\d\d:\d\d:\d\d/.test(text ?? '')

const word = (text: string | undefined): string | undefined =>
  text === undefined || text === '-' || text === '' ? undefined : clip(text, 128)

/** 'app' of 'app:' and 'app[12]:'. */
function tag(text: string | undefined): string | undefined {
  if (!text?.endsWith(':') || text.length < 2) return undefined
  const bracket = text.indexOf('[')
  return clip(text.slice(0, bracket > 0 ? bracket : -1), 64)
}
