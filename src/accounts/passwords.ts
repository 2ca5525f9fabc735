// Passwords as argon2id (RFC 9106), in the PHC string form. Few are computed at one time: hashing
// is made to cost, and whoever is not signed in must not make it cost us everything.
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { OperatingError } from '../core/errors.ts'

/** RFC 9106 4 and OWASP: 19 MiB, two passes, one lane; about 80 ms. */
const MEMORY_KIB = 19_456
const PASSES = 2
const LANES = 1
const SALT_BYTES = 16
const TAG_BYTES = 32
const AT_ONCE = 2
const WAITING_MAX = 24

const derive = promisify(argon2)
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

interface Cost {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

let running = 0
const waiting: (() => void)[] = []

/** Throws OperatingError 'busy' when too many wait already. */
async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running >= AT_ONCE) {
    if (waiting.length >= WAITING_MAX) {
      throw new OperatingError('busy', 'too many sign-ins at one time; try again in a moment')
    }
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  running++
  try {
    return await work()
  } finally {
    running--
    waiting.shift()?.()
  }
}

const hashWith = (password: string, nonce: Buffer, cost: Cost): Promise<Buffer> =>
  inTurn(
    () =>
      derive('argon2id', {
        message: password.normalize('NFKC'),
        nonce,
        tagLength: TAG_BYTES,
        ...cost,
      }) as Promise<Buffer>,
  )

const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')

/** The PHC string to store. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const cost = { memory: MEMORY_KIB, passes: PASSES, parallelism: LANES }
  const tag = await hashWith(password, salt, cost)
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${base64(salt)}$${base64(tag)}`
}

/** Whether it is the password; a stored text that is none is never met. */
export async function isPassword(stored: string, password: string): Promise<boolean> {
  const parts = PHC.exec(stored)
  if (!parts) return false
  const [memory, passes, parallelism] = parts.slice(1, 4).map(Number)
  const tag = Buffer.from(parts[5], 'base64')
  const cost = { memory, passes, parallelism }
  const found = await hashWith(password, Buffer.from(parts[4], 'base64'), cost)
  return found.length === tag.length && timingSafeEqual(found, tag)
}

let nobody: Promise<string> | undefined

/** Takes as long as a real password: who asks does not learn which names there are. */
export async function nobodysPassword(password: string): Promise<false> {
  nobody ??= hashPassword(randomBytes(32).toString('hex'))
  await isPassword(await nobody, password)
  return false
}
