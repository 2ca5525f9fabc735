// TLS: the part of the handshake that is in the clear. Says which server a device asks for, how its
// client is built (JA4), what was agreed, and, up to TLS 1.2, the certificates both sides showed.
import { Cursor } from '../../core/cursor.ts'
import { helloFields, hex4, nameServer, readClientHello, versionName } from '../client-hello.ts'
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
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'
import {
  HANDSHAKE,
  RECORD,
  isHandshakeType,
  readAlert,
  readChain,
  readServerHello,
  type AlertFields,
  type CertificateFields,
  type ServerHelloFields,
} from '../tls-handshake.ts'

export type ClientHelloFields = {
  readonly kind: 'client-hello'
  readonly serverName?: string
  readonly alpn?: readonly string[]
  /** The highest offered, and all. */
  readonly version: string
  readonly versions: readonly string[]
  /** Absent for the SSLv2 form of the message. */
  readonly ja4?: string
  readonly cipherCount: number
  readonly ech?: true
}

export type TlsFields = ClientHelloFields | ServerHelloFields | CertificateFields | AlertFields

interface TlsState {
  clientIsOriginator: boolean
  clientHello: boolean
  serverHello: boolean
  sessionId: string
  /** By side: how many messages of the bytes kept through MORE were dealt with already. */
  done: [number, number]
}

/** RFC 5246 6.2.3 allows 2048 octets above the plain 16384. */
const RECORD_MAX = 16_384 + 2048
/** A handshake message longer than what a stream keeps cannot become whole. */
const MESSAGE_MAX = 32_768

/** Handshake contents that are spread over records, for the time of one call. */
const joined = Buffer.alloc(MESSAGE_MAX)
const body = new Cursor(joined)
const part = new Cursor(joined)

export const protocol: Protocol = {
  id: 'tls',
  title: 'TLS',
  spec: 'RFC 8446, RFC 5246',
  over: [
    tcp(443, 8443, 8883, 853, 465, 636, 989, 990, 992, 993, 995, 802, 5061, 5671, 5684, 6514, 9443),
  ],
  startsWith: [0x16, 0x15, 0x14, 0x17, 0x80, 0x81],
  packets: 14,

  recognise(cursor: Cursor) {
    const length = recordLength(cursor)
    if (length < 0) return cursor.peek() > 127 ? recogniseOld(cursor) : NO
    if (length === 0) return MAYBE
    switch (cursor.peek()) {
      case RECORD.handshake:
        return recogniseHandshake(cursor, length)
      case RECORD.alert:
        return length === 2 && (cursor.peek(5) === 1 || cursor.peek(5) === 2) ? YES : MAYBE
      case RECORD.changeCipherSpec:
        return length === 1 && cursor.peek(5) === 1 ? MAYBE : NO
      default:
        return tiles(cursor) ? YES : MAYBE
    }
  },

  decode(cursor: Cursor, message: Message) {
    const state = message.state as TlsState | undefined
    const length = recordLength(cursor)
    if (length === 0) return MORE
    if (length < 0) {
      if (cursor.peek() > 127 && !state?.serverHello) return decodeOld(cursor, message)
      return leave(message, 'tls-not-a-record')
    }
    switch (cursor.peek()) {
      case RECORD.handshake:
        return decodeHandshake(cursor, message)
      case RECORD.alert:
        if (!cursor.has(5 + length)) return MORE
        if (length === 2) sayAlert(cursor, message)
        cursor.skip(5 + length)
        return state === undefined ? END : NEXT
      default:
        // Early data and TLS 1.3's dummy ChangeCipherSpec come before the ServerHello; nothing else
        // does.
        if (state === undefined || state.serverHello) return END
        if (!cursor.has(5 + length)) return MORE
        cursor.skip(5 + length)
        return NEXT
    }
  },
}

/** Length of the record at the cursor; 0 while its header is not whole, -1 when it is none. */
function recordLength(cursor: Cursor): number {
  const type = cursor.peek()
  if (type < RECORD.changeCipherSpec || type > RECORD.application) return -1
  const major = cursor.peek(1)
  const minor = cursor.peek(2)
  if ((major !== 3 && major >= 0) || minor > 4) return -1
  const length = cursor.peek16(3)
  if (length === 0 || length > RECORD_MAX) return -1
  return length < 0 ? 0 : length
}

/** Joined in the middle: whether records fill the segment to its end. */
function tiles(cursor: Cursor): boolean {
  for (let records = 0; records < 8; records++) {
    const length = recordLength(cursor)
    if (length <= 0 || !cursor.has(5 + length)) return false
    cursor.skip(5 + length)
    if (cursor.remaining === 0) return true
  }
  return false
}

function recogniseHandshake(cursor: Cursor, length: number): Certainty {
  const type = cursor.peek(5)
  if (type < 0) return MAYBE
  if (!isHandshakeType(type) || cursor.peek(6) > 1) return NO
  if (type !== HANDSHAKE.clientHello && type !== HANDSHAKE.serverHello) return MAYBE
  if (length < 42 || cursor.peek(6) > 0) return NO
  return cursor.peek(9) === 3 && cursor.peek(10) <= 4 ? YES : NO
}

function leave(message: Message, anomaly: string): Progress {
  if (message.state === undefined) return FOREIGN
  message.anomaly(anomaly)
  return END
}

function sayAlert(cursor: Cursor, message: Message): void {
  const alert = readAlert(cursor.peek(5), cursor.peek(6))
  if (alert) message.emit(alert)
}

/**
 * One record, or several when a message is spread over them; says messages as soon as each is
 * whole.
 */
function decodeHandshake(cursor: Cursor, message: Message): Progress {
  const { bytes, end } = cursor
  let stop = cursor.offset + 5 + cursor.peek16(3)
  body.reset(bytes, cursor.offset + 5, Math.min(stop, end))
  let progress = readMessages(message)
  if (progress === MORE && stop < end) {
    let size = bytes.copy(joined, 0, cursor.offset + 5, stop)
    while (progress === MORE && stop < end) {
      part.reset(bytes, stop, end)
      const length = recordLength(part)
      if (length === 0) return MORE
      if (length < 0 || part.peek() !== RECORD.handshake || size + length > MESSAGE_MAX) {
        return leave(message, 'tls-handshake-broken-off')
      }
      size += bytes.copy(joined, size, stop + 5, Math.min(stop + 5 + length, end))
      stop += 5 + length
      body.reset(joined, 0, size)
      progress = readMessages(message)
    }
  }
  if (progress !== NEXT) return progress
  if (stop > end) return MORE
  const state = message.state as TlsState | undefined
  if (state) state.done[message.fromOriginator ? 0 : 1] = 0
  cursor.seek(stop)
  return NEXT
}

/**
 * Reads the messages in `body`: NEXT when it ends with a whole one, MORE when the last is not
 * whole.
 */
function readMessages(message: Message): Progress {
  const side = message.fromOriginator ? 0 : 1
  for (let index = 0; body.remaining > 0; index++) {
    const type = body.peek()
    if (!isHandshakeType(type)) return leave(message, 'tls-handshake-unknown')
    const high = body.peek(1)
    const low = body.peek16(2)
    if (high > 1) return leave(message, 'tls-handshake-unknown')
    if (low < 0) return MORE
    const length = high * 65536 + low
    if (length > MESSAGE_MAX) return leave(message, 'tls-handshake-too-long')
    if (!body.has(4 + length)) return MORE
    const state = (message.state ??= {
      clientIsOriginator: true,
      clientHello: false,
      serverHello: false,
      sessionId: '',
      done: [0, 0],
    }) as TlsState
    if (index >= state.done[side]) {
      state.done[side] = index + 1
      part.reset(body.bytes, body.offset + 4, body.offset + 4 + length)
      if (readMessage(type, message, state) === END) return END
    }
    body.skip(4 + length)
  }
  return NEXT
}

/** Reads one whole handshake message, whose contents `part` holds. */
function readMessage(type: number, message: Message, state: TlsState): Progress {
  if (type === HANDSHAKE.clientHello) {
    state.clientIsOriginator = message.fromOriginator
    if (state.clientHello) return NEXT
    const hello = readClientHello(part, 't')
    if (!hello) {
      message.anomaly('tls-client-hello-malformed')
      return NEXT
    }
    state.clientHello = true
    state.sessionId = hello.sessionId
    message.emit({ kind: 'client-hello', ...helloFields(hello) })
    nameServer(message, hello.serverName)
  } else if (type === HANDSHAKE.serverHello) {
    state.clientIsOriginator = !message.fromOriginator
    const hello = readServerHello(part, state.sessionId)
    if (hello === undefined) message.anomaly('tls-server-hello-malformed')
    else if (hello !== 'retry') {
      state.serverHello = true
      message.emit(hello)
      if (hello.version === 'TLSv1.3') return END
    }
  } else if (type === HANDSHAKE.certificate) {
    const chain = readChain(part)
    const from = message.fromOriginator === state.clientIsOriginator ? 'client' : 'server'
    if (chain.length > 0) message.emit({ kind: 'certificate', chain, from })
  }
  return NEXT
}

/**
 * SSLv2's framing (RFC 6101 E): what very old devices open with, even when they speak TLS
 * afterwards.
 */
function recogniseOld(cursor: Cursor): Certainty {
  const length = cursor.peek16() & 0x7fff
  const version = cursor.peek16(3)
  const ciphers = cursor.peek16(5)
  const session = cursor.peek16(7)
  const challenge = cursor.peek16(9)
  if (cursor.peek(2) !== 1 || challenge < 16 || challenge > 32 || ciphers < 3) return NO
  if (version !== 2 && (version < 0x0300 || version > 0x0304)) return NO
  return ciphers % 3 === 0 && length === 9 + ciphers + session + challenge ? YES : NO
}

function decodeOld(cursor: Cursor, message: Message): Progress {
  const length = cursor.peek16() & 0x7fff
  if (message.state !== undefined && cursor.peek(2) === 4) {
    message.emit({
      kind: 'server-hello',
      version: versionName(Math.max(2, cursor.peek16(5))),
      cipher: hex4(0),
    })
    return END
  }
  if (cursor.remaining < 11 && message.state === undefined) return MORE
  if (recogniseOld(cursor) !== YES) return leave(message, 'tls-not-a-record')
  if (!cursor.has(2 + length)) return MORE
  const version = versionName(cursor.peek16(3))
  message.state = {
    clientIsOriginator: message.fromOriginator,
    clientHello: true,
    serverHello: false,
    sessionId: '',
    done: [0, 0],
  } satisfies TlsState
  message.emit({
    kind: 'client-hello',
    version,
    versions: [version],
    cipherCount: cursor.peek16(5) / 3,
  })
  cursor.skip(2 + length)
  return NEXT
}
