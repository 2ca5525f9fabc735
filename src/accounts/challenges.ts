// Challenges for passkeys: random, for one purpose, good for five minutes and once. They prove
// themselves, so that who is not signed in cannot fill our memory by asking for them.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { MINUTE, SECOND, type Microseconds } from '../core/clock.ts'
import { derivedKey } from './sealed.ts'

const LIFE = 5 * MINUTE
const NONCE_BYTES = 16
const HEAD_BYTES = NONCE_BYTES + 4
const BYTES = HEAD_BYTES + 32

export class Challenges {
  private readonly key: Buffer
  /** Those that were met, until they would be over anyway. */
  private readonly spent = new Map<string, Microseconds>()

  /** `key` is the data folder's. */
  constructor(key: string) {
    this.key = derivedKey(key, 'challenges')
  }

  /** For `purpose` alone: signing in, or one session's new key. */
  fresh(purpose: string, now: Microseconds): Uint8Array<ArrayBuffer> {
    const until = Buffer.alloc(4)
    until.writeUInt32BE(Math.ceil((now + LIFE) / SECOND))
    const head = Buffer.concat([randomBytes(NONCE_BYTES), until])
    return Uint8Array.from(Buffer.concat([head, this.proof(purpose, head)]))
  }

  /** Whether it (base64url) is ours, for this purpose, still good; it is not a second time. */
  spend(text: string, purpose: string, now: Microseconds): boolean {
    const bytes = Buffer.from(text, 'base64url')
    if (bytes.length !== BYTES) return false
    const head = bytes.subarray(0, HEAD_BYTES)
    if (!timingSafeEqual(bytes.subarray(HEAD_BYTES), this.proof(purpose, head))) return false
    const until = head.readUInt32BE(NONCE_BYTES) * SECOND
    for (const [key, end] of this.spent) if (end < now) this.spent.delete(key)
    const key = bytes.toString('base64url')
    if (until < now || this.spent.has(key)) return false
    this.spent.set(key, until)
    return true
  }

  private proof(purpose: string, head: Buffer): Buffer {
    return createHmac('sha256', this.key).update(`${purpose}\n`).update(head).digest()
  }
}
