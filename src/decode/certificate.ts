// X.509 certificates (RFC 5280) as they cross the wire in the clear: who they name, how long, which
// key. Nothing is verified here; `selfSigned` says that issuer and subject are the same name.
import { hash } from 'node:crypto'
import { v6Text } from '../core/addresses.ts'
import { ASN1, Der } from './der.ts'
import { clip } from './protocol.ts'

export type Certificate = {
  /** Distinguished names in RFC 4514 order: the most special part first. */
  readonly subject: string
  readonly issuer: string
  readonly commonName?: string
  /** Lower-case hex without leading zero octets. */
  readonly serial: string
  /** ISO 8601; '' when the certificate's time is malformed. */
  readonly notBefore: string
  readonly notAfter: string
  /** SHA-256 of the whole certificate, and of its SubjectPublicKeyInfo, lower-case hex. */
  readonly sha256: string
  readonly keySha256: string
  /** Subject alternative names: host names, mail addresses, URIs, IP addresses; at most 64. */
  readonly names: readonly string[]
  readonly selfSigned: boolean
  /** Basic constraints say that it may sign others. */
  readonly authority?: true
  /** 'rsa', 'ec', 'ed25519' …, or the algorithm's object identifier. */
  readonly keyType: string
  readonly keyBits?: number
  /** Signature algorithm as RFC 3279 and its successors name it, or its object identifier. */
  readonly signature: string
  /** RFC 8520 11: where the device's MUD file lives. */
  readonly mudUrl?: string
}

const NAMES_MAX = 64

const ATTRIBUTES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.42': 'GN',
  '2.5.4.46': 'dnQualifier',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
}

const KEYS: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.1': 'rsa',
  '1.2.840.113549.1.1.10': 'rsa-pss',
  '1.2.840.10040.4.1': 'dsa',
  '1.2.840.10045.2.1': 'ec',
  '1.3.101.110': 'x25519',
  '1.3.101.112': 'ed25519',
  '1.3.101.113': 'ed448',
  '2.16.840.1.101.3.4.3.17': 'ml-dsa-44',
  '2.16.840.1.101.3.4.3.18': 'ml-dsa-65',
  '2.16.840.1.101.3.4.3.19': 'ml-dsa-87',
}

const KEY_BITS: Readonly<Record<string, number>> = {
  ed25519: 256,
  x25519: 256,
  ed448: 456,
  '1.2.840.10045.3.1.1': 192,
  '1.2.840.10045.3.1.7': 256,
  '1.3.132.0.10': 256,
  '1.3.132.0.33': 224,
  '1.3.132.0.34': 384,
  '1.3.132.0.35': 521,
  '1.3.36.3.3.2.8.1.1.7': 256,
  '1.3.36.3.3.2.8.1.1.11': 384,
  '1.3.36.3.3.2.8.1.1.13': 512,
}

const SIGNATURES: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.2': 'md2WithRSAEncryption',
  '1.2.840.113549.1.1.4': 'md5WithRSAEncryption',
  '1.2.840.113549.1.1.5': 'sha1WithRSAEncryption',
  '1.3.14.3.2.29': 'sha1WithRSAEncryption',
  '1.2.840.113549.1.1.10': 'rsassaPss',
  '1.2.840.113549.1.1.11': 'sha256WithRSAEncryption',
  '1.2.840.113549.1.1.12': 'sha384WithRSAEncryption',
  '1.2.840.113549.1.1.13': 'sha512WithRSAEncryption',
  '1.2.840.113549.1.1.14': 'sha224WithRSAEncryption',
  '1.2.840.10040.4.3': 'dsa-with-SHA1',
  '2.16.840.1.101.3.4.3.2': 'dsa-with-SHA256',
  '1.2.840.10045.4.1': 'ecdsa-with-SHA1',
  '1.2.840.10045.4.3.1': 'ecdsa-with-SHA224',
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.2.840.10045.4.3.3': 'ecdsa-with-SHA384',
  '1.2.840.10045.4.3.4': 'ecdsa-with-SHA512',
  '1.3.101.112': 'ed25519',
  '1.3.101.113': 'ed448',
  '2.16.840.1.101.3.4.3.17': 'ml-dsa-44',
  '2.16.840.1.101.3.4.3.18': 'ml-dsa-65',
  '2.16.840.1.101.3.4.3.19': 'ml-dsa-87',
}

/** Reads the certificate at [start, end) of `bytes`; undefined when these are not one. */
export function readCertificate(
  bytes: Buffer,
  start: number,
  end: number,
): Certificate | undefined {
  const outer = new Der(bytes, start, end)
  if (!outer.expect(ASN1.sequence)) return undefined
  const { head, stop } = outer
  const body = outer.inside()
  if (!body.expect(ASN1.sequence)) return undefined
  const part = body.inside()
  if (!part.next()) return undefined
  if (part.tag === 0xa0) part.next()
  if (part.tag !== ASN1.integer) return undefined
  const serial = part.hex().replace(/^(00)+(?=..)/, '')
  if (!part.expect(ASN1.sequence)) return undefined
  const signature = algorithm(part.inside())
  if (!part.expect(ASN1.sequence)) return undefined
  const issuerHex = bytes.toString('latin1', part.head, part.stop)
  const issuer = distinguishedName(part.inside())
  if (!part.expect(ASN1.sequence)) return undefined
  const validity = part.inside()
  const notBefore = validity.next() ? validity.time() : ''
  const notAfter = validity.next() ? validity.time() : ''
  if (!part.expect(ASN1.sequence)) return undefined
  const selfSigned = issuerHex === bytes.toString('latin1', part.head, part.stop)
  const subject = distinguishedName(part.inside())
  if (!part.expect(ASN1.sequence)) return undefined
  return {
    subject: subject.text,
    issuer: issuer.text,
    ...(subject.commonName === '' ? undefined : { commonName: subject.commonName }),
    serial,
    notBefore,
    notAfter,
    sha256: hash('sha256', bytes.subarray(head, stop)),
    keySha256: hash('sha256', bytes.subarray(part.head, part.stop)),
    selfSigned,
    ...readKey(part.inside()),
    signature: SIGNATURES[signature] ?? signature,
    ...readExtensions(part),
  }
}

const algorithm = (part: Der): string => (part.expect(ASN1.oid) ? part.oid() : '')

/** RelativeDistinguishedNames from last to first, values escaped as RFC 4514 2.4 asks. */
function distinguishedName(sets: Der): { text: string; commonName: string } {
  const parts: string[] = []
  let commonName = ''
  while (parts.length < 32 && sets.next()) {
    const pairs = sets.inside()
    let one = ''
    while (pairs.next() && one.length < 512) {
      const pair = pairs.inside()
      const type = algorithm(pair)
      const value = pair.next() ? clip(pair.text()) : ''
      const name = ATTRIBUTES[type] ?? type
      if (name === 'CN') commonName = value
      const escaped = value.replace(/["+,;<>\\]|^[ #]| $/g, '\\$&')
      one += `${one === '' ? '' : '+'}${name}=${escaped}`
    }
    parts.push(one)
  }
  return { text: clip(parts.toReversed().join(','), 512), commonName }
}

function readKey(part: Der): { keyType: string; keyBits?: number } {
  if (!part.expect(ASN1.sequence)) return { keyType: '' }
  const identifier = part.inside()
  const oid = algorithm(identifier)
  const keyType = KEYS[oid] ?? oid
  if (keyType === 'ec') {
    const curve = identifier.next() ? identifier.oid() : ''
    return curve in KEY_BITS ? { keyType, keyBits: KEY_BITS[curve] } : { keyType }
  }
  if (keyType in KEY_BITS) return { keyType, keyBits: KEY_BITS[keyType] }
  if (!keyType.startsWith('rsa') || !part.expect(ASN1.bitString)) return { keyType }
  const key = new Der(part.bytes, part.start + 1, part.stop)
  if (!key.expect(ASN1.sequence)) return { keyType }
  key.enter()
  if (!key.expect(ASN1.integer)) return { keyType }
  let at = key.start
  while (at < key.stop && key.bytes[at] === 0) at++
  if (at === key.stop) return { keyType }
  return { keyType, keyBits: (key.stop - at) * 8 - Math.clz32(key.bytes[at]) + 24 }
}

interface Extensions {
  names: string[]
  authority?: true
  mudUrl?: string
}

function readExtensions(part: Der): Extensions {
  const found: Extensions = { names: [] }
  while (part.next() && part.tag !== 0xa3);
  if (part.tag !== 0xa3) return found
  const list = part.inside()
  if (!list.expect(ASN1.sequence)) return found
  list.enter()
  for (let count = 0; count < 64 && list.next(); count++) {
    const extension = list.inside()
    const oid = algorithm(extension)
    if (extension.next() && extension.tag === ASN1.boolean) extension.next()
    if (extension.tag !== ASN1.octetString) continue
    const value = extension.inside()
    if (!value.next()) continue
    if (oid === '2.5.29.17') readNames(value.inside(), found.names)
    else if (oid === '2.5.29.19') {
      const constraint = value.inside()
      if (
        constraint.next() &&
        constraint.tag === ASN1.boolean &&
        constraint.bytes[constraint.start]
      ) {
        found.authority = true
      }
    } else if (oid === '1.3.6.1.5.5.7.1.25') found.mudUrl = clip(value.text())
  }
  return found
}

/** GeneralNames (RFC 5280 4.2.1.6): mail [1], host [2], URI [6], IP address [7]. */
function readNames(part: Der, names: string[]): void {
  while (names.length < NAMES_MAX && part.next()) {
    if (part.tag === 0x81 || part.tag === 0x82 || part.tag === 0x86) names.push(clip(part.text()))
    else if (part.tag === 0x87) {
      const address = addressText(part)
      if (address !== '') names.push(address)
    }
  }
}

function addressText(part: Der): string {
  const { bytes, start, length } = part
  if (length === 4) return bytes.subarray(start, start + 4).join('.')
  if (length !== 16) return ''
  return v6Text(Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(start + index * 2)))
}
