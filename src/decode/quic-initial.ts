// Opens QUIC Initial packets (RFC 9001 5, RFC 9369 3.3): their keys follow from the client's first
// destination connection id, so everybody who sees the packet may read it.
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import type { Cursor } from '../core/cursor.ts'

/** Keys of one client's Initial packets. */
export interface InitialKeys {
  readonly key: Buffer
  readonly nonce: Buffer
  readonly headerProtection: Buffer
}

interface Variant {
  readonly name: string
  readonly salt: Buffer
  readonly labels: Labels
  /** The two type bits of an Initial packet. */
  readonly initial: number
}

interface Labels {
  readonly key: Buffer
  readonly nonce: Buffer
  readonly headerProtection: Buffer
}

/** HKDF-Expand-Label's info (RFC 8446 7.1) with the counter of its first and only block. */
function label(name: string, length: number): Buffer {
  const text = `tls13 ${name}`
  return Buffer.from([0, length, text.length, ...Buffer.from(text, 'latin1'), 0, 1])
}

const CLIENT = label('client in', 32)
const LABELS: Labels = {
  key: label('quic key', 16),
  nonce: label('quic iv', 12),
  headerProtection: label('quic hp', 16),
}
const LABELS_2: Labels = {
  key: label('quicv2 key', 16),
  nonce: label('quicv2 iv', 12),
  headerProtection: label('quicv2 hp', 16),
}

const SALT_1 = Buffer.from('38762cf7f55934b34d179ae6a4c80cadccbb7f0a', 'hex')
const SALT_2 = Buffer.from('0dede3def700a6db819381be6e269dcbf9bd2ed9', 'hex')
const SALT_29 = Buffer.from('afbfec289993d24c9e9786f19c6111e04390a899', 'hex')
const SALT_23 = Buffer.from('c3eef712c72ebb5a11a7d2432bb46365bef9f502', 'hex')

const VARIANT_1: Variant = { name: '1', salt: SALT_1, labels: LABELS, initial: 0 }
const VARIANT_2: Variant = { name: '2', salt: SALT_2, labels: LABELS_2, initial: 1 }
/** Drafts that were deployed, by their number. */
const DRAFTS = new Map<number, Variant>()
for (let draft = 23; draft <= 34; draft++) {
  const salt = draft < 29 ? SALT_23 : draft < 33 ? SALT_29 : SALT_1
  DRAFTS.set(draft, { ...VARIANT_1, name: `draft-${draft}`, salt })
}

/** Facebook's mvfst, sealed as draft 27 is. */
const MVFST: Variant = { ...VARIANT_1, name: 'mvfst', salt: SALT_23 }
/** Google's own handshake, sealed as the drafts are, with a salt of its own. */
const GOOGLE_50: Variant = {
  ...VARIANT_1,
  name: 'Q050',
  salt: Buffer.from('504574efd066fe2f9d945cfcdbd3a7f0d3b56b45', 'hex'),
}

/**
 * What is known of a version number; undefined for versions whose Initial packets nobody can read.
 */
export function variantOf(version: number): Variant | undefined {
  if (version === 1) return VARIANT_1
  if (version === 0x6b3343cf) return VARIANT_2
  if (version === 0x51303530) return GOOGLE_50
  if (version === 0xfaceb002 || version === 0xfaceb00e) return MVFST
  return version >>> 8 === 0xff0000 ? DRAFTS.get(version & 255) : undefined
}

export type { Variant }

/** The keys that belong to a client's first destination connection id. */
export function initialKeys(variant: Variant, connectionId: Buffer): InitialKeys {
  const secret = mac(mac(variant.salt, connectionId), CLIENT)
  const { labels } = variant
  return {
    key: mac(secret, labels.key).subarray(0, 16),
    nonce: mac(secret, labels.nonce).subarray(0, 12),
    headerProtection: mac(secret, labels.headerProtection).subarray(0, 16),
  }
}

const mac = (key: Buffer, text: Buffer): Buffer => createHmac('sha256', key).update(text).digest()

/** A long header, its offsets in the cursor's bytes; one object for all packets. */
export class LongHeader {
  start = 0
  first = 0
  version = 0
  destinationId = 0
  destinationIdLength = 0
  /** Where the protected packet number begins and the packet ends; set for Initial packets only. */
  numberOffset = 0
  end = 0

  /** Reads the header at the cursor as far as its ids; false when it is none. */
  read(cursor: Cursor): boolean {
    this.start = cursor.offset
    this.first = cursor.u8()
    this.version = cursor.u32()
    this.destinationIdLength = cursor.u8()
    this.destinationId = cursor.offset
    cursor.skip(this.destinationIdLength)
    const sourceIdLength = cursor.u8()
    cursor.skip(sourceIdLength)
    const fits = this.destinationIdLength <= 20 && sourceIdLength <= 20
    return fits && (this.first & 0xc0) === 0xc0 && !cursor.overrun
  }

  get type(): number {
    return (this.first >> 4) & 3
  }

  /**
   * Reads what an Initial packet has behind the ids and moves behind the packet; false when cut.
   */
  readInitial(cursor: Cursor): boolean {
    cursor.skip(variableInteger(cursor))
    const length = variableInteger(cursor)
    this.numberOffset = cursor.offset
    cursor.skip(length)
    this.end = cursor.offset
    return !cursor.overrun && length >= 20
  }
}

/** RFC 9000 16; lengths above a datagram's come out as what no cursor has. */
export function variableInteger(cursor: Cursor): number {
  const first = cursor.u8()
  let value = first & 63
  for (let more = (1 << (first >> 6)) - 1; more > 0; more--) value = value * 256 + cursor.u8()
  return value
}

/** The frames of an Initial packet in the clear; undefined when these keys do not open it. */
export function openInitial(
  bytes: Buffer,
  header: LongHeader,
  keys: InitialKeys,
): Buffer | undefined {
  const { start, numberOffset, end } = header
  const sample = bytes.subarray(numberOffset + 4, numberOffset + 20)
  const mask = createCipheriv('aes-128-ecb', keys.headerProtection, null).update(sample)
  const first = header.first ^ (mask[0] & 15)
  const numberLength = (first & 3) + 1
  // The bytes belong to the frame that others read too: the header is unmasked in a copy.
  const associated = Buffer.from(bytes.subarray(start, numberOffset + numberLength))
  const nonce = Buffer.from(keys.nonce)
  associated[0] = first
  for (let index = 0; index < numberLength; index++) {
    const at = numberOffset - start + index
    associated[at] ^= mask[1 + index]
    nonce[12 - numberLength + index] ^= associated[at]
  }
  const text = bytes.subarray(numberOffset + numberLength, end - 16)
  const decipher = createDecipheriv('aes-128-gcm', keys.key, nonce)
  decipher.setAAD(associated)
  decipher.setAuthTag(bytes.subarray(end - 16, end))
  try {
    const clear = decipher.update(text)
    decipher.final()
    return clear
  } catch {
    return undefined // not sealed with these keys
  }
}
