// Short secrets that we have to read again, encrypted for the database (AES-256-GCM) with a key
// that lies beside it in the data folder; bound to whose they are, so that rows cannot be swapped.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { OperatingError } from '../core/errors.ts'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** A key of its own for one purpose, from the data folder's key (HKDF, RFC 5869). */
export const derivedKey = (key: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, '', `thingward ${purpose}`, 32))

/** base64url of nonce, ciphertext and tag. */
export function seal(key: Buffer, plain: Buffer, owner: string): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(owner))
  const parts = [nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]
  return Buffer.concat(parts).toString('base64url')
}

/** Throws OperatingError 'sealed' when key or owner are others, or the text was changed. */
export function unseal(key: Buffer, text: string, owner: string): Buffer {
  const bytes = Buffer.from(text, 'base64url')
  try {
    const nonce = bytes.subarray(0, NONCE_BYTES)
    const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(-TAG_BYTES))
    const middle = bytes.subarray(NONCE_BYTES, -TAG_BYTES)
    return Buffer.concat([decipher.update(middle), decipher.final()])
  } catch (cause) {
    const text =
      'the key of the data folder is not the one this was encrypted with: use a recovery code'
    throw new OperatingError('sealed', text, { cause })
  }
}
