// A checkpoint: how many entries there are and the root over them, signed. Written as a signed note
// (C2SP tlog-checkpoint and signed-note), a few lines of text that can be mailed, printed and
// checked by others' tools. Pure.
import { createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto'
import { isoTime, type Microseconds } from '../core/clock.ts'

export interface Checkpoint {
  /** Name of the log, which is the name of its key too: `thingward/evidence/4f1c…`. */
  readonly origin: string
  /** Entries 1 … size are below the root. */
  readonly size: number
  /** 32 bytes. */
  readonly root: Uint8Array
  readonly time: Microseconds
}

/** A public key as C2SP signed-note writes it: `origin+8 hexadecimal digits+base64`. */
export type VerifierKey = string

const ED25519 = 1
/** SubjectPublicKeyInfo of an Ed25519 key (RFC 8410 4) up to the key itself. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')

/** The four bytes by which a signature names its key. */
const keyId = (origin: string, key: Uint8Array) =>
  hash(
    'sha256',
    Buffer.concat([Buffer.from(`${origin}\n`), Buffer.of(ED25519), key]),
    'buffer',
  ).subarray(0, 4)

export function verifierKey(origin: string, publicKey: KeyObject): VerifierKey {
  const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI.length)
  const words = [
    origin,
    keyId(origin, key).toString('hex'),
    Buffer.concat([Buffer.of(ED25519), key]).toString('base64'),
  ]
  return words.join('+')
}

/** What a verifier key says, or undefined when it is none. */
export function readVerifierKey(
  text: VerifierKey,
): { origin: string; id: Buffer; key: KeyObject } | undefined {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text)
  if (!match) return undefined
  const [, origin, id, base64] = match
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length !== 33 || bytes[0] !== ED25519) return undefined
  const key = bytes.subarray(1)
  if (keyId(origin, key).toString('hex') !== id) return undefined
  const der = Buffer.concat([SPKI, key])
  return {
    origin,
    id: Buffer.from(id, 'hex'),
    key: createPublicKey({ key: der, format: 'der', type: 'spki' }),
  }
}

const bodyOf = ({ origin, size, root, time }: Checkpoint) =>
  `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\ntime ${isoTime(time)}\n`

/** The signed note of a checkpoint. */
export function signCheckpoint(checkpoint: Checkpoint, privateKey: KeyObject): string {
  const body = bodyOf(checkpoint)
  const publicKey = createPublicKey(privateKey)
  const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI.length)
  const signature = sign(null, Buffer.from(body), privateKey)
  const named = Buffer.concat([keyId(checkpoint.origin, key), signature]).toString('base64')
  return `${body}\n— ${checkpoint.origin} ${named}\n`
}

const NOTE_TEXT =
  '([^\\n]+)\\n(0|[1-9]\\d{0,15})\\n([A-Za-z0-9+/]{43}=)\\ntime ([0-9T:.-]{26}Z)\\n\\n' +
  '— (\\S+) ([A-Za-z0-9+/=]+)\\n'
const NOTE = new RegExp(`^${NOTE_TEXT}$`)
/** Finds notes in a longer text. */
export const NOTES = new RegExp(`^${NOTE_TEXT}`, 'gm')

/** What a note says, unverified; undefined when it is no note of ours. */
export function readCheckpoint(note: string): Checkpoint | undefined {
  const match = NOTE.exec(note)
  if (!match) return undefined
  const [, origin, size, root, time] = match
  const at = Date.parse(`${time.slice(0, 23)}Z`) * 1000 + Number(time.slice(23, 26))
  if (!Number.isSafeInteger(at) || isoTime(at) !== time) return undefined
  return { origin, size: Number(size), root: Buffer.from(root, 'base64'), time: at }
}

/** Whether a note was signed by this key, and by that name. */
export function isSignedBy(note: string, key: VerifierKey): boolean {
  const match = NOTE.exec(note)
  const known = readVerifierKey(key)
  if (!match || !known || match[1] !== known.origin || match[5] !== known.origin) return false
  const named = Buffer.from(match[6], 'base64')
  if (named.length !== 68 || !named.subarray(0, 4).equals(known.id)) return false
  const body = note.slice(0, note.indexOf('\n\n') + 1)
  return verify(null, Buffer.from(body), known.key, named.subarray(4))
}
