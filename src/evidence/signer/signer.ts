// What the signer process does: holds the key and its own copy of the tree's frontier, and signs
// what grows from there. It never sees an entry, only hashes; it cannot be asked to sign anything
// else, an older tree or another one.
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Microseconds } from '../../core/clock.ts'
import { OperatingError } from '../../core/errors.ts'
import { readCheckpoint, signCheckpoint, verifierKey, type VerifierKey } from '../checkpoint.ts'
import { writeDurably } from '../../core/durable-file.ts'
import { EVIDENCE_LIMITS } from '../limits.ts'
import { Frontier } from '../merkle.ts'

/** What the signer stands at. */
export interface SignerState {
  readonly origin: string
  readonly key: VerifierKey
  /** Entries below the last checkpoint it signed. */
  readonly size: number
  /** That checkpoint; undefined before the first. */
  readonly note?: string
}

/** By what the tree has grown. */
export interface SignRequest {
  /** Has to be the signer's size: it signs nothing that does not follow. */
  readonly from: number
  /** Hashes of the entries from + 1 …, 64 hexadecimal digits each; may be empty. */
  readonly leaves: readonly string[]
}

/** Whoever signs checkpoints: the process behind its socket, or anything that answers alike. */
export interface Signer {
  state(): Promise<SignerState>
  /** The note over the tree grown by these leaves; rejects with `signer-refused`. */
  sign(request: SignRequest): Promise<string>
  close(): void
}

interface StoredState {
  readonly origin: string
  readonly size: number
  readonly frontier: string
  readonly note?: string
}

const KEY_FILE = 'signer.key'
const STATE_FILE = 'signer-state.json'
const LEAF = /^[0-9a-f]{64}$/

const refused = (text: string) =>
  new OperatingError('signer-refused', `the signer refuses: ${text}`)

/** The signer's logic; synchronous, one request at a time. */
export class CheckpointSigner {
  private readonly directory: string
  private readonly key: KeyObject
  private readonly clock: () => Microseconds
  private stored: StoredState

  /** Makes key and state on the first start. Throws OperatingError when they cannot be trusted. */
  constructor({ directory, clock }: { directory: string; clock: () => Microseconds }) {
    this.directory = directory
    this.clock = clock
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.key = readOrMakeKey(join(directory, KEY_FILE), join(directory, STATE_FILE))
    this.stored = readOrMakeState(join(directory, STATE_FILE))
  }

  state(): SignerState {
    const { origin, size, note } = this.stored
    return { origin, key: verifierKey(origin, createPublicKey(this.key)), size, note }
  }

  sign({ from, leaves }: SignRequest): string {
    // From disk each time: should a second signer ever run beside us, we see what it signed.
    this.stored = readOrMakeState(join(this.directory, STATE_FILE))
    const { origin, size, frontier, note } = this.stored
    if (from !== size) throw refused(`it has signed ${size} entries, the request follows ${from}`)
    if (leaves.length > EVIDENCE_LIMITS.leaves.value) throw refused('too many hashes at once')
    const tree = Frontier.from(size, Buffer.from(frontier, 'hex'))
    for (const leaf of leaves) {
      if (!LEAF.test(leaf)) throw refused('that is no hash')
      tree.add(Buffer.from(leaf, 'hex'))
    }
    const last = note === undefined ? undefined : readCheckpoint(note)
    const time = Math.max(this.clock(), last === undefined ? 0 : last.time + 1)
    const signed = signCheckpoint({ origin, size: tree.size, root: tree.root(), time }, this.key)
    const next = { origin, size: tree.size, frontier: tree.bytes().toString('hex'), note: signed }
    // On disk before anybody has the signature: a signer that crashes cannot sign a second tree.
    writeDurably(join(this.directory, STATE_FILE), JSON.stringify(next))
    this.stored = next
    return signed
  }
}

function readOrMakeKey(path: string, statePath: string): KeyObject {
  if (!existsSync(path)) {
    if (existsSync(statePath)) {
      const text = `${path} is gone; put it back, or the log cannot be continued under its name`
      throw new OperatingError('signer-key', text)
    }
    const { privateKey } = generateKeyPairSync('ed25519')
    writeDurably(path, privateKey.export({ format: 'pem', type: 'pkcs8' }))
    return privateKey
  }
  const { mode } = statSync(path)
  if ((mode & 0o077) !== 0) {
    const text = `others may read ${path}: chmod 600 it, and think about who may have its copy`
    throw new OperatingError('signer-key', text)
  }
  const key = createPrivateKey(readFileSync(path))
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new OperatingError('signer-key', `${path} holds no Ed25519 key`)
  }
  return key
}

function readOrMakeState(path: string): StoredState {
  if (!existsSync(path)) {
    const origin = `thingward/evidence/${randomBytes(8).toString('hex')}`
    const fresh: StoredState = { origin, size: 0, frontier: '' }
    writeDurably(path, JSON.stringify(fresh))
    return fresh
  }
  try {
    const stored = JSON.parse(readFileSync(path, 'utf8')) as StoredState
    const tree = Frontier.from(stored.size, Buffer.from(stored.frontier, 'hex'))
    const last = stored.note === undefined ? undefined : readCheckpoint(stored.note)
    const isWhole =
      stored.size === 0 || (last?.size === stored.size && tree.root().equals(last.root))
    if (isWhole) return stored
  } catch {
    // Told below, as what it is for the operator.
  }
  const text = `${path} is damaged; without it nobody can say what was signed: bring back a backup`
  throw new OperatingError('signer-state', text)
}
