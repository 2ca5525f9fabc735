// One entry of the log: what is committed, its canonical text and its hash, which is at once the
// link of the chain and the leaf of the Merkle tree (RFC 6962 2.1). Pure.
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import type { Microseconds } from '../core/clock.ts'
import { OperatingError } from '../core/errors.ts'
import { canonicalJson, type JsonObject, type JsonValue } from './canonical.ts'
import { EVIDENCE_LIMITS } from './limits.ts'

/**
 * What somebody wants on record. Everything but `personal` stays readable for ever: name people
 * and devices by surrogate ids (`user:7`, `device:42`), never by name, and give digests of larger
 * content, not the content.
 */
export interface EvidenceDraft {
  /** What happened, in lower-case words: `device.changed`, `finding.opened`, `session.opened`. */
  readonly kind: string
  /** Who did it: `user:7`, `token:3`, `sensor:lan`, `system`. */
  readonly actor: string
  /** Whom or what it concerns: `device:42`, `user:7`, `site`. */
  readonly subject: string
  /** When it happened, as observed; the log adds when it was recorded. */
  readonly at: Microseconds
  /** What is committed to in the clear. */
  readonly facts?: JsonObject
  /** What must be erasable: kept beside the chain, encrypted with this person's key. */
  readonly personal?: { readonly person: string; readonly content: JsonValue }
}

/** An entry as it is hashed; its canonical JSON is what the table and exports hold. */
export interface Entry {
  readonly version: 1
  /** 1, 2, 3 …: entry n is leaf n - 1 of the tree. */
  readonly sequence: number
  /** Hash of the entry before, 64 hexadecimal digits; zeros before the first. */
  readonly previous: string
  readonly recorded: Microseconds
  readonly at: Microseconds
  readonly kind: string
  readonly actor: string
  readonly subject: string
  readonly facts: JsonObject
  /** Commitment to personal content: HMAC-SHA-256 under a salt that lies with the content. */
  readonly personal?: string
}

/** The end of the chain. */
export interface Head {
  readonly sequence: number
  /** 64 hexadecimal digits. */
  readonly hash: string
}

/** Before the first entry. */
export const EMPTY_HEAD: Head = Object.freeze({ sequence: 0, hash: '0'.repeat(64) })

/** An entry ready to be stored. */
export interface SealedEntry {
  readonly entry: Entry
  /** RFC 8785 text of the entry. */
  readonly canonical: string
  readonly hash: string
}

const KIND = /^[a-z][a-z0-9]*([.-][a-z0-9]+)*$/
const LEAF = '\0'

/** SHA-256(0x00 ‖ text): the leaf hash of RFC 6962 2.1 over the entry's canonical UTF-8. */
export const entryHash = (canonical: string): string => hash('sha256', LEAF + canonical, 'hex')

/**
 * The entry that follows `previous`; `personal` is the commitment to the draft's personal content.
 * Throws OperatingError `evidence-too-large`; a malformed draft is our own fault.
 */
export function nextEntry(
  previous: Head,
  draft: EvidenceDraft,
  { recorded, personal }: { recorded: Microseconds; personal?: string },
): SealedEntry {
  assert(KIND.test(draft.kind), `'${draft.kind}' is no kind of evidence`)
  for (const word of [draft.kind, draft.actor, draft.subject]) assertWord(word)
  assert(Number.isSafeInteger(draft.at) && Number.isSafeInteger(recorded), 'times are microseconds')
  const entry: Entry = {
    version: 1,
    sequence: previous.sequence + 1,
    previous: previous.hash,
    recorded,
    at: draft.at,
    kind: draft.kind,
    actor: draft.actor,
    subject: draft.subject,
    facts: draft.facts ?? {},
    ...(personal === undefined ? {} : { personal }),
  }
  const canonical = canonicalJson(entry as unknown as JsonObject)
  if (Buffer.byteLength(canonical) > EVIDENCE_LIMITS.entryLength.value) {
    const text = `evidence of kind ${draft.kind} is larger than an entry may be; commit a digest`
    throw new OperatingError('evidence-too-large', text)
  }
  return { entry, canonical, hash: entryHash(canonical) }
}

/** Fails (our own fault) on a word that is empty or too long. */
export function assertWord(word: string): void {
  const length = word.length
  assert(length > 0 && length <= EVIDENCE_LIMITS.wordLength.value, `'${word}' is no evidence word`)
}
