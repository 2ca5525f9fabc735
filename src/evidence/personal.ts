// Personal content beside the chain: committed to under a salt, encrypted with its person's key.
// The salt lies with the content, so once the key is gone the commitment cannot even be guessed at.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { canonicalJson, type JsonValue } from './canonical.ts'
import { OperatingError } from '../core/errors.ts'
import { EVIDENCE_LIMITS } from './limits.ts'

const CIPHER = 'aes-256-gcm'
const SALT = 32
const NONCE = 12
const TAG = 16

/** Content and the salt of its commitment. */
export interface OpenedContent {
  readonly content: JsonValue
  /** 64 hexadecimal digits. */
  readonly salt: string
}

/** Where sealed content belongs: it opens nowhere else. */
export interface Place {
  readonly sequence: number
  readonly person: string
}

/**
 * The commitment to content: HMAC-SHA-256 keyed by the salt over its RFC 8785 text, hexadecimal.
 */
export const commitmentOf = ({ content, salt }: OpenedContent): string =>
  createHmac('sha256', Buffer.from(salt, 'hex')).update(canonicalJson(content)).digest('hex')

const associated = ({ sequence, person }: Place) => Buffer.from(`thingward ${sequence} ${person}`)

/** Commits to content under a fresh salt; `seal` encrypts it once its place is known. */
export function commitTo(content: JsonValue): { commitment: string; opened: OpenedContent } {
  const text = canonicalJson(content)
  if (Buffer.byteLength(text) > EVIDENCE_LIMITS.personalLength.value) {
    const text = 'personal content of an evidence entry is larger than 1 MiB; commit a digest'
    throw new OperatingError('evidence-too-large', text)
  }
  const opened = { content, salt: randomBytes(SALT).toString('hex') }
  return { commitment: commitmentOf(opened), opened }
}

/** AES-256-GCM: nonce ‖ ciphertext of (salt ‖ RFC 8785 text) ‖ tag. */
export function seal({ content, salt }: OpenedContent, place: Place, key: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(associated(place))
  const parts = [
    nonce,
    cipher.update(Buffer.from(salt, 'hex')),
    cipher.update(canonicalJson(content), 'utf8'),
    cipher.final(),
  ]
  return Buffer.concat([...parts, cipher.getAuthTag()])
}

/** What `seal` sealed, or undefined when key, place or bytes are not the same. */
export function unseal(
  sealed: Uint8Array,
  place: Place,
  key: Uint8Array,
): OpenedContent | undefined {
  if (sealed.length < NONCE + SALT + TAG) return undefined
  const bytes = Buffer.from(sealed)
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE), { authTagLength: TAG })
  decipher.setAAD(associated(place)).setAuthTag(bytes.subarray(-TAG))
  try {
    const clear = Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()])
    return {
      salt: clear.subarray(0, SALT).toString('hex'),
      content: JSON.parse(clear.subarray(SALT).toString()) as JsonValue,
    }
  } catch {
    return undefined
  }
}
