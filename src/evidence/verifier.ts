// Checks an export line by line against itself, its signatures and what is known from elsewhere,
// and stops at the first thing that does not hold. Needs nothing but the lines.
import { isoTime, type Microseconds } from '../core/clock.ts'
import type { JsonObject, JsonValue } from './canonical.ts'
import { isSignedBy, readCheckpoint, readVerifierKey, type Checkpoint } from './checkpoint.ts'
import { EMPTY_HEAD, entryHash, type Entry, type Head } from './entry.ts'
import { canonicalOf, isHash, isObject, readEntry } from './entry-form.ts'
import { entryLine, EXPORT_FORMAT, type ExportHeader } from './export-text.ts'
import { Frontier } from './merkle.ts'
import { commitmentOf } from './personal.ts'

/** What does not hold, and at which entry it shows first. */
export interface Broken {
  readonly sequence: number
  readonly code:
    | 'malformed'
    | 'missing'
    | 'changed'
    | 'chain'
    | 'key'
    | 'checkpoint-malformed'
    | 'checkpoint-place'
    | 'checkpoint-signature'
    | 'checkpoint-root'
    | 'checkpoint-time'
    | 'personal'
    | 'anchor'
    | 'truncated'
    | 'unsigned'
  readonly why: string
}

/** What is known from elsewhere. */
export interface VerifyOptions {
  /** The key as noted when the log was set up; without it the file's own is taken. */
  readonly key?: string
  /** Signed notes that were published outside. */
  readonly anchors?: readonly string[]
}

/** What a check of an export found. */
export interface Verification {
  readonly origin: string
  readonly key: string
  /** Whether `key` came from outside; else the file vouches for itself. */
  readonly isKeyGiven: boolean
  readonly exported: string
  /** Entries that were found whole, and how many of them are below a good checkpoint. */
  readonly entries: number
  readonly signed: number
  readonly signedAt: Microseconds
  readonly checkpoints: number
  /** Anchored checkpoints that this log meets. */
  readonly anchors: number
  /** Personal content that is what was committed to, and that was erased. */
  readonly personal: { readonly checked: number; readonly erased: number }
  readonly broken?: Broken
}

export class Verifier {
  private readonly options: VerifyOptions
  private readonly header: ExportHeader
  private readonly key: string
  private readonly anchors: Map<number, Checkpoint[]>
  private readonly tree = new Frontier()
  private head: Head = EMPTY_HEAD
  private entry: Entry | undefined
  private checkpoint: Checkpoint | undefined
  private checkpoints = 0
  private anchored = 0
  private checked = 0
  private erased = 0
  private isEnded = false
  private broken: Broken | undefined

  constructor(header: ExportHeader, options: VerifyOptions) {
    this.header = header
    this.options = options
    this.key = options.key ?? header.key
    this.broken = keyTrouble(header, options)
    this.anchors = this.readAnchors(options.anchors ?? [])
  }

  /** Takes the next line, without its end; answers whether all holds so far. */
  line(text: string): boolean {
    if (!this.broken) this.broken = this.check(text)
    return !this.broken
  }

  /** The result; `isWhole` says whether the file's last line was a whole one. */
  finish(isWhole = true): Verification {
    this.broken ??= this.endTrouble(isWhole)
    const { origin, exported } = this.header
    return {
      origin,
      key: this.key,
      isKeyGiven: this.options.key !== undefined,
      exported,
      entries: this.head.sequence,
      signed: this.checkpoint?.size ?? 0,
      signedAt: this.checkpoint?.time ?? 0,
      checkpoints: this.checkpoints,
      anchors: this.anchored,
      personal: { checked: this.checked, erased: this.erased },
      ...(this.broken ? { broken: this.broken } : {}),
    }
  }

  private check(text: string): Broken | undefined {
    if (this.isEnded) return this.trouble('malformed', 'there are lines after the end')
    const said = parsed(text)
    if (isObject(said?.entry) && typeof said.hash === 'string') return this.checkEntry(text, said)
    if (typeof said?.checkpoint === 'string') return this.checkCheckpoint(said.checkpoint)
    if (isObject(said?.personal)) return this.checkPersonal(said.personal)
    if (isObject(said?.end)) return this.checkEnd(said.end)
    return this.trouble('malformed', 'the line is no entry, checkpoint or end')
  }

  private checkEntry(text: string, said: JsonObject): Broken | undefined {
    const entry = readEntry(said.entry as JsonObject)
    if (!entry) return this.trouble('malformed', 'the entry lacks what an entry has')
    const { sequence } = this.head
    if (entry.sequence !== sequence + 1) {
      const found = `after entry ${sequence} comes ${entry.sequence}`
      return this.trouble('missing', `entry ${sequence + 1} is missing or was moved: ${found}`)
    }
    const canonical = canonicalOf(said.entry!)
    if (canonical === undefined) return this.trouble('malformed', 'the entry is nested too deeply')
    const hash = entryHash(canonical)
    if (hash !== said.hash) {
      return this.trouble('changed', `entry ${entry.sequence} was changed: its hash is another`)
    }
    if (entry.previous !== this.head.hash) {
      const why = `entry ${entry.sequence} does not follow the entry ${sequence} that is here`
      return this.trouble('chain', `${why}: one of the two was replaced`)
    }
    if (`${text}\n` !== entryLine(canonical, hash)) {
      return this.trouble('malformed', 'the entry is not written as it was hashed')
    }
    if (sequence === 0) {
      const trouble = this.firstTrouble(entry)
      if (trouble) return trouble
    }
    this.tree.add(Buffer.from(hash, 'hex'))
    this.head = { sequence: entry.sequence, hash }
    this.entry = entry
    return this.meetAnchors()
  }

  /** The log's first entry names its key, so a log cannot be signed again with another. */
  private firstTrouble({ kind, facts }: Entry): Broken | undefined {
    if (kind !== 'log.opened')
      return this.trouble('missing', 'the log does not begin with log.opened')
    if (facts.key === this.key && facts.origin === this.header.origin) return undefined
    return this.trouble(
      'key',
      'the log began with another key than its checkpoints are checked with',
    )
  }

  private checkCheckpoint(note: string): Broken | undefined {
    const checkpoint = readCheckpoint(note)
    const from = (this.checkpoint?.size ?? 0) + 1
    if (!checkpoint) return this.trouble('checkpoint-malformed', 'a checkpoint cannot be read')
    const { size, root, time } = checkpoint
    if (!isSignedBy(note, this.key)) {
      const why = `the checkpoint over ${size} entries is not signed by the log's key`
      return this.trouble('checkpoint-signature', why, from)
    }
    if (size !== this.head.sequence) {
      const why = `a checkpoint over ${size} entries stands after entry ${this.head.sequence}`
      return this.trouble('checkpoint-place', `${why}: it was moved, or entries are gone`)
    }
    if (!this.tree.root().equals(root)) {
      const why = `entries ${from} to ${size} are not those that were signed at ${isoTime(time)}`
      return this.trouble('checkpoint-root', why, from)
    }
    if (this.checkpoint && time <= this.checkpoint.time) {
      return this.trouble('checkpoint-time', 'a checkpoint is older than the one before it', size)
    }
    this.checkpoint = checkpoint
    this.checkpoints++
    return undefined
  }

  private checkPersonal({ sequence, state, content, salt }: JsonObject): Broken | undefined {
    const commitment = this.entry?.sequence === sequence ? this.entry?.personal : undefined
    const at = this.head.sequence
    if (commitment === undefined) {
      return this.trouble('personal', `entry ${at} has no such personal content`, at)
    }
    if (state === 'erased') {
      this.erased++
      return undefined
    }
    const isRight =
      content !== undefined &&
      canonicalOf(content) !== undefined &&
      isHash(salt) &&
      commitmentOf({ content, salt }) === commitment
    if (!isRight) {
      const why = `the personal content of entry ${at} is not what was committed to`
      return this.trouble('personal', why, at)
    }
    this.checked++
    return undefined
  }

  private checkEnd({ entries, hash }: JsonObject): Broken | undefined {
    this.isEnded = true
    if (entries === this.head.sequence && hash === this.head.hash) return undefined
    return this.trouble(
      'truncated',
      `the end speaks of ${String(entries)} entries and another hash`,
    )
  }

  private endTrouble(isWhole: boolean): Broken | undefined {
    const { sequence } = this.head
    if (!this.isEnded) {
      const where = isWhole ? 'after' : 'in the middle of the line after'
      return this.trouble('truncated', `the file was cut off ${where} entry ${sequence}`)
    }
    if (this.header.entries !== sequence) {
      const why = `the header speaks of ${this.header.entries} entries, ${sequence} are here`
      return this.trouble('truncated', why)
    }
    const beyond = [...this.anchors.keys()].filter((size) => size > sequence)
    if (beyond.length > 0) {
      const why = `${Math.max(...beyond)} entries were signed and anchored, ${sequence} are here`
      return this.trouble('truncated', why)
    }
    const signed = this.checkpoint?.size ?? 0
    if (signed === sequence) return undefined
    return this.trouble(
      'unsigned',
      `no checkpoint covers entries ${signed + 1} to ${sequence}`,
      signed + 1,
    )
  }

  private readAnchors(notes: readonly string[]): Map<number, Checkpoint[]> {
    const anchors = new Map<number, Checkpoint[]>()
    const ours = notes.filter((note) => readCheckpoint(note)?.origin === this.header.origin)
    if (notes.length > 0 && ours.length === 0) {
      this.broken ??= this.trouble('anchor', 'none of the anchored checkpoints is of this log')
    }
    for (const note of ours) {
      const checkpoint = readCheckpoint(note)!
      if (!isSignedBy(note, this.key)) {
        const why = 'an anchored checkpoint of this log was signed with another key'
        this.broken ??= this.trouble('key', why)
      }
      anchors.set(checkpoint.size, [...(anchors.get(checkpoint.size) ?? []), checkpoint])
    }
    return anchors
  }

  private meetAnchors(): Broken | undefined {
    for (const { size, root, time } of this.anchors.get(this.head.sequence) ?? []) {
      if (!this.tree.root().equals(root)) {
        const from = (this.checkpoint?.size ?? 0) + 1
        const when = isoTime(time)
        const why = `entries ${from} to ${size} are not those that were anchored at ${when}`
        return this.trouble('anchor', why, from)
      }
      this.anchored++
    }
    return undefined
  }

  private trouble(code: Broken['code'], why: string, sequence = this.head.sequence + 1): Broken {
    return { sequence, code, why }
  }
}

/** The header of an export, or undefined when it is none. */
export function readHeader(text: string): ExportHeader | undefined {
  const said = parsed(text)
  if (said?.format !== EXPORT_FORMAT || said.version !== 1) return undefined
  const { origin, key, exported, entries } = said
  const isWhole =
    typeof origin === 'string' &&
    typeof key === 'string' &&
    typeof exported === 'string' &&
    Number.isSafeInteger(entries)
  return isWhole ? (said as unknown as ExportHeader) : undefined
}

function keyTrouble(header: ExportHeader, { key }: VerifyOptions): Broken | undefined {
  const known = readVerifierKey(header.key)
  if (!known || known.origin !== header.origin) {
    return { sequence: 1, code: 'key', why: 'the key of the export cannot be read' }
  }
  if (key === undefined || key === header.key) return undefined
  return { sequence: 1, code: 'key', why: 'the export is signed with another key than yours' }
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonValue
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
