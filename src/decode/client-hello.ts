// The TLS ClientHello (RFC 8446 4.1.2, RFC 5246 7.4.1.2, RFC 6347 4.2.1), alike in TLS, DTLS and
// QUIC, and its JA4 fingerprint after FoxIO's specification of JA4 (the BSD-licensed part).
import { hash } from 'node:crypto'
import type { Cursor } from '../core/cursor.ts'
import { clip, type Fields, type Message } from './protocol.ts'

/** Where a ClientHello was carried, as JA4 writes it: TCP, QUIC or DTLS. */
export type HelloCarrier = 't' | 'q' | 'd'

export interface ClientHello {
  /** Lower case; '' without one. */
  serverName: string
  /** Application protocols offered (RFC 7301), at most 16. */
  alpn: string[]
  /** Highest version offered, and all offered, as wire numbers without GREASE. */
  version: number
  versions: number[]
  /** Cipher suites offered, without GREASE. */
  cipherCount: number
  /** The encrypted_client_hello extension is there; browsers also send it with random contents. */
  ech: boolean
  /** Legacy session id as hex; a server that repeats it resumes (up to TLS 1.2). */
  sessionId: string
  ja4: string
}

/** RFC 8701: 0x0a0a, 0x1a1a … 0xfafa. */
const isGrease = (value: number): boolean =>
  (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 255)

const SERVER_NAME = 0
const SIGNATURE_ALGORITHMS = 13
const ALPN = 16
const SUPPORTED_VERSIONS = 43
const ENCRYPTED_CLIENT_HELLO = 0xfe0d

const VERSION_NAMES: Readonly<Record<number, string>> = {
  0x0002: 'SSLv2',
  0x0300: 'SSLv3',
  0x0301: 'TLSv1.0',
  0x0302: 'TLSv1.1',
  0x0303: 'TLSv1.2',
  0x0304: 'TLSv1.3',
  0xfeff: 'DTLSv1.0',
  0xfefd: 'DTLSv1.2',
  0xfefc: 'DTLSv1.3',
}

const JA4_VERSIONS: Readonly<Record<number, string>> = {
  0x0002: 's2',
  0x0300: 's3',
  0x0301: '10',
  0x0302: '11',
  0x0303: '12',
  0x0304: '13',
  0xfeff: 'd1',
  0xfefd: 'd2',
  0xfefc: 'd3',
}

/** `TLSv1.2`; drafts of TLS 1.3 count as it, unknown versions are shown in hex. */
export function versionName(version: number): string {
  if (version >> 8 === 0x7f) return 'TLSv1.3'
  return VERSION_NAMES[version] ?? `0x${hex4(version)}`
}

/** A cipher suite or extension number as its four hex digits. */
export const hex4 = (value: number): string => value.toString(16).padStart(4, '0')

/** Reads the body of a ClientHello, behind its handshake header; undefined when it is malformed. */
export function readClientHello(cursor: Cursor, carrier: HelloCarrier): ClientHello | undefined {
  const legacyVersion = cursor.u16()
  cursor.skip(32)
  const sessionLength = cursor.u8()
  if (sessionLength > 32) return undefined
  const hello: ClientHello = {
    serverName: '',
    alpn: [],
    version: legacyVersion,
    versions: [],
    cipherCount: 0,
    ech: false,
    sessionId: cursor.hex(sessionLength),
    ja4: '',
  }
  if (carrier === 'd') cursor.skip(cursor.u8())
  const ciphers = list16(cursor, cursor.u16())
  cursor.skip(cursor.u8())
  if (cursor.overrun) return undefined
  const seen: Seen = { extensions: [], signatures: [], named: false, alpn: '00' }
  if (cursor.remaining > 0 && !readExtensions(cursor, hello, seen)) return undefined
  if (hello.versions.length === 0) hello.versions = [legacyVersion]
  else hello.version = highest(hello.versions)
  hello.cipherCount = ciphers.length
  hello.ja4 =
    carrier +
    (JA4_VERSIONS[hello.version] ?? '00') +
    (seen.named ? 'd' : 'i') +
    two(ciphers.length) +
    two(seen.extensions.length) +
    seen.alpn +
    '_' +
    (ciphers.length === 0 ? ZEROS : digest(hexList(ciphers.sort(ascending)))) +
    '_' +
    extensionDigest(seen)
  return hello
}

/** What JA4 needs of the extensions beyond the hello itself. */
interface Seen {
  /** In order, without GREASE. */
  extensions: number[]
  signatures: number[]
  named: boolean
  /** First and last character of the first ALPN value. */
  alpn: string
}

function readExtensions(cursor: Cursor, hello: ClientHello, seen: Seen): boolean {
  const length = cursor.u16()
  if (cursor.overrun || length > cursor.remaining) return false
  const end = cursor.offset + length
  while (cursor.offset + 4 <= end) {
    const type = cursor.u16()
    const size = cursor.u16()
    const stop = cursor.offset + size
    if (stop > end) return false
    if (!isGrease(type)) seen.extensions.push(type)
    if (type === SERVER_NAME) {
      seen.named = true
      hello.serverName = readServerName(cursor, stop)
    } else if (type === ALPN) readAlpn(cursor, stop, hello, seen)
    else if (type === SUPPORTED_VERSIONS) hello.versions = list16(cursor, cursor.u8())
    else if (type === SIGNATURE_ALGORITHMS) seen.signatures = list16(cursor, cursor.u16())
    else if (type === ENCRYPTED_CLIENT_HELLO) hello.ech = true
    if (cursor.overrun || cursor.offset > stop) return false
    cursor.seek(stop)
  }
  return true
}

/**
 * RFC 6066 3: the first host_name; '' when it is no name a host can have, an address among them.
 */
function readServerName(cursor: Cursor, stop: number): string {
  cursor.skip(2)
  if (cursor.offset + 3 > stop || cursor.u8() !== 0) return ''
  const length = cursor.u16()
  if (length === 0 || length > 255 || cursor.offset + length > stop) return ''
  const name = cursor.latin1(length).toLowerCase()
  if (!/^[\x21-\x7e]+$/.test(name) || /^[\d.]+$|:/.test(name)) return ''
  return name.replace(/\.$/, '')
}

function readAlpn(cursor: Cursor, stop: number, hello: ClientHello, seen: Seen): void {
  cursor.skip(2)
  while (cursor.offset < stop && hello.alpn.length < 16) {
    const length = cursor.u8()
    if (length === 0 || cursor.offset + length > stop) return
    const { bytes, offset } = cursor
    if (hello.alpn.length === 0) seen.alpn = alpnMark(bytes[offset], bytes[offset + length - 1])
    hello.alpn.push(clip(cursor.latin1(length), 64))
  }
}

/** First and last character, or of the value's hex when either is not alphanumeric. */
function alpnMark(first: number, last: number): string {
  if (isAlphanumeric(first) && isAlphanumeric(last)) return String.fromCharCode(first, last)
  return (first >> 4).toString(16) + (last & 15).toString(16)
}

const isAlphanumeric = (byte: number): boolean =>
  (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122)

/** `length` octets of 16-bit numbers, without GREASE. */
function list16(cursor: Cursor, length: number): number[] {
  const values: number[] = []
  if (!cursor.has(length)) cursor.overrun = true
  else {
    const stop = cursor.offset + length
    while (cursor.offset + 2 <= stop) {
      const value = cursor.u16()
      if (!isGrease(value)) values.push(value)
    }
    cursor.seek(stop)
  }
  return values
}

/** DTLS counts its versions downwards. */
function highest(versions: readonly number[]): number {
  let best = versions[0]
  for (const version of versions) {
    if (best >= 0xfe00 ? version < best && version >= 0xfe00 : version > best) best = version
  }
  return best
}

const ZEROS = '000000000000'
const ascending = (left: number, right: number) => left - right
const two = (count: number): string => String(Math.min(count, 99)).padStart(2, '0')
const digest = (text: string): string => hash('sha256', text).slice(0, 12)

function hexList(values: readonly number[]): string {
  let text = ''
  for (const value of values) text += (text === '' ? '' : ',') + hex4(value)
  return text
}

function extensionDigest(seen: Seen): string {
  const sorted = seen.extensions.filter((type) => type !== SERVER_NAME && type !== ALPN)
  if (sorted.length === 0) return ZEROS
  const text = hexList(sorted.sort(ascending))
  return digest(seen.signatures.length === 0 ? text : `${text}_${hexList(seen.signatures)}`)
}

/** Names the flow's server; a hello from the responder's side says nothing about the responder. */
export function nameServer(message: Message, name: string): void {
  if (name !== '' && message.fromOriginator) message.serverName(name)
}

/** What a protocol says of a ClientHello, without its `kind`. */
export function helloFields(hello: ClientHello): Fields {
  const fields: Record<string, Fields[string]> = {}
  if (hello.serverName !== '') fields.serverName = hello.serverName
  if (hello.alpn.length > 0) fields.alpn = hello.alpn
  fields.version = versionName(hello.version)
  fields.versions = hello.versions.slice(0, 16).map(versionName)
  fields.ja4 = hello.ja4
  fields.cipherCount = hello.cipherCount
  if (hello.ech) fields.ech = true
  return fields
}
