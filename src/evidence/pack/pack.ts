// An evidence pack: what the log says of one subject, with documents about it, a page to read, and
// the proofs that all of it stands in the log: one ZIP file that is checked offline.
import { hash } from 'node:crypto'
import { isoTime, type Microseconds } from '../../core/clock.ts'
import { OperatingError } from '../../core/errors.ts'
import { canonicalJson, type JsonObject } from '../canonical.ts'
import { readCheckpoint } from '../checkpoint.ts'
import { assertWord, type EvidenceDraft, type Head } from '../entry.ts'
import { EVIDENCE_LIMITS } from '../limits.ts'
import { LeafTree } from '../merkle.ts'
import type { EvidenceRow, EvidenceTable } from '../table.ts'
import { packPage } from './page.ts'
import { zipOf, type ZipFile } from './zip.ts'

export const PACK_FORMAT = 'thingward-evidence-pack'
export const PACK_KIND = 'pack.made'

/** What a pack is about, and who wants it. */
export interface PackRequest {
  /** As the log names it: `device:42`. Findings about it go along. */
  readonly subject: string
  readonly actor: string
  /** What people call it; on the page only. */
  readonly title?: string
  /** Further files, such as the device as JSON: names without folders. */
  readonly documents?: readonly { readonly name: string; readonly text: string }[]
}

export interface PackParts {
  readonly table: EvidenceTable
  readonly clock: () => Microseconds
  append(draft: EvidenceDraft): Promise<Head>
  checkpoint(): Promise<string>
}

/** Proof that one entry is below a checkpoint (RFC 6962 2.1.1); hashes in hexadecimal. */
export interface EntryProof {
  readonly sequence: number
  readonly path: readonly string[]
}

/** `proof.json`: what binds a pack to the log. */
export interface PackProof {
  readonly key: string
  readonly note: string
  /** The entry that names the manifest's digest. */
  readonly made: EvidenceRow & { readonly path: readonly string[] }
  readonly entries: readonly EntryProof[]
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$/

const digestOf = (bytes: Uint8Array | string) => hash('sha256', bytes, 'hex')

/**
 * The bytes of a pack. It leaves an entry `pack.made` in the log, which names the pack's content by
 * digest, and so is signed with it. Rejects with `evidence-nothing` when the log is silent about
 * the subject, `evidence-too-large`, and what `checkpoint` rejects with.
 */
export async function makePack(parts: PackParts, request: PackRequest): Promise<Buffer> {
  const { subject, actor } = request
  assertWord(subject)
  const rows = parts.table.about(subject, EVIDENCE_LIMITS.packEntries.value + 1)
  if (rows.length === 0) {
    throw new OperatingError('evidence-nothing', `the log says nothing of ${subject}`)
  }
  if (rows.length > EVIDENCE_LIMITS.packEntries.value) {
    const text = `the log says more of ${subject} than a pack holds; export the log instead`
    throw new OperatingError('evidence-too-large', text)
  }
  const files = filesOf(rows, request, parts.clock())
  const manifest = manifestOf(subject, files)
  const facts = { manifest: digestOf(manifest.bytes), entries: rows.length }
  const at = parts.clock()
  const made = await parts.append({ kind: PACK_KIND, actor, subject, at, facts })
  const proof = await proofOf(parts, rows, made)
  return zipOf([...files, manifest, { name: 'proof.json', bytes: json(proof) }])
}

const json = (value: object) => Buffer.from(`${JSON.stringify(value, null, 1)}\n`)

function filesOf(
  rows: readonly EvidenceRow[],
  { subject, title = subject, documents = [] }: PackRequest,
  now: Microseconds,
): ZipFile[] {
  const created = isoTime(now)
  const names = new Set(documents.map(({ name }) => name))
  if (names.size < documents.length || ![...names].every((name) => NAME.test(name))) {
    throw new OperatingError('evidence-document', 'a document of a pack needs a plain, own name')
  }
  const evidence = { format: PACK_FORMAT, version: 1, subject, created, entries: rows }
  const page = packPage({ title, subject, created, rows, documents: [...names] })
  return [
    { name: 'index.html', bytes: Buffer.from(page) },
    { name: 'evidence.json', bytes: json(evidence) },
    ...documents.map(({ name, text }) => ({
      name: `documents/${name}`,
      bytes: Buffer.from(text),
    })),
  ]
}

function manifestOf(subject: string, files: readonly ZipFile[]): ZipFile {
  const listed: JsonObject[] = files.map(({ name, bytes }) => ({
    name,
    bytes: bytes.length,
    sha256: digestOf(bytes),
  }))
  const manifest = { format: PACK_FORMAT, version: 1, subject, files: listed }
  return { name: 'manifest.json', bytes: Buffer.from(canonicalJson(manifest)) }
}

async function proofOf(
  { table, checkpoint }: PackParts,
  rows: readonly EvidenceRow[],
  made: Head,
): Promise<PackProof> {
  const note = await checkpoint()
  const { size } = readCheckpoint(note)!
  const tree = new LeafTree(allHashes(table, size))
  const pathOf = (sequence: number) => tree.path(sequence - 1).map((each) => each.toString('hex'))
  const [first] = table.list({ oldestFirst: true, limit: 1 })
  const [row] = table.list({ oldestFirst: true, after: made.sequence - 1, limit: 1 })
  return {
    key: String(first.entry.facts.key),
    note,
    made: { ...row, path: pathOf(made.sequence) },
    entries: rows.map(({ entry: { sequence } }) => ({ sequence, path: pathOf(sequence) })),
  }
}

function allHashes(table: EvidenceTable, size: number): Buffer {
  const all = Buffer.alloc(size * 32)
  for (let at = 0; at < size;) {
    const hashes = table.hashes(at, Math.min(EVIDENCE_LIMITS.leaves.value, size - at))
    if (hashes.length === 0) break
    for (const each of hashes) all.set(each, at++ * 32)
  }
  return all
}
