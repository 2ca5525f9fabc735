// Handshake messages and alerts that TLS and DTLS share (RFC 5246, RFC 8446): ServerHello, the
// certificate chain, alerts. ClientHello has a file of its own.
import type { Cursor } from '../core/cursor.ts'
import type { Certificate } from './certificate.ts'
import { CertificateMemory } from './certificate-memory.ts'
import { hex4, versionName } from './client-hello.ts'
import { clip } from './protocol.ts'

/** Record types. */
export const RECORD = { changeCipherSpec: 20, alert: 21, handshake: 22, application: 23 } as const
/** Handshake message types. */
export const HANDSHAKE = { clientHello: 1, serverHello: 2, certificate: 11 } as const

export type ServerHelloFields = {
  readonly kind: 'server-hello'
  readonly version: string
  /** Cipher suite as four hex digits, e.g. 'c02f'. */
  readonly cipher: string
  readonly alpn?: string
  /** The session goes on from an earlier one, so no certificate follows. */
  readonly resumed?: true
}

export type CertificateFields = {
  readonly kind: 'certificate'
  /** As sent: the sender's own first; at most 10. */
  readonly chain: readonly Certificate[]
  readonly from: 'client' | 'server'
}

export type AlertFields = {
  readonly kind: 'alert'
  readonly level: 'warning' | 'fatal'
  readonly description: string
}

/** Handshake types a sane peer sends in the clear; others are encrypted or no handshake. */
export const isHandshakeType = (type: number): boolean =>
  type <= 5 || type === 8 || (type >= 11 && type <= 16) || (type >= 20 && type <= 25) || type === 67

/** RFC 8446 4.1.3: the random of a HelloRetryRequest begins so. */
const RETRY = 0xcf21ad74
const CHAIN_MAX = 10

/**
 * Reads a ServerHello's body. 'retry' for a HelloRetryRequest, undefined when it is malformed.
 * `sessionId`: what the client sent, as hex.
 */
export function readServerHello(
  cursor: Cursor,
  sessionId: string,
): ServerHelloFields | 'retry' | undefined {
  let version = cursor.u16()
  const random = cursor.u32()
  cursor.skip(28)
  // Drafts of TLS 1.3 before the 22nd had neither session id nor compression here.
  const early = version >= 0x7f00 && version < 0x7f16
  const sessionLength = early ? 0 : cursor.u8()
  if (sessionLength > 32) return undefined
  const echoed = sessionLength > 0 && cursor.hex(sessionLength) === sessionId
  const cipher = cursor.u16()
  if (!early) cursor.skip(1)
  if (cursor.overrun) return undefined
  let alpn = ''
  let preShared = false
  const end = cursor.has(2) ? cursor.u16() + cursor.offset : cursor.offset
  while (cursor.offset + 4 <= end) {
    const type = cursor.u16()
    const size = cursor.u16()
    const stop = cursor.offset + size
    if (stop > end) return undefined
    if (type === 43) version = cursor.u16()
    else if (type === 41) preShared = true
    else if (type === 16 && size > 3) {
      cursor.skip(2)
      const length = cursor.u8()
      if (cursor.offset + length <= stop) alpn = clip(cursor.latin1(length), 64)
    }
    cursor.seek(stop)
    if (cursor.overrun) return undefined
  }
  if (random === RETRY) return 'retry'
  const modern = isModern(version)
  return {
    kind: 'server-hello',
    version: versionName(version),
    cipher: hex4(cipher),
    ...(alpn === '' ? undefined : { alpn }),
    ...((modern ? preShared : echoed) ? { resumed: true } : undefined),
  }
}

/** TLS 1.3 and DTLS 1.3, drafts included: all after the ServerHello is encrypted. */
export const isModern = (version: number): boolean =>
  version === 0x0304 || version >> 8 === 0x7f || version === 0xfefc

/** About 1.5 KiB each. */
const memory = new CertificateMemory(512)

/** Reads a Certificate body of TLS 1.2 and earlier; what is no certificate is left out. */
export function readChain(cursor: Cursor): Certificate[] {
  const chain: Certificate[] = []
  cursor.skip(3)
  while (chain.length < CHAIN_MAX && cursor.has(3)) {
    const length = cursor.u24()
    if (!cursor.has(length)) break
    const certificate = memory.read(cursor.bytes, cursor.offset, cursor.offset + length)
    cursor.skip(length)
    if (certificate) chain.push(certificate)
  }
  return chain
}

/** RFC 8446 6, with those of earlier versions. */
const ALERTS: Readonly<Record<number, string>> = {
  0: 'close-notify',
  10: 'unexpected-message',
  20: 'bad-record-mac',
  21: 'decryption-failed',
  22: 'record-overflow',
  30: 'decompression-failure',
  40: 'handshake-failure',
  41: 'no-certificate',
  42: 'bad-certificate',
  43: 'unsupported-certificate',
  44: 'certificate-revoked',
  45: 'certificate-expired',
  46: 'certificate-unknown',
  47: 'illegal-parameter',
  48: 'unknown-ca',
  49: 'access-denied',
  50: 'decode-error',
  51: 'decrypt-error',
  60: 'export-restriction',
  70: 'protocol-version',
  71: 'insufficient-security',
  80: 'internal-error',
  86: 'inappropriate-fallback',
  90: 'user-canceled',
  100: 'no-renegotiation',
  109: 'missing-extension',
  110: 'unsupported-extension',
  111: 'certificate-unobtainable',
  112: 'unrecognized-name',
  113: 'bad-certificate-status-response',
  114: 'bad-certificate-hash-value',
  115: 'unknown-psk-identity',
  116: 'certificate-required',
  120: 'no-application-protocol',
  121: 'ech-required',
}

/** An alert in the clear; undefined for those that are encrypted, and for the ordinary goodbye. */
export function readAlert(level: number, description: number): AlertFields | undefined {
  if ((level !== 1 && level !== 2) || !(description in ALERTS) || description === 0)
    return undefined
  return {
    kind: 'alert',
    level: level === 1 ? 'warning' : 'fatal',
    description: ALERTS[description],
  }
}
