// QUIC: the ClientHello in a connection's first packets, which anybody may open. Says which server
// is asked for and how the client is built (JA4); all that follows is sealed.
import { Cursor } from '../../core/cursor.ts'
import { helloFields, nameServer, readClientHello } from '../client-hello.ts'
import { findClientTags, isGoogleQuic, readGoogleQuic, type ClientTags } from '../google-quic.ts'
import { Pieces } from '../pieces.ts'
import {
  END,
  FOREIGN,
  MAYBE,
  NEXT,
  NO,
  YES,
  clip,
  udp,
  type Fields,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'
import {
  LongHeader,
  initialKeys,
  openInitial,
  variableInteger,
  variantOf,
  type InitialKeys,
  type Variant,
} from '../quic-initial.ts'
import { HANDSHAKE } from '../tls-handshake.ts'

export type QuicFields = {
  readonly kind: 'initial'
  /** '1', '2', 'draft-29', or Google's 'Q046'. */
  readonly version: string
  readonly destinationConnectionIdLength: number
  /** The rest is absent when the packet could not be opened. */
  readonly serverName?: string
  readonly alpn?: readonly string[]
  readonly ja4?: string
  readonly cipherCount?: number
  readonly ech?: true
  /** Google's QUIC: the client's program. */
  readonly userAgent?: string
}

interface QuicState {
  readonly variant: Variant
  readonly connectionIdLength: number
  keys: InitialKeys
  pieces: Pieces
  /** Packets that could not be opened. */
  failures: number
}

/** RFC 9000 14.1: what a client's first datagram is at least. */
const DATAGRAM_MIN = 1200
/** Google's clients fill theirs up too. */
const GOOGLE_MIN = 1000
const FAILURES_MAX = 3

const FRAME = { padding: 0, ping: 1, acknowledgement: 2, withCongestion: 3, crypto: 6 } as const

const header = new LongHeader()
const frames = new Cursor(Buffer.alloc(0))

export const protocol: Protocol = {
  id: 'quic',
  title: 'QUIC',
  spec: 'RFC 9000, RFC 9001, RFC 9369',
  over: [udp(443, 80, 853, 8443)],
  // Long headers of the types Initial and, where version 2 swaps them, its neighbours; public flags
  // of Google's with a version and a connection id.
  startsWith: [
    ...Array.from({ length: 32 }, (_, index) => 0xc0 + index),
    ...[0x09, 0x0d, 0x19, 0x1d, 0x29, 0x2d, 0x39, 0x3d],
  ],
  packets: 6,

  recognise(cursor: Cursor, message: Message) {
    if (isGoogleQuic(cursor)) return message.packet.payloadLength >= GOOGLE_MIN ? YES : MAYBE
    const version = cursor.has(7) ? cursor.bytes.readUInt32BE(cursor.offset + 1) : 0
    const variant = variantOf(version)
    if (!variant || !header.read(cursor)) return NO
    if (header.type !== variant.initial) return MAYBE
    return message.packet.payloadLength >= DATAGRAM_MIN ? YES : MAYBE
  },

  decode(cursor: Cursor, message: Message) {
    const state = message.state as QuicState | undefined
    if (!state && isGoogleQuic(cursor)) return sayGoogle(cursor, message)
    // Short headers and other versions: past the part that can be read.
    if (!header.read(cursor)) return leave(cursor, state)
    const variant = variantOf(header.version)
    if (!variant) return header.version === 0 ? skipAll(cursor) : leave(cursor, state)
    if (header.type !== variant.initial) {
      // 0-RTT and handshake packets may come between; of Retry nothing is needed.
      return skipAll(cursor)
    }
    if (!header.readInitial(cursor)) return cutInitial(cursor, message, variant)
    if (state && !message.fromOriginator) return NEXT
    return readInitial(cursor, message, variant)
  },
}

/** Google's QUIC before the standard: all in the clear, in one packet. */
function sayGoogle(cursor: Cursor, message: Message): Progress {
  const hello = readGoogleQuic(cursor)
  if (!hello) return FOREIGN
  cursor.seek(cursor.end)
  const { version, connectionIdLength: destinationConnectionIdLength } = hello
  return sayTags({ kind: 'initial', version, destinationConnectionIdLength }, hello, message)
}

function sayTags(
  fields: Fields,
  { serverName, userAgent }: ClientTags,
  message: Message,
): Progress {
  message.emit({
    ...fields,
    ...(serverName === '' ? undefined : { serverName: clip(serverName) }),
    ...(userAgent === '' ? undefined : { userAgent: clip(userAgent) }),
  })
  nameServer(message, clip(serverName))
  return END
}

function skipAll(cursor: Cursor): Progress {
  cursor.overrun = false
  cursor.seek(cursor.end)
  return NEXT
}

function leave(cursor: Cursor, state: QuicState | undefined): Progress {
  if (state) return skipAll(cursor)
  return FOREIGN
}

/** The capture cut the packet: its version is all there is to say. */
function cutInitial(cursor: Cursor, message: Message, variant: Variant): Progress {
  const { payloadEnd, payloadOffset, payloadLength } = message.packet
  if (payloadEnd - payloadOffset >= payloadLength) {
    message.anomaly('quic-initial-malformed')
    return message.state === undefined ? FOREIGN : skipAll(cursor)
  }
  message.emit(bareFields(variant, header.destinationIdLength))
  return END
}

const bareFields = (variant: Variant, length: number): Fields => ({
  kind: 'initial',
  version: variant.name,
  destinationConnectionIdLength: length,
})

/** Opens the packet that `header` describes and takes its CRYPTO frames. */
function readInitial(cursor: Cursor, message: Message, variant: Variant): Progress {
  const { bytes } = cursor
  const { destinationId, destinationIdLength } = header
  const state = (message.state ??= {
    variant,
    connectionIdLength: destinationIdLength,
    keys: keysAt(bytes, variant),
    pieces: new Pieces(),
    failures: 0,
  } satisfies QuicState) as QuicState
  let clear = openInitial(bytes, header, state.keys)
  if (!clear && destinationIdLength > 0) {
    // After a Retry the keys follow from the id that the server chose (RFC 9001 5.2).
    const retried = initialKeys(
      variant,
      bytes.subarray(destinationId, destinationId + destinationIdLength),
    )
    clear = openInitial(bytes, header, retried)
    if (clear) {
      state.keys = retried
      state.pieces = new Pieces()
    }
  }
  if (!clear) {
    if (++state.failures < FAILURES_MAX) return NEXT
    message.anomaly('quic-initial-sealed')
    message.emit(bareFields(state.variant, state.connectionIdLength))
    return END
  }
  const tags = findClientTags(clear)
  if (tags) return sayTags(bareFields(state.variant, state.connectionIdLength), tags, message)
  if (!readFrames(clear, state.pieces)) {
    message.anomaly('quic-frames-malformed')
    return END
  }
  return sayHello(message, state)
}

const keysAt = (bytes: Buffer, variant: Variant): InitialKeys =>
  initialKeys(
    variant,
    bytes.subarray(header.destinationId, header.destinationId + header.destinationIdLength),
  )

/** Collects CRYPTO frames; false when a frame is there that Initial packets cannot have. */
function readFrames(clear: Buffer, pieces: Pieces): boolean {
  frames.reset(clear, 0, clear.length)
  while (frames.remaining > 0) {
    const type = frames.u8()
    if (type === FRAME.padding || type === FRAME.ping) continue
    if (type === FRAME.crypto) {
      const offset = variableInteger(frames)
      const length = variableInteger(frames)
      const start = frames.offset
      frames.skip(length)
      if (frames.overrun || !pieces.add(offset, clear, start, start + length)) return false
    } else if (type === FRAME.acknowledgement || type === FRAME.withCongestion) {
      variableInteger(frames)
      variableInteger(frames)
      const ranges = variableInteger(frames)
      variableInteger(frames)
      if (ranges > clear.length) return false
      for (let index = 0; index < ranges * 2; index++) variableInteger(frames)
      if (type === FRAME.withCongestion)
        for (let index = 0; index < 3; index++) variableInteger(frames)
      if (frames.overrun) return false
    } else {
      // CONNECTION_CLOSE: nothing is behind it that matters.
      return type === 0x1c || type === 0x1d
    }
  }
  return true
}

/** Says the ClientHello once it is whole. */
function sayHello(message: Message, state: QuicState): Progress {
  const { whole, buffer } = state.pieces
  if (whole < 4) return NEXT
  if (buffer[0] !== HANDSHAKE.clientHello) return END
  const length = buffer.readUIntBE(1, 3)
  if (length > 16_380) {
    message.anomaly('quic-client-hello-too-long')
    return END
  }
  if (whole < 4 + length) return NEXT
  const hello = readClientHello(new Cursor(buffer, 4, 4 + length), 'q')
  if (!hello) {
    message.anomaly('quic-client-hello-malformed')
    return END
  }
  const { version: _, versions: __, ...fields } = helloFields(hello)
  message.emit({ ...bareFields(state.variant, state.connectionIdLength), ...fields })
  nameServer(message, hello.serverName)
  return END
}
