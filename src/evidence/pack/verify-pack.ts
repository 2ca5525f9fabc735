// Checks a pack offline: every file is the one that was packed, every entry stands in the log, and
// the log's key has signed that.
import { hash } from 'node:crypto'
import { canonicalOf, isObject, readEntry } from '../entry-form.ts'
import type { JsonObject, JsonValue } from '../canonical.ts'
import { isSignedBy, readCheckpoint } from '../checkpoint.ts'
import { entryHash, type Entry } from '../entry.ts'
import { rootByPath } from '../merkle.ts'
import { PACK_FORMAT, PACK_KIND } from './pack.ts'
import { unzip } from './zip.ts'

/** What a check of a pack found. */
export interface PackVerification {
  readonly subject: string
  readonly origin: string
  readonly key: string
  readonly isKeyGiven: boolean
  /** When the pack's content was signed; microseconds. */
  readonly signedAt: number
  readonly entries: number
  readonly files: number
  readonly broken?: PackBroken
}

/** What does not hold of a pack. */
export interface PackBroken {
  readonly code: 'malformed' | 'file' | 'key' | 'checkpoint-signature' | 'changed' | 'proof'
  readonly why: string
  /** The entry, where it is one. */
  readonly sequence?: number
}

const broken = (code: PackBroken['code'], why: string, sequence?: number): PackBroken => ({
  code,
  why,
  ...(sequence !== undefined && { sequence }),
})

/** What holds of a pack; undefined when the bytes are no pack at all. */
export function verifyPack(bytes: Buffer, key?: string): PackVerification | undefined {
  const files = unzip(bytes)
  const [manifest, proof] = ['manifest.json', 'proof.json'].map((name) => json(files?.get(name)))
  if (!files || manifest?.format !== PACK_FORMAT || manifest.version !== 1 || !proof) {
    return undefined
  }
  const note = String(proof.note)
  const checkpoint = readCheckpoint(note)
  const ownKey = key ?? String(proof.key)
  const trouble =
    (key !== undefined && key !== proof.key
      ? broken('key', 'the pack is signed with another key than yours')
      : undefined) ??
    (checkpoint && isSignedBy(note, ownKey)
      ? undefined
      : broken('checkpoint-signature', 'the checkpoint is not signed by the log’s key')) ??
    filesTrouble(files, manifest, proof) ??
    entriesTrouble(files, manifest, proof)
  const { entries } = json(files.get('evidence.json')) ?? {}
  return {
    subject: String(manifest.subject),
    origin: checkpoint?.origin ?? '',
    key: ownKey,
    isKeyGiven: key !== undefined,
    signedAt: checkpoint?.time ?? 0,
    entries: Array.isArray(entries) ? entries.length : 0,
    files: files.size,
    ...(trouble && { broken: trouble }),
  }
}

/** Files against the manifest, and the manifest against what was put on record. */
function filesTrouble(
  files: ReadonlyMap<string, Buffer>,
  { files: listed, subject }: JsonObject,
  proof: JsonObject,
): PackBroken | undefined {
  const made = entryOf(proof.made)
  if (!made) return broken('malformed', 'the entry of the pack cannot be read')
  const isOurs = made.kind === PACK_KIND && made.subject === subject
  if (!isOurs || made.facts.manifest !== digestOf(files.get('manifest.json')!)) {
    return broken('file', 'the manifest is not the one that was put on record', made.sequence)
  }
  const trouble = leafTrouble(proof.made, proof.note, isObject(proof.made) && proof.made.path)
  if (trouble) return trouble
  if (!Array.isArray(listed)) return broken('malformed', 'the manifest lists no files')
  const names = new Set(['manifest.json', 'proof.json'])
  for (const each of listed as readonly JsonValue[]) {
    const { name, sha256 } = isObject(each) ? each : {}
    const bytes = files.get(String(name))
    names.add(String(name))
    if (!bytes) return broken('file', `${String(name)} is missing`)
    if (digestOf(bytes) !== sha256) return broken('file', `${String(name)} was changed`)
  }
  const strange = [...files.keys()].find((name) => !names.has(name))
  return strange === undefined ? undefined : broken('file', `${strange} was put in`)
}

/** Each entry against its hash, and its path against the signed root. */
function entriesTrouble(
  files: ReadonlyMap<string, Buffer>,
  { subject }: JsonObject,
  { note, entries: proofs }: JsonObject,
): PackBroken | undefined {
  const evidence = json(files.get('evidence.json'))
  if (evidence?.subject !== subject || !Array.isArray(evidence?.entries)) {
    return broken('malformed', 'the entries cannot be read')
  }
  const paths = new Map(
    (Array.isArray(proofs) ? (proofs as readonly JsonValue[]) : [])
      .filter(isObject)
      .map((each) => [each.sequence, each.path]),
  )
  for (const row of evidence.entries as readonly JsonValue[]) {
    const sequence = entryOf(row)?.sequence
    const trouble = leafTrouble(row, note, paths.get(sequence))
    if (trouble) return trouble
  }
  return undefined
}

function entryOf(row: JsonValue | undefined): Entry | undefined {
  return isObject(row) && isObject(row.entry) ? readEntry(row.entry) : undefined
}

function leafTrouble(
  row: JsonValue | undefined,
  note: JsonValue | undefined,
  path: JsonValue | undefined,
): PackBroken | undefined {
  const entry = entryOf(row)
  const canonical = isObject(row) && isObject(row.entry) ? canonicalOf(row.entry) : undefined
  if (!entry || canonical === undefined) return broken('malformed', 'an entry cannot be read')
  const { sequence } = entry
  const leaf = entryHash(canonical)
  if ((row as JsonObject).hash !== leaf) {
    return broken('changed', `entry ${sequence} was changed: its hash is another`, sequence)
  }
  const { size, root } = readCheckpoint(String(note))!
  const steps = Array.isArray(path) ? (path as readonly JsonValue[]) : []
  const reached = rootByPath(
    { leaf: Buffer.from(leaf, 'hex'), index: sequence - 1, size },
    steps.map((step) => Buffer.from(String(step), 'hex')),
  )
  if (reached?.equals(root)) return undefined
  return broken('proof', `entry ${sequence} does not stand in the log that was signed`, sequence)
}

const digestOf = (bytes: Uint8Array) => hash('sha256', bytes, 'hex')

function json(bytes: Buffer | undefined): JsonObject | undefined {
  if (!bytes) return undefined
  try {
    const value = JSON.parse(bytes.toString()) as JsonValue
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
