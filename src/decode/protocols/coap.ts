// CoAP over UDP: which resources a constrained device offers and is asked for. CoAP under DTLS
// (port 5684) is not seen here.
import type { Cursor } from '../../core/cursor.ts'
import { MAYBE, NEXT, NO, YES, clip, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type CoapFields = {
  readonly kind: 'request' | 'response'
  readonly method?: string
  /** Of a response, e.g. '2.05'. */
  readonly code?: string
  readonly host?: string
  /** '/a/b'; requests only, '/' when the request names none. */
  readonly path?: string
  /** Names of query parameters, without values. */
  readonly query?: readonly string[]
  readonly observe?: true
  readonly contentFormat?: number
  /** Paths in a list of links (RFC 6690), which is what `/.well-known/core` answers. */
  readonly resources?: readonly string[]
}

const METHODS = ['', 'GET', 'POST', 'PUT', 'DELETE', 'FETCH', 'PATCH', 'iPATCH']
const OPTION = { host: 3, observe: 6, path: 11, contentFormat: 12, query: 15 } as const
const OPTIONS = 64
const LIST = 32
const PATH_LENGTH = 256
const LINK_FORMAT = 40
const LINKS_BYTES = 2048

/** What the options of one message hold. */
interface Options {
  host?: string
  path: string
  query?: string[]
  observe?: true
  contentFormat?: number
  /** The payload's offset; -1 without one. */
  payload: number
  broken: boolean
}

export const protocol: Protocol = {
  id: 'coap',
  title: 'CoAP',
  spec: 'RFC 7252',
  over: [udp(5683)],
  // Version 1, any type, a token of at most eight bytes.
  startsWith: [0x40, 0x50, 0x60, 0x70].flatMap((type) =>
    Array.from({ length: 9 }, (_, token) => type + token),
  ),
  packets: Infinity,

  recognise(cursor: Cursor, message: Message): Certainty {
    const own = message.destinationPort === 5683 || message.sourcePort === 5683
    const code = cursor.peek(1)
    if (!plausible(cursor.peek(), code, cursor.remaining)) return NO
    // Text can look like a response; requests have codes that no text has.
    if (!own && (code === 0 || code > 7)) return NO
    const options = readOptions(cursor)
    if (options.broken) return NO
    if (own) return MAYBE
    return options.path !== '' && isPrintable(options.path) ? YES : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const { bytes, end } = cursor
    const code = cursor.peek(1)
    if (!plausible(cursor.peek(), code, cursor.remaining)) {
      if (!message.packet.cut) message.anomaly('coap-malformed')
    } else if (code !== 0) {
      const options = readOptions(cursor)
      if (!options.broken) message.emit(fieldsOf(code, options, bytes, end))
      else if (!message.packet.cut) message.anomaly('coap-malformed')
    }
    cursor.seek(end)
    return NEXT
  },
}

/** Version, token length, and a code that exists; an empty message is four bytes (RFC 7252 4.1). */
function plausible(first: number, code: number, length: number): boolean {
  if (first >> 6 !== 1 || (first & 15) > 8 || length < 4 + (first & 15)) return false
  if (code === 0) return length === 4
  const detail = code & 31
  if (code >> 5 === 0) return detail <= 7
  return code >> 5 === 2 || code >> 5 === 4 || code >> 5 === 5
}

/** Reads the options (RFC 7252 3.1); the cursor stands at the message's start. */
function readOptions(cursor: Cursor): Options {
  const options: Options = { path: '', payload: -1, broken: false }
  cursor.skip(4 + (cursor.peek() & 15))
  let number = 0
  for (let count = 0; cursor.remaining > 0; count++) {
    const first = cursor.u8()
    if (first === 0xff) {
      options.payload = cursor.offset
      options.broken = cursor.remaining === 0
      return options
    }
    number += extended(first >> 4, cursor)
    const length = extended(first & 15, cursor)
    if (length < 0 || number < 0 || number > 65535 || !cursor.has(length) || count >= OPTIONS) {
      options.broken = true
      return options
    }
    option(number, length, cursor, options)
  }
  return options
}

/**
 * 13 and 14 stand for longer numbers behind; 15 is reserved: so low that everything gets negative.
 */
function extended(value: number, cursor: Cursor): number {
  if (value === 13) return cursor.u8() + 13
  if (value === 14) return cursor.u16() + 269
  return value === 15 ? -1_000_000 : value
}

function option(number: number, length: number, cursor: Cursor, options: Options): void {
  const next = cursor.offset + length
  if (number === OPTION.host) options.host = clip(cursor.utf8(length))
  else if (number === OPTION.path) {
    if (options.path.length < PATH_LENGTH) options.path += '/' + cursor.utf8(length)
  } else if (number === OPTION.query) {
    options.query ??= []
    const text = cursor.utf8(length)
    const equals = text.indexOf('=')
    if (options.query.length < LIST)
      options.query.push(clip(equals < 0 ? text : text.slice(0, equals)))
  } else if (number === OPTION.observe) options.observe = true
  else if (number === OPTION.contentFormat && length <= 2) {
    options.contentFormat = length === 0 ? 0 : length === 1 ? cursor.u8() : cursor.u16()
  }
  cursor.seek(next)
}

function fieldsOf(code: number, options: Options, bytes: Buffer, end: number): CoapFields {
  const { host, query, observe, contentFormat, payload } = options
  if (code < 32) {
    const path = options.path === '' ? '/' : clip(options.path)
    return { kind: 'request', method: METHODS[code], host, path, query, observe, contentFormat }
  }
  const detail = String(code & 31).padStart(2, '0')
  const resources =
    contentFormat === LINK_FORMAT && payload >= 0 ? links(bytes, payload, end) : undefined
  return { kind: 'response', code: `${code >> 5}.${detail}`, observe, contentFormat, resources }
}

function links(bytes: Buffer, from: number, end: number): string[] {
  const text = bytes.toString('utf8', from, Math.min(end, from + LINKS_BYTES))
  const list: string[] = []
  for (let at = text.indexOf('<'); at >= 0 && list.length < LIST; at = text.indexOf('<', at + 1)) {
    const close = text.indexOf('>', at)
    if (close < 0) break
    list.push(clip(text.slice(at + 1, close)))
  }
  return list
}

function isPrintable(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x20 || code > 0x7e) return false
  }
  return true
}
