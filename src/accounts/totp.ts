// Time-based one-time passwords: RFC 6238 on RFC 4226, with what every authenticator app knows
// (SHA-1, six digits, 30 seconds); and the secret as base32 (RFC 4648 6) and as a URI for apps.
import { createHmac } from 'node:crypto'
import { SECOND, type Microseconds } from '../core/clock.ts'
import { isSame } from './secrets.ts'

const STEP = 30 * SECOND
const DIGITS = 6
/** Steps that clocks may differ, either way (RFC 6238 5.2). */
const DRIFT_STEPS = 1
/** RFC 4226 4 R6: as long as the hash is. */
export const SECRET_BYTES = 20

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The number of the 30 seconds that `now` lies in. */
export const stepAt = (now: Microseconds): number => Math.floor(now / STEP)

/** The code of a step: six digits. */
export function codeOf(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const offset = mac[mac.length - 1] & 0xf
  const number = (mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** DIGITS
  return String(number).padStart(DIGITS, '0')
}

/**
 * The step whose code was given, among those near `now` and after `lastStep`: a code works once.
 * Undefined: it is none of them. Spaces are passed over.
 */
export function stepOfCode(
  secret: Buffer,
  given: string,
  { now, lastStep }: { now: Microseconds; lastStep: number },
): number | undefined {
  const code = given.replace(/\s/g, '')
  const current = stepAt(now)
  let found: number | undefined
  for (let step = current - DRIFT_STEPS; step <= current + DRIFT_STEPS; step++) {
    // All are computed, so that time does not tell which one it was.
    if (isSame(codeOf(secret, step), code) && step > lastStep) found ??= step
  }
  return found
}

/** Without padding, as apps take it. */
export function base32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    for (; bits >= 5; bits -= 5) text += ALPHABET[(value >>> (bits - 5)) & 31]
    value &= (1 << bits) - 1
  }
  return bits > 0 ? text + ALPHABET[(value << (5 - bits)) & 31] : text
}

/** For apps: `otpauth://totp/…`. */
export function otpauthUri(secret: Buffer, userName: string): string {
  const label = `Thingward:${encodeURIComponent(userName)}`
  const period = STEP / SECOND
  const settings = `issuer=Thingward&algorithm=SHA1&digits=${DIGITS}&period=${period}`
  return `otpauth://totp/${label}?secret=${base32(secret)}&${settings}`
}
