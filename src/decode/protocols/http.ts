// HTTP/1: who asks which host for what, with which program, and how it logs in; what serves it.
// Bodies are skipped by their length; a lost segment is overcome at the next request or status
// line.
import type { Cursor } from '../../core/cursor.ts'
import {
  END,
  FOREIGN,
  MAYBE,
  MORE,
  NEXT,
  NO,
  YES,
  tcp,
  type Certainty,
  type FieldValue,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'
import {
  CHUNK_SIZE,
  RESYNC,
  TITLE_MAX,
  expectBody,
  findTitle,
  skipBody,
  type HttpState,
} from '../http-body.ts'
import {
  Head,
  readChallenge,
  readCredentials,
  readForm,
  readJsonLogin,
  targetText,
  type Credentials,
} from '../text-head.ts'

export type HttpFields =
  | {
      readonly kind: 'request'
      readonly method: string
      /** Without the values of its query; what looks like a token is '*'. */
      readonly uri: string
      readonly host?: string
      readonly userAgent?: string
      readonly credentials?: Credentials | 'form'
      readonly user?: string
      readonly contentType?: string
      readonly upgrade?: string
      /** UPnP and other SOAP: the action that is called. */
      readonly action?: string
    }
  | {
      readonly kind: 'response'
      readonly status: number
      readonly server?: string
      readonly contentType?: string
      readonly authenticate?: Credentials
      readonly realm?: string
      readonly location?: string
      readonly powered?: string
      readonly title?: string
    }
  /** The title of a page whose beginning came after its response's head. */
  | { readonly kind: 'page'; readonly title: string }

const MISFITS_MAX = 64
const FORM_MAX = 4096

const METHODS = (
  'GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH PRI PROPFIND PROPPATCH MKCOL COPY MOVE ' +
  'LOCK UNLOCK SEARCH REPORT NOTIFY SUBSCRIBE UNSUBSCRIBE M-SEARCH M-POST BITS_POST'
).split(' ')
/** By their first four characters, so that telling them takes one look-up. */
const METHOD_OF = new Map(METHODS.map((name) => [first4(`${name} `), `${name} `]))
const HTTP = first4('HTTP')

function first4(text: string): number {
  return Buffer.from(text, 'latin1').readInt32BE(0)
}

const head = new Head()

export const protocol: Protocol = {
  id: 'http',
  title: 'HTTP/1',
  spec: 'RFC 9112',
  over: [tcp(80, 8080, 8000, 8008, 8081, 8088, 8888, 3128, 5985, 7547, 49152)],
  startsWith: [...new Set([...METHODS, 'HTTP'].map((name) => name.charCodeAt(0)))],
  packets: Infinity,

  recognise(cursor: Cursor) {
    if (isStatusLine(cursor)) return YES
    const method = methodAt(cursor)
    if (method === '') return !cursor.has(4) && mayBecomeHead(cursor) ? MAYBE : NO
    return judgeRequest(cursor, method)
  },

  decode(cursor: Cursor, message: Message) {
    const state = message.state as HttpState | undefined
    const side = message.fromOriginator ? 0 : 1
    if (state && state.left[side] !== 0) {
      if (!startsAnew(cursor, state.left[side] > 0)) return skipBody(cursor, message, state)
      state.left[side] = 0
      state.chunked[side] = false
    }
    if (isStatusLine(cursor)) return readResponse(cursor, message)
    if (methodAt(cursor) !== '') return readRequest(cursor, message)
    if (mayBecomeHead(cursor)) return MORE
    if (!state) return FOREIGN
    while (cursor.peek() === 13 || cursor.peek() === 10) cursor.skip(1)
    if (methodAt(cursor) !== '' || isStatusLine(cursor)) return NEXT
    cursor.seek(cursor.end)
    return ++state.misfits > MISFITS_MAX ? END : NEXT
  },
}

/** The request method at the cursor with the space behind it; '' without one. */
function methodAt(cursor: Cursor): string {
  if (!cursor.has(4)) return ''
  const method = METHOD_OF.get(cursor.bytes.readInt32BE(cursor.offset))
  return method !== undefined && cursor.startsWith(method) ? method : ''
}

/** How sure a request line is that begins with this method. */
function judgeRequest(cursor: Cursor, method: string): Certainty {
  const { bytes, end } = cursor
  let at = cursor.offset + method.length
  while (bytes[at] === 32 && at < end) at++ // more blanks than one are a way to hide
  const path = at < end && bytes[at] === 0x2f
  const stop = cursor.find(10, 4096)
  if (stop < 0) return path ? YES : MAYBE
  const last = bytes[stop - 1] === 13 ? stop - 1 : stop
  // RTSP and SIP share methods and end their lines otherwise.
  if (last - 8 >= at && bytes.toString('latin1', last - 8, last - 3) === 'HTTP/') return YES
  return path ? MAYBE : NO
}

/**
 * Where a body should go on, a head begins: segments were lost. Within a known length it must be
 * sure.
 */
function startsAnew(cursor: Cursor, within: boolean): boolean {
  if (isStatusLine(cursor)) return true
  const method = methodAt(cursor)
  return method !== '' && (!within || judgeRequest(cursor, method) === YES)
}

/** `HTTP/1.1 200`; the blank is checked so that text about HTTP is none. */
function isStatusLine(cursor: Cursor): boolean {
  if (!cursor.has(12) || cursor.bytes.readInt32BE(cursor.offset) !== HTTP) return false
  return cursor.peek(4) === 0x2f && cursor.peek(8) === 0x20 && isDigit(cursor.peek(9))
}

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57

/**
 * Fewer bytes than a method or a status line take, and all of them letters that could begin one.
 */
function mayBecomeHead(cursor: Cursor): boolean {
  if (cursor.remaining > 11) return false
  const text = cursor.bytes.toString('latin1', cursor.offset, cursor.end)
  return (
    'HTTP/1.1 200'.startsWith(text.slice(0, 7)) || METHODS.some((name) => name.startsWith(text))
  )
}

const stateOf = (message: Message): HttpState =>
  (message.state ??= {
    left: [0, 0],
    chunked: [false, false],
    method: '',
    titleLeft: 0,
    misfits: 0,
  }) as HttpState

/** The snap length took the end of this segment, so the head will never be whole. */
const isCut = ({ packet }: Message): boolean =>
  packet.payloadEnd - packet.payloadOffset < packet.payloadLength

type Draft = Record<string, FieldValue>

function put(fields: Draft, name: string, value: string): void {
  if (value !== '') fields[name] = value
}

function readRequest(cursor: Cursor, message: Message): Progress {
  const start = cursor.offset
  const progress = head.read(cursor, isCut(message))
  if (progress !== NEXT) return progress === MORE ? MORE : giveUpHead(cursor, message)
  const line = head.startLine()
  const space = line.indexOf(' ')
  const last = line.lastIndexOf(' HTTP/')
  const target = line.slice(space + 1, last >= space ? last : undefined).trim()
  const question = target.indexOf('?')
  const fields: Draft = { kind: 'request', method: line.slice(0, space), uri: targetText(target) }
  const host = head.value('host')
  put(fields, 'host', host)
  put(fields, 'userAgent', head.value('user-agent'))
  const contentType = mediaType(head.value('content-type'))
  put(fields, 'contentType', contentType)
  put(fields, 'upgrade', head.value('upgrade', 32))
  put(fields, 'action', head.value('soapaction').replaceAll('"', ''))
  const authorization = head.value('authorization', 1024) || head.value('proxy-authorization', 1024)
  if (authorization !== '') credentials(fields, readCredentials(authorization))
  else if (question >= 0) credentials(fields, readForm(target.slice(question + 1)))
  const length = bodyLength(0)
  const form = contentType.endsWith('form-urlencoded') || contentType.endsWith('json')
  if (form && fields.credentials === undefined && length > 0 && length <= FORM_MAX) {
    if (!cursor.has(length) && !isCut(message)) {
      cursor.seek(start)
      return MORE
    }
    const stop = Math.min(cursor.offset + length, cursor.end)
    const text = cursor.bytes.toString('latin1', cursor.offset, stop)
    credentials(fields, contentType.endsWith('json') ? readJsonLogin(text) : readForm(text))
  }
  const state = stateOf(message)
  state.method = line.slice(0, space)
  state.misfits = 0
  expectBody(state, message.fromOriginator ? 0 : 1, length)
  message.emit(fields)
  if (message.fromOriginator) nameServer(message, host)
  return state.method === 'PRI' ? END : NEXT
}

function credentials(
  fields: Draft,
  found: { credentials?: Credentials; user: string } | undefined,
): void {
  if (!found) return
  fields.credentials = found.credentials ?? 'form'
  put(fields, 'user', found.user)
}

/** A Host header that is an address names nobody. */
function nameServer(message: Message, host: string): void {
  const name = host.replace(/:\d+$/, '')
  if (name !== '' && !/^[\d.]+$|[^\w.-]/.test(name)) message.serverName(name)
}

const mediaType = (value: string): string => /^[^;]*/.exec(value)![0].trim().toLowerCase()

function readResponse(cursor: Cursor, message: Message): Progress {
  const progress = head.read(cursor, isCut(message))
  if (progress !== NEXT) return progress === MORE ? MORE : giveUpHead(cursor, message)
  const state = stateOf(message)
  const status = Number.parseInt(head.startLine(16).slice(9, 12), 10) || 0
  const fields: Draft = { kind: 'response', status }
  put(fields, 'server', head.value('server'))
  const contentType = mediaType(head.value('content-type'))
  put(fields, 'contentType', contentType)
  const challenge = head.value('www-authenticate', 1024)
  if (challenge !== '') {
    const { authenticate, realm } = readChallenge(challenge)
    fields.authenticate = authenticate
    put(fields, 'realm', realm)
  }
  put(fields, 'location', targetText(head.value('location', 1024)))
  put(fields, 'powered', head.value('x-powered-by'))
  const empty = status < 200 || status === 204 || status === 304 || state.method === 'HEAD'
  const length = empty ? 0 : bodyLength(RESYNC)
  state.misfits = 0
  expectBody(state, message.fromOriginator ? 0 : 1, length)
  state.titleLeft = 0
  if (contentType.startsWith('text/html') && length !== 0 && !head.has('content-encoding')) {
    state.titleLeft = TITLE_MAX
    put(fields, 'title', findTitle(cursor, state))
  }
  message.emit(fields)
  // What follows is another protocol: WebSocket and the like, or whatever a proxy passes on.
  return status === 101 || (state.method === 'CONNECT' && status === 200) ? END : NEXT
}

/** A head without end: not HTTP, or no longer. */
function giveUpHead(cursor: Cursor, message: Message): Progress {
  message.anomaly('http-head-too-long')
  cursor.seek(cursor.end)
  return END
}

/** Octets of the body behind the head just read (RFC 9112 6.3); `otherwise` when nothing tells. */
function bodyLength(otherwise: number): number {
  if (/\bchunked\b/i.test(head.value('transfer-encoding'))) return CHUNK_SIZE
  const length = head.value('content-length', 20)
  return /^\d{1,15}$/.test(length) ? Number(length) : otherwise
}
