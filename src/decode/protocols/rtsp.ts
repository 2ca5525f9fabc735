// RTSP: who watches which stream of which camera, how they log in, what the camera runs. Ends where
// the stream itself begins on the same connection.
import type { Cursor } from '../../core/cursor.ts'
import {
  END,
  FOREIGN,
  MORE,
  NEXT,
  NO,
  YES,
  tcp,
  type FieldValue,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'
import { Head, readChallenge, readCredentials, targetText, type Credentials } from '../text-head.ts'

export type RtspFields =
  | {
      readonly kind: 'request'
      readonly method: string
      /** Without user information and the values of its query. */
      readonly uri: string
      readonly userAgent?: string
      readonly credentials?: Credentials
      readonly user?: string
    }
  | {
      readonly kind: 'response'
      readonly status: number
      readonly server?: string
      readonly authenticate?: Credentials
      readonly realm?: string
    }

const METHODS: ReadonlySet<string> = new Set(
  (
    'OPTIONS DESCRIBE SETUP PLAY PAUSE TEARDOWN ANNOUNCE RECORD REDIRECT GET_PARAMETER ' +
    'SET_PARAMETER PLAY_NOTIFY'
  ).split(' '),
)
/** The longest start line that counts. */
const LINE_MAX = 1024

interface RtspState {
  /** Octets of a body to skip, by side. */
  readonly left: [number, number]
}

const head = new Head()

export const protocol: Protocol = {
  id: 'rtsp',
  title: 'RTSP',
  spec: 'RFC 2326, RFC 7826',
  over: [tcp(554, 8554, 10554, 7070)],
  startsWith: [...new Set([...METHODS, 'RTSP'].map((name) => name.charCodeAt(0)))],
  packets: Infinity,

  recognise(cursor: Cursor) {
    if (cursor.startsWith('RTSP/')) return YES
    return isRequest(cursor) ? YES : NO
  },

  decode(cursor: Cursor, message: Message) {
    const state = message.state as RtspState | undefined
    const side = message.fromOriginator ? 0 : 1
    if (state && state.left[side] > 0) {
      const count = Math.min(state.left[side], cursor.remaining)
      cursor.skip(count)
      state.left[side] -= count
      return NEXT
    }
    // '$' frames carry the stream (RFC 7826 14): from here on there is little to learn.
    if (cursor.peek() === 0x24) return state ? END : FOREIGN
    const response = cursor.startsWith('RTSP/')
    if (!response && !isRequest(cursor)) {
      if (cursor.remaining < 32 && cursor.find(10) < 0) return MORE
      return state ? skipAll(cursor) : FOREIGN
    }
    const { packet } = message
    const cut = packet.payloadEnd - packet.payloadOffset < packet.payloadLength
    const progress = head.read(cursor, cut)
    if (progress === MORE) return MORE
    if (progress !== NEXT) return END
    const fresh = (message.state ??= { left: [0, 0] }) as RtspState
    const length = head.value('content-length', 12)
    fresh.left[side] = /^\d{1,8}$/.test(length) ? Number(length) : 0
    message.emit(response ? responseFields() : requestFields())
    return NEXT
  },
}

/** A lost segment: the next message is looked for in the next one. */
function skipAll(cursor: Cursor): Progress {
  cursor.seek(cursor.end)
  return NEXT
}

/** `DESCRIBE rtsp://…`, or `OPTIONS * RTSP/1.0`; the scheme tells it from HTTP and SIP. */
function isRequest(cursor: Cursor): boolean {
  let blank = 0
  while (blank < 16 && cursor.peek(blank) > 32) blank++
  if (cursor.peek(blank) !== 32 || blank < 4) return false
  const { bytes, offset } = cursor
  const scheme = bytes.toString(
    'latin1',
    offset + blank + 1,
    Math.min(cursor.end, offset + blank + 6),
  )
  if (!/^(?:rtsp[:su]|\* RTS)/i.test(scheme)) return false
  return METHODS.has(bytes.toString('latin1', offset, offset + blank))
}

type Draft = Record<string, FieldValue>

function put(fields: Draft, name: string, value: string): void {
  if (value !== '') fields[name] = value
}

function requestFields(): Draft {
  const [method, uri = ''] = head.startLine(LINE_MAX).split(' ', 2)
  const fields: Draft = { kind: 'request', method, uri: targetText(uri) }
  put(fields, 'userAgent', head.value('user-agent'))
  const authorization = head.value('authorization', 1024)
  if (authorization !== '') {
    const { credentials, user } = readCredentials(authorization)
    fields.credentials = credentials
    put(fields, 'user', user)
  }
  return fields
}

function responseFields(): Draft {
  const status = Number.parseInt(head.startLine(16).slice(9, 12), 10) || 0
  const fields: Draft = { kind: 'response', status }
  put(fields, 'server', head.value('server'))
  const challenge = head.value('www-authenticate', 1024)
  if (challenge !== '') {
    const { authenticate, realm } = readChallenge(challenge)
    fields.authenticate = authenticate
    put(fields, 'realm', realm)
  }
  return fields
}
