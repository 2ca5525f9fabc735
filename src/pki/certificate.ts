// X.509 certificates (RFC 5280) of an own authority: ECDSA on P-256 with SHA-256, one profile for
// the authority, one for servers.
import { createHash, createPublicKey, randomBytes, sign, type KeyObject } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import * as der from './der.ts'

const ECDSA_WITH_SHA256 = der.sequence(der.oid('1.2.840.10045.4.3.2'))
const SERVER_AUTH = der.oid('1.3.6.1.5.5.7.3.1')
/** Clocks of clients may be behind. */
const BACKDATE_MS = 3_600_000

interface Content {
  readonly subject: string
  readonly issuer: string
  readonly publicKey: KeyObject
  readonly signedBy: KeyObject
  readonly from: number
  readonly to: number
  readonly extensions: readonly Buffer[]
}

/** A certificate for the authority's own key; PEM. Times are milliseconds. */
export function authorityCertificate(options: {
  readonly name: string
  readonly key: KeyObject
  readonly now: number
  readonly days: number
}): string {
  const publicKey = createPublicKey(options.key)
  return certificate({
    subject: options.name,
    issuer: options.name,
    publicKey,
    signedBy: options.key,
    from: options.now - BACKDATE_MS,
    to: options.now + options.days * 86_400_000,
    extensions: [
      // cA, and nothing below it but end entities.
      critical('2.5.29.19', der.sequence(der.TRUE, der.unsigned(Buffer.from([0])))),
      // keyCertSign, cRLSign
      critical('2.5.29.15', der.bits(Buffer.from([0x06]), 1)),
      extension('2.5.29.14', der.octets(keyId(publicKey))),
    ],
  })
}

/** A certificate for a server under these DNS names and addresses; PEM. */
export function serverCertificate(options: {
  readonly name: string
  readonly names: readonly string[]
  readonly publicKey: KeyObject
  readonly authority: { readonly name: string; readonly key: KeyObject }
  readonly now: number
  readonly days: number
}): string {
  const { authority, publicKey } = options
  return certificate({
    subject: options.name,
    issuer: authority.name,
    publicKey,
    signedBy: authority.key,
    from: options.now - BACKDATE_MS,
    to: options.now + options.days * 86_400_000,
    extensions: [
      critical('2.5.29.19', der.sequence()),
      // digitalSignature
      critical('2.5.29.15', der.bits(Buffer.from([0x80]), 7)),
      extension('2.5.29.37', der.sequence(SERVER_AUTH)),
      extension('2.5.29.17', der.sequence(...options.names.map(generalName))),
      extension('2.5.29.14', der.octets(keyId(publicKey))),
      extension(
        '2.5.29.35',
        der.sequence(der.plainInContext(0, keyId(createPublicKey(authority.key)))),
      ),
    ],
  })
}

function certificate(content: Content): string {
  const body = der.sequence(
    der.inContext(0, der.unsigned(Buffer.from([2]))),
    der.unsigned(serial()),
    ECDSA_WITH_SHA256,
    nameOf(content.issuer),
    der.sequence(der.time(content.from), der.time(content.to)),
    nameOf(content.subject),
    spki(content.publicKey),
    der.inContext(3, der.sequence(...content.extensions)),
  )
  const signature = sign('sha256', body, content.signedBy)
  const whole = der.sequence(body, ECDSA_WITH_SHA256, der.bits(signature))
  const lines = whole.toString('base64').match(/.{1,64}/g)!
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

/** 127 random bits, never 0 (RFC 5280 4.1.2.2). */
function serial(): Buffer {
  const bytes = randomBytes(16)
  bytes[0] = (bytes[0] & 0x7f) | 0x40
  return bytes
}

const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'der' })

/** Method 1 of RFC 7093 2: the leftmost 160 bits of SHA-256 over the key's bits. */
const keyId = (key: KeyObject) => {
  // The last 65 bytes of an SPKI of P-256 are the point.
  const point = spki(key).subarray(-65)
  return createHash('sha256').update(point).digest().subarray(0, 20)
}

const nameOf = (commonName: string) =>
  der.sequence(der.set(der.sequence(der.oid('2.5.4.3'), der.utf8(commonName))))

const extension = (id: string, value: Uint8Array) => der.sequence(der.oid(id), der.octets(value))

const critical = (id: string, value: Uint8Array) =>
  der.sequence(der.oid(id), der.TRUE, der.octets(value))

function generalName(name: string): Buffer {
  if (isIPv4(name)) return der.plainInContext(7, Buffer.from(name.split('.').map(Number)))
  if (isIPv6(name)) return der.plainInContext(7, ipv6Bytes(name))
  return der.plainInContext(2, Buffer.from(name, 'ascii'))
}

function ipv6Bytes(address: string): Buffer {
  const [head, tail = ''] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const left = groups(head)
  const right = groups(tail)
  const zeros = Array<string>(8 - left.length - right.length).fill('0')
  const bytes = Buffer.alloc(16)
  const all = address.includes('::') ? [...left, ...zeros, ...right] : left
  all.forEach((group, index) => bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2))
  return bytes
}
