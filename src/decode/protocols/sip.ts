// SIP: telephones, door stations and those who look for them: who registers where, with which
// program, and who calls. Over UDP each datagram is one message, over TCP bodies are skipped.
import type { Cursor } from '../../core/cursor.ts'
import {
  END,
  FOREIGN,
  MORE,
  NEXT,
  NO,
  YES,
  clip,
  tcp,
  udp,
  type FieldValue,
  type Message,
  type Protocol,
} from '../protocol.ts'
import { Head, readChallenge, readCredentials, type Credentials } from '../text-head.ts'

export type SipFields =
  | {
      readonly kind: 'request'
      readonly method: string
      /** Without passwords and parameters. */
      readonly uri: string
      readonly userAgent?: string
      /** The account that registers or calls (From). */
      readonly from?: string
      readonly credentials?: Credentials
      readonly user?: string
    }
  | {
      readonly kind: 'response'
      readonly status: number
      /** Method of the request that is answered. */
      readonly method?: string
      readonly server?: string
      readonly userAgent?: string
      readonly authenticate?: Credentials
      readonly realm?: string
    }

const METHODS: ReadonlySet<string> = new Set(
  (
    'INVITE ACK BYE CANCEL OPTIONS REGISTER PRACK SUBSCRIBE NOTIFY PUBLISH INFO REFER MESSAGE ' +
    'UPDATE'
  ).split(' '),
)
/** Acknowledgements are not said. */
const QUIET: ReadonlySet<string> = new Set(['ACK', 'PRACK'])
const UDP = 17

interface SipState {
  /** Octets of a body to skip, by side; TCP only. */
  readonly left: [number, number]
}

const head = new Head()

export const protocol: Protocol = {
  id: 'sip',
  title: 'SIP',
  spec: 'RFC 3261',
  over: [udp(5060, 5080), tcp(5060, 5080)],
  startsWith: [...new Set([...METHODS, 'SIP'].map((name) => name.charCodeAt(0)))],
  packets: Infinity,

  recognise(cursor: Cursor) {
    return cursor.startsWith('SIP/2.0 ') || isRequest(cursor) ? YES : NO
  },

  decode(cursor: Cursor, message: Message) {
    const { packet } = message
    const whole = packet.ipProtocol === UDP
    const side = message.fromOriginator ? 0 : 1
    const state = message.state as SipState | undefined
    if (state && state.left[side] > 0) {
      const count = Math.min(state.left[side], cursor.remaining)
      cursor.skip(count)
      state.left[side] -= count
      return NEXT
    }
    const response = cursor.startsWith('SIP/2.0 ')
    if (!response && !isRequest(cursor)) {
      // Keep-alives are line ends or next to nothing (RFC 5626 4.4.1).
      if (!whole && cursor.remaining < 24 && cursor.peek() > 32 && cursor.find(10) < 0) return MORE
      if (!whole && state === undefined) return FOREIGN
      if (cursor.peek() === 13 || cursor.peek() === 10) cursor.skip(1)
      else cursor.seek(cursor.end)
      return NEXT
    }
    const cut = whole || packet.payloadEnd - packet.payloadOffset < packet.payloadLength
    const progress = head.read(cursor, cut)
    if (progress === MORE) return MORE
    if (progress !== NEXT) return END
    if (whole) cursor.seek(cursor.end)
    else {
      const fresh = (message.state ??= { left: [0, 0] }) as SipState
      const length = head.value('content-length', 12) || head.value('l', 12)
      fresh.left[side] = /^\d{1,8}$/.test(length) ? Number(length) : 0
    }
    const fields = response ? responseFields() : requestFields()
    if (!QUIET.has(fields.method as string)) message.emit(fields)
    return NEXT
  },
}

/** `REGISTER sip:…`; the scheme tells it from HTTP and RTSP. */
function isRequest(cursor: Cursor): boolean {
  let blank = 0
  while (blank < 12 && cursor.peek(blank) > 32) blank++
  if (cursor.peek(blank) !== 32 || blank < 3) return false
  const { bytes, offset } = cursor
  const scheme = bytes.toString(
    'latin1',
    offset + blank + 1,
    Math.min(cursor.end, offset + blank + 6),
  )
  if (!/^(?:sips?|tel|urn):/i.test(scheme)) return false
  return METHODS.has(bytes.toString('latin1', offset, offset + blank))
}

type Draft = Record<string, FieldValue>

function put(fields: Draft, name: string, value: string): void {
  if (value !== '') fields[name] = value
}

/** `sip:user:secret@host:5060;transport=udp` → `sip:user@host:5060`. */
function uriText(uri: string): string {
  const bare = /^[^;?>\s]*/.exec(uri)![0]
  return clip(bare.replace(/^(sips?:[^:@]*):[^@]*@/i, '$1@'), 128)
}

function requestFields(): Draft {
  const [method, uri = ''] = head.startLine(512).split(' ', 2)
  const fields: Draft = { kind: 'request', method, uri: uriText(uri) }
  put(fields, 'userAgent', head.value('user-agent'))
  const from = head.value('from') || head.value('f')
  put(fields, 'from', uriText(/sips?:.*/i.exec(from)?.[0] ?? ''))
  const authorization = head.value('authorization', 1024) || head.value('proxy-authorization', 1024)
  if (authorization !== '') {
    const { credentials, user } = readCredentials(authorization)
    fields.credentials = credentials
    put(fields, 'user', user)
  }
  return fields
}

function responseFields(): Draft {
  const status = Number.parseInt(head.startLine(16).slice(8, 11), 10) || 0
  const fields: Draft = { kind: 'response', status }
  put(fields, 'method', /[A-Z]{3,16}$/.exec(head.value('cseq', 64))?.[0] ?? '')
  put(fields, 'server', head.value('server'))
  put(fields, 'userAgent', head.value('user-agent'))
  const challenge = head.value('www-authenticate', 1024) || head.value('proxy-authenticate', 1024)
  if (challenge !== '') {
    const { authenticate, realm } = readChallenge(challenge)
    fields.authenticate = authenticate
    put(fields, 'realm', realm)
  }
  return fields
}
