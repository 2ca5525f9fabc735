// Random secrets that are handed out once, and the hashes of them that are kept.
import { createHash, createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'

const BYTES = 32
/** So that a leaked token is recognised by whoever scans for such. */
export const TOKEN_PREFIX = 'thw_'

/** 256 random bits. */
export const freshSecret = (): string => randomBytes(BYTES).toString('base64url')

/** What is stored of a secret that has 256 bits of its own: no salt is needed. */
export const secretHash = (secret: string): string =>
  createHash('sha256').update(secret).digest('hex')

/** Letters and digits that are not taken for one another; each is 4.9 bits. */
const READABLE = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
const GROUP_LENGTH = 4

/** For people to type: groups of four with dashes between. */
export const readableCode = (groups: number): string =>
  Array.from({ length: groups }, () =>
    Array.from({ length: GROUP_LENGTH }, () => READABLE[randomInt(READABLE.length)]).join(''),
  ).join('-')

/** Its hash, however it was typed: case, spaces and dashes do not matter. */
export const readableHash = (code: string): string =>
  secretHash(code.toUpperCase().replace(/[^0-9A-Z]/g, ''))

/** Equal, in a time that does not tell where they differ. */
export const isSame = (one: string, other: string): boolean =>
  timingSafeEqual(
    createHash('sha256').update(one).digest(),
    createHash('sha256').update(other).digest(),
  )

/** A mark for a browser that was signed in under a name: `nonce.proof`. */
export function knownMark(key: string, nameKey: string): string {
  const nonce = randomBytes(12).toString('base64url')
  return `${nonce}.${proof(key, nameKey, nonce)}`
}

/** The mark's nonce when it is ours and for this name. */
export function provenMark(key: string, nameKey: string, mark: string | undefined) {
  const [nonce, given, ...rest] = (mark ?? '').split('.')
  if (!nonce || !given || rest.length > 0) return undefined
  return isSame(given, proof(key, nameKey, nonce)) ? nonce : undefined
}

const proof = (key: string, nameKey: string, nonce: string) =>
  createHmac('sha256', key).update(`known\n${nonce}\n${nameKey}`).digest('base64url')
