// DTLS: what TLS says of a handshake, over datagrams (CoAP, LwM2M, WebRTC). Fragments of a message
// are put together; records behind the change of keys are sealed.
import { Cursor } from '../../core/cursor.ts'
import { helloFields, nameServer, readClientHello } from '../client-hello.ts'
import { Pieces } from '../pieces.ts'
import {
  END,
  FOREIGN,
  MORE,
  NEXT,
  NO,
  YES,
  udp,
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
import type { ClientHelloFields } from './tls.ts'

/** As for TLS; versions read 'DTLSv1.2' and the like. */
export type DtlsFields = ClientHelloFields | ServerHelloFields | CertificateFields | AlertFields

/** A message that came in fragments so far. */
interface Partial {
  readonly sequence: number
  readonly length: number
  readonly pieces: Pieces
}

interface DtlsState {
  clientIsOriginator: boolean
  clientHello: boolean
  serverHello: boolean
  sessionId: string
  readonly partial: [Partial | undefined, Partial | undefined]
}

/** RFC 6347 4.1: type, version, epoch, sequence number, length. */
const HEADER = 13
/** RFC 6347 4.2.2: type, length, message sequence, fragment offset and length. */
const FRAGMENT_HEADER = 12
const MESSAGE_MAX = 16_384

/** Messages that are read; fragments of others are not even kept. */
const READ: ReadonlySet<number> = new Set(Object.values(HANDSHAKE))

const body = new Cursor(Buffer.alloc(0))

export const protocol: Protocol = {
  id: 'dtls',
  title: 'DTLS',
  spec: 'RFC 6347, RFC 9147',
  over: [udp(5684, 4433, 443, 853, 5349, 10161, 4740)],
  startsWith: [RECORD.changeCipherSpec, RECORD.alert, RECORD.handshake, RECORD.application],
  packets: 12,

  recognise(cursor: Cursor) {
    const length = recordLength(cursor)
    if (length <= 0) return NO
    const epoch = cursor.peek16(3)
    if (cursor.peek() !== RECORD.handshake || epoch > 0) return epoch < 256 ? YES : NO
    const { offset } = cursor
    cursor.skip(HEADER)
    const fits = fragmentFits(cursor, length)
    cursor.seek(offset)
    return fits ? YES : NO
  },

  decode(cursor: Cursor, message: Message) {
    const state = message.state as DtlsState | undefined
    const length = recordLength(cursor)
    if (length === 0) return MORE
    // DTLS 1.3's short record header, or a connection id: sealed either way.
    if (length < 0) return state ? END : FOREIGN
    const stop = cursor.offset + HEADER + length
    const type = cursor.peek()
    if (cursor.peek16(3) > 0) return END
    cursor.skip(HEADER)
    if (type === RECORD.handshake) {
      const progress = readFragments(cursor, stop, message)
      if (progress !== NEXT) return progress
    } else if (type === RECORD.alert && length === 2) {
      const alert = readAlert(cursor.peek(0), cursor.peek(1))
      if (alert) message.emit(alert)
    } else if (type === RECORD.application) return END
    cursor.seek(stop)
    return NEXT
  },
}

/** Length of the record at the cursor; 0 when the datagram was cut, -1 when it is none. */
function recordLength(cursor: Cursor): number {
  const type = cursor.peek()
  if (type < RECORD.changeCipherSpec || type > RECORD.application) return -1
  const version = cursor.peek16(1)
  // OpenSSL before 0.9.8f wrote version 1.0 as 0x0100; AnyConnect still does.
  if (version !== 0xfefd && version !== 0xfeff && version !== 0x0100) return version < 0 ? 0 : -1
  const length = cursor.peek16(11)
  if (length < 0) return 0
  if (length === 0 || length > MESSAGE_MAX + 2048) return -1
  return cursor.has(HEADER + length) ? length : 0
}

/** Whether a handshake fragment lies at the cursor, within `room` octets. */
function fragmentFits(cursor: Cursor, room: number): boolean {
  if (room < FRAGMENT_HEADER || !isHandshakeType(cursor.peek())) return false
  const { bytes, offset } = cursor
  const length = bytes.readUIntBE(offset + 1, 3)
  const from = bytes.readUIntBE(offset + 6, 3)
  const size = bytes.readUIntBE(offset + 9, 3)
  return from + size <= length && size + FRAGMENT_HEADER <= room && length <= MESSAGE_MAX
}

function readFragments(cursor: Cursor, stop: number, message: Message): Progress {
  while (cursor.offset < stop) {
    if (!fragmentFits(cursor, stop - cursor.offset)) {
      message.anomaly('dtls-fragment-odd')
      return message.state === undefined ? FOREIGN : NEXT
    }
    const state = (message.state ??= {
      clientIsOriginator: true,
      clientHello: false,
      serverHello: false,
      sessionId: '',
      partial: [undefined, undefined],
    } satisfies DtlsState) as DtlsState
    const type = cursor.u8()
    const length = cursor.u24()
    const sequence = cursor.u16()
    const from = cursor.u24()
    const size = cursor.u24()
    const start = cursor.offset
    cursor.skip(size)
    if (!READ.has(type)) continue
    if (size === length) body.reset(cursor.bytes, start, start + size)
    else if (!collect(cursor.bytes, start, size, { state, message, sequence, length, from }))
      continue
    if (readMessage(type, message, state) === END) return END
  }
  return NEXT
}

interface Place {
  readonly state: DtlsState
  readonly message: Message
  readonly sequence: number
  readonly length: number
  readonly from: number
}

/** Adds a fragment to its message; true when that is whole and lies in `body`. */
function collect(bytes: Buffer, start: number, size: number, place: Place): boolean {
  const { state, message, sequence, length, from } = place
  const side = message.fromOriginator ? 0 : 1
  let partial = state.partial[side]
  if (partial === undefined || partial.sequence !== sequence || partial.length !== length) {
    partial = { sequence, length, pieces: new Pieces() }
    state.partial[side] = partial
  }
  partial.pieces.add(from, bytes, start, start + size)
  if (partial.pieces.whole < length) return false
  state.partial[side] = undefined
  body.reset(partial.pieces.buffer, 0, length)
  return true
}

/** Reads the whole message in `body`. */
function readMessage(type: number, message: Message, state: DtlsState): Progress {
  if (type === HANDSHAKE.clientHello) {
    state.clientIsOriginator = message.fromOriginator
    // The same hello comes again with the server's cookie (RFC 6347 4.2.1).
    if (state.clientHello) return NEXT
    const hello = readClientHello(body, 'd')
    if (!hello) {
      message.anomaly('dtls-client-hello-malformed')
      return NEXT
    }
    state.clientHello = true
    state.sessionId = hello.sessionId
    message.emit({ kind: 'client-hello', ...helloFields(hello) })
    nameServer(message, hello.serverName)
  } else if (type === HANDSHAKE.serverHello) {
    state.clientIsOriginator = !message.fromOriginator
    const hello = readServerHello(body, state.sessionId)
    if (hello === undefined) message.anomaly('dtls-server-hello-malformed')
    else if (hello !== 'retry' && !state.serverHello) {
      state.serverHello = true
      message.emit(hello)
      if (hello.version === 'DTLSv1.3') return END
    }
  } else if (type === HANDSHAKE.certificate) {
    const chain = readChain(body)
    const from = message.fromOriginator === state.clientIsOriginator ? 'client' : 'server'
    if (chain.length > 0) message.emit({ kind: 'certificate', chain, from })
  }
  return NEXT
}
